//! What a bill of materials knows of a path.

use std::collections::BTreeMap;
use std::fmt;

use super::error::BomError;
use crate::cksum::cksum;
use macho::CpuType;

use crate::facts::FileFacts;
use crate::mode::Mode;
use crate::payload::Facts;
use crate::tree::{EntryKind, Tree, TreePath};

/// What a bill of materials says about one path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The path.
    pub path: TreePath,
    /// What lies there.
    pub node: Node,
    /// Permission bits.
    pub mode: Mode,
    /// Owner.
    pub uid: u32,
    /// Group.
    pub gid: u32,
    /// Last change, seconds since 1970.
    pub mtime: u32,
    /// Bytes of a file or of a link's target. For a directory Apple's tools state what the disk says; ours say 0.
    pub size: u64,
}

/// The kinds of record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Node {
    /// A directory.
    Directory,
    /// A file.
    File(FileFacts),
    /// A symbolic link.
    Symlink {
        /// Its target.
        target: Vec<u8>,
        /// POSIX checksum of the target.
        cksum: u32,
    },
    /// A device.
    Device {
        /// Its number.
        rdev: u32,
    },
    /// Only the name means something. `pkgbuild --component` writes it for the root (mode 0), and other tools for
    /// AppleDouble files (`._x`).
    Placeholder {
        /// 1 file, 2 directory, 3 link, 4 device.
        kind: u8,
        /// The file type bits of the mode; they may contradict `kind`.
        type_bits: u16,
    },
}

/// Whether [`totals`] adds the sizes of directories.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DirectorySizes {
    /// As `pkgbuild --root` does it.
    Excluded,
    /// As `pkgbuild --component` does it, and as PackageMaker did.
    Counted,
}

/// The records of a tree, sorted by path.
///
/// # Errors
///
/// A file without facts.
pub fn records(tree: &Tree, facts: &Facts) -> Result<Vec<Record>, BomError> {
    let record = |path: &TreePath, entry: &crate::tree::Entry| {
        let node = match &entry.kind {
            EntryKind::Directory => Node::Directory,
            EntryKind::Symlink(target) => Node::Symlink { target: target.clone(), cksum: cksum(target) },
            EntryKind::File(_) => Node::File(facts.get(path).ok_or(BomError::NoFacts { path: path.clone() })?.clone()),
        };
        Ok::<_, BomError>(Record {
            path: path.clone(),
            node,
            mode: entry.mode,
            uid: entry.uid,
            gid: entry.gid,
            mtime: entry.mtime,
            size: entry.kind.size(),
        })
    };
    // Grown by doubling, it would take twice as much memory for a moment.
    let mut records = Vec::with_capacity(tree.len());
    for (path, entry) in tree.iter() {
        records.push(record(path, entry)?);
    }
    Ok(records)
}

/// The totals of BomInfo: first everything that isn't Mach-O (sizes of files and of link targets), then the sizes
/// of all slices for each processor, in the order of its number. Nothing at all if that would be a single zero.
///
/// A total above 4 GiB stays at the largest 32-bit number; the installer doesn't look at it.
pub fn totals(records: &[Record], directories: DirectorySizes) -> Vec<(CpuType, u32)> {
    let mut totals = BTreeMap::from([(CpuType::NONE, 0u32)]);
    let mut add = |cpu, size: u64| {
        let total: &mut u32 = totals.entry(cpu).or_default();
        *total = total.saturating_add(u32::try_from(size).unwrap_or(u32::MAX));
    };
    for record in records {
        match &record.node {
            Node::File(FileFacts { macho: Some(macho), .. }) => {
                macho.slices().iter().for_each(|slice| add(slice.cpu, slice.size.into()));
            }
            Node::File(_) | Node::Symlink { .. } => add(CpuType::NONE, record.size),
            Node::Directory if directories == DirectorySizes::Counted => add(CpuType::NONE, record.size),
            Node::Directory | Node::Device { .. } | Node::Placeholder { .. } => {}
        }
    }
    if totals.values().all(|&bytes| bytes == 0) { Vec::new() } else { totals.into_iter().collect() }
}

impl Record {
    /// The POSIX checksum of a file's contents or a link's target.
    pub fn cksum(&self) -> Option<u32> {
        match &self.node {
            Node::File(facts) => Some(facts.cksum),
            Node::Symlink { cksum, .. } => Some(*cksum),
            Node::Directory | Node::Device { .. } | Node::Placeholder { .. } => None,
        }
    }

    /// The letter `ls` shows for the kind.
    fn letter(&self) -> char {
        match self.node {
            Node::Directory | Node::Placeholder { kind: 2, .. } => 'd',
            Node::File(_) => '-',
            Node::Symlink { .. } | Node::Placeholder { kind: 3, .. } => 'l',
            Node::Device { .. } | Node::Placeholder { kind: 4, .. } => 'b',
            Node::Placeholder { .. } => '-',
        }
    }
}

/// One line: mode, owner/group, time, size, checksum, path, target, slices. Bytes that aren't printable are escaped.
impl fmt::Display for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{} {}/{}", self.letter(), self.mode.symbolic(), self.uid, self.gid)?;
        write!(f, " {} {}", self.mtime, self.size)?;
        if let Some(cksum) = self.cksum() {
            write!(f, " c={cksum:08x}")?;
        }
        write!(f, " {}", self.path.dotted().escape_ascii())?;
        match &self.node {
            Node::Symlink { target, .. } => write!(f, " -> {}", target.escape_ascii())?,
            Node::Device { rdev } => write!(f, " device {rdev:#x}")?,
            Node::Placeholder { type_bits, .. } => write!(f, " (placeholder {type_bits:06o})")?,
            Node::File(FileFacts { macho: Some(macho), .. }) => {
                for slice in macho.slices() {
                    write!(f, " {}:{}:{} c={:08x}", slice.cpu, slice.subtype, slice.size, slice.cksum)?;
                }
            }
            Node::File(_) | Node::Directory => {}
        }
        Ok(())
    }
}
