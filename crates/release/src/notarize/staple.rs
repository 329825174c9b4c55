//! The ticket gets onto the package: onto a copy, which takes the package's place when it is found good.

use std::path::Path;

use anyhow::{Context as _, Result, anyhow};
use flatpkg::xar::Archive;

use super::service::{Notary, Trouble};
use crate::digest::Sha256;
use crate::hint::WithHint as _;
use crate::sign::publish;

/// Refuses what need not be submitted.
///
/// # Errors
/// When it has no signature, or a ticket already.
pub fn refuse_unfit(package: &Path) -> Result<()> {
    let archive = Archive::open(package)?;
    if archive.signatures().is_empty() {
        return Err(anyhow!("{} is not signed: Apple would refuse it", package.display()))
            .hint("`cargo xtask sign` signs it");
    }
    if archive.trailer()?.staple().is_some() {
        return Err(anyhow!("{} has a ticket already, by another run or tool", package.display()))
            .hint("`cargo xtask verify --policy gatekeeper` looks at it; nothing is left to do");
    }
    Ok(())
}

/// Staples; gives back the digest of the package with its ticket.
pub fn staple(notary: &dyn Notary, package: &Path, judge: &dyn Fn(&Path) -> Result<()>) -> Result<Sha256, Trouble> {
    let dir = package.parent().context("the package has no folder")?;
    let temporary = tempfile::Builder::new().prefix(".staple-").tempdir_in(dir).context("no copy can be made")?;
    let copy = temporary.path().join(package.file_name().unwrap_or_default());
    fs_err::copy(package, &copy).context("no copy can be made")?;
    notary.staple(&copy)?;
    let archive = Archive::open(&copy).context("the package with its ticket can't be read")?;
    if archive.trailer().context("the ticket can't be read")?.staple().is_none() {
        return Err(Trouble::Passing(anyhow!("the program that staples says it did, and there is no ticket")));
    }
    judge(&copy).context("the package with its ticket is not good; the one without is as it was")?;
    let sha256 = Sha256::of_file(&copy).context("the package with its ticket can't be read")?;
    publish(&copy, package)?;
    Ok(sha256)
}
