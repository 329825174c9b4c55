//! What a sound root looks like, and a binary of it.

use std::path::PathBuf;

use super::linkage::Linkage;
use crate::framework::Framework;
use crate::version::{DeploymentTarget, PythonVersion};
use macho::Arch;
use macho::OsVersion;

/// What a sound root looks like.
#[derive(Debug, Clone)]
pub struct Expectations {
    /// The version of Python in it.
    pub python: PythonVersion,
    /// The slices of every Mach-O file; `*-intel64` programs have only the x86_64 one of these.
    pub archs: Vec<Arch>,
    /// The oldest macOS. No arm64 slice can ask for less than 11.0, so those are expected to ask for that.
    pub minimum: DeploymentTarget,
    /// The frameworks that are there; the first one has the licences.
    pub frameworks: Vec<Framework>,
    /// Extension modules that each framework must have, without their suffix: `_ssl`. More are no problem.
    pub modules: Vec<String>,
    /// What must be there with its licence: `openssl` for `share/doc/python3.13/licenses/openssl.txt`.
    pub licenses: Vec<String>,
    /// Whether this version owns `Versions/Current`, and with it the links on top of the framework. One that doesn't
    /// leaves them to another version on the user's disk.
    pub current: bool,
    /// Whether compiled bytecode is shipped.
    pub bytecode: bool,
    /// Folders of the build machine: no file may contain these bytes. Empty ones are ignored.
    pub forbidden_paths: Vec<String>,
    /// A folder with the `.tbd` files of the system's libraries. Without it, what comes from there isn't looked up.
    pub sdk: Option<PathBuf>,
    /// What may be linked.
    pub linkage: Linkage,
    /// The stack of the interpreter's main thread, bytes.
    pub stack_size: u64,
}

impl Expectations {
    /// The oldest macOS that a slice may run on.
    pub(super) fn minimum_of(&self, arch: Arch) -> OsVersion {
        match arch {
            Arch::Ppc | Arch::I386 | Arch::X86_64 => self.minimum,
            Arch::Arm64 => self.minimum.max(DeploymentTarget::BIG_SUR),
        }
        .into()
    }

    /// A framework's version folder, relative to the root.
    pub(super) fn prefix_in_root(&self, framework: Framework) -> String {
        framework.prefix(self.python).trim_start_matches('/').to_owned()
    }

    /// A framework's library folder, relative to the root.
    pub(super) fn library_in_root(&self, framework: Framework) -> String {
        format!("{}/lib/{}", self.prefix_in_root(framework), framework.python(self.python))
    }
}

/// A Mach-O file whose bytes were looked at.
pub(super) struct Binary {
    /// Relative to the root.
    pub path: String,
    /// The slices that could be read.
    pub images: Vec<macho::Details>,
}
