//! Ad-hoc code signatures, as linkers make them: hashes of pages, signed by nobody.
//!
//! A signature is a *super blob*: magic, length, count, then for each blob its type and offset; all big-endian
//! (xnu's `osfmk/kern/cs_blobs.h`). One of the blobs is the *code directory*, with a hash for every page of the file
//! before the signature. Nothing else depends on the hashes when there is no certificate.

use std::ops::Range;

use anyhow::{Context as _, Result, bail, ensure};
use sha2::Digest as _;

const SUPER_BLOB: usize = 0xfade_0cc0;
const CODE_DIRECTORY: usize = 0xfade_0c02;
/// The flag of a code directory that nobody signed.
const AD_HOC: usize = 0x2;
/// The type of SHA-256 hashes, and their size in bytes.
const SHA256: (u8, u8) = (2, 32);

/// Hashes the pages of a slice again after it was changed. `signature` is its place in the slice.
///
/// # Errors
/// When the signature is not an ad-hoc one with SHA-256 hashes, or leads out of the slice.
pub(super) fn renew(slice: &mut [u8], signature: Range<usize>) -> Result<()> {
    ensure!(signature.end <= slice.len(), "the code signature is cut short");
    let (code, rest) = slice.split_at_mut_checked(signature.start).context("the code signature is cut short")?;
    let blob = rest.get_mut(..signature.len()).context("the code signature is cut short")?;
    ensure!(word(blob, 0)? == SUPER_BLOB, "the code signature has an unknown form");
    let mut directories = 0;
    for index in 0..word(blob, 8)?.min(blob.len()) {
        let at = word(blob, 12 + 8 * index + 4)?;
        if word(blob, at)? == CODE_DIRECTORY {
            let directory = blob.get_mut(at..).context("a code directory lies outside the signature")?;
            hash_pages(code, directory)?;
            directories += 1;
        }
    }
    ensure!(directories > 0, "the code signature has no code directory");
    Ok(())
}

/// Fields of a code directory, by offset: 12 flags, 16 offset of the hashes, 28 their count, 32 length of the hashed
/// part, 36 size of a hash, 37 its type, 39 binary logarithm of the page size.
fn hash_pages(code: &[u8], directory: &mut [u8]) -> Result<()> {
    ensure!(word(directory, 12)? & AD_HOC != 0, "it is signed by someone, and a change would break that");
    let (hashes, count, limit) = (word(directory, 16)?, word(directory, 28)?, word(directory, 32)?);
    let byte = |at| directory.get(at).copied().context("the code directory is cut short");
    let (size, kind, page_bits) = (byte(36)?, byte(37)?, byte(39)?);
    if (kind, size) != SHA256 {
        bail!("the code directory's hashes are of the unknown type {kind}");
    }
    let page = 1usize.checked_shl(page_bits.into()).context("the code directory's page size is wrong")?;
    let code = code.get(..limit).context("the code directory covers more than there is")?;
    ensure!(code.chunks(page).len() == count, "the code directory has {count} hashes for {limit} bytes");
    let slots = directory.get_mut(hashes..).context("the hashes lie outside the code directory")?;
    ensure!(slots.len() / usize::from(size) >= count, "the hashes are cut short");
    for (page, slot) in code.chunks(page).zip(slots.chunks_exact_mut(size.into())) {
        slot.copy_from_slice(&sha2::Sha256::digest(page));
    }
    Ok(())
}

fn word(blob: &[u8], at: usize) -> Result<usize> {
    let bytes = at.checked_add(4).and_then(|end| blob.get(at..end)).context("the code signature is cut short")?;
    Ok(usize::try_from(u32::from_be_bytes(bytes.try_into()?))?)
}
