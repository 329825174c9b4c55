//! The staged root: built, then audited, on a machine whose devices are whole.

use std::os::unix::fs::FileTypeExt as _;
use std::path::PathBuf;

use anyhow::{Result, anyhow};

use crate::audit;
use crate::build::{self, Built, OnFailure};
use crate::context::Context;
use crate::fetch::Sources;
use crate::hint::WithHint as _;
use crate::plan::{Plan, STAGE};

/// The step that makes the SDK; a Mac's plan has none.
pub const SDK: &str = "sdk";

/// The staged root of a plan, which is what it was when it was made, or another one that the user names.
///
/// # Errors
/// When it is not there, or has changed since it was made.
pub fn find(cx: &Context, plan: &Plan, named: Option<PathBuf>) -> Result<PathBuf> {
    let root = match named {
        Some(root) => root,
        None => build::finished(cx, plan, STAGE)?.unwrap_or_else(|| cx.paths.steps().join(plan.folder(STAGE))),
    };
    if root.is_dir() {
        return Ok(root);
    }
    let python = plan.python;
    Err(anyhow!("Python {python} is not built: {} does not exist", root.display()))
        .hint(format!("run `cargo xtask build {python}` with the same options first, or name a staged root"))
}

/// Builds and audits the staged root.
///
/// # Errors
/// The first step that fails; or every finding of the audit.
pub fn root(cx: &Context, plan: &Plan, sources: &Sources, on_failure: OnFailure) -> Result<Built> {
    let built = guarded(|| {
        let built = build::run(cx, plan, sources, on_failure)?;
        // The audit looks at it, and a root that was made elsewhere came without.
        if plan.step(SDK).is_some() {
            build::step(cx, plan, sources, SDK, on_failure)?;
        }
        Ok(built)
    })?;
    audit::audit(cx, plan, &built)?;
    Ok(built)
}

/// Builds one step and what it needs; its folder.
///
/// # Errors
/// The first step that fails.
pub fn step(cx: &Context, plan: &Plan, sources: &Sources, name: &str, on_failure: OnFailure) -> Result<PathBuf> {
    guarded(|| build::step(cx, plan, sources, name, on_failure))
}

fn guarded<T>(build: impl FnOnce() -> Result<T>) -> Result<T> {
    check_devices()?;
    let result = build();
    check_devices()?;
    result
}

/// Tools that replace their output can turn a device into a file when they run as root; after that every test for
/// "does this compile" lies.
///
/// # Errors
/// When `/dev/null` is not a character device.
pub fn check_devices() -> Result<()> {
    if fs_err::metadata("/dev/null")?.file_type().is_char_device() {
        return Ok(());
    }
    Err(anyhow!("/dev/null is not a device any more: some program run as root replaced it by a file"))
        .hint("restore it as root with `rm -f /dev/null; mknod -m 666 /dev/null c 1 3`, then run this again")
}
