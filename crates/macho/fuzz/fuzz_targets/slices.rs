//! A Mach-O file as an audit reads it: every slice, whatever it is for, and its signature.
#![no_main]

use libfuzzer_sys::fuzz_target;
use macho::code_signature::CodeSignature;

fuzz_target!(|bytes: &[u8]| {
    let Ok(slices) = macho::slices(bytes) else { return };
    assert!(slices.len() <= macho::form::MAX_SLICES as usize);
    for slice in slices {
        assert!(slice.offset as usize + slice.bytes.len() <= bytes.len());
        let Some(signature) = slice.signature else { continue };
        let Ok(parsed) = CodeSignature::parse(signature) else { continue };
        for directory in parsed.directories {
            let hashes = directory.pages.len() * directory.hash.size();
            assert!(directory.pages_at + hashes <= signature.len());
        }
    }
});
