//! `clang` and `clang++`: what a compiler for macOS must be told when it runs elsewhere.

use std::ffi::{OsStr, OsString};
use std::process::ExitCode;

use anyhow::Result;

use super::output::guard;
use super::site::{Site, finish};
use super::tool::Tool;
use crate::exec::StandIn;

/// Darwin 20 is macOS 11, the first for both architectures. With `darwin` (instead of `macos`) the minimum still
/// comes from `MACOSX_DEPLOYMENT_TARGET` or `-mmacosx-version-min`; on arm64 clang raises it to 11.0 by itself.
const TARGET: &str = "--target=arm64-apple-darwin20";

/// The linker's age as clang takes it: new enough for `-platform_version`, which lld insists on.
const LINKER_VERSION: &str = "-mlinker-version=1053";

/// Options that end before the linker.
const NO_LINK: &[&str] = &["-c", "-S", "-E", "-M", "-MM", "-fsyntax-only", "--precompile", "-emit-ast"];

/// Options whose value is the next argument, which is therefore no input.
const WITH_VALUE: &[&str] = &[
    "-o",
    "-arch",
    "-x",
    "-I",
    "-L",
    "-D",
    "-U",
    "-F",
    "-l",
    "-e",
    "-u",
    "-T",
    "-z",
    "-B",
    "-isysroot",
    "-isystem",
    "-idirafter",
    "-iquote",
    "-iframework",
    "-iprefix",
    "-iwithprefix",
    "-imacros",
    "-include",
    "-MF",
    "-MT",
    "-MQ",
    "-MJ",
    "-target",
    "-Xclang",
    "-Xpreprocessor",
    "-Xassembler",
    "-mllvm",
    "-install_name",
    "-current_version",
    "-compatibility_version",
    "-bundle_loader",
    "-dylib_file",
    "-exported_symbols_list",
    "-unexported_symbols_list",
    "-undefined",
    "-umbrella",
    "-allowable_client",
    "-client_name",
    "-sub_library",
    "-sub_umbrella",
    "-weak_framework",
    "-image_base",
    "-init",
    "-multiply_defined",
    "-multiply_defined_unused",
    "-read_only_relocs",
    "-seg1addr",
    "-serialize-diagnostics",
    "--serialize-diagnostics",
    "--param",
    "-G",
    "-A",
];

/// Runs the compiler.
pub(super) fn run(tool: Tool, args: &[OsString], site: &Site) -> Result<ExitCode> {
    let program = if tool == Tool::ClangCxx { "clang++" } else { "clang" };
    let guarded = guard(arguments(args, site), &["-o", "-MF"])?;
    finish(launched(site.llvm.stand_in(program, guarded.args.clone()), args, site), guarded)
}

/// A compilation is started with the launcher, when there is one: a cache, or a way to other machines. They know what to
/// do with an object; linking and everything else stays here.
pub(super) fn launched(mut compiler: StandIn, args: &[OsString], site: &Site) -> StandIn {
    if let Some(launcher) = site.launcher.as_ref().filter(|_| args.iter().any(|arg| arg == "-c")) {
        let program = std::mem::replace(&mut compiler.program, launcher.clone());
        compiler.args.insert(0, program.into_os_string());
    }
    compiler
}

/// The compiler's arguments: ours first, so that a build's own ones win, then the build's.
pub(super) fn arguments(args: &[OsString], site: &Site) -> Vec<OsString> {
    let links = links(args);
    // Ours must not cause warnings about options that a compilation doesn't use; the build's own may.
    let mut all: Vec<OsString> = vec!["--start-no-unused-arguments".into(), TARGET.into(), "-isysroot".into()];
    all.push(site.sdk.clone().into());
    all.push(joined("--ld-path=", site.llvm.program("ld64.lld").as_os_str()));
    all.push(LINKER_VERSION.into());
    all.push(joined("-B", site.llvm.libexec().as_os_str()));
    all.extend(site.prefix_map.iter().map(|entry| format!("-ffile-prefix-map={entry}").into()));
    if links {
        // Install names may get longer later. Debugging information names the folder of the build: none is kept.
        all.extend(["-headerpad_max_install_names", "-Wl,-S"].map(OsString::from));
    }
    all.push("--end-no-unused-arguments".into());
    all.extend(without_root_as_sysroot(args).into_iter().filter(|arg| !asks_for_debugging(arg)));
    if links && let Some(runtime) = site.runtime() {
        all.push(runtime.into());
        // It might follow `-x c`, which would make C of the library.
        if args.iter().any(|arg| arg.to_string_lossy().starts_with("-x")) {
            all.splice(all.len() - 1..all.len() - 1, ["-x".into(), "none".into()]);
        }
    }
    all
}

fn joined(option: &str, value: &OsStr) -> OsString {
    let mut text = OsString::from(option);
    text.push(value);
    text
}

/// `-isysroot /` means the system's own headers on a Mac; here those are the SDK's, and never the host's.
fn without_root_as_sysroot(args: &[OsString]) -> Vec<OsString> {
    let mut kept: Vec<OsString> = Vec::with_capacity(args.len());
    for arg in args {
        if arg == "/" && kept.last().is_some_and(|before| before == "-isysroot") {
            kept.pop();
        } else if arg != "-isysroot/" {
            kept.push(arg.clone());
        }
    }
    kept
}

/// Debugging information stays in object files that nobody keeps, and costs a sixth of the compiler's time.
fn asks_for_debugging(arg: &OsStr) -> bool {
    arg.to_str().is_some_and(|arg| ["-g", "-g1", "-g2", "-g3", "-ggdb"].contains(&arg))
}

/// Whether the compiler will call the linker: there is an input, and nothing ends the work before. Options that only
/// ask (`--version`, `-print-search-dirs`) come without inputs, or print and stop whatever else is said.
pub(super) fn links(args: &[OsString]) -> bool {
    let mut inputs = false;
    let mut is_value = false;
    for arg in args {
        let arg = arg.to_string_lossy();
        if std::mem::take(&mut is_value) {
            continue;
        }
        let asks = arg == "--version" || arg == "-dumpmachine" || arg == "-dumpversion" || arg.starts_with("-print-");
        if asks || arg.starts_with("--print-") || NO_LINK.contains(&&*arg) {
            return false;
        }
        is_value = WITH_VALUE.contains(&&*arg);
        // `-framework X`, `-Xlinker X` and libraries are inputs to clang as well as files.
        inputs |= !arg.starts_with('-') || arg == "-" || arg == "-framework" || arg.starts_with("-Wl,");
        inputs |= arg.starts_with("-l") || arg == "-Xlinker" || arg.starts_with('@');
        is_value |= arg == "-framework" || arg == "-Xlinker";
    }
    inputs
}
