//! What a bill of materials wants to know about Mach-O files: the processor, length and checksum of each slice.
//!
//! Only the first bytes of a file are looked at (`<mach-o/fat.h>` and `<mach-o/loader.h>` give the layouts):
//!
//! ```text
//! thin  u32 magic FEEDFACE | FEEDFACF   either byte order; then u32 cputype, u32 cpusubtype in the same order
//! fat   u32 magic CAFEBABE              big-endian; u32 n; n × { cputype, cpusubtype, offset, size, align }
//! fat   u32 magic CAFEBABF              as above with 64-bit offset and size, and a reserved word at the end
//! ```
//!
//! Java class files start with `CAFEBABE` too; where a fat file has its count of slices they have their version,
//! which is 45 or more, so a count above [`MAX_SLICES`] isn't a fat file. Neither is one whose slices don't lie
//! inside the file.

use std::fmt;
use std::ops::Range;

use crate::cksum::Cksum;

/// Most slices a fat file may have. Apple never shipped more than five; Java's versions start at 45.
pub const MAX_SLICES: u32 = 30;

/// The bytes of a file that decide whether it is Mach-O: the longest header, that of a fat file with 64-bit
/// offsets and [`MAX_SLICES`] slices.
const HEADER: u64 = 8 + 32 * MAX_SLICES as u64;

/// A processor type as `<mach/machine.h>` numbers it. It shows as the name `lipo` uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CpuType(pub u32);

impl CpuType {
    /// Zero: in a bill of materials, everything that isn't Mach-O.
    pub const NONE: CpuType = CpuType(0);
    /// 64-bit Intel.
    pub const X86_64: CpuType = CpuType(0x0100_0007);
    /// 64-bit Apple silicon.
    pub const ARM64: CpuType = CpuType(0x0100_000C);
}

impl fmt::Display for CpuType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            0 => f.pad("none"),
            7 => f.pad("i386"),
            18 => f.pad("ppc"),
            0x0100_0007 => f.pad("x86_64"),
            0x0100_000C => f.pad("arm64"),
            0x0200_000C => f.pad("arm64_32"),
            0x0100_0012 => f.pad("ppc64"),
            other => write!(f, "cpu {other:#010x}"),
        }
    }
}

/// One processor's part of a Mach-O file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Slice {
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
    Thin(Slice),
    /// A universal file: slices in the order of its header.
    Fat(Vec<Slice>),
}

impl MachO {
    /// The slices, one for a thin file.
    pub fn slices(&self) -> &[Slice] {
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
    cpu: CpuType,
    subtype: u32,
    range: Range<u64>,
    sum: Cksum,
}

/// Makes [`FileFacts`] from a file's bytes in one pass.
///
/// ```
/// # use flatpkg::macho::Examiner;
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
    Thin { cpu: CpuType, subtype: u32 },
    Fat(Vec<OpenSlice>),
}

impl Examiner {
    /// An examiner of a file of `size` bytes.
    pub fn new(size: u64) -> Examiner {
        let kind = if size < 28 { Guess::Other } else { Guess::Undecided };
        Examiner { size, seen: 0, whole: Cksum::new(), head: Vec::new(), kind }
    }

    /// Takes the next bytes of the file.
    pub fn update(&mut self, bytes: &[u8]) {
        self.whole.update(bytes);
        let start = self.seen;
        self.seen += bytes.len() as u64;
        match &mut self.kind {
            Guess::Undecided => self.decide(start, bytes),
            Guess::Other | Guess::Thin { .. } => {}
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
        let enough = HEADER.min(self.size);
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
            Guess::Thin { cpu, subtype } if complete => {
                u32::try_from(self.size).ok().map(|size| MachO::Thin(Slice { cpu, subtype, size, cksum }))
            }
            Guess::Fat(slices) if complete => slices
                .into_iter()
                .map(|slice| {
                    let size = u32::try_from(slice.range.end - slice.range.start).ok()?;
                    Some(Slice { cpu: slice.cpu, subtype: slice.subtype, size, cksum: slice.sum.finish() })
                })
                .collect::<Option<Vec<Slice>>>()
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
    match word(head, 0) {
        Some(0xFEED_FACE | 0xFEED_FACF) => thin(word(head, 4), word(head, 8)),
        Some(0xCEFA_EDFE | 0xCFFA_EDFE) => thin(word(head, 4).map(u32::swap_bytes), word(head, 8).map(u32::swap_bytes)),
        Some(0xCAFE_BABE) => fat(head, size, false),
        Some(0xCAFE_BABF) => fat(head, size, true),
        _ => None,
    }
    .unwrap_or(Guess::Other)
}

fn thin(cpu: Option<u32>, subtype: Option<u32>) -> Option<Guess> {
    Some(Guess::Thin { cpu: CpuType(cpu?), subtype: subtype? })
}

fn fat(head: &[u8], size: u64, wide: bool) -> Option<Guess> {
    let count = word(head, 4).filter(|count| (1..=MAX_SLICES).contains(count))?;
    let entry = if wide { 32 } else { 20 };
    let table_end = 8 + u64::from(count) * entry;
    let slices = (0..u64::from(count)).map(|i| {
        let at = 8 + (i * entry) as usize;
        let (offset, length) = if wide {
            (long(head, at + 8)?, long(head, at + 16)?)
        } else {
            (u64::from(word(head, at + 8)?), u64::from(word(head, at + 12)?))
        };
        let end = offset.checked_add(length)?;
        (offset >= table_end && end <= size).then_some(OpenSlice {
            cpu: CpuType(word(head, at)?),
            subtype: word(head, at + 4)?,
            range: offset..end,
            sum: Cksum::new(),
        })
    });
    slices.collect::<Option<Vec<_>>>().map(Guess::Fat)
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|word| u32::from_be_bytes(*word))
}

fn long(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..)?.first_chunk().map(|long| u64::from_be_bytes(*long))
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
            Slice { cpu: CpuType::X86_64, subtype: 3, size: 5000, cksum: cksum(&intel) },
            Slice { cpu: CpuType::ARM64, subtype: 3, size: 300, cksum: cksum(&arm) },
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
        let slice = Slice { cpu: CpuType::ARM64, subtype: 2, size: 64, cksum: cksum(&file) };
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
