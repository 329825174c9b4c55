//! Products of ours in either format.

use std::path::Path;

use anyhow::{Context as _, Result, bail};
use flatpkg::effect::Installable;

use super::{package, unreadable};
use crate::context::Context;
use crate::package::{Format, UnsignedPkg};

/// Verifies a product of ours, of either format.
///
/// # Errors
/// All findings.
pub fn product(cx: &Context, product: &UnsignedPkg) -> Result<()> {
    match product.format {
        Format::Flat => package(cx, &product.path, false),
        Format::Mpkg => image(cx, &product.path),
    }
}

/// Verifies a disk image: its checksums, and that the bill of materials of every package agrees with its archive.
fn image(cx: &Context, path: &Path) -> Result<()> {
    let task = cx.ui.task(format!("verify {}", path.file_name().unwrap_or_default().to_string_lossy()), None);
    let opened = crate::install::open(path)?;
    let mut wrong = Vec::new();
    if let Installable::Bundle(bundle) = opened.installable()? {
        for member in &bundle.members {
            let places = member.disagreements().with_context(|| unreadable(path))?;
            wrong.extend(places.iter().map(|place| format!("{}: {place}", member.file_name)));
        }
    }
    wrong.iter().for_each(|line| cx.ui.say(format_args!("{line}: the archive and its bill of materials disagree")));
    if !wrong.is_empty() {
        bail!("{} is not sound: {} findings", path.display(), wrong.len());
    }
    task.done("");
    Ok(())
}
