//! Making a published package again, and comparing.
//!
//! A package's receipt says of what it was made: the version of this tool, options, sources by digest, and the key of each
//! step. When a key is another one here, the bytes can't be expected to be equal, and the first step that differs is named,
//! with what is known of why. When all keys are equal, the package is built and compared.

mod compare;
mod receipt;

use std::path::{Path, PathBuf};

use anyhow::{Result, anyhow, bail};

use crate::attest;
use crate::build::OnFailure;
use crate::context::Context;
use crate::digest::Sha256;
use crate::fetch::Supply;
use crate::hint::{Unusable, WithHint as _};
use crate::keys::SigningKey;
use crate::making::Making;
use crate::package::{Format, package_to};
use crate::plan::STAGE;
use crate::planning::planned;
use crate::remote::Remote;
use receipt::Receipt;

pub use compare::Row;

/// What is to be reproduced, and of what.
pub struct Order<'a> {
    /// The published package.
    pub package: &'a Path,
    /// Its receipt; nothing for the file beside it.
    pub receipt: Option<&'a Path>,
    /// Sources and packages that the user gives.
    pub supply: &'a Supply,
    /// Finished steps of others: whoever takes them believes their signers.
    pub remote: Option<&'a Remote>,
    /// Who vouches for the package when it is equal.
    pub key: Option<&'a SigningKey>,
}

/// What came of it.
#[derive(Debug)]
pub enum Outcome {
    /// The same bytes; where the attestation is, if somebody vouches.
    Equal(Sha256, Option<PathBuf>),
    /// Steps or assets that are others here: nothing was built.
    OtherInputs(Vec<Row>),
    /// The same inputs, and other bytes.
    OtherBytes(Vec<Row>),
}

/// Makes a package again.
///
/// # Errors
/// When the receipt is another package's, its options can't be had here, or the build fails.
pub fn reproduce(cx: &Context, order: &Order<'_>) -> Result<Outcome> {
    let beside = receipt::path_beside(order.package);
    let receipt = Receipt::read(order.receipt.unwrap_or(&beside))?;
    let theirs = Sha256::of_file(order.package)?;
    if theirs != receipt.package.sha256 {
        return Err(anyhow!(Unusable(format!("the receipt is of another package: {}", receipt.package.file))))
            .hint("--receipt FILE names the one that was published with it");
    }
    if let Some(by) = &receipt.package.signed_by {
        return Err(anyhow!(Unusable(format!("the package is signed ({by}): nobody else can make these bytes"))))
            .hint("reproduce the unsigned package of the same release, and compare both with `cargo xtask diff`");
    }
    let (own, made_by) = (env!("CARGO_PKG_VERSION"), &receipt.tools.release_tool);
    if own != made_by {
        cx.ui.say(format_args!("made by version {made_by} of this tool, and this is {own}: it may do other things"));
    }
    let (version, options) = receipt.options()?;
    let planned = planned(cx, Some(version), &options)?;
    let making = Making { supply: order.supply, remote: order.remote };
    let rows = compare::inputs(cx, &receipt, &planned.plan)?;
    if !rows.is_empty() {
        return Ok(Outcome::OtherInputs(rows));
    }
    let planned = making.ready(cx, planned, STAGE)?;
    let plan = &planned.plan;
    let rows = compare::inputs(cx, &receipt, plan)?;
    if !rows.is_empty() {
        // Packages of the toolchain are gone from the mirrors.
        return Ok(Outcome::OtherInputs(rows));
    }
    let sources = making.sources(cx, plan, STAGE)?;
    let built = making.root(cx, plan, &sources, OnFailure::Stop)?;
    fs_err::create_dir_all(cx.paths.work())?;
    let dir = tempfile::Builder::new().prefix("reproduce-").tempdir_in(cx.paths.work())?;
    let format = match order.package.extension().and_then(|ending| ending.to_str()) {
        Some("pkg") => Format::Flat,
        Some("dmg") => Format::Mpkg,
        _ => bail!("{} is neither a .pkg nor a .dmg", order.package.display()),
    };
    let path = dir.path().join(&receipt.package.file);
    let ours = package_to(cx, plan, &built.root, receipt.options.ownership, format, path)?;
    let sha256 = Sha256::of_file(&ours.path)?;
    if sha256 == theirs {
        let beside = order.package.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let attestation = order.key.map(|key| attest::write(plan, order.package, beside, key)).transpose()?;
        return Ok(Outcome::Equal(sha256, attestation));
    }
    Ok(Outcome::OtherBytes(compare::packages(cx, plan, order.package, &ours.path, &built.root)?))
}

#[cfg(test)]
mod tests;
