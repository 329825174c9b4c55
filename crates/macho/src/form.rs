//! What a file is: thin, fat, a static library, or none of these. The one place that decides, and that says how many
//! slices of a fat file are believed.
//!
//! The layouts are those of `<mach-o/fat.h>`, `<mach-o/loader.h>` and `<ar.h>`:
//!
//! ```text
//! thin     u32 magic FEEDFACE | FEEDFACF   in either byte order
//! fat      u32 magic CAFEBABE              big-endian; u32 n; n × { cputype, cpusubtype, offset, size, align }
//! fat      u32 magic CAFEBABF              as above with 64-bit offset and size, and a reserved word at the end
//! library  "!<arch>\n"
//! ```
//!
//! Compiled Java starts with `CAFEBABE` too; where a fat file has its count of slices it has its version, which is 45
//! or more. So a fat file has at most [`MAX_SLICES`] slices (Apple never shipped more than five), and a file that
//! counts more is Java's. One exception, for those who must not be talked out of looking: [`Form::of_file`] has the
//! whole file, and calls it fat when an entry of its table leads to code. Its slices are not believed all the same.

use object::macho::{FAT_MAGIC, FAT_MAGIC_64};
use object::read::macho::{FatArch, MachOFatFile32, MachOFatFile64};

use crate::processor::{CpuType, Processor};

/// Most slices that a fat file is believed to have: one less than the first version of Java's classes.
pub const MAX_SLICES: u32 = 44;

/// Bytes of the largest table of slices, with the header before it: who reads so much has all that [`entries`] needs.
pub const MAX_TABLE: u64 = 8 + 32 * MAX_SLICES as u64;

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A Mach-O file for one processor.
    Thin,
    /// A table of slices, each a file of its own: a universal binary.
    Fat,
    /// A static library. One for several processors is a fat file of static libraries.
    Archive,
}

impl Form {
    /// What a file is by its first 8 bytes; nothing when it is none of these.
    pub fn of(start: &[u8]) -> Option<Form> {
        if start.starts_with(b"!<arch>\n") {
            return Some(Form::Archive);
        }
        match word(start, 0)? {
            0xfeed_face | 0xfeed_facf | 0xcefa_edfe | 0xcffa_edfe => Some(Form::Thin),
            FAT_MAGIC => word(start, 4).filter(|count| (1..=MAX_SLICES).contains(count)).map(|_| Form::Fat),
            FAT_MAGIC_64 => Some(Form::Fat),
            _ => None,
        }
    }

    /// What a file is by all of its bytes: a file that only looks like compiled Java is fat, too.
    pub fn of_file(bytes: &[u8]) -> Option<Form> {
        Form::of(bytes).or_else(|| leads_to_code(bytes).then_some(Form::Fat))
    }
}

/// Whether a file is a Mach-O file, thin or fat, by all of its bytes.
pub fn is_macho(bytes: &[u8]) -> bool {
    matches!(Form::of_file(bytes), Some(Form::Thin | Form::Fat))
}

/// Whether a file is a static library for one processor.
pub fn is_archive(bytes: &[u8]) -> bool {
    Form::of(bytes) == Some(Form::Archive)
}

/// Whether it starts like a fat file of however many slices: what [`Form::of_file`] looks into.
pub fn may_be_fat(start: &[u8]) -> bool {
    matches!(word(start, 0), Some(FAT_MAGIC | FAT_MAGIC_64))
}

/// Whether a table of slices, however long, leads to code. No entry is believed: a table may claim more than there is.
fn leads_to_code(bytes: &[u8]) -> bool {
    if word(bytes, 0) != Some(FAT_MAGIC) {
        return false;
    }
    let table = bytes.get(8..).unwrap_or_default().chunks_exact(20);
    table.filter_map(|entry| word(entry, 8)).any(|offset| {
        let start = usize::try_from(offset).unwrap_or(usize::MAX);
        let form = bytes.get(start..).and_then(Form::of);
        matches!(form, Some(Form::Thin | Form::Archive))
    })
}

/// A slice as the table of a fat file has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FatEntry {
    /// What it is for.
    pub processor: Processor,
    /// Where it starts in the file, bytes.
    pub offset: u64,
    /// How long it is, bytes.
    pub size: u64,
}

/// What is wrong with the table of a fat file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FatError {
    /// It is cut off, or isn't one.
    #[error("a fat file whose table can't be read: {0}")]
    Table(object::Error),
    /// It has more slices than are believed.
    #[error("a fat file of {0} slices; no more than {MAX_SLICES} are believed")]
    TooMany(u32),
    /// A slice that isn't in the file.
    #[error("a slice of {size} bytes at {offset}, past the file's end")]
    PastEnd {
        /// Where it would start, bytes.
        offset: u64,
        /// How long it would be, bytes.
        size: u64,
    },
    /// A slice that begins before the table ends.
    #[error("a slice at {offset}, inside the table of slices")]
    InTable {
        /// Where it would start, bytes.
        offset: u64,
    },
}

/// The slices of a fat file of `len` bytes, all of them inside it. Its first [`MAX_TABLE`] bytes are enough.
///
/// # Errors
/// When the table or one of its entries is wrong.
pub fn entries(head: &[u8], len: u64) -> Result<Vec<FatEntry>, FatError> {
    let count = word(head, 4).unwrap_or_default();
    if count > MAX_SLICES {
        return Err(FatError::TooMany(count));
    }
    let (entries, row) = match word(head, 0) {
        Some(FAT_MAGIC_64) => (rows(MachOFatFile64::parse(head).map_err(FatError::Table)?.arches()), 32),
        _ => (rows(MachOFatFile32::parse(head).map_err(FatError::Table)?.arches()), 20),
    };
    let table = 8 + row * u64::from(count);
    for &FatEntry { offset, size, .. } in &entries {
        if offset.checked_add(size).is_none_or(|end| end > len) {
            return Err(FatError::PastEnd { offset, size });
        }
        if offset < table {
            return Err(FatError::InTable { offset });
        }
    }
    Ok(entries)
}

fn rows<F: FatArch>(table: &[F]) -> Vec<FatEntry> {
    let row = |entry: &F| {
        let (offset, size) = entry.file_range();
        let processor = Processor { cpu: CpuType(entry.cputype().0), subtype: entry.cpusubtype().0 };
        FatEntry { processor, offset, size }
    };
    table.iter().map(row).collect()
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|word| u32::from_be_bytes(*word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn big_endian(words: &[u32]) -> Vec<u8> {
        words.iter().flat_map(|word| word.to_be_bytes()).collect()
    }

    /// `count` entries that all lead to a thin file at 4096, which is 28 bytes long.
    fn fat(count: u32) -> Vec<u8> {
        let mut file = big_endian(&[FAT_MAGIC, count]);
        (0..count).for_each(|_| file.extend(big_endian(&[0x0100_0007, 3, 4096, 28, 12])));
        file.resize(4096, 0);
        file.extend([0xcf, 0xfa, 0xed, 0xfe]);
        file.resize(4096 + 28, 0);
        file
    }

    #[test]
    fn a_few_bytes_decide() {
        for magic in [0xfeed_face_u32, 0xfeed_facf] {
            assert_eq!([Form::of(&magic.to_be_bytes()), Form::of(&magic.to_le_bytes())], [Some(Form::Thin); 2]);
        }
        assert_eq!(Form::of(b"!<arch>\n"), Some(Form::Archive));
        assert_eq!(Form::of(&big_endian(&[FAT_MAGIC_64, 2])), Some(Form::Fat));
        let by_count = |count| Form::of(&big_endian(&[FAT_MAGIC, count]));
        assert_eq!([by_count(1), by_count(44)], [Some(Form::Fat); 2]);
        // Java 1.1, which has the version 45.3; Java 17; nothing at all.
        assert_eq!([by_count(3 << 16 | 45), by_count(45), by_count(61), by_count(0)], [None; 4]);
        for other in [&b""[..], b"#!/bin/sh\n", &[0xca; 40], &[0xca, 0xfe, 0xba, 0xbe], b"!<arch"] {
            assert_eq!(Form::of(other), None);
        }
    }

    #[test]
    fn code_behind_a_long_table_is_seen_and_not_believed() {
        let (few, many) = (fat(44), fat(45));
        assert_eq!([is_macho(&few), is_macho(&many)], [true; 2]);
        assert_eq!(entries(&few, few.len() as u64).unwrap().len(), 44);
        assert_eq!(entries(&many, many.len() as u64), Err(FatError::TooMany(45)));
        let class = [big_endian(&[FAT_MAGIC, 52]), vec![0; 2000]].concat();
        assert!(!is_macho(&class) && may_be_fat(&class));
    }

    #[test]
    fn slices_lie_in_the_file_behind_the_table() {
        let file = fat(2);
        let processor = Processor { cpu: CpuType::X86_64, subtype: 3 };
        let head = &file[..48];
        assert_eq!(entries(head, 4124).unwrap(), [FatEntry { processor, offset: 4096, size: 28 }; 2]);
        assert_eq!(entries(head, 4123), Err(FatError::PastEnd { offset: 4096, size: 28 }));
        let error = entries(&file[..40], 4124).unwrap_err();
        assert_eq!(error.to_string(), "a fat file whose table can't be read: Invalid nfat_arch");
        let mut early = file;
        early[16..20].copy_from_slice(&47_u32.to_be_bytes());
        assert_eq!(entries(&early, 4124), Err(FatError::InTable { offset: 47 }));
    }

    proptest! {
        #[test]
        fn any_table_ends_in_an_answer(bytes in prop::collection::vec(any::<u8>(), 0..400), wide: bool, len: u64) {
            let magic = if wide { FAT_MAGIC_64 } else { FAT_MAGIC };
            let head = [&magic.to_be_bytes()[..], &bytes].concat();
            let _ = Form::of_file(&head);
            for entry in entries(&head, len).unwrap_or_default() {
                prop_assert!(entry.offset + entry.size <= len && entry.offset >= 28);
            }
        }
    }
}
