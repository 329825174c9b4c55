//! Code signatures: whether they match what they sign. Who signed is not looked at.
//!
//! A signature holds one or more *code directories*. Each lists the hash of every page of the slice up to the
//! signature, and, in *special slots*, hashes of other things: the bundle's `Info.plist` (slot 1), the blobs beside it
//! (2 requirements, 5 and 7 entitlements), the list of a bundle's resources (3). A hash of zeros means "nothing here".
//!
//! Systems choose among the code directories by the hashes that they know, so all of them are checked, and all must say the
//! same of the code.

use pkgsign::Hash;

use super::finding::{Check, Findings};
use super::tree::{self, Tree};
use macho::code_signature::{CodeDirectory, CodeSignature, HashType, name};
use macho::{CpuType, FileType, Slice};

/// The page sizes that the kernel takes, as powers of two: 4 KiB to 64 KiB.
const PAGES: std::ops::RangeInclusive<u8> = 12..=16;

/// arm64 needs a signature to run, x86_64 doesn't. One that is there must be right.
pub(super) fn check(slice: &Slice<'_>, tree: &Tree, findings: &mut Findings<'_>) {
    let Ok(outline) = &slice.outline else { return };
    let Some((start, size)) = outline.signature else {
        let linked = matches!(outline.file_type, FileType::Executable | FileType::Dylib | FileType::Bundle);
        if linked && outline.processor.cpu == CpuType::ARM64 {
            findings.add(Check::Signature, "no signature", "at least an ad-hoc one");
        }
        return;
    };
    let length = slice.bytes.len() as u64;
    if start.checked_add(size) != Some(length) {
        let got = format!("a signature of {size} bytes at {start}");
        findings.add(Check::Signature, got, format!("one that ends with the slice, at {length}"));
    }
    let Some(bytes) = slice.signature else { return };
    match CodeSignature::parse(bytes) {
        Err(error) => {
            findings.add(Check::Signature, format!("a signature that can't be read: {error}"), "a code signature")
        }
        Ok(signature) => check_directories(&signature, slice.bytes, start, tree, findings),
    }
}

fn check_directories(
    signature: &CodeSignature<'_>,
    slice: &[u8],
    start: u64,
    tree: &Tree,
    findings: &mut Findings<'_>,
) {
    if !signature.directories.iter().any(|directory| matches!(directory.hash, HashType::Sha256 | HashType::Sha384)) {
        findings.add(Check::Signature, "no code directory with SHA-256", "one");
    }
    agree(&signature.directories, findings);
    for directory in &signature.directories {
        if directory.identifier.is_empty() {
            findings.add(Check::Signature, "code without an identifier", "one");
        }
        if directory.code_limit != start {
            let got = format!("{} bytes signed", directory.code_limit);
            findings.add(Check::Signature, got, format!("all {start} before the signature"));
        }
        if directory.flags & CodeDirectory::AD_HOC != 0 && signature.cms.is_some_and(|cms| !cms.is_empty()) {
            findings.add(Check::Signature, "a signer's signature over code that is flagged as ad hoc", "no such flag");
        }
        check_pages(directory, slice, findings);
        check_special(directory, signature, tree, findings);
    }
}

/// All directories are of the same code by the same team, and no two have the same kind of hash.
fn agree(directories: &[CodeDirectory<'_>], findings: &mut Findings<'_>) {
    let Some((first, alternates)) = directories.split_first() else { return };
    for (index, directory) in alternates.iter().enumerate() {
        let mut differ =
            |what| findings.add(Check::Signature, format!("code directories with different {what}"), "the same");
        if directory.identifier != first.identifier {
            differ("identifiers");
        }
        if directory.team != first.team {
            differ("teams");
        }
        if directory.flags != first.flags {
            differ("flags");
        }
        if directories.iter().take(index + 1).any(|other| other.hash == directory.hash) {
            findings.add(Check::Signature, "two code directories with the same kind of hash", "one");
        }
    }
}

fn check_pages(directory: &CodeDirectory<'_>, slice: &[u8], findings: &mut Findings<'_>) {
    if !PAGES.contains(&directory.page_bits) {
        findings.add(Check::Signature, format!("pages of 2^{} bytes", directory.page_bits), "4 KiB to 64 KiB");
        return;
    }
    let limit = usize::try_from(directory.code_limit).unwrap_or(usize::MAX);
    let signed = slice.get(..limit).unwrap_or(slice);
    let page = 1_usize << directory.page_bits;
    let pages = signed.chunks(page);
    if pages.len() != directory.pages.len() {
        let got = format!("hashes of {} pages", directory.pages.len());
        findings.add(Check::Signature, got, format!("{} of {page} bytes", pages.len()));
        return;
    }
    let total = pages.len();
    let bad: Vec<_> = pages
        .zip(&directory.pages)
        .enumerate()
        .filter(|(_, (page, hash))| digest(directory.hash, page) != **hash)
        .collect();
    if let Some((first, _)) = bad.first() {
        let got = format!("a wrong hash for {} of {total} pages, the first is number {first}", bad.len());
        findings.add(Check::Signature, got, "the hash of each page: sign it again");
    }
}

/// The hash of some bytes as a code directory has it.
pub(super) fn digest(hash: HashType, bytes: &[u8]) -> Vec<u8> {
    let mut digest = algorithm(hash).digest(bytes);
    digest.truncate(hash.size());
    digest
}

/// What hashes are made with, and the digest of the directory itself.
pub(super) fn algorithm(hash: HashType) -> Hash {
    match hash {
        HashType::Sha1 => Hash::Sha1,
        HashType::Sha256 | HashType::Sha256Truncated => Hash::Sha256,
        HashType::Sha384 => Hash::Sha384,
    }
}

fn check_special(
    directory: &CodeDirectory<'_>,
    signature: &CodeSignature<'_>,
    tree: &Tree,
    findings: &mut Findings<'_>,
) {
    // A file of the bundle may stay unsealed here, a blob may not.
    for slot in signature.slots().filter(|slot| directory.special(*slot).is_none()) {
        findings.add(Check::Signature, format!("{} without a hash", name(slot)), "one");
    }
    for slot in (1_u32..).take(directory.special.len()) {
        let Some(hash) = directory.special(slot) else { continue };
        let sealed = match slot {
            1 | 3 => file_of_bundle(findings.path(), slot, tree),
            _ => signature.blob(slot).map(<[u8]>::to_vec),
        };
        match sealed {
            Some(bytes) if digest(directory.hash, &bytes) != hash => {
                findings.add(Check::Signature, format!("another hash for {}", name(slot)), "the sealed one");
            }
            None if slot != 1 => {
                findings.add(Check::Signature, format!("a hash for missing {}", name(slot)), "none");
            }
            _ => {}
        }
    }
}

/// What slot 1 or 3 seals, when the file is the main program of a bundle or the binary of a framework.
fn file_of_bundle(path: &str, slot: u32, tree: &Tree) -> Option<Vec<u8>> {
    let (folder, _) = path.rsplit_once('/')?;
    let contents = folder.strip_suffix("/MacOS").filter(|folder| folder.ends_with("/Contents")).unwrap_or(folder);
    let candidates: &[&str] = match slot {
        1 => &["Info.plist", "Resources/Info.plist"],
        _ => &["_CodeSignature/CodeResources"],
    };
    let found = candidates.iter().find_map(|candidate| tree.get(&format!("{contents}/{candidate}")))?;
    if found.kind != tree::NodeKind::File {
        return None;
    }
    fs_err::read(&found.source).ok()
}
