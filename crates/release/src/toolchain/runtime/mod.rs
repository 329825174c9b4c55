//! The part of clang's run-time library that programs for macOS need, compiled by ourselves.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Result;

use crate::exec::{Crew, Job};

/// Where the library lies in an SDK. The compiler's stand-in adds it to every link when it is there.
pub const LIBRARY: &str = "usr/lib/libclang_rt.osx.a";

/// The source; part of the SDK's key.
pub(super) const SOURCE: &str = include_str!("os_version.c");

/// Compiles the library for both architectures, into an SDK.
///
/// `env` is the environment of a build step, with our stand-ins first in `PATH`; `work` is a folder for the objects.
///
/// # Errors
/// When a tool fails.
pub fn compile(env: &BTreeMap<String, String>, crew: &Crew, log: &Path, work: &Path, sdk: &Path) -> Result<()> {
    fs_err::create_dir_all(work)?;
    let mut env = env.clone();
    // Older than anything we build for: a linker refuses to mix in objects that are newer than its target.
    env.insert("MACOSX_DEPLOYMENT_TARGET".into(), "10.9".into());
    fs_err::write(work.join("os_version.c"), SOURCE)?;
    let library = sdk.join(LIBRARY);
    fs_err::create_dir_all(library.parent().unwrap_or(sdk))?;
    let library = library.to_string_lossy();
    let run = |program: &str, args: &[&str]| {
        let args: Vec<String> = args.iter().map(ToString::to_string).collect();
        let purpose = "compile the compiler's run-time library";
        Job { purpose, program, args: &args, env: &env, dir: work, log, crew: Some(crew) }.run()
    };
    let flags = ["-O2", "-fno-builtin", "-fvisibility=hidden", "-Wall", "-Wextra", "-Werror"];
    let mut args = vec!["-arch", "x86_64", "-arch", "arm64"];
    args.extend(flags);
    args.extend(["-c", "os_version.c", "-o", "os_version.o"]);
    run("clang", &args)?;
    run("ar", &["cr", &library, "os_version.o"])
}
