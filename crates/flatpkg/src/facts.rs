//! What a bill of materials wants to know of a file's contents: its checksum, and of a Mach-O file the processor, length and
//! checksum of each slice.
//!
//! Only the first bytes of a file decide whether it is a Mach-O file ([`macho::Form`]). Whoever can't be believed about its
//! slices is an ordinary file.

use std::ops::Range;

use macho::form::{self, Form};
use macho::header::Header;
use macho::{CpuType, Processor};

use crate::cksum::Cksum;

/// The shortest Mach-O file has a header and nothing else, bytes.
const SHORTEST: u64 = 28;

/// One processor's part of a Mach-O file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SliceFacts {
    /// Which processor.
    pub cpu: CpuType,
    /// The variant of the processor, with its capability bits, as the header has it.
    pub subtype: u32,
    /// Length in bytes.
    pub size: u32,
    /// POSIX checksum of the slice's bytes.
    pub cksum: u32,
}

/// The slices of a Mach-O file.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum MachO {
    /// A file for one processor; its slice is the whole file.
    Thin(SliceFacts),
    /// A universal file: slices in the order of its header.
    Fat(Vec<SliceFacts>),
}

impl MachO {
    /// The slices, one for a thin file.
    pub fn slices(&self) -> &[SliceFacts] {
        match self {
            MachO::Thin(slice) => std::slice::from_ref(slice),
            MachO::Fat(slices) => slices,
        }
    }
}

/// What only a look at a file's contents can tell.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct FileFacts {
    /// POSIX checksum of the contents.
    pub cksum: u32,
    /// The slices, if it is a Mach-O file. Boxed: most files are none, and there is one of these for each file.
    pub macho: Option<Box<MachO>>,
}

/// A slice whose place is known and whose checksum is being made.
#[derive(Debug)]
struct OpenSlice {
    processor: Processor,
    range: Range<u64>,
    sum: Cksum,
}

/// Makes [`FileFacts`] from a file's bytes in one pass.
///
/// ```
/// # use flatpkg::facts::Examiner;
/// let mut examiner = Examiner::new(6);
/// examiner.update(b"hello\n");
/// assert_eq!(examiner.finish().cksum, 3_015_617_425);
/// ```
#[derive(Debug)]
pub struct Examiner {
    /// Length of the whole file in bytes.
    size: u64,
    /// Bytes seen.
    seen: u64,
    whole: Cksum,
    /// The file's first bytes until there are enough to decide.
    head: Vec<u8>,
    kind: Guess,
}

#[derive(Debug)]
enum Guess {
    Undecided,
    Other,
    Thin(Processor),
    Fat(Vec<OpenSlice>),
}

impl Examiner {
    /// An examiner of a file of `size` bytes.
    pub fn new(size: u64) -> Examiner {
        let kind = if size < SHORTEST { Guess::Other } else { Guess::Undecided };
        Examiner { size, seen: 0, whole: Cksum::new(), head: Vec::new(), kind }
    }

    /// Takes the next bytes of the file.
    pub fn update(&mut self, bytes: &[u8]) {
        self.whole.update(bytes);
        let start = self.seen;
        self.seen += bytes.len() as u64;
        match &mut self.kind {
            Guess::Undecided => self.decide(start, bytes),
            Guess::Other | Guess::Thin(_) => {}
            Guess::Fat(slices) => feed(slices, start, bytes),
        }
    }

    /// Collects the header; once it is whole, decides, and feeds the slices what was collected.
    fn decide(&mut self, start: u64, bytes: &[u8]) {
        let first = self.head.first().or(bytes.first());
        if !matches!(first, Some(0xFE | 0xCE | 0xCF | 0xCA)) {
            self.kind = Guess::Other;
            return;
        }
        let enough = form::MAX_TABLE.min(self.size);
        let missing = enough.saturating_sub(start) as usize;
        let (head, rest) = bytes.split_at(missing.min(bytes.len()));
        self.head.extend_from_slice(head);
        if (self.head.len() as u64) < enough {
            return;
        }
        let head = std::mem::take(&mut self.head);
        self.kind = guess(&head, self.size);
        if let Guess::Fat(slices) = &mut self.kind {
            feed(slices, 0, &head);
            feed(slices, head.len() as u64, rest);
        }
    }

    /// The facts. If the file was shorter than announced, it is no Mach-O file.
    pub fn finish(self) -> FileFacts {
        let cksum = self.whole.finish();
        let complete = self.seen == self.size;
        let macho = match self.kind {
            Guess::Thin(Processor { cpu, subtype }) if complete => {
                u32::try_from(self.size).ok().map(|size| MachO::Thin(SliceFacts { cpu, subtype, size, cksum }))
            }
            Guess::Fat(slices) if complete => slices
                .into_iter()
                .map(|slice| {
                    let size = u32::try_from(slice.range.end - slice.range.start).ok()?;
                    let Processor { cpu, subtype } = slice.processor;
                    Some(SliceFacts { cpu, subtype, size, cksum: slice.sum.finish() })
                })
                .collect::<Option<Vec<SliceFacts>>>()
                .map(MachO::Fat),
            _ => None,
        };
        FileFacts { cksum, macho: macho.map(Box::new) }
    }
}

/// Gives each slice its part of `bytes`, which start at offset `start` of the file.
fn feed(slices: &mut [OpenSlice], start: u64, bytes: &[u8]) {
    let end = start + bytes.len() as u64;
    for slice in slices {
        let from = slice.range.start.clamp(start, end) - start;
        let to = slice.range.end.clamp(start, end) - start;
        if let Some(part) = bytes.get(from as usize..to as usize) {
            slice.sum.update(part);
        }
    }
}

fn guess(head: &[u8], size: u64) -> Guess {
    match Form::of(head) {
        Some(Form::Thin) => Header::parse(head).map(|header| Guess::Thin(header.processor)),
        Some(Form::Fat) => {
            form::entries(head, size).ok().map(|entries| Guess::Fat(entries.into_iter().map(open).collect()))
        }
        Some(Form::Archive) | None => None,
    }
    .unwrap_or(Guess::Other)
}

/// A slice, and no byte of it seen. All of it lies in the file.
fn open(entry: form::FatEntry) -> OpenSlice {
    OpenSlice { processor: entry.processor, range: entry.offset..entry.offset + entry.size, sum: Cksum::new() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cksum::cksum;

    fn examine(bytes: &[u8], piece: usize) -> FileFacts {
        let mut examiner = Examiner::new(bytes.len() as u64);
        bytes.chunks(piece).for_each(|chunk| examiner.update(chunk));
        examiner.finish()
    }

    fn fat_file(slices: &[(u32, u32, &[u8])], size: usize) -> Vec<u8> {
        let mut file = vec![0xAAu8; size];
        let mut head = [0xCAFE_BABE_u32, slices.len() as u32].map(u32::to_be_bytes).concat();
        for (cpu, offset, bytes) in slices {
            head.extend([*cpu, 3, *offset, bytes.len() as u32, 12].map(u32::to_be_bytes).concat());
            file[*offset as usize..][..bytes.len()].copy_from_slice(bytes);
        }
        file[..head.len()].copy_from_slice(&head);
        file
    }

    #[test]
    fn fat_slices_whatever_the_pieces() {
        let (intel, arm) = ([1u8; 5000], [2u8; 300]);
        let file = fat_file(&[(0x0100_0007, 4096, &intel), (0x0100_000C, 16384, &arm)], 20000);
        let expected = [
            SliceFacts { cpu: CpuType::X86_64, subtype: 3, size: 5000, cksum: cksum(&intel) },
            SliceFacts { cpu: CpuType::ARM64, subtype: 3, size: 300, cksum: cksum(&arm) },
        ];
        for piece in [1, 7, 969, 4096, 20000] {
            let facts = examine(&file, piece);
            assert_eq!(facts.macho.as_deref().map(MachO::slices), Some(&expected[..]));
            assert_eq!(facts.cksum, cksum(&file));
        }
    }

    #[test]
    fn thin_in_both_byte_orders() {
        let mut file = [0xFEED_FACF_u32, 0x0100_000C, 2].map(u32::to_le_bytes).concat();
        file.resize(64, 0);
        let slice = SliceFacts { cpu: CpuType::ARM64, subtype: 2, size: 64, cksum: cksum(&file) };
        assert_eq!(examine(&file, 5).macho, Some(Box::new(MachO::Thin(slice))));
        let mut file = [0xFEED_FACE_u32, 18, 0].map(u32::to_be_bytes).concat();
        file.resize(64, 0);
        assert_eq!(examine(&file, 64).macho.unwrap().slices()[0].cpu.to_string(), "ppc");
    }

    #[test]
    fn not_macho() {
        let class = [0xCAFE_BABE_u32, 52, 0, 0, 0, 0, 0, 0].map(u32::to_be_bytes).concat();
        assert_eq!(examine(&class, 32).macho, None);
        let mut outside = fat_file(&[(7, 4096, &[1; 100])], 5000);
        outside.truncate(4100);
        assert_eq!(examine(&outside, 64).macho, None);
        for bytes in [&b""[..], b"#!/bin/sh\n", &[0xCA; 40], &[0xCF, 0xFA, 0xED, 0xFE]] {
            assert_eq!(examine(bytes, 64).macho, None);
        }
    }
}
