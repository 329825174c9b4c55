//! A package whose table of contents is the input up to the first NUL, its heap the rest: dumped, verified.
#![no_main]

use std::io::Write as _;

use flatpkg::package::Package;
use flatpkg::xar::{Header, Style};
use flatpkg::{dump, verify};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    look(bytes.to_vec());
    let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    let (xml, heap) = bytes.split_at(end);
    let mut toc = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    toc.write_all(xml).unwrap();
    let toc = toc.finish().unwrap();
    let header = Header {
        header_len: 28,
        version: 1,
        toc_len_compressed: toc.len() as u64,
        toc_len: xml.len() as u64,
        checksum: Style::Sha1,
    };
    look([header.to_bytes().as_slice(), &toc, heap].concat());
});

fn look(bytes: Vec<u8>) {
    let Ok(package) = Package::from_bytes(bytes) else { return };
    let _ = dump::dump(&package);
    let _ = verify::verify(&package, verify::Options { strict: true });
}
