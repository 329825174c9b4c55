//! Ad-hoc code signatures, as linkers make them: hashes of pages, signed by nobody.
//!
//! A *code directory* has a hash for every page of the file before the signature ([`macho::code_signature`]). Nothing else
//! depends on the hashes when there is no certificate, so they can be made again after a change.

use std::ops::Range;

use anyhow::{Context as _, Error, Result, bail, ensure};
use macho::code_signature::{CodeDirectory, CodeSignature, HashType};
use sha2::Digest as _;

/// Hashes the pages of a slice again after it was changed. `signature` is its place in the slice.
///
/// # Errors
/// When the signature is not an ad-hoc one with SHA-256 hashes, or leads out of the slice.
pub(super) fn renew(slice: &mut [u8], signature: Range<usize>) -> Result<()> {
    ensure!(signature.end <= slice.len(), "the code signature is cut short");
    let (code, rest) = slice.split_at_mut_checked(signature.start).context("the code signature is cut short")?;
    let blob = rest.get_mut(..signature.len()).context("the code signature is cut short")?;
    let directories = CodeSignature::parse(blob).map_err(Error::msg)?.directories;
    let fresh: Vec<_> = directories.iter().map(|directory| hashes(code, directory)).collect::<Result<_>>()?;
    for (at, hashes) in fresh {
        blob.get_mut(at..at + hashes.len()).context("the hashes are cut short")?.copy_from_slice(&hashes);
    }
    Ok(())
}

/// Where the hashes of a code directory start in the signature, and what they should be.
fn hashes(code: &[u8], directory: &CodeDirectory<'_>) -> Result<(usize, Vec<u8>)> {
    ensure!(directory.flags & CodeDirectory::AD_HOC != 0, "it is signed by someone, and a change would break that");
    if directory.hash != HashType::Sha256 {
        bail!("the code directory's hashes are of the unsupported type {:?}", directory.hash);
    }
    let page = 1usize.checked_shl(directory.page_bits.into()).context("the code directory's page size is wrong")?;
    let limit = usize::try_from(directory.code_limit)?;
    let code = code.get(..limit).context("the code directory covers more than there is")?;
    let (pages, count) = (code.chunks(page), directory.pages.len());
    ensure!(pages.len() == count, "the code directory has {count} hashes for {limit} bytes");
    Ok((directory.pages_at, pages.flat_map(sha2::Sha256::digest).collect()))
}
