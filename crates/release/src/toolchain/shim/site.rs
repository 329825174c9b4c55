//! What a stand-in is told by its environment, and how it starts the program behind it.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, Result};

use super::output::Guarded;
use crate::exec::{LAUNCHER, StandIn};
use crate::toolchain::packages::{LIBEXEC, LLVM};
use crate::toolchain::runtime;

/// Where the compiler's programs are: the variable `XTASK_LLVM`, a tree made by
/// [`unpack_packages`](crate::toolchain::unpack_packages).
#[derive(Debug, Clone)]
pub(super) struct Llvm {
    pub(super) tree: PathBuf,
}

impl Llvm {
    pub(super) fn from_env() -> Result<Self> {
        Ok(Self { tree: variable("XTASK_LLVM")?.into() })
    }

    pub(super) fn program(&self, name: &str) -> PathBuf {
        self.tree.join(LLVM).join("bin").join(name)
    }

    /// Where clang finds `lipo` under this name.
    pub(super) fn libexec(&self) -> PathBuf {
        self.tree.join(LIBEXEC)
    }

    /// The libraries that came with the programs. Debian names the folder after the machine.
    pub(super) fn library_path(&self) -> OsString {
        let multiarch = format!("{}-linux-gnu", std::env::consts::ARCH);
        let folders = [format!("{LLVM}/lib"), format!("usr/lib/{multiarch}"), format!("lib/{multiarch}")];
        let folders: Vec<OsString> = folders.iter().map(|below| self.tree.join(below).into_os_string()).collect();
        folders.join(OsStr::new(":"))
    }

    pub(super) fn stand_in(&self, program: &str, args: Vec<OsString>) -> StandIn {
        StandIn { program: self.program(program), args, env: vec![("LD_LIBRARY_PATH", self.library_path())] }
    }

    /// Runs a program; becomes it when nothing is left to do afterwards.
    pub(super) fn run(&self, program: &str, guarded: Guarded) -> Result<ExitCode> {
        let stand_in = self.stand_in(program, guarded.args.clone());
        finish(stand_in, guarded)
    }
}

/// Runs a program, and does what is left to do afterwards; becomes it when that is nothing.
pub(super) fn finish(stand_in: StandIn, guarded: Guarded) -> Result<ExitCode> {
    if guarded.has_redirections() {
        let status = stand_in.run()?;
        guarded.finish(status.success())?;
        return Ok(code(status));
    }
    Err(stand_in.exec())
}

/// What the compiler must know: where things are, and what for.
#[derive(Debug, Clone)]
pub(super) struct Site {
    pub(super) llvm: Llvm,
    /// `XTASK_SDK`: the sysroot.
    pub(super) sdk: PathBuf,
    /// `XTASK_LAUNCHER`: a program that compilations are started with, such as ccache.
    pub(super) launcher: Option<PathBuf>,
    /// `XTASK_PREFIX_MAP`: entries `from=to` with colons between them; paths in the output that begin with `from`
    /// begin with `to` instead.
    pub(super) prefix_map: Vec<String>,
}

impl Site {
    pub(super) fn from_env() -> Result<Self> {
        // Without it clang would take its own target's version for the minimum.
        variable("MACOSX_DEPLOYMENT_TARGET")?;
        let map = variable("XTASK_PREFIX_MAP")?;
        let map = map.to_str().context("XTASK_PREFIX_MAP is not text")?;
        Ok(Self {
            llvm: Llvm::from_env()?,
            sdk: variable("XTASK_SDK")?.into(),
            launcher: std::env::var_os(LAUNCHER).map(PathBuf::from),
            prefix_map: map.split(':').filter(|entry| !entry.is_empty()).map(ToOwned::to_owned).collect(),
        })
    }

    /// Our own part of the compiler's run-time library; absent while it is being made, and from a real SDK.
    pub(super) fn runtime(&self) -> Option<PathBuf> {
        let library = self.sdk.join(runtime::LIBRARY);
        library.is_file().then_some(library)
    }
}

pub(super) fn variable(name: &str) -> Result<OsString> {
    std::env::var_os(name)
        .filter(|value| !value.is_empty())
        .with_context(|| format!("{name} is not set; these stand-ins work inside `cargo xtask build` only"))
}

/// A child's exit status as ours. One that was killed counts as 128 and the signal's number, as shells do.
pub(super) fn code(status: std::process::ExitStatus) -> ExitCode {
    use std::os::unix::process::ExitStatusExt as _;
    let code = status.code().or_else(|| Some(128 + status.signal()?)).unwrap_or(1);
    ExitCode::from(u8::try_from(code).unwrap_or(1))
}
