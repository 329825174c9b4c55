//! The segments of an image: which memory it takes, and which part of the file fills it.

use std::ops::{Deref, Range};

/// A range of memory, and the part of the slice that fills it; the rest is zero.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    /// `__TEXT`, `__DATA`, …
    pub name: String,
    /// Unslid addresses. Empty for `__PAGEZERO`, which only keeps addresses out of use.
    pub memory: Range<u64>,
    /// Offsets in the slice.
    pub file: Range<u64>,
    /// Bit 0 read, bit 1 write, bit 2 execute: `VM_PROT_*`, which are `PROT_*` of Linux.
    pub protection: u32,
}

impl Segment {
    /// Whether a range of unslid addresses lies in it.
    pub fn holds(&self, range: &Range<u64>) -> bool {
        self.memory.start <= range.start && range.start <= range.end && range.end <= self.memory.end
    }
}

/// All segments of an image in the file's order, which fixups count by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segments {
    page: u64,
    all: Vec<Segment>,
}

impl Segments {
    /// None yet. Fixups and protections go by pages of so many bytes; linkers align segments to them.
    pub fn new(page: u64) -> Self {
        Self { page, all: Vec::new() }
    }

    /// The size of a page, bytes.
    pub fn page(&self) -> u64 {
        self.page
    }

    /// Adds the next one.
    pub fn push(&mut self, segment: Segment) {
        self.all.push(segment);
    }

    /// Those that take memory.
    pub fn mapped(&self) -> impl Iterator<Item = &Segment> {
        self.all.iter().filter(|segment| !segment.memory.is_empty())
    }

    /// From the first to the last address in use, unslid and in whole pages.
    pub fn span(&self) -> Range<u64> {
        let start = self.mapped().map(|segment| segment.memory.start).min().unwrap_or(0);
        let end = self.mapped().map(|segment| segment.memory.end).max().unwrap_or(0);
        start..end.checked_next_multiple_of(self.page).unwrap_or(start)
    }
}

impl Deref for Segments {
    type Target = [Segment];

    fn deref(&self) -> &[Segment] {
        &self.all
    }
}
