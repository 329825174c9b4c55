//! Stand-ins for Apple's command-line tools: this program, under their names.
//!
//! A build finds them first in its `PATH`. They add what a compiler for macOS needs to know, do what LLVM's tools
//! can't, and never let a tool replace an output that is no regular file: LLVM's tools write a temporary file and
//! rename it, which destroys `/dev/null` when root asks for `-o /dev/null`, as configure scripts do.
//!
//! They are told everything by their environment: see `site.rs`.

mod archive;
mod compiler;
mod output;
mod package_config;
mod site;
mod system;
mod tool;

use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::process::ExitCode;

use anyhow::Result;

use crate::hint;
use output::Guarded;
use site::{Llvm, Site};
use tool::NAMES;

pub use tool::Tool;

/// The sources that decide what the stand-ins do: part of the key of all that is built with them.
pub const SOURCE_DIGEST_INPUT: &str = concat!(
    include_str!("shim.rs"),
    include_str!("shim/archive.rs"),
    include_str!("shim/compiler.rs"),
    include_str!("shim/output.rs"),
    include_str!("shim/package_config.rs"),
    include_str!("shim/site.rs"),
    include_str!("shim/system.rs"),
    include_str!("shim/tool.rs"),
    include_str!("packages.rs"),
    include_str!("../../../macho/src/form.rs"),
);

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
        Tool::Xcrun => system::xcrun(&args, run),
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

#[cfg(test)]
mod tests;
