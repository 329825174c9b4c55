//! Packages that no tool would make, and everything one can do with a package.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    missing_docs,
    reason = "for tests: whatever goes wrong is a panic"
)]

use std::io::Write as _;

use flatpkg::dump::dump;
use flatpkg::expand::expand;
use flatpkg::package::Package;
use flatpkg::verify::{Options, verify};
use flatpkg::xar::{Encoding, Style, Writer};

use super::sample::TIMESTAMP;

/// Does everything there is to do with a package.
pub fn use_it(bytes: Vec<u8>) {
    let Ok(package) = Package::from_bytes(bytes) else { return };
    let _ = (dump(&package), verify(&package, Options::default()));
    let dir = tempfile::tempdir().unwrap();
    let _ = expand(&package, &dir.path().join("x"), true);
}

/// An archive with this table of contents, its digest right.
pub fn with_toc(xml: &[u8], heap: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(xml).unwrap();
    let toc = encoder.finish().unwrap();
    let mut digest = Style::Sha1.digester().unwrap();
    digest.update(&toc);
    let header = flatpkg::xar::Header {
        header_len: 28,
        version: 1,
        toc_len_compressed: toc.len() as u64,
        toc_len: xml.len() as u64,
        checksum: Style::Sha1,
    };
    [header.to_bytes().as_slice(), &toc, &digest.finish(), heap].concat()
}

/// An archive with its table of contents edited, and the digest right.
pub fn edited_toc(archive: &[u8], edit: impl FnOnce(String) -> String) -> Vec<u8> {
    let original = flatpkg::xar::Archive::from_bytes(archive.to_vec()).unwrap();
    let xml = edit(String::from_utf8(original.toc_xml().to_vec()).unwrap());
    let heap = usize::try_from(original.heap_offset() + Style::Sha1.len()).unwrap();
    with_toc(xml.as_bytes(), &archive[heap..])
}

pub fn package_of(members: &[(&[&str], &[u8], Encoding)]) -> Vec<u8> {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("a.pkg");
    let mut writer = Writer::new(&out, flatpkg::xar::Options::new(TIMESTAMP)).unwrap();
    for (path, bytes, encoding) in members {
        writer.add_file(path, *bytes, encoding.clone()).unwrap();
    }
    writer.finish().unwrap();
    std::fs::read(&out).unwrap()
}
