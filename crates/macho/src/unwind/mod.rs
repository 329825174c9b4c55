//! How functions are left while an exception passes them: the sections `__unwind_info` and `__eh_frame`.
//!
//! The first has an entry for every function: one word that says it all where a frame pointer leads to the caller's registers, and
//! otherwise where the second, which is DWARF's, describes the function. Linkers drop from the second what the first says. Both
//! come out as DWARF's instructions here, for an unwinder that knows nothing else.
//!
//! Functions without a frame pointer, and those with the tables of C++ in the first section, are left out: the programs that this
//! project makes have none. So are entries for another processor than x86_64, which has words of its own.

mod compact;
mod frames;
mod rules;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

pub(crate) use frames::Section;
pub use rules::Rules;

/// The sections of an image.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unwinding<'data> {
    pub(crate) info: &'data [u8],
    pub(crate) frames: Section<'data>,
}

/// A function, or several that are left alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Function<'data> {
    /// Unslid addresses of its code.
    pub code: Range<u64>,
    /// Which of the table's rules.
    pub rules: usize,
    /// DWARF's instructions besides those of the rules.
    pub instructions: Cow<'data, [u8]>,
    /// Unslid address of its table for the personality.
    pub table: Option<u64>,
}

/// All of an image.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Table<'data> {
    /// What functions share.
    pub rules: Vec<Rules<'data>>,
    /// In the order of their addresses.
    pub functions: Vec<Function<'data>>,
}

impl<'data> Unwinding<'data> {
    /// Reads both sections of an image that begins at an unslid address.
    ///
    /// # Errors
    /// What is wrong with them, when they contradict themselves or each other.
    pub fn table(&self, base: u64) -> Result<Table<'data>, String> {
        let mut table = Table::default();
        // Where rules were read, and for frame pointers.
        let (mut known, mut with_pointer) = (BTreeMap::new(), None);
        for entry in compact::entries(self.info)? {
            let start = base.saturating_add(entry.code.start.into());
            let code = start..base.saturating_add(entry.code.end.into());
            let function = match entry.way {
                compact::Way::Unknown => continue,
                compact::Way::FramePointer(saved) => {
                    let rules = *with_pointer.get_or_insert_with(|| table.add(compact::frame_pointer()));
                    Function { code, rules, instructions: saved.into(), table: None }
                }
                compact::Way::Dwarf(at) => {
                    let wrong =
                        |why: &str| format!("the frame at {at:#x} of __eh_frame, for code at {start:#x}: {why}");
                    let frame =
                        self.frames.frame(at).ok_or_else(|| wrong("cut off, or of a form that nobody writes"))?;
                    if frame.code.start != start {
                        return Err(wrong(&format!("it is for code at {:#x}", frame.code.start)));
                    }
                    let rules = match known.get(&frame.rules_at) {
                        Some(&rules) => rules,
                        None => {
                            let rules = table.add(frame.rules);
                            known.insert(frame.rules_at, rules);
                            rules
                        }
                    };
                    let instructions = frame.instructions.into();
                    Function { code: frame.code, rules, instructions, table: frame.table }
                }
            };
            table.functions.push(function);
        }
        Ok(table)
    }
}

impl<'data> Table<'data> {
    fn add(&mut self, rules: Rules<'data>) -> usize {
        self.rules.push(rules);
        self.rules.len() - 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: u64 = 0x1_0000_0000;

    /// One function with a frame pointer, one that leads to a frame, and one more of the first kind.
    fn info(frame: u32) -> Vec<u8> {
        let words: &[u32] = &[
            1,
            28,
            0,
            28,
            0,
            28,
            2, // the header
            0x100,
            52,
            0,
            0x400,
            0,
            0, // the index
            2,
            8 | 3 << 16,
            0x100,
            0x0101_0001,
            0x180,
            0x0400_0000 | frame,
            0x300,
            0x0100_0000,
        ];
        words.iter().flat_map(|word| word.to_le_bytes()).collect()
    }

    /// A function's code, rules and instructions, and whether it has a table.
    type Said = (Range<u64>, usize, Vec<u8>, bool);

    fn table(info: &[u8], frames: &[u8]) -> Result<Vec<Said>, String> {
        let frames = Section { bytes: frames, address: frames::tests::ADDRESS };
        let table = Unwinding { info, frames }.table(BASE)?;
        assert!(table.functions.iter().all(|function| function.rules < table.rules.len()));
        let functions = table.functions.into_iter();
        Ok(functions
            .map(|function| {
                (function.code, function.rules, function.instructions.into_owned(), function.table.is_some())
            })
            .collect())
    }

    #[test]
    fn both_sections_become_one_table() {
        let frames = frames::tests::section(BASE + 0x180);
        let wanted = vec![
            (BASE + 0x100..BASE + 0x180, 0, vec![0x83, 3], false),
            // The frame knows better where its function ends.
            (BASE + 0x180..BASE + 0x1b0, 1, vec![0x0e, 16, 0x86, 2, 0, 0, 0], true),
            (BASE + 0x300..BASE + 0x400, 0, vec![], false),
        ];
        assert_eq!(table(&info(40), &frames), Ok(wanted));
        assert_eq!(table(&[], &frames), Ok(vec![]));
    }

    #[test]
    fn sections_that_contradict_each_other_are_refused() {
        let frames = frames::tests::section(BASE + 0x170);
        let said = table(&info(40), &frames).unwrap_err();
        assert!(said.ends_with("for code at 0x100000180: it is for code at 0x100000170"), "{said}");
        let said = table(&info(0), &frames).unwrap_err();
        assert!(said.contains("the frame at 0x0 of __eh_frame"), "{said}");
    }
}
