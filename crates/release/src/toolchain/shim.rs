//! Stand-ins for Apple's command-line tools: this program, under their names.
//!
//! A build finds them first in its `PATH`. They add what a compiler for macOS needs to know, do what LLVM's tools
//! can't, and never let a tool replace an output that is no regular file: LLVM's tools write a temporary file and
//! rename it, which destroys `/dev/null` when root asks for `-o /dev/null`, as configure scripts do.
//!
//! They are told everything by their environment: see [`Site`].

mod archive;
mod compiler;
mod output;
mod package_config;
mod system;

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result};

use super::packages::{LIBEXEC, LLVM};
use super::runtime;
use crate::exec::{LAUNCHER, StandIn};
use crate::hint;
use output::Guarded;

/// The sources that decide what the stand-ins do: part of the key of all that is built with them.
pub const SOURCE_DIGEST_INPUT: &str = concat!(
    include_str!("shim.rs"),
    include_str!("shim/archive.rs"),
    include_str!("shim/compiler.rs"),
    include_str!("shim/output.rs"),
    include_str!("shim/package_config.rs"),
    include_str!("shim/system.rs"),
    include_str!("packages.rs"),
);

/// A tool that we stand in for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tool {
    /// The C compiler, which also links.
    Clang,
    /// The C++ compiler.
    ClangCxx,
    /// Makes archives; of universal objects too.
    Ar,
    /// Does nothing: archives get their index when they are made.
    Ranlib,
    /// Joins and splits universal files.
    Lipo,
    /// Apple's `libtool`, which makes static libraries. Not GNU's.
    Libtool,
    /// Removes symbols.
    Strip,
    /// Changes the paths that a binary records.
    InstallName,
    /// Shows a binary.
    Otool,
    /// Shows symbols.
    Nm,
    /// Collects debugging information.
    Dsymutil,
    /// Says which macOS runs.
    SwVers,
    /// Finds and runs tools.
    Xcrun,
    /// Says how to link to a library.
    PkgConfig,
}

/// Every tool, by the name it is called with.
const NAMES: &[(&str, Tool)] = &[
    ("clang", Tool::Clang),
    ("clang++", Tool::ClangCxx),
    ("ar", Tool::Ar),
    ("ranlib", Tool::Ranlib),
    ("lipo", Tool::Lipo),
    ("libtool", Tool::Libtool),
    ("strip", Tool::Strip),
    ("install_name_tool", Tool::InstallName),
    ("otool", Tool::Otool),
    ("nm", Tool::Nm),
    ("dsymutil", Tool::Dsymutil),
    ("sw_vers", Tool::SwVers),
    ("xcrun", Tool::Xcrun),
    ("pkg-config", Tool::PkgConfig),
];

/// Names that mean the same as another.
const ALIASES: &[(&str, Tool)] = &[("cc", Tool::Clang), ("gcc", Tool::Clang), ("c++", Tool::ClangCxx)];

/// The name of our own program in the folder of the stand-ins.
const PROGRAM: &str = ".xtask";

/// Makes a folder of stand-ins: a copy of our program and links to it.
///
/// # Errors
/// When the folder can't be written.
pub fn install(exe: &Path, dir: &Path) -> Result<()> {
    fs_err::create_dir_all(dir)?;
    // A copy: a later build of this tool must not change a finished step.
    fs_err::copy(exe, dir.join(PROGRAM))?;
    for (name, _) in NAMES {
        fs_err::os::unix::fs::symlink(PROGRAM, dir.join(name))?;
    }
    Ok(())
}

/// The tool that a program's own name says it stands in for.
pub fn is_shim_name(argv0: &OsStr) -> Option<Tool> {
    let name = Path::new(argv0).file_name()?;
    NAMES.iter().find(|(known, _)| name == *known).map(|(_, tool)| *tool)
}

/// Does what the tool would. Ends with the exit status of the program behind it.
pub fn run(tool: Tool, args: Vec<OsString>) -> ExitCode {
    match act(tool, args) {
        Ok(code) => code,
        Err(error) => {
            let name = NAMES.iter().find(|(_, known)| *known == tool).map_or("", |(name, _)| name);
            system::complain(&format!("{name} (stand-in): {}", hint::render(&error)));
            ExitCode::FAILURE
        }
    }
}

fn act(tool: Tool, args: Vec<OsString>) -> Result<ExitCode> {
    match tool {
        Tool::Ranlib => Ok(ExitCode::SUCCESS),
        Tool::SwVers => system::sw_vers(&args),
        Tool::PkgConfig => package_config::run(&args),
        Tool::Xcrun => system::xcrun(&args),
        Tool::Clang | Tool::ClangCxx => compiler::run(tool, &args, &Site::from_env()?),
        Tool::Ar => archive::run(&args, &Llvm::from_env()?),
        Tool::Lipo => Llvm::from_env()?.run("llvm-lipo", output::guard(args, &["-output", "-o"])?),
        Tool::Libtool => Llvm::from_env()?.run("llvm-libtool-darwin", output::guard(args, &["-o"])?),
        Tool::Dsymutil => Llvm::from_env()?.run("dsymutil", output::guard(args, &["-o", "--out"])?),
        Tool::Strip => Llvm::from_env()?.run("llvm-strip", output::guard_in_place(args, &["-o"])?),
        Tool::InstallName => Llvm::from_env()?.run("llvm-install-name-tool", output::guard_in_place(args, &[])?),
        Tool::Otool => Llvm::from_env()?.run("llvm-otool", Guarded::unchanged(args)),
        Tool::Nm => Llvm::from_env()?.run("llvm-nm", Guarded::unchanged(args)),
    }
}

/// Where the compiler's programs are: the variable `XTASK_LLVM`, a tree made by
/// [`unpack_packages`](super::unpack_packages).
#[derive(Debug, Clone)]
struct Llvm {
    tree: PathBuf,
}

impl Llvm {
    fn from_env() -> Result<Self> {
        Ok(Self { tree: variable("XTASK_LLVM")?.into() })
    }

    fn program(&self, name: &str) -> PathBuf {
        self.tree.join(LLVM).join("bin").join(name)
    }

    /// Where clang finds `lipo` under this name.
    fn libexec(&self) -> PathBuf {
        self.tree.join(LIBEXEC)
    }

    /// The libraries that came with the programs. Debian names the folder after the machine.
    fn library_path(&self) -> OsString {
        let multiarch = format!("{}-linux-gnu", std::env::consts::ARCH);
        let folders = [format!("{LLVM}/lib"), format!("usr/lib/{multiarch}"), format!("lib/{multiarch}")];
        let folders: Vec<OsString> = folders.iter().map(|below| self.tree.join(below).into_os_string()).collect();
        folders.join(OsStr::new(":"))
    }

    fn stand_in(&self, program: &str, args: Vec<OsString>) -> StandIn {
        StandIn { program: self.program(program), args, env: vec![("LD_LIBRARY_PATH", self.library_path())] }
    }

    /// Runs a program; becomes it when nothing is left to do afterwards.
    fn run(&self, program: &str, guarded: Guarded) -> Result<ExitCode> {
        let stand_in = self.stand_in(program, guarded.args.clone());
        finish(stand_in, guarded)
    }
}

/// Runs a program, and does what is left to do afterwards; becomes it when that is nothing.
fn finish(stand_in: StandIn, guarded: Guarded) -> Result<ExitCode> {
    if guarded.has_redirections() {
        let status = stand_in.run()?;
        guarded.finish(status.success())?;
        return Ok(code(status));
    }
    Err(stand_in.exec())
}

/// What the compiler must know: where things are, and what for.
#[derive(Debug, Clone)]
struct Site {
    llvm: Llvm,
    /// `XTASK_SDK`: the sysroot.
    sdk: PathBuf,
    /// `XTASK_LAUNCHER`: a program that compilations are started with, such as ccache.
    launcher: Option<PathBuf>,
    /// `XTASK_PREFIX_MAP`: entries `from=to` with colons between them; paths in the output that begin with `from`
    /// begin with `to` instead.
    prefix_map: Vec<String>,
}

impl Site {
    fn from_env() -> Result<Self> {
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
    fn runtime(&self) -> Option<PathBuf> {
        let library = self.sdk.join(runtime::LIBRARY);
        library.is_file().then_some(library)
    }
}

fn variable(name: &str) -> Result<OsString> {
    std::env::var_os(name)
        .filter(|value| !value.is_empty())
        .with_context(|| format!("{name} is not set; these stand-ins work inside `cargo xtask build` only"))
}

/// A child's exit status as ours. One that was killed counts as 128 and the signal's number, as shells do.
fn code(status: std::process::ExitStatus) -> ExitCode {
    use std::os::unix::process::ExitStatusExt as _;
    let code = status.code().or_else(|| Some(128 + status.signal()?)).unwrap_or(1);
    ExitCode::from(u8::try_from(code).unwrap_or(1))
}

#[cfg(test)]
mod tests;
