//! The header of a slice and its load commands, whatever processor it is for (`<mach-o/loader.h>`).
//!
//! The magic number says in which byte order and width the rest is. A header has 28 bytes, of 64-bit slices 32; load
//! commands follow it, each with its kind and its length in bytes.

use crate::processor::{CpuType, Processor};

/// What kind of Mach-O file a slice is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileType {
    /// Compiled, not linked: `MH_OBJECT`.
    Object,
    /// A program: `MH_EXECUTE`.
    Executable,
    /// A library that others are linked with: `MH_DYLIB`.
    Dylib,
    /// Code that is loaded at run time: `MH_BUNDLE`. Extension modules are such.
    Bundle,
    /// Another, by its number.
    Other(u32),
}

impl FileType {
    /// By `filetype` of a header.
    pub fn from_number(number: u32) -> Self {
        match number {
            1 => Self::Object,
            2 => Self::Executable,
            6 => Self::Dylib,
            8 => Self::Bundle,
            other => Self::Other(other),
        }
    }
}

/// The header of a slice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// What it is for.
    pub processor: Processor,
    /// What it is.
    pub file_type: FileType,
    /// Whether it is a 64-bit slice.
    pub is_64_bit: bool,
    /// Whether its numbers are big-endian.
    pub is_big_endian: bool,
    /// How many load commands it has.
    count: u32,
    /// How many bytes they have.
    size: u32,
}

/// Load commands that go on past their end, or past the slice's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("its load commands are cut off")]
pub struct CutOff;

/// A load command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Command<'data> {
    /// What it says: `LC_…`.
    pub kind: u32,
    /// Where it starts in the slice, bytes.
    pub offset: usize,
    /// All of it.
    pub bytes: &'data [u8],
    is_big_endian: bool,
}

impl Command<'_> {
    /// The number of 32 bits at an offset in it.
    ///
    /// # Errors
    /// When it is shorter.
    pub fn word(&self, at: usize) -> Result<u32, CutOff> {
        word(self.bytes, at, self.is_big_endian).ok_or(CutOff)
    }
}

impl Header {
    /// Reads the header of a slice; nothing when it has no magic number of Mach-O, or ends too soon.
    pub fn parse(slice: &[u8]) -> Option<Self> {
        let (is_big_endian, is_64_bit) = match word(slice, 0, true)? {
            0xfeed_face => (true, false),
            0xfeed_facf => (true, true),
            0xcefa_edfe => (false, false),
            0xcffa_edfe => (false, true),
            _ => return None,
        };
        let field = |at| word(slice, at, is_big_endian);
        let header = Self {
            processor: Processor { cpu: CpuType(field(4)?), subtype: field(8)? },
            file_type: FileType::from_number(field(12)?),
            is_64_bit,
            is_big_endian,
            count: field(16)?,
            size: field(20)?,
        };
        slice.get(..header.len()).map(|_| header)
    }

    /// How long it is itself, bytes.
    fn len(&self) -> usize {
        if self.is_64_bit { 32 } else { 28 }
    }

    /// The load commands of the slice that it is the header of, in order.
    ///
    /// # Errors
    /// When they are longer than they say, or than the slice.
    pub fn commands<'data>(&self, slice: &'data [u8]) -> Result<Vec<Command<'data>>, CutOff> {
        let start = self.len();
        let end = usize::try_from(self.size).ok().and_then(|size| start.checked_add(size)).ok_or(CutOff)?;
        let mut rest = slice.get(start..end).ok_or(CutOff)?;
        let mut commands = Vec::new();
        for _ in 0..self.count {
            let field = |at| word(rest, at, self.is_big_endian).ok_or(CutOff);
            let (kind, size) = (field(0)?, field(4)?);
            let size = usize::try_from(size).ok().filter(|size| *size >= 8).ok_or(CutOff)?;
            let (bytes, after) = rest.split_at_checked(size).ok_or(CutOff)?;
            commands.push(Command { kind, offset: end - rest.len(), bytes, is_big_endian: self.is_big_endian });
            rest = after;
        }
        Ok(commands)
    }
}

fn word(bytes: &[u8], at: usize, is_big_endian: bool) -> Option<u32> {
    let word = *bytes.get(at..)?.first_chunk()?;
    Some(if is_big_endian { u32::from_be_bytes(word) } else { u32::from_le_bytes(word) })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A slice of two load commands, of 8 and 12 bytes.
    fn slice(magic: u32, bytes: fn(u32) -> [u8; 4]) -> Vec<u8> {
        let wide = magic == 0xfeed_facf;
        let mut words = vec![magic, 18, 5, 2, 2, 20, 0];
        words.extend(wide.then_some(0));
        words.extend([0x1b, 8, 0x24, 12, 7]);
        words.into_iter().flat_map(bytes).collect()
    }

    #[test]
    fn any_width_and_byte_order_says_the_same() {
        for magic in [0xfeed_face, 0xfeed_facf] {
            for bytes in [u32::to_be_bytes, u32::to_le_bytes] {
                let slice = slice(magic, bytes);
                let header = Header::parse(&slice).unwrap();
                assert_eq!(header.processor, Processor { cpu: CpuType::PPC, subtype: 5 });
                assert_eq!(header.file_type, FileType::Executable);
                let commands = header.commands(&slice).unwrap();
                let start = if magic == 0xfeed_facf { 32 } else { 28 };
                assert_eq!(commands.iter().map(|command| command.offset).collect::<Vec<_>>(), [start, start + 8]);
                assert_eq!([commands[1].word(8), commands[1].word(9)], [Ok(7), Err(CutOff)]);
                assert_eq!(header.commands(&slice[..slice.len() - 1]), Err(CutOff));
                assert_eq!(Header::parse(&slice[..start - 1]), None);
            }
        }
    }
}
