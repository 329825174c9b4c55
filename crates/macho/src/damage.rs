//! Damages a Mach-O file on purpose, in ways that leave it well-formed: to see whether a test of it notices.
//!
//! Each function changes the slice of a whole file for one architecture in place, and keeps its size. What is to be
//! changed must be there: damage that changes nothing would prove nothing.

use std::ops::Range;

use object::endian::{LittleEndian, U32};
use object::macho;
use object::read::macho::{LoadCommandVariant, MachHeader as _};

use crate::arch::Arch;
use crate::exports::{self, Export};
use crate::image::slice;

const LE: LittleEndian = LittleEndian;

/// Where the parts of `LC_DYLD_INFO` lie in a slice.
#[derive(Debug, Default, PartialEq, Eq)]
struct Parts {
    commands: Range<usize>,
    rebases: Range<usize>,
    binds: Range<usize>,
    lazy_binds: Range<usize>,
    exports: Range<usize>,
}

impl Parts {
    fn of(slice: &[u8]) -> object::Result<Self> {
        let header = macho::MachHeader64::<LittleEndian>::parse(slice, 0)?;
        let start = size_of_val(header);
        let commands_len: u32 = header.sizeofcmds(LE);
        let mut parts = Parts { commands: start..start + commands_len as usize, ..Parts::default() };
        let mut commands = header.load_commands(LE, slice, 0)?;
        while let Some(command) = commands.next()? {
            if let LoadCommandVariant::DyldInfo(info) = command.variant()? {
                let range = |offset: U32<LittleEndian>, size: U32<LittleEndian>| {
                    let start = offset.get(LE) as usize;
                    start..start.saturating_add(size.get(LE) as usize)
                };
                parts.rebases = range(info.rebase_off, info.rebase_size);
                parts.binds = range(info.bind_off, info.bind_size);
                parts.lazy_binds = range(info.lazy_bind_off, info.lazy_bind_size);
                parts.exports = range(info.export_off, info.export_size);
            }
        }
        Ok(parts)
    }
}

/// Does something with the slice for an architecture and its parts.
fn change(
    file: &mut [u8],
    arch: Arch,
    work: impl FnOnce(&mut [u8], &Parts) -> Option<()>,
    what: &str,
) -> Result<(), String> {
    let (offset, found) = slice(file, arch).map_err(|error| error.to_string())?;
    let range = offset as usize..offset as usize + found.len();
    let parts = Parts::of(found).map_err(|error| error.to_string())?;
    let done = file.get_mut(range).and_then(|slice| work(slice, &parts));
    done.ok_or_else(|| format!("the file has no {what}"))
}

/// Replaces a text of the same length, wherever it stands in a range. `None` when it doesn't.
fn replace(slice: &mut [u8], range: &Range<usize>, from: &[u8], to: &[u8]) -> Option<()> {
    let bytes = slice.get_mut(range.clone())?;
    let mut found = None;
    let mut at = 0;
    while let Some(place) = bytes.get_mut(at..at + from.len()).filter(|_| from.len() == to.len()) {
        if place == from {
            place.copy_from_slice(to);
            found = Some(());
        }
        at += 1;
    }
    found
}

fn c_str(text: &str) -> Vec<u8> {
    [text.as_bytes(), &[0]].concat()
}

/// Makes the file import another symbol of the same library. The names are equally long.
///
/// # Errors
/// When the file doesn't import it.
pub fn rename_import(file: &mut [u8], arch: Arch, from: &str, to: &str) -> Result<(), String> {
    let work = |slice: &mut [u8], parts: &Parts| {
        let ranges = [&parts.binds, &parts.lazy_binds].map(|range| replace(slice, range, &c_str(from), &c_str(to)));
        ranges.into_iter().flatten().next()
    };
    change(file, arch, work, &format!("import {from}"))
}

/// Takes the weak mark from an import: a dynamic linker must find it then.
///
/// # Errors
/// When the file has no weak import of that name.
pub fn forget_weak(file: &mut [u8], arch: Arch, name: &str) -> Result<(), String> {
    let named = |flags: u8| [vec![macho::BIND_OPCODE_SET_SYMBOL_TRAILING_FLAGS_IMM.0 | flags], c_str(name)].concat();
    let (weak, strong) = (named(macho::BIND_SYMBOL_FLAGS_WEAK_IMPORT.0), named(0));
    let work = |slice: &mut [u8], parts: &Parts| {
        let ranges = [&parts.binds, &parts.lazy_binds].map(|range| replace(slice, range, &weak, &strong));
        ranges.into_iter().flatten().next()
    };
    change(file, arch, work, &format!("weak import {name}"))
}

/// Turns the first condition in an exported function round: it branches when it shouldn't, and the other way.
///
/// # Errors
/// When the function isn't exported, or begins without a condition.
pub fn turn_branch(file: &mut [u8], arch: Arch, function: &str) -> Result<(), String> {
    let work = |slice: &mut [u8], parts: &Parts| {
        let trie = slice.get(parts.exports.clone())?;
        let Some(Export::Offset(start)) = exports::find(trie, function.as_bytes()).ok()? else { return None };
        // The text segment of a library begins with the file: an offset in the image is one in the slice.
        let start = usize::try_from(start).ok()?;
        let code = slice.get_mut(start..start.checked_add(PROLOGUE)?)?;
        match arch {
            Arch::Arm64 => turn_arm64(code),
            _ => turn_x86_64(code),
        }
    };
    change(file, arch, work, &format!("condition at the beginning of {function}"))
}

/// How far into a function its first condition is looked for, bytes.
const PROLOGUE: usize = 96;

/// `cbz` and `cbnz`, `tbz` and `tbnz` differ in bit 24, conditions of `b.cond` and their opposites in bit 0 (Arm Architecture
/// Reference Manual for A-profile, C4.1, "Branches, Exception Generating and System instructions").
fn turn_arm64(code: &mut [u8]) -> Option<()> {
    code.as_chunks_mut::<4>().0.iter_mut().find_map(|bytes| {
        let word = u32::from_le_bytes(*bytes);
        let turn = match word {
            _ if [0x3400_0000, 0x3600_0000].contains(&(word & 0x7e00_0000)) => 1 << 24,
            _ if word & 0xff00_0010 == 0x5400_0000 => 1,
            _ => return None,
        };
        *bytes = (word ^ turn).to_le_bytes();
        Some(())
    })
}

/// A `test` of two registers (85 /r) and the `je` or `jne` that follows it (74, 75; 0F 84, 0F 85): these differ in bit 0 (Intel 64
/// and IA-32 Architectures Software Developer's Manual, volume 2, "Jcc").
fn turn_x86_64(code: &mut [u8]) -> Option<()> {
    let jump = code.windows(4).enumerate().find_map(|(place, bytes)| match *bytes {
        [0x85, 0xc0..=0xff, 0x74 | 0x75, _] => Some(place + 2),
        [0x85, 0xc0..=0xff, 0x0f, 0x84 | 0x85] => Some(place + 3),
        _ => None,
    })?;
    *code.get_mut(jump)? ^= 1;
    Some(())
}

/// Gives a library another install name, in one letter.
///
/// # Errors
/// When the file isn't that library.
pub fn rename_library(file: &mut [u8], arch: Arch, name: &str) -> Result<(), String> {
    let mut other = c_str(name);
    if let Some(letter) = other.iter_mut().rev().nth(1) {
        *letter ^= 1;
    }
    change(file, arch, |slice, parts| replace(slice, &parts.commands, &c_str(name), &other), &format!("name {name}"))
}

/// Makes the list of rebases end after its first half: those of the second half are not done.
///
/// # Errors
/// When there is no such list.
pub fn forget_rebases(file: &mut [u8], arch: Arch) -> Result<(), String> {
    let work = |slice: &mut [u8], parts: &Parts| {
        let rebases = slice.get_mut(parts.rebases.clone())?;
        let half = rebases.len() / 2;
        rebases.get_mut(half..).filter(|half| !half.is_empty())?.fill(macho::REBASE_OPCODE_DONE.0);
        Some(())
    };
    change(file, arch, work, "rebases")
}

/// Cuts the list of rebases off: it has no end.
///
/// # Errors
/// When there is no such list.
pub fn cut_rebases(file: &mut [u8], arch: Arch) -> Result<(), String> {
    let work = |slice: &mut [u8], parts: &Parts| {
        let rebases = slice.get_mut(parts.rebases.clone())?;
        let half = rebases.len() / 2;
        // As long as the list, it sets the type of what follows, which has no effect.
        let no_effect = macho::REBASE_OPCODE_SET_TYPE_IMM.0 | macho::REBASE_TYPE_POINTER.0;
        rebases.get_mut(half..).filter(|half| !half.is_empty())?.fill(no_effect);
        Some(())
    };
    change(file, arch, work, "rebases")
}

/// Exchanges the addresses of two exports. Both must be written with the same number of bytes.
///
/// # Errors
/// When one of them is not exported, or their addresses differ in length.
pub fn swap_exports(file: &mut [u8], arch: Arch, one: &str, other: &str) -> Result<(), String> {
    let work = |slice: &mut [u8], parts: &Parts| {
        let trie = slice.get_mut(parts.exports.clone())?;
        let one = exports::terminal(trie, one.as_bytes())??;
        let other = exports::terminal(trie, other.as_bytes())??;
        let (first, second) = (trie.get(one.clone())?.to_vec(), trie.get(other.clone())?.to_vec());
        if first.len() != second.len() {
            return None;
        }
        trie.get_mut(one)?.copy_from_slice(&second);
        trie.get_mut(other)?.copy_from_slice(&first);
        Some(())
    };
    change(file, arch, work, &format!("exports {one} and {other} of one length"))
}

/// Leaves the descriptor of the first thread-local variable as the file has it: zeros. There must be a second one that
/// follows it.
///
/// # Errors
/// When there are no two such variables.
pub fn forget_thread_local(file: &mut [u8], arch: Arch) -> Result<(), String> {
    // Bind here, go 16 bytes on, bind here. Each bind moves 8 bytes on itself.
    const BOTH: [u8; 4] = [0x90, 0x80, 16, 0x90];
    // Go 24 bytes on, bind here, and set the type that is set.
    const SECOND: [u8; 4] = [0x80, 24, 0x90, 0x51];
    let work = |slice: &mut [u8], parts: &Parts| {
        let binds = slice.get(parts.binds.clone())?;
        let name = c_str("__tlv_bootstrap");
        let after = binds.windows(name.len()).position(|bytes| bytes == name)? + name.len();
        let at = binds.get(after..)?.windows(BOTH.len()).position(|bytes| bytes == BOTH)? + after;
        slice.get_mut(parts.binds.clone())?.get_mut(at..at + BOTH.len())?.copy_from_slice(&SECOND);
        Some(())
    };
    change(file, arch, work, "two thread-local variables")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::Image;
    use crate::tests::sample;

    const BOTH: [Arch; 2] = [Arch::X86_64, Arch::Arm64];

    #[test]
    fn an_import_gets_another_name() {
        for arch in BOTH {
            let mut file = sample(arch);
            rename_import(&mut file, arch, "_a", "_b").unwrap();
            assert_eq!(Image::parse(&file, arch).unwrap().fixups.imports[0].name, b"_b");
            assert_eq!(rename_import(&mut file, arch, "_a", "_b"), Err("the file has no import _a".into()));
        }
    }

    #[test]
    fn rebases_are_lost_with_and_without_a_trace() {
        for arch in BOTH {
            let mut file = sample(arch);
            forget_rebases(&mut file, arch).unwrap();
            assert_eq!(Image::parse(&file, arch).unwrap().fixups.rebases, []);
            let mut file = sample(arch);
            cut_rebases(&mut file, arch).unwrap();
            let error = Image::parse(&file, arch).unwrap_err().to_string();
            assert!(error.contains("the list of rebases is cut off"), "{error}");
        }
    }

    #[test]
    fn a_condition_is_turned_round() {
        // push rbp; mov rbp, rsp; test rdx, rdx; je +0x10
        let mut code = [0x55, 0x48, 0x89, 0xe5, 0x48, 0x85, 0xd2, 0x74, 0x10, 0xc3];
        turn_x86_64(&mut code).unwrap();
        assert_eq!(code, [0x55, 0x48, 0x89, 0xe5, 0x48, 0x85, 0xd2, 0x75, 0x10, 0xc3]);
        // test eax, eax; jne, far
        let mut code = [0x85, 0xc0, 0x0f, 0x85, 1, 0, 0, 0];
        turn_x86_64(&mut code).unwrap();
        assert_eq!(code, [0x85, 0xc0, 0x0f, 0x84, 1, 0, 0, 0]);
        assert_eq!(turn_x86_64(&mut [0x74, 0x10, 0x85, 0x00]), None);

        // stp x29, x30, [sp, #-16]!, then: cbz x2; tbnz w0, #3; b.eq; each becomes its opposite.
        for (word, turned) in [(0xb400_0082, 0xb500_0082), (0x3718_0040, 0x3618_0040), (0x5400_0040, 0x5400_0041_u32)] {
            let words = |word: u32| [0xa9bf_7bfd, word].map(u32::to_le_bytes).concat();
            let mut code = words(word);
            turn_arm64(&mut code).unwrap();
            assert_eq!(code, words(turned), "{word:x}");
        }
        assert_eq!(turn_arm64(&mut 0xa9bf_7bfd_u32.to_le_bytes()), None);
    }

    #[test]
    fn what_is_not_there_is_an_error() {
        for arch in BOTH {
            let mut file = sample(arch);
            assert!(rename_library(&mut file, arch, "/usr/lib/none.dylib").is_err());
            assert!(swap_exports(&mut file, arch, "_a", "_b").is_err());
            assert!(forget_thread_local(&mut file, arch).is_err());
            assert!(turn_branch(&mut file, arch, "_a").is_err());
            assert_eq!(forget_weak(&mut file, arch, "_a"), Err("the file has no weak import _a".into()));
            assert_eq!(file, sample(arch));
            assert!(rename_import(&mut [0; 100], arch, "_a", "_b").is_err());
        }
    }
}
