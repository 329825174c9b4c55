//! Damages a Mach-O file on purpose, in ways that leave it well-formed: to see whether a test of it notices.
//!
//! Each function changes the slice of a whole file for one architecture in place, and keeps its size. What is to be
//! changed must be there: damage that changes nothing would prove nothing.

use std::ops::Range;

use object::endian::{LittleEndian, U32};
use object::macho;
use object::read::macho::{LoadCommandVariant, MachHeader as _};

use crate::arch::Arch;
use crate::exports;
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
    fn what_is_not_there_is_an_error() {
        for arch in BOTH {
            let mut file = sample(arch);
            assert!(rename_library(&mut file, arch, "/usr/lib/none.dylib").is_err());
            assert!(swap_exports(&mut file, arch, "_a", "_b").is_err());
            assert!(forget_thread_local(&mut file, arch).is_err());
            assert_eq!(file, sample(arch));
            assert!(rename_import(&mut [0; 100], arch, "_a", "_b").is_err());
        }
    }
}
