//! `__eh_frame`: DWARF's descriptions of frames, in the form that the Linux Standard Base calls `.eh_frame` (Core, 10.6).

use std::ops::Range;

use super::rules::Rules;

/// The section.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Section<'data> {
    pub bytes: &'data [u8],
    /// Its unslid address, which pointers in it count from.
    pub address: u64,
}

/// One frame description entry (FDE).
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Frame<'data> {
    pub code: Range<u64>,
    /// Where its rules lie in the section.
    pub rules_at: usize,
    pub rules: Rules<'data>,
    pub instructions: &'data [u8],
    pub table: Option<u64>,
}

/// `DW_EH_PE_indirect`: the pointer leads to the pointer. `DW_EH_PE_pcrel`: it counts from where it lies.
const INDIRECT: u8 = 0x80;
const RELATIVE: u8 = 0x10;

/// A common information entry, with what its own frames need.
struct Common<'data> {
    rules: Rules<'data>,
    code_form: u8,
    table_form: Option<u8>,
    has_augmentation: bool,
}

impl<'data> Section<'data> {
    /// The frame at an offset; `None` when it, or what it refers to, is cut off or in a form that no compiler for macOS writes.
    pub(super) fn frame(&self, at: u32) -> Option<Frame<'data>> {
        let at = usize::try_from(at).ok()?;
        let mut entry = self.entry(at)?;
        let here = entry.at;
        let back = usize::try_from(entry.word()?).ok().filter(|back| *back != 0)?;
        let rules_at = here.checked_sub(back)?;
        let common = self.common(rules_at)?;
        let start = entry.pointer(common.code_form)?;
        // A length is in the form of an address, but counts from nowhere.
        let length = entry.pointer(common.code_form & 0x0f)?;
        let mut table = None;
        if common.has_augmentation {
            let size = usize::try_from(entry.uleb()?).ok()?;
            let mut augmentation = entry.part(size)?;
            if let Some(form) = common.table_form {
                table = Some(augmentation.pointer(form)?).filter(|table| *table != 0);
            }
        }
        let code = start..start.checked_add(length)?;
        Some(Frame { code, rules_at, rules: common.rules, instructions: entry.rest, table })
    }

    /// What an entry says after its length.
    fn entry(&self, at: usize) -> Option<Reader<'data>> {
        let mut reader = Reader { at, rest: self.bytes.get(at..)?, address: self.address };
        let size = reader.word()?;
        // The largest number means that a larger one follows, which is for gigabytes.
        if size == u32::MAX {
            return None;
        }
        reader.part(usize::try_from(size).ok()?)
    }

    fn common(&self, at: usize) -> Option<Common<'data>> {
        let mut entry = self.entry(at)?;
        if entry.word()? != 0 {
            return None;
        }
        let version = entry.byte()?;
        // Longer than any: `zPLR`, and `S` for what a signal interrupts.
        let augmentation = entry.text(8)?;
        let (code_alignment, data_alignment) = (entry.uleb()?, entry.sleb()?);
        let return_register = match version {
            1 => entry.byte()?,
            3 => u8::try_from(entry.uleb()?).ok()?,
            _ => return None,
        };
        let (mut personality, mut table_form, mut code_form) = (None, None, 0);
        let letters = augmentation.strip_prefix(b"z");
        if let Some(letters) = letters {
            let size = usize::try_from(entry.uleb()?).ok()?;
            let mut data = entry.part(size)?;
            for letter in letters {
                match letter {
                    b'P' => {
                        let form = data.byte()?;
                        personality = Some(data.pointer(form.checked_sub(INDIRECT)?)?);
                    }
                    b'L' => table_form = Some(data.byte()?),
                    b'R' => code_form = data.byte()?,
                    _ => return None,
                }
            }
        } else if !augmentation.is_empty() {
            return None;
        }
        let has_tables = table_form.is_some();
        let instructions = entry.rest.into();
        let rules = Rules { code_alignment, data_alignment, return_register, instructions, personality, has_tables };
        Some(Common { rules, code_form, table_form, has_augmentation: letters.is_some() })
    }
}

/// Bytes that are read one after the other.
struct Reader<'data> {
    /// Where they lie in the section.
    at: usize,
    rest: &'data [u8],
    /// The section's address.
    address: u64,
}

impl<'data> Reader<'data> {
    fn take(&mut self, size: usize) -> Option<&'data [u8]> {
        let (taken, rest) = self.rest.split_at_checked(size)?;
        self.rest = rest;
        self.at = self.at.checked_add(size)?;
        Some(taken)
    }

    /// The next ones, as something to read of its own.
    fn part(&mut self, size: usize) -> Option<Self> {
        let at = self.at;
        Some(Self { at, rest: self.take(size)?, address: self.address })
    }

    fn byte(&mut self) -> Option<u8> {
        self.take(1)?.first().copied()
    }

    fn number<const SIZE: usize>(&mut self) -> Option<[u8; SIZE]> {
        self.take(SIZE)?.try_into().ok()
    }

    fn word(&mut self) -> Option<u32> {
        self.number().map(u32::from_le_bytes)
    }

    /// A text that ends with a zero byte, of fewer bytes than so many.
    fn text(&mut self, most: usize) -> Option<&'data [u8]> {
        let length = self.rest.iter().take(most).position(|byte| *byte == 0)?;
        let text = self.take(length)?;
        self.byte()?;
        Some(text)
    }

    fn uleb(&mut self) -> Option<u64> {
        let mut value = 0;
        for shift in (0..63).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }

    fn sleb(&mut self) -> Option<i64> {
        let mut value = 0;
        for shift in (0..63).step_by(7) {
            let byte = self.byte()?;
            value |= i64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                // The last byte's highest bit is the sign.
                let above = 64 - shift - 7;
                return Some(value << above >> above);
            }
        }
        None
    }

    /// A pointer in one of the forms `DW_EH_PE_*` (Linux Standard Base, Core, 10.5).
    fn pointer(&mut self, form: u8) -> Option<u64> {
        let here = self.address.checked_add(self.at as u64)?;
        let value = match form & 0x0f {
            0x00 | 0x04 | 0x0c => self.number().map(u64::from_le_bytes)?,
            0x03 => self.word()?.into(),
            0x0b => i64::from(self.number().map(i32::from_le_bytes)?).cast_unsigned(),
            _ => return None,
        };
        match form & 0xf0 {
            // Nothing is nothing, wherever it lies.
            RELATIVE if value == 0 => Some(0),
            RELATIVE => Some(here.wrapping_add(value)),
            0 => Some(value),
            _ => None,
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Where the tests' section lies.
    pub const ADDRESS: u64 = 0x1_0000_9000;

    /// What LLVM writes for x86_64: a CIE with `zPLR`, and at 40 an FDE for 0x30 bytes of code at `code`.
    pub fn section(code: u64) -> Vec<u8> {
        let mut bytes = 36_u32.to_le_bytes().to_vec();
        bytes.extend([0, 0, 0, 0, 1]);
        bytes.extend(b"zPLR\0");
        bytes.extend([1, 0x78, 16, 7, 0x9b]);
        // The personality's pointer lies 0x100 after this.
        bytes.extend(0x100_u32.to_le_bytes());
        bytes.extend([0x10, 0x10, 0x0c, 7, 8, 0x90, 1]);
        bytes.resize(40, 0);
        bytes.extend(36_u32.to_le_bytes());
        bytes.extend(44_u32.to_le_bytes());
        bytes.extend(code.wrapping_sub(ADDRESS + 48).to_le_bytes());
        bytes.extend(0x30_u64.to_le_bytes());
        bytes.push(8);
        // The table lies before it.
        bytes.extend((-0x200_i64).to_le_bytes());
        bytes.extend([0x0e, 16, 0x86, 2]);
        bytes.resize(80, 0);
        bytes
    }

    fn frame(bytes: &[u8], at: u32) -> Option<Frame<'_>> {
        Section { bytes, address: ADDRESS }.frame(at)
    }

    #[test]
    fn a_frame_and_its_rules_are_read() {
        let bytes = section(0x1_0000_1230);
        let rules = Rules {
            code_alignment: 1,
            data_alignment: -8,
            return_register: 16,
            instructions: [&[0x0c, 7, 8, 0x90, 1][..], &[0; 10]].concat().into(),
            personality: Some(ADDRESS + 19 + 0x100),
            has_tables: true,
        };
        let wanted = Frame {
            code: 0x1_0000_1230..0x1_0000_1260,
            rules_at: 0,
            rules,
            instructions: &[0x0e, 16, 0x86, 2, 0, 0, 0],
            table: Some(ADDRESS + 65 - 0x200),
        };
        assert_eq!(frame(&bytes, 40), Some(wanted));
        // A function of a file with a personality may have no table.
        let mut without = bytes;
        without[65..73].fill(0);
        assert_eq!(frame(&without, 40).unwrap().table, None);
    }

    #[test]
    fn what_is_no_frame_is_none() {
        let bytes = section(0);
        for at in [0, 4, 36, 80, u32::MAX] {
            assert_eq!(frame(&bytes, at), None, "{at}");
        }
        for (at, byte) in [(8, 2), (9, b'y'), (10, b'Q'), (18, 0x1b), (23, 0x50), (24, 0x0a), (40, 200), (44, 45)] {
            let mut wrong = bytes.clone();
            wrong[at] = byte;
            assert_eq!(frame(&wrong, 40), None, "{at}");
        }
    }

    #[test]
    fn numbers_of_any_length_are_read() {
        let reader = |bytes| Reader { at: 0, rest: bytes, address: 0 };
        // DWARF 4, figures 22 and 23.
        assert_eq!(reader(&[0xe5, 0x8e, 0x26]).uleb(), Some(624_485));
        assert_eq!(reader(&[0xc0, 0xbb, 0x78]).sleb(), Some(-123_456));
        assert_eq!(reader(&[0x3f]).sleb(), Some(63));
        assert_eq!(reader(&[0x80; 20]).uleb(), None);
    }

    proptest! {
        #[test]
        fn any_bytes_end_in_an_answer(bytes: Vec<u8>, at in 0..64_u32) {
            let _ = frame(&bytes, at);
        }

        #[test]
        fn so_do_damaged_sections(at in 0..80_usize, byte: u8) {
            let mut bytes = section(0x1_0000_1230);
            bytes[at] = byte;
            let _ = frame(&bytes, 40);
        }
    }
}
