//! A cpio archive that makes a tree can be written again, and is read as the same.
#![no_main]

use flatpkg::payload::{self, Compression};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let archive = [b"070707".as_slice(), bytes].concat();
    let _ = payload::records(archive.as_slice());
    let Ok(tree) = payload::load(archive.as_slice(), 1 << 20) else { return };
    let mut written = Vec::new();
    // Not everything can be written: owners above 18 bits can be read from no archive, though.
    payload::write_with(&tree, Compression::Gzip, 1, &mut written, &|_| ()).unwrap();
    assert_eq!(payload::load(written.as_slice(), 1 << 20).unwrap(), tree);
});
