//! What is published beside a package: how it came to be, what is in it, and how to be rid of it.
//!
//! Everything here follows from the package, the plan and the recipes: two releases of the same have the same evidence, byte
//! for byte. How long it took is no evidence, and is kept in a file of its own ([`timings`]).

mod choices;
mod contents;
mod facts;
pub mod mtree;
mod receipt;
mod renew;
mod rows;
mod sbom;
pub mod sums;
pub mod timings;
mod uninstall;

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use crate::context::Context;
use crate::digest::Sha256;
use crate::output::write_whole;
use crate::package::{name, product_assets};
use contents::Contents;
use facts::Facts;

pub use facts::Subject;
pub use receipt::{assets, build_options};
pub use renew::renew;

/// A file to be written.
struct Output {
    name: String,
    text: String,
    mode: u32,
}

/// Writes everything beside the package; gives back the files.
///
/// # Errors
/// When the package can't be read, or a file not be written. Nothing is written before all texts are there.
pub fn write(cx: &Context, subject: &Subject<'_>) -> Result<Vec<PathBuf>> {
    let path = subject.product.path();
    let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let read = || Contents::read(crate::install::open(path, None)?.installable()?, &subject.product.package.components);
    let contents = read().with_context(|| format!("failed to read {}", path.display()))?;
    let assets = product_assets(cx, &subject.planned.plan.offer)?;
    let facts = Facts { subject, assets, sha256: Sha256::of_file(path)?, file, contents };
    outputs(cx, &facts).and_then(|outputs| put(cx, path, &outputs))
}

/// The texts.
fn outputs(cx: &Context, facts: &Facts<'_>) -> Result<Vec<Output>> {
    let plain = |ending: &str, text: String| Output { name: format!("{}.{ending}", facts.file), text, mode: 0o644 };
    let mut outputs = vec![
        plain("receipt.json", receipt::text(cx, facts)?),
        plain("spdx.json", sbom::text(facts)?),
        plain("mtree", mtree::text(&facts.contents)),
        Output { mode: 0o755, ..plain("uninstall", uninstall::text(cx, facts)?) },
    ];
    for (name, text) in choices::texts(facts)? {
        outputs.push(plain(&format!("choices-{name}.plist"), text));
    }
    // What python.org doesn't publish gets no rows there.
    if name::is_published(&facts.file) {
        outputs.push(plain("release-files.json", rows::text(facts)?));
    }
    if let Some(signed) = &facts.subject.product.signed {
        outputs.push(plain("signature.json", signed.record_text()?));
    }
    Ok(outputs)
}

/// Writes them beside the package in place of those of an earlier release, and all digests; gives back the files.
fn put(cx: &Context, path: &Path, outputs: &[Output]) -> Result<Vec<PathBuf>> {
    let dir = path.parent().unwrap_or_else(|| Path::new("."));
    for output in outputs {
        write_whole(&dir.join(&output.name), output.text.as_bytes(), output.mode)?;
    }
    let package = path.file_name().unwrap_or_default().to_string_lossy();
    for entry in fs_err::read_dir(dir)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if sums::is_evidence(&name, &package) && outputs.iter().all(|output| output.name != name) {
            fs_err::remove_file(entry.path())?;
        }
    }
    let mut files: Vec<PathBuf> = outputs.iter().map(|output| dir.join(&output.name)).collect();
    for name in sums::renew(&files.iter().map(PathBuf::as_path).chain([path]).collect::<Vec<_>>())? {
        cx.ui.say(format_args!("warning: {name} is not what SHA256SUMS said; its line was renewed"));
    }
    files.push(dir.join(sums::NAME));
    Ok(files)
}

#[cfg(test)]
mod tests;
