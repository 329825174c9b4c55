//! Payloads by their first bytes: pbzx in half of the runs, anything in the others.
#![no_main]

use flatpkg::payload;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = payload::records(bytes);
    let _ = payload::records([b"pbzx".as_slice(), bytes].concat().as_slice());
});
