//! A release of Python: `Mac/releases/*.toml`.

use serde::{Deserialize, Serialize};

use super::Source;
use crate::arch::Arch;
use crate::version::{DeploymentTarget, PythonVersion};

/// What is built for one version of Python. `Mac/releases/README.md` explains every key.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Release {
    /// The version: also the file's name.
    pub python: PythonVersion,
    /// The day it was released, `2025-06-11`: the date of every file in the package, unless `SOURCE_DATE_EPOCH` says otherwise.
    pub released: String,
    /// Python's own source.
    pub source: Source,
    /// Patches of the source, below `Mac/patches/`, in order.
    #[serde(default)]
    pub patches: Vec<Patch>,
    /// Libraries, by the names of their recipes (`openssl-3.0.20`).
    pub libraries: Vec<String>,
    /// What the installer is made for.
    pub variant: Variant,
    /// Arguments of Python's configure script that this release needs on every host.
    pub configure: Vec<String>,
    /// Answers for configure tests that can't run when cross-compiling.
    pub config_site: ConfigSite,
    /// Extension modules.
    pub modules: Modules,
}

/// One change of the source, with its reason.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Patch {
    /// Below `Mac/patches/`.
    pub file: String,
    /// Why it is needed.
    pub why: String,
    /// Only when cross-compiling.
    #[serde(default)]
    pub cross: bool,
}

/// What an installer is made for.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Variant {
    /// The part of the file name that says it: `macos11`.
    pub name: String,
    /// The slices of every binary.
    pub archs: Vec<Arch>,
    /// The oldest macOS for Intel; Apple silicon never asks for less than 11.0.
    pub minimum: DeploymentTarget,
}

impl Variant {
    /// The oldest macOS of one slice.
    pub fn minimum_of(&self, arch: Arch) -> DeploymentTarget {
        match arch {
            Arch::Arm64 => self.minimum.max(DeploymentTarget::BIG_SUR),
            Arch::X86_64 => self.minimum,
        }
    }
}

/// Answers for configure tests, by the names of their cache variables.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ConfigSite {
    /// True on macOS.
    pub yes: Vec<String>,
    /// False on macOS.
    pub no: Vec<String>,
}

/// Extension modules of a release.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Modules {
    /// Every shared module that the finished framework must have, without its suffix.
    pub expected: Vec<String>,
    /// What python.org's installer has and this one has not.
    #[serde(default)]
    pub left_out: Vec<LeftOut>,
}

/// Something left out by name.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct LeftOut {
    /// The module or application.
    pub name: String,
    /// Why.
    pub why: String,
    /// Only when cross-compiling.
    #[serde(default)]
    pub cross: bool,
}
