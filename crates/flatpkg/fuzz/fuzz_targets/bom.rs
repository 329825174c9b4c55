//! What is read from a bill of materials can be written again, and is read as the same.
#![no_main]

use flatpkg::bom;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(read) = bom::read(bytes) else { return };
    let Ok(written) = read.encode() else { return };
    let again = bom::read(&written).unwrap();
    assert_eq!(again.records, read.records);
});
