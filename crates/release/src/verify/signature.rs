//! Code signatures: whether they match what they sign. Who signed is not looked at.
//!
//! A signature holds one or more *code directories*. Each lists the hash of every page of the slice up to the
//! signature, and, in *special slots*, hashes of other things: the bundle's `Info.plist` (slot 1), the blobs beside it
//! (2 requirements, 5 and 7 entitlements), the list of a bundle's resources (3). A hash of zeros means "nothing here".

use sha2::Digest as _;

use super::finding::{Check, Findings};
use super::macho::{CodeDirectory, CodeSignature, Image, Kind, code_signature};
use super::tree::Tree;
use crate::arch::Arch;

/// `CS_HASHTYPE_SHA256`: the only kind of hash that current systems ask for.
const SHA256: u8 = 2;

/// arm64 needs a signature to run, x86_64 doesn't. One that is there must be right.
pub(super) fn check(image: &Image, slice: &[u8], signature: Option<&[u8]>, tree: &Tree, findings: &mut Findings<'_>) {
    let linked = matches!(image.kind, Kind::Executable | Kind::Dylib | Kind::Bundle);
    let Some((start, size)) = image.signature else {
        if linked && image.arch == Arch::Arm64 {
            findings.add(Check::Signature, "no signature", "at least an ad-hoc one");
        }
        return;
    };
    let length = slice.len() as u64;
    if start.checked_add(size) != Some(length) {
        let got = format!("a signature of {size} bytes at {start}");
        findings.add(Check::Signature, got, format!("one that ends with the slice, at {length}"));
    }
    let Some(bytes) = signature else { return };
    match code_signature(bytes) {
        Err(error) => findings.add(Check::Signature, error, "a code signature"),
        Ok(signature) => check_directories(&signature, slice, start, tree, findings),
    }
}

fn check_directories(
    signature: &CodeSignature<'_>,
    slice: &[u8],
    start: u64,
    tree: &Tree,
    findings: &mut Findings<'_>,
) {
    let mut directories = signature.directories.iter().filter(|directory| directory.hash_type == SHA256).peekable();
    if directories.peek().is_none() {
        findings.add(Check::Signature, "no code directory with SHA-256", "one");
    }
    for directory in directories {
        if directory.identifier.is_empty() {
            findings.add(Check::Signature, "code without an identifier", "one");
        }
        if directory.code_limit != start {
            let got = format!("{} bytes signed", directory.code_limit);
            findings.add(Check::Signature, got, format!("all {start} before the signature"));
        }
        check_pages(directory, slice, findings);
        check_special(directory, signature, tree, findings);
    }
}

fn check_pages(directory: &CodeDirectory<'_>, slice: &[u8], findings: &mut Findings<'_>) {
    let limit = usize::try_from(directory.code_limit).unwrap_or(usize::MAX);
    let signed = slice.get(..limit).unwrap_or(slice);
    // A page size of 2⁰ means one page without end.
    let page = match directory.page_bits {
        0 => signed.len().max(1),
        bits => 1_usize.checked_shl(bits.into()).unwrap_or(usize::MAX),
    };
    let pages = signed.chunks(page);
    if pages.len() != directory.pages.len() {
        let got = format!("hashes of {} pages", directory.pages.len());
        findings.add(Check::Signature, got, format!("{} of {page} bytes", pages.len()));
        return;
    }
    let total = pages.len();
    let bad: Vec<_> =
        pages.zip(&directory.pages).enumerate().filter(|(_, (page, hash))| !matches(page, hash)).collect();
    if let Some((first, _)) = bad.first() {
        let got = format!("a wrong hash for {} of {total} pages, the first is number {first}", bad.len());
        findings.add(Check::Signature, got, "the hash of each page: sign it again");
    }
}

fn matches(bytes: &[u8], hash: &[u8]) -> bool {
    sha2::Sha256::digest(bytes).as_slice() == hash
}

fn check_special(
    directory: &CodeDirectory<'_>,
    signature: &CodeSignature<'_>,
    tree: &Tree,
    findings: &mut Findings<'_>,
) {
    // Slots from 0x1000 on hold other code directories and the signer's certificates.
    let unsealed = signature
        .blobs
        .iter()
        .filter(|(slot, _)| *slot < 0x1000 && usize::try_from(*slot).is_ok_and(|slot| slot > directory.special.len()));
    for (slot, _) in unsealed {
        findings.add(Check::Signature, format!("{} without a hash", name(*slot)), "one");
    }
    for (slot, hash) in (1_u32..).zip(&directory.special) {
        let absent = hash.iter().all(|byte| *byte == 0);
        let blob = signature.blobs.iter().find(|(number, _)| *number == slot).map(|(_, blob)| *blob);
        let sealed = match slot {
            1 | 3 => file_of_bundle(findings.path(), slot, tree),
            _ => blob.map(<[u8]>::to_vec),
        };
        match sealed {
            Some(bytes) if !absent && !matches(&bytes, hash) => {
                findings.add(Check::Signature, format!("another hash for {}", name(slot)), "the sealed one");
            }
            // A file of the bundle may stay unsealed, a blob may not.
            Some(_) if absent && blob.is_some() => {
                findings.add(Check::Signature, format!("{} without a hash", name(slot)), "one");
            }
            None if !absent && slot != 1 => {
                findings.add(Check::Signature, format!("a hash for missing {}", name(slot)), "none");
            }
            _ => {}
        }
    }
}

fn name(slot: u32) -> String {
    match slot {
        1 => "Info.plist".into(),
        2 => "requirements".into(),
        3 => "_CodeSignature/CodeResources".into(),
        5 => "entitlements".into(),
        7 => "DER entitlements".into(),
        other => format!("slot {other}"),
    }
}

/// What slot 1 or 3 seals, when the file is the main program of a bundle or the binary of a framework.
fn file_of_bundle(path: &str, slot: u32, tree: &Tree) -> Option<Vec<u8>> {
    let (folder, _) = path.rsplit_once('/')?;
    let contents = if folder.ends_with(".app/Contents/MacOS") { folder.strip_suffix("/MacOS")? } else { folder };
    let candidates: &[&str] = match slot {
        1 => &["Info.plist", "Resources/Info.plist"],
        _ => &["_CodeSignature/CodeResources"],
    };
    let found = candidates.iter().find_map(|candidate| tree.get(&format!("{contents}/{candidate}")))?;
    fs_err::read(&found.source).ok()
}
