//! A program made byte by byte, signed as lld signs, and read back.

use sha2::Digest as _;

use super::*;

/// Bytes to a page of the signature.
const PAGE: usize = 4096;

/// A command that says nothing of interest.
const LC_UUID: u32 = 0x1b;

/// A 64-bit slice with `LC_MAIN` and, when wanted, an ad-hoc signature: two pages and a bit of code.
fn slice(signed: bool) -> Vec<u8> {
    let mut bytes = vec![0; 2 * PAGE + 100];
    let mut put = |at: usize, value: u32| bytes[at..at + 4].copy_from_slice(&value.to_le_bytes());
    put(0, 0xfeed_facf);
    // How many commands, and how many bytes they have.
    put(16, if signed { 3 } else { 2 });
    put(20, if signed { 64 } else { 48 });
    // A command before the one wanted.
    put(32, LC_UUID);
    put(36, 24);
    put(56, LC_MAIN);
    put(60, 24);
    let code = u32::try_from(2 * PAGE + 100).unwrap();
    if signed {
        put(80, LC_CODE_SIGNATURE);
        put(84, 16);
        put(88, code);
        let signature = signature(3);
        put(92, u32::try_from(signature.len()).unwrap());
        bytes.extend(signature);
    }
    bytes
}

/// A super blob with one code directory, whose hashes are still empty.
fn signature(pages: u32) -> Vec<u8> {
    let code = u32::try_from(2 * PAGE + 100).unwrap();
    let directory_len = 44 + 32 * pages;
    let mut blob: Vec<u8> =
        [0xfade_0cc0, 20 + directory_len, 1, 0, 20].iter().flat_map(|word: &u32| word.to_be_bytes()).collect();
    let words = [0xfade_0c02, directory_len, 0x2_0400, 0x2_0002, 44, 0, 0, pages, code];
    blob.extend(words.iter().flat_map(|word: &u32| word.to_be_bytes()));
    // Size and type of the hashes, platform, binary logarithm of the page size, spare.
    blob.extend([32, 2, 0, 12, 0, 0, 0, 0]);
    blob.extend(vec![0; 32 * pages as usize]);
    blob
}

/// A universal file of slices, each at the next page.
fn universal(slices: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes: Vec<u8> = [0xcafe_babe, u32::try_from(slices.len()).unwrap()].map(u32::to_be_bytes).concat();
    let mut at = PAGE;
    for slice in slices {
        let words = [0, 0, u32::try_from(at).unwrap(), u32::try_from(slice.len()).unwrap(), 12];
        bytes.extend(words.map(u32::to_be_bytes).concat());
        at += slice.len().next_multiple_of(PAGE);
    }
    for slice in slices {
        bytes.resize(bytes.len().next_multiple_of(PAGE), 0);
        bytes.extend(slice);
    }
    bytes
}

fn stack_size(slice: &[u8]) -> u64 {
    u64::from_le_bytes(slice[72..80].try_into().unwrap())
}

#[test]
fn every_slice_gets_it_and_the_signature_stays_valid() {
    let dir = tempfile::tempdir().unwrap();
    let program = dir.path().join("program");
    fs_err::write(&program, universal(&[slice(false), slice(true)])).unwrap();
    set_stack_size(&program, 0x100_0000).unwrap();
    let bytes = fs_err::read(&program).unwrap();
    let found = slices(&bytes).unwrap();
    assert_eq!(found.len(), 2);
    for range in &found {
        assert_eq!(stack_size(&bytes[range.clone()]), 0x100_0000);
    }
    let signed = &bytes[found[1].clone()];
    let hashes = &signed[2 * PAGE + 100 + 20 + 44..];
    for (index, page) in signed[..2 * PAGE + 100].chunks(PAGE).enumerate() {
        assert_eq!(hashes[32 * index..32 * (index + 1)], sha2::Sha256::digest(page)[..], "page {index}");
    }
    assert_eq!(fs_err::read_dir(dir.path()).unwrap().count(), 1, "no temporary file stays");
}

#[test]
fn the_mode_stays() {
    use std::os::unix::fs::PermissionsExt as _;
    let dir = tempfile::tempdir().unwrap();
    let program = dir.path().join("program");
    fs_err::write(&program, slice(false)).unwrap();
    fs_err::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    set_stack_size(&program, 1 << 24).unwrap();
    assert_eq!(fs_err::metadata(&program).unwrap().permissions().mode() & 0o7777, 0o755);
}

#[test]
fn what_is_no_program_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let refuse = |name: &str, bytes: &[u8]| {
        let file = dir.path().join(name);
        fs_err::write(&file, bytes).unwrap();
        let error = set_stack_size(&file, 1 << 24).unwrap_err();
        assert_eq!(fs_err::read(&file).unwrap(), bytes, "{name}");
        error.root_cause().to_string()
    };
    assert_eq!(refuse("empty", b""), "it is no 64-bit Mach-O file");
    assert_eq!(refuse("elf", b"\x7fELF"), "it is no 64-bit Mach-O file");
    let mut library = slice(false);
    library[56..60].copy_from_slice(&LC_UUID.to_le_bytes());
    assert_eq!(refuse("library", &library), "it has no LC_MAIN");
    let mut signed = slice(true);
    // The last byte of the flags: no longer ad hoc.
    signed[2 * PAGE + 100 + 20 + 15] = 0;
    assert_eq!(refuse("signed", &signed), "it is signed by someone, and a change would break that");
    let mut short = slice(true);
    short.truncate(2 * PAGE + 200);
    assert_eq!(refuse("short", &short), "the code signature is cut short");
}

proptest::proptest! {
    /// Whatever is changed, cut or made up: an error or a change, never a panic.
    #[test]
    fn damage_is_an_error(at in 0usize..10_000, value: u8, len in 0usize..30_000) {
        for mut bytes in [slice(true), universal(&[slice(false), slice(true)])] {
            if let Some(byte) = bytes.get_mut(at) {
                *byte = value;
            }
            bytes.truncate(len);
            _ = set_in(&mut bytes, 1 << 24);
        }
    }

    #[test]
    fn damaged_headers_are_an_error(damage in proptest::collection::vec((0usize..120, proptest::prelude::any::<u8>()), 1..8)) {
        let signature = 2 * PAGE + 100;
        for offset in [0, signature] {
            let mut bytes = slice(true);
            for (at, value) in &damage {
                if let Some(byte) = bytes.get_mut(offset + at) {
                    *byte = *value;
                }
            }
            _ = set_in(&mut bytes, 1 << 24);
        }
    }
}
