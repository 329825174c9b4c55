//! After a product is made: which files go where, and the next command.

use anyhow::Result;

use crate::context::Context;
use crate::flat;
use crate::package::{Format, name};
use crate::pipeline::Released;

/// Lines for the end of a release or a signature.
///
/// # Errors
/// When the product can't be read.
pub fn lines(cx: &Context, released: &Released) -> Result<Vec<String>> {
    let path = released.product.path();
    let shown = path.strip_prefix(&cx.paths.repo).unwrap_or(path).display().to_string();
    let version = released.planned.release;
    if released.product.package.format == Format::Mpkg {
        return Ok(vec![format!("to upload: {shown}, {shown}.spdx.json")]);
    }
    let file = path.file_name().unwrap_or_default().to_string_lossy();
    if !name::is_published(&file) {
        let why =
            if released.product.signed.is_some() { "macOS does not trust who signed it" } else { "it is not signed" };
        return Ok(vec![
            format!("to upload: nothing, {why}"),
            format!("next: cargo xtask preview {shown}"),
            format!("then: cargo xtask sign --release {version} --profile FILE (docs/sign.md)"),
        ]);
    }
    let is_stapled = flat::open(path)?.archive().trailer().is_ok_and(|trailer| trailer.staple().is_some());
    Ok(match is_stapled {
        false => vec![
            "to upload: nothing yet, it is not notarized".to_owned(),
            format!("next: cargo xtask notarize {shown}"),
        ],
        true => vec![
            format!("to upload: {shown}, {shown}.spdx.json"),
            format!("for python.org's database: {shown}.release-files.json"),
            format!("next: cargo xtask verify {shown} --policy gatekeeper"),
        ],
    })
}
