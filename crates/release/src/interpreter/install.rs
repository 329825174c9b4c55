//! An installation: what a package lays down, and what its install scripts do with it.

use std::path::Path;

use anyhow::{Context as _, Result};
use flatpkg::package::{Component, Package};

use super::Interpreter;
use crate::context::Context;

/// Where the package is taken apart, beside the root.
const EXPANDED: &str = "package";

/// Takes a package apart, and puts the payload of each component where it belongs below `root`.
///
/// # Errors
/// When the package can't be read, or something can't be written.
pub fn payloads(package: &Path, folder: &Path) -> Result<()> {
    let read = || format!("failed to read {}", package.display());
    let (expanded, root) = (folder.join(EXPANDED), folder.join("root"));
    let package = Package::open(package).with_context(read)?;
    flatpkg::expand::expand(&package, &expanded, true).with_context(read)?;
    for component in package.components() {
        let payload = expanded.join(component.member("Payload"));
        if payload.is_dir() {
            let location = component.package_info().with_context(read)?.install_location.unwrap_or_default();
            crate::build::copy_tree(&payload, &root.join(location.trim_start_matches('/')))?;
        }
    }
    Ok(())
}

/// Runs the components' `postinstall` scripts in their order, as the Installer does: with the package, the place of the
/// component, the volume, and the system's root. Then the new Python looks at what they left.
///
/// # Errors
/// When one of them fails.
pub fn scripts(cx: &Context, package: &Path, interpreter: &Interpreter) -> Result<()> {
    fs_err::create_dir_all(cx.paths.logs())?;
    let log = cx.paths.logs().join("test-install.log");
    crate::exec::fresh_log(&log)?;
    let task = cx.ui.task("install scripts", None);
    let text = |path: &Path| path.to_string_lossy().into_owned();
    let opened = Package::open(package)?;
    let script_of = |component: &Component<'_>| {
        interpreter.folder.path().join(EXPANDED).join(component.member("Scripts")).join("postinstall")
    };
    for component in opened.components() {
        let script = script_of(&component);
        if script.is_file() {
            let purpose = format!("run the install script of {}", component.directory());
            let place = component.package_info()?.install_location.unwrap_or_default();
            let args = [text(&script), text(package), place, text(&interpreter.root), "/".to_owned()];
            interpreter.start(&purpose, Path::new("/bin/sh"), &args, &log)?;
        }
    }
    let tools = interpreter.root.join("usr/local/bin");
    super::smoke::part(interpreter, "installed", &[text(&tools)], &log)?;
    task.done("");
    Ok(())
}
