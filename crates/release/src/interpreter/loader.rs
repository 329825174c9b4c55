//! The loader itself: built beside this program, and tested against the SDK that Python is compiled with.

use std::ffi::OsString;
use std::path::PathBuf;

use anyhow::{Context as _, Result};
use machorun::launch::Emulation;

use crate::build::Names;
use crate::context::Context;
use crate::exec::Check;
use crate::plan::Plan;

/// The loader, built beside this program; where cargo has not built this program, such as after its installation, in the cache.
///
/// # Errors
/// When it doesn't compile.
pub fn build(cx: &Context) -> Result<PathBuf> {
    let own = std::env::current_exe()?;
    let folder = own.ancestors().skip(1).find(|dir| !dir.ends_with("deps"));
    // Cargo marks its folders with such a tag.
    let beside = folder.and_then(|dir| Some((dir.parent().filter(|dir| dir.join("CACHEDIR.TAG").is_file())?, dir)));
    let (target, folder) = match beside {
        Some((target, folder)) => (target.to_owned(), folder.to_owned()),
        None => (cx.paths.cache.join("loader"), cx.paths.cache.join("loader/release")),
    };
    let target = target.to_str().context("the loader's folder has a name that is not UTF-8")?;
    // Whatever cargo would choose by its variables: an older loader may lie beside this program.
    let mut args = vec!["build", "--quiet", "--package", "machorun", "--target-dir", target];
    if folder.ends_with("release") {
        args.push("--release");
    }
    Check { purpose: "building the loader", args: &args, env: &[], dir: &cx.paths.repo }.run()?;
    Ok(folder.join("machorun"))
}

/// Runs the loader's tests with a cross compiler and an SDK, which some of them need: whether its constants and structures
/// are those of the headers, and whether what the linker makes runs; with an emulator, what it makes for the other processor. Both
/// come from finished steps; without them, on a Mac, it says that it skips them.
///
/// # Errors
/// When a test fails.
pub fn check(cx: &Context, plan: &Plan, emulation: Option<&Emulation>) -> Result<()> {
    let step = |name: &str| cx.paths.steps().join(plan.folder(name));
    let (sdk, shims) = (step("sdk"), step("shims"));
    let Some(made) = plan.steps.iter().find(|step| step.name == "sdk").filter(|_| sdk.is_dir() && shims.is_dir())
    else {
        cx.ui.say("skipped: the loader's tests against an SDK; this build has no cross compiler");
        return Ok(());
    };
    let products = made.needs.iter().map(|name| (name.clone(), step(name))).collect();
    let names = Names { work: sdk.clone(), out: sdk.clone(), products };
    // What the stand-ins want to know; the rest of the variables would mislead cargo.
    let mut env: Vec<(&str, OsString)> =
        vec![("MACHORUN_CLANG", shims.join("clang").into()), ("MACHORUN_SDK", sdk.into())];
    for name in ["XTASK_LLVM", "XTASK_SDK", "XTASK_PREFIX_MAP", "MACOSX_DEPLOYMENT_TARGET"] {
        env.push((name, names.fill(made.env.get(name).context("the plan's toolchain has changed")?)?.into()));
    }
    let tests = match emulation {
        None => "with_an_sdk",
        Some(emulation) => {
            env.push(("MACHORUN_EMULATOR", emulation.emulator.clone().into()));
            env.push(("MACHORUN_LOADER", emulation.loader.clone().into()));
            "with_an_emulator"
        }
    };
    let args = ["test", "--quiet", "--workspace", "--tests", "--", "--ignored", tests];
    Check { purpose: "comparing the loader with the SDK and the linker", args: &args, env: &env, dir: &cx.paths.repo }
        .run()
}
