//! A small archive that is no package.
#![allow(clippy::unwrap_used, missing_docs, reason = "for tests: whatever goes wrong is a panic")]

use std::io::Read as _;
use std::path::Path;

use flatpkg::xar::{Archive, Encoding, Options, Writer};

/// An archive with stored, compressed, empty and nested members.
pub fn small(out: &Path, options: Options) {
    let mut writer = Writer::new(out, options).unwrap();
    writer.add_file(&["Distribution"], &b"<installer-gui-script/>"[..], Encoding::Zlib).unwrap();
    writer.add_file(&["A.pkg", "Payload"], &b"stored bytes"[..], Encoding::Stored).unwrap();
    writer.add_file(&["B.pkg", "Bom"], &[7; 5000][..], Encoding::Zlib).unwrap();
    writer.add_file(&["A.pkg", "Bom"], &b""[..], Encoding::Zlib).unwrap();
    writer.add_file(&["A.pkg", "Scripts"], &b""[..], Encoding::Stored).unwrap();
    writer.add_file(&["Resources", "en.lproj", "a & <b>.rtf"], &b"{}"[..], Encoding::Zlib).unwrap();
    writer.finish().unwrap();
}

pub fn contents(archive: &Archive, path: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    archive.member(archive.toc().find(path).unwrap()).unwrap().read_to_end(&mut bytes).unwrap();
    bytes
}

/// The bytes of the small archive.
pub fn small_bytes() -> Vec<u8> {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("a.pkg");
    small(&out, Options::new(super::sample::TIMESTAMP));
    std::fs::read(&out).unwrap()
}
