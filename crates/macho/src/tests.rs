//! Small images made by hand, for both processors, and what happens when their bytes are damaged.

use proptest::prelude::*;

use crate::arch::Arch;
use crate::fixups::{Bind, Import, Origin, Rebase};
use crate::header::FileType;
use crate::image::Image;

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

/// A bundle for an architecture, of these four load commands and one that links `/usr/lib/a.dylib`, up to where its data begin.
fn with_library(arch: Arch, mut commands: Vec<u8>) -> Vec<u8> {
    words(&mut commands, &[0xc, 48, 24, 0, 0, 0]);
    commands.extend(b"/usr/lib/a.dylib\0\0\0\0\0\0\0\0");
    let mut file = Vec::new();
    words(&mut file, &[0xfeed_facf, arch.cpu().0, 3, 8, 5, commands.len() as u32, 0, 0]);
    file.extend(commands);
    file.resize(arch.page_size() as usize, 0);
    file
}

/// Three segments of a page each: 16 bytes of data and `linked` bytes for the linker are in the file.
fn segments(arch: Arch, linked: u64) -> Vec<u8> {
    let page = arch.page_size();
    let mut commands = Vec::new();
    segment(&mut commands, "__TEXT", (0, page), (0, page), 5);
    segment(&mut commands, "__DATA", (page, page), (page, 0x10), 3);
    segment(&mut commands, "__LINKEDIT", (2 * page, page), (page + 0x10, linked), 1);
    commands
}

/// A bundle with one library, one pointer to rebase and one symbol to bind.
pub fn sample(arch: Arch) -> Vec<u8> {
    let page = arch.page_size();
    let rebase: &[u8] = &[0x11, 0x21, 0x00, 0x51, 0x00];
    let bind: &[u8] = &[0x11, 0x40, b'_', b'a', 0, 0x51, 0x71, 0x08, 0x90, 0x00];
    let mut commands = segments(arch, 0x20);
    let at = page as u32 + 0x10;
    words(&mut commands, &[0x8000_0022, 48, at, rebase.len() as u32, at + 8, bind.len() as u32, 0, 0, 0, 0, 0, 0]);
    let mut file = with_library(arch, commands);
    longs(&mut file, &[page + 8, 0]);
    file.extend(rebase);
    file.resize(page as usize + 0x18, 0);
    file.extend(bind);
    file.resize(page as usize + 0x30, 0);
    file
}

const BOTH: [Arch; 2] = [Arch::X86_64, Arch::Arm64];

#[test]
fn the_sample_is_read() {
    for arch in BOTH {
        let page = arch.page_size();
        let file = sample(arch);
        let image = Image::parse(&file, arch).unwrap();
        assert_eq!(image.file_type, FileType::Bundle);
        assert_eq!(image.segments.span(), 0..3 * page);
        assert_eq!(image.libraries[0].path, "/usr/lib/a.dylib");
        assert_eq!(image.fixups.rebases, [Rebase { at: page, target: None }]);
        assert_eq!(image.fixups.binds, [Bind { at: page + 8, import: 0, addend: 0 }]);
        assert_eq!(image.fixups.imports, [Import { name: b"_a", origin: Origin::Library(0), weak: false }]);
    }
}

#[test]
fn a_slice_is_for_one_processor() {
    let file = sample(Arch::X86_64);
    assert_eq!(crate::image::slice(&file, Arch::Arm64).unwrap().1, file);
    assert_eq!(Image::parse(&file, Arch::Arm64).unwrap_err().to_string(), "not for arm64");
    let mut small_pages = sample(Arch::X86_64);
    small_pages[4..8].copy_from_slice(&Arch::Arm64.cpu().0.to_le_bytes());
    let error = Image::parse(&small_pages, Arch::Arm64).unwrap_err().to_string();
    assert_eq!(error, "malformed Mach-O file: segment __DATA doesn't start on a page");
}

/// The same bundle with chained fixups, `mach-o/fixup-chains.h`: pointers of format 6 (64 bits, offsets from the start),
/// imports of format 2 (with addend).
fn chained(arch: Arch) -> Vec<u8> {
    let page = arch.page_size();
    let mut commands = segments(arch, 0x60);
    words(&mut commands, &[0x8000_0034, 16, page as u32 + 0x10, 0x58]);
    let mut file = with_library(arch, commands);
    // A rebase to the second 8 bytes, and 2 strides of 4 bytes to the next: a bind to import 0 with addend 3, the last one.
    longs(&mut file, &[(page + 8) | 2 << 51, 1 << 63 | 3 << 24]);
    // The header: version, where the starts, imports and symbols are, how many imports, their format, plain symbols.
    words(&mut file, &[0, 0x20, 0x48, 0x50, 1, 2, 0]);
    words(&mut file, &[0]);
    // Starts: of three segments, the second has some 16 bytes on.
    words(&mut file, &[3, 0, 16, 0]);
    // Size 24, page size, format 6, segment's offset, largest pointer, one page, first at 0.
    words(&mut file, &[24, 6 << 16 | page as u32]);
    longs(&mut file, &[page]);
    words(&mut file, &[0, 0x0000_0001]);
    // The import: library 1, not weak, name at 1; addend 4.
    words(&mut file, &[1 | 1 << 9, 4]);
    file.extend(b"\0_a\0\0\0\0\0");
    file.resize(page as usize + 0x70, 0);
    file
}

#[test]
fn chains_say_the_same_as_byte_code() {
    for arch in BOTH {
        let page = arch.page_size();
        let file = chained(arch);
        let image = Image::parse(&file, arch).unwrap();
        assert_eq!(image.fixups.rebases, [Rebase { at: page, target: Some(page + 8) }]);
        assert_eq!(image.fixups.binds, [Bind { at: page + 8, import: 0, addend: 7 }]);
        assert_eq!(image.fixups.imports, [Import { name: b"_a", origin: Origin::Library(0), weak: false }]);
    }
}

/// What is said about the sample with some bytes replaced.
fn damaged(at: usize, bytes: &[u8]) -> String {
    let mut file = sample(Arch::X86_64);
    file[at..at + bytes.len()].copy_from_slice(bytes);
    Image::parse(&file, Arch::X86_64).unwrap_err().to_string()
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
    let mut file = sample(Arch::X86_64);
    let code = [0x11, 0x21, 0x00, 0x80, 0xff, 0xff, 0xff, 0xff, 0x0f];
    let skip = [0xf8, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01, 0x00];
    let code = [code.as_slice(), skip.as_slice()].concat();
    let at = file.len();
    file.extend(&code);
    let command = 32 + 3 * 72 + 8;
    file[command..command + 4].copy_from_slice(&(at as u32).to_le_bytes());
    file[command + 4..command + 8].copy_from_slice(&(code.len() as u32).to_le_bytes());
    let error = Image::parse(&file, Arch::X86_64).unwrap_err().to_string();
    assert!(error.contains("more fixups than the file has bytes"), "{error}");
}

proptest! {
    /// Whatever is changed: an answer or an error, no panic, and nothing to write outside writable segments.
    #[test]
    fn damaged_files_end_in_an_answer(
        damage in prop::collection::vec((any::<bool>(), 0..0x160_usize, any::<u8>()), 1..8),
        cut in 0..0x31_usize,
        arch in prop::sample::select(&BOTH),
    ) {
        let mut file = sample(arch);
        let page = arch.page_size() as usize;
        for (in_commands, at, byte) in damage {
            // Most of the file is padding: half of the damage goes to the commands, half to the fixups.
            file[if in_commands { at } else { page + at % 0x30 }] = byte;
        }
        file.truncate(page + cut);
        if let Ok(image) = Image::parse(&file, arch) {
            let places = image.fixups.rebases.iter().map(|rebase| rebase.at);
            for at in places.chain(image.fixups.binds.iter().map(|bind| bind.at)) {
                prop_assert!(image.segments.iter().any(|segment| segment.holds(&(at..at + 8)) && segment.protection & 2 != 0));
            }
            for bind in &image.fixups.binds {
                prop_assert!(bind.import < image.fixups.imports.len());
            }
            prop_assert!(image.segments.span().end - image.segments.span().start <= 1 << 31);
        }
        let _ = crate::slices(&file);
    }
}
