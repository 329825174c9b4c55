//! A release of Python: `Mac/releases/*.toml`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::text::{self, Day};
use super::{Sdk, Source};
use crate::framework::Framework;
use crate::version::{DeploymentTarget, PythonVersion};
use macho::Arch;

/// What is built for one version of Python. `Mac/releases/README.md` explains every key.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Release {
    /// The version: also the file's name.
    pub python: PythonVersion,
    /// The day it was released, `2025-06-11`: the date of every file in the package, unless `SOURCE_DATE_EPOCH` says otherwise.
    pub released: Day,
    /// The day on which a build of exactly this data last passed the audit. Without it the data is a draft.
    #[serde(default)]
    pub built: Option<Day>,
    /// Registries will drop its sources before long: nobody gets it who doesn't ask for it.
    #[serde(default)]
    pub transient: bool,
    /// Python's own source.
    pub source: Source,
    /// Patches of the source, below `Mac/patches/`, in order.
    #[serde(default)]
    pub patches: Vec<Patch>,
    /// Libraries, by the names of their recipes (`openssl-3.0.20`).
    pub libraries: Vec<String>,
    /// What the installer is made for.
    pub variant: Variant,
    /// What other installers of the release are made for.
    #[serde(default)]
    pub other_variants: Vec<Variant>,
    /// Arguments of Python's configure script that this release needs on every host.
    pub configure: Vec<String>,
    /// Whether it takes over `Versions/Current` on the user's disk, as every release since 3.7.8 does.
    #[serde(default = "yes")]
    pub current: bool,
    /// How its installer differs from what all offer.
    #[serde(default)]
    pub offer: Offer,
    /// The components of python.org's installer, by the middle of their identifiers: `PythonFramework`. Each is offered, or left out
    /// by name.
    #[serde(default)]
    pub published: Vec<String>,
    /// The bytecode in the package, unless the user chooses.
    #[serde(default)]
    pub bytecode: Pyc,
    /// The second framework, where the release has one.
    #[serde(default)]
    pub free_threaded: Option<FreeThreaded>,
    /// What only a cross build needs.
    #[serde(default)]
    pub cross: CrossBuild,
    /// Answers for configure tests that can't run when cross-compiling.
    #[serde(default)]
    pub config_site: ConfigSite,
    /// Extension modules.
    pub modules: Modules,
}

/// How an installer differs from what `installer-assets/product.toml` offers; components by their files there.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Offer {
    /// Components that it has not.
    #[serde(default)]
    pub without: Vec<String>,
    /// Components that are chosen only when the user says so.
    #[serde(default)]
    pub unselected: Vec<String>,
    /// No component changes the owner and mode of folders that are there already.
    #[serde(default)]
    pub keeps_permissions: bool,
}

/// How the second framework is built, of the same Python without its global interpreter lock.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct FreeThreaded {
    /// Arguments of Python's configure script; one takes the place of the release's own with the same name.
    pub configure: Vec<String>,
}

impl Release {
    /// The frameworks that are built for it.
    pub fn frameworks(&self) -> Vec<Framework> {
        let second = self.free_threaded.iter().map(|_| Framework::PythonT);
        [Framework::Python].into_iter().chain(second).collect()
    }

    /// What Python's configure script is told for a framework.
    pub fn configure_of(&self, framework: Framework) -> Vec<String> {
        let own = match framework {
            Framework::Python => &[],
            Framework::PythonT => self.free_threaded.as_ref().map_or(&[][..], |build| &build.configure),
        };
        let name = |arg: &str| arg.split('=').next().map(str::to_owned);
        let replaced = |arg: &&String| own.iter().any(|other| name(other) == name(arg));
        self.configure.iter().filter(|arg| !replaced(arg)).chain(own).cloned().collect()
    }
}

impl Offer {
    /// Whether it is what all offer.
    pub fn is_usual(&self) -> bool {
        *self == Self::default()
    }
}

/// Which bytecode is shipped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Pyc {
    /// None: it is compiled where Python is installed, as by python.org's installer.
    #[default]
    None,
    /// All, valid as long as the source's hash is the same.
    Hash,
}

fn yes() -> bool {
    true
}

/// One change of the source, with its reason.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Patch {
    /// Below `Mac/patches/`.
    #[serde(deserialize_with = "text::inside")]
    pub file: String,
    /// Why it is needed.
    #[serde(deserialize_with = "text::said")]
    pub why: String,
    /// Only when cross-compiling.
    #[serde(default)]
    pub cross: bool,
}

/// What an installer is made for.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Variant {
    /// The part of the file name that says it: `macos11`.
    #[serde(deserialize_with = "text::name")]
    pub name: String,
    /// The slices of every binary.
    pub archs: Vec<Arch>,
    /// The oldest macOS for Intel; Apple silicon never asks for less than 11.0.
    pub minimum: DeploymentTarget,
    /// The oldest macOS when cross-compiling, where that can't be as old.
    #[serde(default)]
    pub cross_minimum: Option<DeploymentTarget>,
    /// Arguments of Python's configure script that only this variant needs.
    #[serde(default)]
    pub configure: Vec<String>,
    /// The compiler and SDK of the time, on a Mac of the time.
    #[serde(default)]
    pub period: Option<Period>,
}

/// Tools that a variant was made with, where today's can't make it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Period {
    /// Xcode's name of the C compiler.
    pub cc: String,
    /// And of the C++ compiler.
    pub cxx: String,
    /// Where the SDK is.
    pub sdk: String,
}

/// What only a cross build of a release needs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct CrossBuild {
    /// Libraries in place of the release's, where those can't be had any more.
    #[serde(default)]
    pub libraries: Vec<String>,
    /// Arguments of Python's configure script.
    #[serde(default)]
    pub configure: Vec<String>,
    /// Arguments of the configure script of the Python that runs during the build.
    #[serde(default)]
    pub native_configure: Vec<String>,
    /// Variables of Python's build.
    #[serde(default)]
    pub env: BTreeMap<String, String>,
    /// Generated files of the sources that are not made again: what makes them runs on no machine of today.
    #[serde(default)]
    pub generated: Vec<String>,
}

impl Release {
    /// All variants, the usual one first.
    pub fn variants(&self) -> impl Iterator<Item = &Variant> {
        std::iter::once(&self.variant).chain(&self.other_variants)
    }
}

impl Variant {
    /// The oldest macOS of one slice.
    pub fn minimum_of(&self, arch: Arch) -> DeploymentTarget {
        match arch {
            Arch::Arm64 => self.minimum.max(DeploymentTarget::BIG_SUR),
            Arch::Ppc | Arch::I386 | Arch::X86_64 => self.minimum,
        }
    }
}

/// Answers for configure tests, by the names of their cache variables.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ConfigSite {
    /// True on macOS.
    pub yes: Vec<String>,
    /// False on macOS.
    pub no: Vec<String>,
    /// Others, with their values.
    #[serde(default)]
    pub values: BTreeMap<String, String>,
}

/// Extension modules of a release.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Modules {
    /// Every shared module that the finished framework must have, without its suffix. What is left out for one SDK is
    /// expected with the other.
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
    #[serde(deserialize_with = "text::said")]
    pub why: String,
    /// The only SDK with which it is left out; both when none is named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sdk: Option<Sdk>,
}

impl LeftOut {
    /// What a build lacks of python.org's installer, a line each; that it lacks nothing is said, too.
    pub fn lines(items: &[Self]) -> Vec<String> {
        if items.is_empty() {
            return vec!["left out: nothing".to_owned()];
        }
        items.iter().map(|item| format!("left out {}: {}", item.name, item.why)).collect()
    }
}
