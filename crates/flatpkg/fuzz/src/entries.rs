//! Payloads and scripts: cpio archives whose entries have any name, kind, owner and target; and bills of materials of them.

use std::io::Write as _;

use flatpkg::bom::Bom;
use flatpkg::payload;
use libfuzzer_sys::arbitrary::{Result, Unstructured};

use crate::{bytes, damage, one_of};

/// Parts of names: usual ones, ones that lead elsewhere, and pairs that are one on a Mac.
const NAMES: &[&str] = &[
    "a",
    "b",
    "bin",
    "preinstall",
    "postinstall",
    "A.app",
    "Contents",
    "Info.plist",
    "A",
    "..",
    ".",
    "",
    "caf\u{e9}",
    "cafe\u{301}",
    "._a",
    ".DS_Store",
    "X.framework",
    "Versions",
    "Current",
    "\u{202e}a",
    "a\nb",
    "Library",
    "etc",
];

/// An archive, not compressed.
pub fn archive(input: &mut Unstructured<'_>) -> Result<Vec<u8>> {
    let mut out = Vec::new();
    if input.ratio(7, 8)? {
        entry(&mut out, b".", 0o040_755, 0, 0, b"");
    }
    for _ in 0..input.int_in_range(0..=8)? {
        let mut path = b".".to_vec();
        for _ in 0..input.int_in_range(1..=4)? {
            path.push(b'/');
            path.extend(one_of(input, NAMES)?.bytes());
        }
        if input.ratio(1, 16)? {
            path.extend(bytes(input, 4)?);
        }
        let kind = *input.choose(&[0o100_000, 0o040_000, 0o120_000, 0o060_000, 0o140_000])?;
        let mode = kind | input.int_in_range(0..=0o7777)?;
        let contents = match kind {
            0o040_000 => Vec::new(),
            0o120_000 => one_of(input, &["a", "..", "/", "/etc", "../../..", ".", "Versions/Current", ""])?.into(),
            _ if input.ratio(1, 2)? => {
                one_of(input, &["#!/bin/sh\n", "#!/bin/sh\r\n", "\u{feff}#!", "bplist00"])?.into()
            }
            _ => bytes(input, 64)?,
        };
        let owner = *input.choose(&[0, 80, 501, 0o777_777])?;
        entry(&mut out, &path, mode, owner, owner, &contents);
    }
    if input.ratio(15, 16)? {
        entry(&mut out, b"TRAILER!!!", 0, 0, 0, b"");
    }
    damage(input, out)
}

/// One entry, as `cpio/mod.rs` draws it.
fn entry(out: &mut Vec<u8>, path: &[u8], mode: u32, uid: u32, gid: u32, contents: &[u8]) {
    let _ = write!(
        out,
        "070707{:06o}{:06o}{mode:06o}{uid:06o}{gid:06o}{:06o}{:06o}{:011o}{:06o}{:011o}",
        0,
        out.len() / 80,
        1,
        0,
        1_700_000_000,
        path.len() + 1,
        contents.len(),
    );
    out.extend(path);
    out.push(0);
    out.extend(contents);
}

/// The archive as it is, or in one of the ways of compression.
pub fn compressed(input: &mut Unstructured<'_>, archive: Vec<u8>) -> Result<Vec<u8>> {
    let length = (archive.len() as u64).to_be_bytes();
    let out = match input.int_in_range(0..=3)? {
        0 => archive,
        // One block, stored as it is.
        1 => [b"pbzx".as_slice(), &length, &length, &length, &archive].concat(),
        _ => {
            let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            out.write_all(&archive).unwrap();
            out.finish().unwrap()
        }
    };
    damage(input, out)
}

/// The bill of materials of an archive, if it has one.
pub fn bom(input: &mut Unstructured<'_>, archive: &[u8]) -> Result<Vec<u8>> {
    let records = payload::records(archive).unwrap_or_default();
    let out = Bom::new(records).encode().unwrap_or_else(|_| b"BOMStore".to_vec());
    damage(input, out)
}
