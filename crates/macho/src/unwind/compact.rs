//! `__unwind_info`: a header, an index of pages, and pages of entries. `mach-o/compact_unwind_encoding.h` describes it.

use std::ops::Range;

use super::rules::Rules;

/// An entry: code and how it is left.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// Bytes after the start of the image.
    pub code: Range<u32>,
    pub way: Way,
}

/// How code is left.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// Nobody says, or in a way that this project's programs don't have.
    Unknown,
    /// `rbp` leads to the caller's registers: DWARF's instructions for those that lie below it.
    FramePointer(Vec<u8>),
    /// A frame so many bytes into `__eh_frame`.
    Dwarf(u32),
}

/// `UNWIND_X86_64_MODE_MASK` and two of the modes; `UNWIND_HAS_LSDA`.
const MODE: u32 = 0x0f00_0000;
const MODE_RBP_FRAME: u32 = 0x0100_0000;
const MODE_DWARF: u32 = 0x0400_0000;
const HAS_LSDA: u32 = 0x4000_0000;

/// `UNWIND_SECOND_LEVEL_REGULAR` and `UNWIND_SECOND_LEVEL_COMPRESSED`.
const REGULAR: u32 = 2;
const COMPRESSED: u32 = 3;

/// `DW_CFA_def_cfa`, and `DW_CFA_offset` whose low bits are a register.
const DEFINE_FRAME: u8 = 0x0c;
const SAVED: u8 = 0x80;

/// DWARF's numbers of registers (System V ABI for x86_64, figure 3.36).
const RBP: u8 = 6;
const RETURN_ADDRESS: u8 = 16;

/// Where a frame pointer leads: above it lies the caller's, then the address to return to.
pub(super) fn frame_pointer() -> Rules<'static> {
    Rules {
        code_alignment: 1,
        data_alignment: -8,
        return_register: RETURN_ADDRESS,
        instructions: vec![DEFINE_FRAME, RBP, 16, SAVED | RETURN_ADDRESS, 1, SAVED | RBP, 2].into(),
        personality: None,
        has_tables: false,
    }
}

impl Way {
    fn of(encoding: u32) -> Self {
        match encoding & MODE {
            MODE_RBP_FRAME if encoding & HAS_LSDA == 0 => saved(encoding).map_or(Way::Unknown, Way::FramePointer),
            MODE_DWARF => Way::Dwarf(encoding & 0x00ff_ffff),
            _ => Way::Unknown,
        }
    }
}

/// Instructions for the registers that lie below the frame pointer, from so many words below it upwards: `UNWIND_X86_64_RBP_FRAME_OFFSET`
/// and `UNWIND_X86_64_RBP_FRAME_REGISTERS`, three bits each.
fn saved(encoding: u32) -> Option<Vec<u8>> {
    let words = (encoding >> 16) & 0xff;
    let mut instructions = Vec::new();
    for place in 0..5 {
        let register = match (encoding >> (3 * place)) & 7 {
            0 => continue,
            1 => 3,
            number @ 2..=5 => number as u8 + 10,
            _ => return None,
        };
        // The frame, which distances count from, lies two words above the pointer. One byte holds less than 128.
        let distance = words.checked_sub(place)? + 2;
        instructions.extend([SAVED | register, u8::try_from(distance).ok().filter(|byte| *byte < 0x80)?]);
    }
    Some(instructions)
}

/// Bytes with numbers in them.
#[derive(Clone, Copy)]
struct Numbers<'data>(&'data [u8]);

impl Numbers<'_> {
    fn get<const SIZE: usize>(self, at: usize) -> Option<[u8; SIZE]> {
        self.0.get(at..at.checked_add(SIZE)?)?.try_into().ok()
    }

    fn word(self, at: usize) -> Option<u32> {
        self.get(at).map(u32::from_le_bytes)
    }

    fn offset(self, at: usize) -> Option<usize> {
        usize::try_from(self.word(at)?).ok()
    }

    fn half(self, at: usize) -> Option<usize> {
        self.get(at).map(u16::from_le_bytes).map(usize::from)
    }

    /// What an array of words has at an index.
    fn of_array(self, (start, count): (usize, usize), index: usize) -> Option<u32> {
        if index < count { self.word(start.checked_add(index.checked_mul(4)?)?) } else { None }
    }
}

/// All entries, in the order of their addresses; none when there is no section.
///
/// # Errors
/// What contradicts itself.
pub(super) fn entries(info: &[u8]) -> Result<Vec<Entry>, String> {
    if info.is_empty() {
        return Ok(vec![]);
    }
    let numbers = Numbers(info);
    match numbers.word(0) {
        Some(1) => {}
        Some(version) => return Err(format!("version {version} of __unwind_info, where 1 is known")),
        None => return Err("__unwind_info is cut off".to_owned()),
    }
    let starts = starts(numbers).ok_or("__unwind_info is cut off, or its pages are in no order")?;
    let ends = starts.iter().skip(1);
    let entries = starts.iter().zip(ends).map(|(start, end)| Entry { code: start.0..end.0, way: Way::of(start.1) });
    Ok(entries.filter(|entry| !entry.code.is_empty()).collect())
}

/// Where code begins that is left alike, and its word; the last is where the last code ends. No more than the section has words,
/// since pages that lie over each other would cost more than they are large.
fn starts(numbers: Numbers<'_>) -> Option<Vec<(u32, u32)>> {
    let most = numbers.0.len() / 4;
    let common = (numbers.offset(4)?, numbers.offset(8)?);
    let (index, pages) = (numbers.offset(20)?, numbers.offset(24)?);
    let mut starts: Vec<(u32, u32)> = Vec::new();
    for page in 0..pages {
        let at = index.checked_add(page.checked_mul(12)?)?;
        let (first, page) = (numbers.word(at)?, numbers.offset(at.checked_add(4)?)?);
        let mut add = |start: u32, encoding: u32| {
            let in_order = starts.last().is_none_or(|last| last.0 <= start);
            (in_order && starts.len() <= most).then(|| starts.push((start, encoding)))
        };
        // The last has no page: it is where the code ends.
        if page == 0 {
            add(first, 0)?;
            continue;
        }
        let count = numbers.half(page.checked_add(6)?)?;
        let entries = page.checked_add(numbers.half(page.checked_add(4)?)?)?;
        match numbers.word(page)? {
            REGULAR => {
                for at in (entries..).step_by(8).take(count) {
                    add(numbers.word(at)?, numbers.word(at.checked_add(4)?)?)?;
                }
            }
            COMPRESSED => {
                let own = page.checked_add(numbers.half(page.checked_add(8)?)?)?;
                let own = (own, numbers.half(page.checked_add(10)?)?);
                for at in (entries..).step_by(4).take(count) {
                    let entry = numbers.word(at)?;
                    let number = (entry >> 24) as usize;
                    let encoding = match number.checked_sub(common.1) {
                        None => numbers.of_array(common, number)?,
                        Some(number) => numbers.of_array(own, number)?,
                    };
                    add(first.checked_add(entry & 0x00ff_ffff)?, encoding)?;
                }
            }
            _ => return None,
        }
    }
    Some(starts)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A common encoding; a compressed page for code from 0x100 with one of its own; a regular page; the end at 0x400.
    pub(crate) fn table() -> Vec<u8> {
        let words: &[u32] = &[
            1,
            28,
            1,
            32,
            0,
            32,
            3,           // the header: one common encoding, no personality, three of the index
            0x0102_0011, // the common encoding
            0x100,
            68,
            0,
            0x300,
            92,
            0,
            0x400,
            0,
            0, // the index
            3,
            12 | 2 << 16,
            20 | 1 << 16,
            0,
            0x0100_0080,
            0x0400_1234, // two entries from 12, one encoding from 20
            2,
            8 | 2 << 16,
            0x300,
            0,
            0x380,
            0x0100_0000, // two entries from 8
        ];
        words.iter().flat_map(|word| word.to_le_bytes()).collect()
    }

    #[test]
    fn both_kinds_of_pages_are_read() {
        let entries = entries(&table()).unwrap();
        let pointer = |saved: &[u8]| Way::FramePointer(saved.to_vec());
        assert_eq!(
            entries,
            [
                // rbx and r12 lie one below the other, the first two words below the pointer.
                Entry { code: 0x100..0x180, way: pointer(&[0x83, 4, 0x8c, 3]) },
                Entry { code: 0x180..0x300, way: Way::Dwarf(0x1234) },
                Entry { code: 0x300..0x380, way: Way::Unknown },
                Entry { code: 0x380..0x400, way: pointer(&[]) },
            ]
        );
    }

    #[test]
    fn what_is_not_understood_is_left_out() {
        for encoding in [0, 0x0200_0000, 0x0300_0000, 0x0101_0006, 0x4100_0000, 0x01ff_0001, 0x0100_0008] {
            assert_eq!(Way::of(encoding), Way::Unknown, "{encoding:#x}");
        }
    }

    #[test]
    fn wrong_tables_are_refused() {
        assert_eq!(entries(&[]), Ok(vec![]));
        assert_eq!(entries(&[1]).unwrap_err(), "__unwind_info is cut off");
        assert!(entries(&[2, 0, 0, 0]).unwrap_err().starts_with("version 2 "));
        let mut backwards = table();
        backwards[44..48].copy_from_slice(&0x100_u32.to_le_bytes());
        backwards[112 - 12..112 - 8].copy_from_slice(&0x10_u32.to_le_bytes());
        assert!(entries(&backwards).unwrap_err().ends_with("in no order"));
    }

    #[test]
    fn pages_over_each_other_cost_no_more_than_they_are_large() {
        // A thousand times the same page of a thousand entries.
        let mut words = vec![1, 28, 0, 28, 0, 28, 1000];
        let page = 28 + 12 * 1000;
        (0..1000).for_each(|index| words.extend([index * 1000, page, 0]));
        words.extend([3, 12 | 1000 << 16, 12]);
        words.extend(0..1000);
        let bytes: Vec<u8> = words.iter().flat_map(|word: &u32| word.to_le_bytes()).collect();
        assert!(entries(&bytes).unwrap_err().starts_with("__unwind_info is cut off"));
    }

    proptest! {
        #[test]
        fn any_bytes_end_in_an_answer(bytes: Vec<u8>) {
            let _ = entries(&bytes);
        }

        #[test]
        fn so_do_damaged_tables(at in 0..116_usize, byte: u8) {
            let mut bytes = table();
            bytes[at] = byte;
            if let Ok(entries) = entries(&bytes) {
                prop_assert!(entries.windows(2).all(|pair| pair[0].code.end <= pair[1].code.start));
            }
        }
    }
}
