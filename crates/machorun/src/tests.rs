//! A small image made by hand, and what happens when its bytes are damaged.

use proptest::prelude::*;

use crate::fixups::{Bind, Import, Origin, Rebase};
use crate::image::{Image, Kind};

/// Appends little-endian numbers.
fn words(into: &mut Vec<u8>, values: &[u32]) {
    for value in values {
        into.extend(value.to_le_bytes());
    }
}

fn longs(into: &mut Vec<u8>, values: &[u64]) {
    for value in values {
        into.extend(value.to_le_bytes());
    }
}

/// `LC_SEGMENT_64` without sections.
fn segment(into: &mut Vec<u8>, name: &str, memory: (u64, u64), file: (u64, u64), protection: u32) {
    words(into, &[0x19, 72]);
    let mut padded = name.as_bytes().to_vec();
    padded.resize(16, 0);
    into.extend(padded);
    longs(into, &[memory.0, memory.1, file.0, file.1]);
    words(into, &[protection, protection, 0, 0]);
}

/// A bundle of these four load commands and one that links `/usr/lib/a.dylib`, up to where its data begin.
fn with_library(mut commands: Vec<u8>) -> Vec<u8> {
    words(&mut commands, &[0xc, 48, 24, 0, 0, 0]);
    commands.extend(b"/usr/lib/a.dylib\0\0\0\0\0\0\0\0");
    let mut file = Vec::new();
    words(&mut file, &[0xfeed_facf, 0x0100_0007, 3, 8, 5, commands.len() as u32, 0, 0]);
    file.extend(commands);
    file.resize(0x1000, 0);
    file
}

/// A bundle with one library, one pointer to rebase and one symbol to bind.
pub fn sample() -> Vec<u8> {
    let rebase: &[u8] = &[0x11, 0x21, 0x00, 0x51, 0x00];
    let bind: &[u8] = &[0x11, 0x40, b'_', b'a', 0, 0x51, 0x71, 0x08, 0x90, 0x00];
    let mut commands = Vec::new();
    segment(&mut commands, "__TEXT", (0, 0x1000), (0, 0x1000), 5);
    segment(&mut commands, "__DATA", (0x1000, 0x1000), (0x1000, 0x10), 3);
    segment(&mut commands, "__LINKEDIT", (0x2000, 0x1000), (0x1010, 0x20), 1);
    words(&mut commands, &[0x8000_0022, 48, 0x1010, rebase.len() as u32, 0x1018, bind.len() as u32, 0, 0, 0, 0, 0, 0]);
    let mut file = with_library(commands);
    longs(&mut file, &[0x1008, 0]);
    file.extend(rebase);
    file.resize(0x1018, 0);
    file.extend(bind);
    file.resize(0x1030, 0);
    file
}

#[test]
fn the_sample_is_read() {
    let file = sample();
    let image = Image::parse("sample", &file).unwrap();
    assert_eq!(image.kind, Kind::Bundle);
    assert_eq!(image.segments.span(), 0..0x3000);
    assert_eq!(image.libraries[0].name, "/usr/lib/a.dylib");
    assert_eq!(image.fixups.rebases, [Rebase { at: 0x1000, target: None }]);
    assert_eq!(image.fixups.binds, [Bind { at: 0x1008, import: 0, addend: 0 }]);
    assert_eq!(image.fixups.imports, [Import { name: b"_a", origin: Origin::Library(0), weak: false }]);
}

/// The same bundle with chained fixups, `mach-o/fixup-chains.h`: pointers of format 6 (64 bits, offsets from the start),
/// imports of format 2 (with addend).
fn chained() -> Vec<u8> {
    let mut commands = Vec::new();
    segment(&mut commands, "__TEXT", (0, 0x1000), (0, 0x1000), 5);
    segment(&mut commands, "__DATA", (0x1000, 0x1000), (0x1000, 0x10), 3);
    segment(&mut commands, "__LINKEDIT", (0x2000, 0x1000), (0x1010, 0x60), 1);
    words(&mut commands, &[0x8000_0034, 16, 0x1010, 0x58]);
    let mut file = with_library(commands);
    // A rebase to 0x1008, and 2 strides of 4 bytes to the next: a bind to import 0 with addend 3, the last one.
    longs(&mut file, &[0x1008 | 2 << 51, 1 << 63 | 3 << 24]);
    // The header: version, where the starts, imports and symbols are, how many imports, their format, plain symbols.
    words(&mut file, &[0, 0x20, 0x48, 0x50, 1, 2, 0]);
    words(&mut file, &[0]);
    // Starts: of three segments, the second has some 16 bytes on.
    words(&mut file, &[3, 0, 16, 0]);
    // Size 24, page size, format 6, segment's offset, largest pointer, one page, first at 0.
    words(&mut file, &[24, 0x0006_1000]);
    longs(&mut file, &[0x1000]);
    words(&mut file, &[0, 0x0000_0001]);
    // The import: library 1, not weak, name at 1; addend 4.
    words(&mut file, &[1 | 1 << 9, 4]);
    file.extend(b"\0_a\0\0\0\0\0");
    file.resize(0x1070, 0);
    file
}

#[test]
fn chains_say_the_same_as_byte_code() {
    let file = chained();
    let image = Image::parse("chained", &file).unwrap();
    assert_eq!(image.fixups.rebases, [Rebase { at: 0x1000, target: Some(0x1008) }]);
    assert_eq!(image.fixups.binds, [Bind { at: 0x1008, import: 0, addend: 7 }]);
    assert_eq!(image.fixups.imports, [Import { name: b"_a", origin: Origin::Library(0), weak: false }]);
}

/// What is said about the sample with some bytes replaced.
fn damaged(at: usize, bytes: &[u8]) -> String {
    let mut file = sample();
    file[at..at + bytes.len()].copy_from_slice(bytes);
    Image::parse("sample", &file).unwrap_err().to_string()
}

#[test]
fn damage_is_named() {
    // The rebases' DONE becomes another rebase; then the list ends.
    assert!(damaged(0x1014, &[0x51]).contains("the list of rebases is cut off"));
    // The bind asks for the fifth library.
    assert!(damaged(0x1018, &[0x15]).contains("library 5 of 1"));
    // The last segment's size (after two commands: command, size, name, address) leaves no room for the rest of its page.
    let size = 32 + 2 * 72 + 32;
    let last = (u64::MAX - 0x2000 - 0x100).to_le_bytes();
    assert!(damaged(size, &last).contains("segment __LINKEDIT reaches past the last address"));
    // A rebase in __TEXT.
    assert!(damaged(0x1011, &[0x20]).contains("outside what may be written of __TEXT"));
}

#[test]
fn a_count_that_never_ends_is_refused() {
    // DO_REBASE_ULEB_TIMES_SKIPPING_ULEB with a huge count, going backwards 8 bytes each time: always the same place.
    let mut file = sample();
    let code = [0x11, 0x21, 0x00, 0x80, 0xff, 0xff, 0xff, 0xff, 0x0f];
    let skip = [0xf8, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01, 0x00];
    let code = [code.as_slice(), skip.as_slice()].concat();
    let at = file.len();
    file.extend(&code);
    let command = 32 + 3 * 72 + 8;
    file[command..command + 4].copy_from_slice(&(at as u32).to_le_bytes());
    file[command + 4..command + 8].copy_from_slice(&(code.len() as u32).to_le_bytes());
    let error = Image::parse("sample", &file).unwrap_err().to_string();
    assert!(error.contains("more fixups than the file has bytes"), "{error}");
}

proptest! {
    /// Whatever is changed: an answer or an error, no panic, and nothing to write outside writable segments.
    #[test]
    fn damaged_files_end_in_an_answer(damage in prop::collection::vec((0..0x1030_usize, any::<u8>()), 1..8), len in 0..0x1031_usize) {
        let mut file = sample();
        for (at, byte) in damage {
            // Most of the file is padding: half of the damage goes to the commands, half to the fixups.
            let at = if at < 0x800 { at % 0x160 } else { 0x1000 + at % 0x30 };
            file[at] = byte;
        }
        file.truncate(len.max(0x1000));
        if let Ok(image) = Image::parse("damaged", &file) {
            let places = image.fixups.rebases.iter().map(|rebase| rebase.at);
            for at in places.chain(image.fixups.binds.iter().map(|bind| bind.at)) {
                prop_assert!(image.segments.iter().any(|segment| segment.holds(&(at..at + 8)) && segment.protection & 2 != 0));
            }
            for bind in &image.fixups.binds {
                prop_assert!(bind.import < image.fixups.imports.len());
            }
            prop_assert!(image.segments.span().end - image.segments.span().start <= 1 << 31);
        }
    }
}

#[test]
fn no_file_needs_one_that_needs_it() {
    let circles = house_rules::circles(concat!(env!("CARGO_MANIFEST_DIR"), "/src"));
    assert!(circles.is_empty(), "files that need each other: {circles:#?}");
}
