//! The tree of a package: one value that every encoding is made from.
//!
//! A payload archive, a bill of materials, the totals of a `PackageInfo` and a receipt all describe the same
//! paths. Here they are views of one [`Tree`], so they can't disagree. Owners, modes and times never come from a
//! disk but from a [`Policy`](crate::policy::Policy): two builds are equal whoever makes them.
//!
//! ```
//! use flatpkg::mode::Mode;
//! use flatpkg::tree::{Contents, Entry, EntryKind, Tree, TreePath};
//!
//! let mut tree = Tree::new(Entry::directory(Mode::EXECUTABLE));
//! tree.insert(TreePath::new("hello").unwrap(), Entry::file(*b"hello\n", Mode::PLAIN)).unwrap();
//! assert_eq!(tree.totals().number_of_files, 2); // the root counts
//! ```

mod bad_entry;
mod path;
mod pieces;
mod scan;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap};
use std::io::{self, Read};
use std::ops::{Bound, Range};
use std::path::PathBuf;
use std::sync::Arc;

use unicode_normalization::UnicodeNormalization as _;

pub use bad_entry::{BadEntry, BadEntryReason};
pub use path::{BadPath, MAX_PATH, PathFlaw, TreePath};

use crate::mode::Mode;
use crate::shown::shown;
use pieces::Pieces;

/// Paths with what lies there; the root directory is always one of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tree {
    entries: BTreeMap<TreePath, Entry>,
}

/// What lies at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// A directory, file or symbolic link.
    pub kind: EntryKind,
    /// Permission bits.
    pub mode: Mode,
    /// Owner's number; 0 is root.
    pub uid: u32,
    /// Group's number; 0 is wheel, 80 is admin.
    pub gid: u32,
    /// Time of last change, seconds since 1970 (UTC).
    pub mtime: u32,
}

/// The kinds of entry a package can hold. A hard link is a file of its own here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EntryKind {
    /// A directory.
    Directory,
    /// A regular file.
    File(Contents),
    /// A symbolic link and the bytes of its target.
    Symlink(Vec<u8>),
}

/// Where a file's bytes are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Contents {
    /// In a file that is read when the tree is written.
    OnDisk {
        /// The file.
        path: PathBuf,
        /// Its length in bytes when the tree was made; a different length later is an error.
        size: u64,
    },
    /// In pieces of a file, such as the image of a disk, that are read when the tree is written.
    Pieces {
        /// The file.
        path: PathBuf,
        /// Where the pieces are, bytes from its start, in the order of the contents.
        pieces: Arc<[Range<u64>]>,
    },
    /// In memory.
    Memory(Arc<[u8]>),
}

/// Numbers that a `PackageInfo` states about its payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Totals {
    /// Paths, the root among them (`numberOfFiles`; so in packages made by `pkgbuild --root`).
    pub number_of_files: u64,
    /// Disk space in KiB (`installKBytes`): 512-byte blocks of files and link targets, one block for each directory
    /// but the root, half of that rounded up. Equal to `pkgbuild --root`'s number in most packages looked at and
    /// within 2 KiB in all; it is shown to people and not checked.
    pub install_kbytes: u64,
    /// Bytes of file contents.
    pub content_bytes: u64,
}

/// Why a tree can't be made.
#[derive(Debug, thiserror::Error)]
pub enum TreeError {
    /// Something at the path already.
    #[error("{path} is in the tree already", path = shown(path))]
    Duplicate {
        /// The path inside the tree.
        path: TreePath,
    },
    /// The directory it belongs in isn't there.
    #[error("{path} has no parent directory in the tree", path = shown(path))]
    NoParent {
        /// The path inside the tree.
        path: TreePath,
    },
    /// What it belongs in isn't a directory.
    #[error("{path} lies in something that is not a directory", path = shown(path))]
    ParentNotDirectory {
        /// The path inside the tree.
        path: TreePath,
    },
    /// A link target that is empty, holds NUL or is longer than [`MAX_PATH`].
    #[error("{path} is a symbolic link with a target of {length} bytes that is empty, too long or holds NUL", path = shown(path))]
    BadTarget {
        /// The path inside the tree.
        path: TreePath,
        /// Length of the target in bytes.
        length: usize,
    },
    /// The directory to read isn't one, or can't be looked at.
    #[error("failed to read the directory {}", path.display())]
    Root {
        /// The directory.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// Entries that can't be in a package; all that were found.
    #[error("{} cannot be packaged:{}", dir.display(), bad_entry::list(bad))]
    Entries {
        /// The directory that was read.
        dir: PathBuf,
        /// Each bad entry, sorted by path.
        bad: Vec<BadEntry>,
    },
}

impl Tree {
    /// A tree of nothing but its root. `root` is taken as a directory.
    pub fn new(root: Entry) -> Tree {
        let root = Entry { kind: EntryKind::Directory, ..root };
        Tree { entries: BTreeMap::from([(TreePath::ROOT, root)]) }
    }

    /// Puts an entry at a path.
    ///
    /// # Errors
    ///
    /// When the path is taken (the root always is), when its parent isn't a directory of the tree, or when it is a
    /// link without a usable target.
    pub fn insert(&mut self, path: TreePath, entry: Entry) -> Result<(), TreeError> {
        if self.entries.contains_key(&path) {
            return Err(TreeError::Duplicate { path });
        }
        match path.parent().and_then(|parent| self.entries.get(parent)).map(|parent| &parent.kind) {
            Some(EntryKind::Directory) => {}
            Some(_) => return Err(TreeError::ParentNotDirectory { path }),
            None => return Err(TreeError::NoParent { path }),
        }
        if let EntryKind::Symlink(target) = &entry.kind
            && (target.is_empty() || target.len() > MAX_PATH || target.contains(&0))
        {
            return Err(TreeError::BadTarget { path, length: target.len() });
        }
        self.entries.insert(path, entry);
        Ok(())
    }

    /// The entry at a path given as a [`TreePath`] or its bytes.
    pub fn get(&self, path: &(impl AsRef<[u8]> + ?Sized)) -> Option<&Entry> {
        self.entries.get(path.as_ref())
    }

    /// All entries, sorted by the bytes of their paths: the root first, a directory before what lies in it.
    pub fn iter(&self) -> impl Iterator<Item = (&TreePath, &Entry)> + Clone {
        self.entries.iter()
    }

    /// How many paths there are, the root among them.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is nothing but the root.
    pub fn is_empty(&self) -> bool {
        self.len() <= 1
    }

    /// Takes out the files of [`is_junk`], and says which they were.
    pub fn remove_junk(&mut self) -> Vec<TreePath> {
        let junk = |path: &TreePath, entry: &Entry| matches!(entry.kind, EntryKind::File(_)) && is_junk(path);
        let found: Vec<_> =
            self.entries.iter().filter(|(path, entry)| junk(path, entry)).map(|(path, _)| path.clone()).collect();
        self.entries.retain(|path, entry| !junk(path, entry));
        found
    }

    /// The part of the tree below a directory, which becomes its root; `None` where there is no directory.
    ///
    /// ```
    /// # use flatpkg::{mode::Mode, tree::{Entry, Tree, TreePath}};
    /// let mut tree = Tree::new(Entry::directory(Mode::EXECUTABLE));
    /// for path in ["usr", "usr/bin"] {
    ///     tree.insert(TreePath::new(path).unwrap(), Entry::directory(Mode::EXECUTABLE)).unwrap();
    /// }
    /// tree.insert(TreePath::new("usr/bin/true").unwrap(), Entry::file(*b"#!/bin/sh\n", Mode::EXECUTABLE)).unwrap();
    /// let part = tree.subtree(&TreePath::new("usr").unwrap()).unwrap();
    /// let paths: Vec<String> = part.iter().map(|(path, _)| path.to_string()).collect();
    /// assert_eq!(paths, [".", "bin", "bin/true"]);
    /// ```
    pub fn subtree(&self, top: &TreePath) -> Option<Tree> {
        let root = self.entries.get(top).filter(|entry| matches!(entry.kind, EntryKind::Directory))?;
        let mut part = Tree::new(root.clone());
        let below = |(path, entry): (&TreePath, &Entry)| Some((path.below(top)?, entry.clone()));
        if top.is_root() {
            part.entries.extend(self.entries.iter().filter_map(below));
        } else {
            // What lies below is together: from the slash to the byte after it.
            let [from, to] = [b'/', b'/' + 1].map(|byte| [top.as_bytes(), &[byte]].concat());
            let range = (Bound::Included(from.as_slice()), Bound::Excluded(to.as_slice()));
            part.entries.extend(self.entries.range::<[u8], _>(range).filter_map(below));
        }
        Some(part)
    }

    /// How many entries lie directly in each directory, by the directory's path.
    pub fn children(&self) -> HashMap<&[u8], u32> {
        let mut children = HashMap::new();
        for parent in self.entries.keys().filter_map(TreePath::parent) {
            *children.entry(parent).or_default() += 1;
        }
        children
    }

    /// The numbers for a `PackageInfo`.
    pub fn totals(&self) -> Totals {
        let mut totals = Totals { number_of_files: self.len() as u64, ..Totals::default() };
        let mut blocks = 0u64;
        for (path, entry) in self.iter() {
            blocks += match &entry.kind {
                EntryKind::Directory => u64::from(!path.is_root()),
                kind => kind.size().div_ceil(512),
            };
            if let EntryKind::File(contents) = &entry.kind {
                totals.content_bytes += contents.size();
            }
        }
        totals.install_kbytes = blocks.div_ceil(2);
        totals
    }

    /// Groups of paths that a volume which ignores case takes for one (macOS's default), each group sorted.
    ///
    /// Names are compared after Unicode decomposition and lower-casing: `café` is one name however its é is written.
    pub fn case_collisions(&self) -> Vec<Vec<&TreePath>> {
        let mut groups: HashMap<Vec<u8>, Vec<&TreePath>> = HashMap::with_capacity(self.len());
        for path in self.entries.keys() {
            groups.entry(fold(path.as_bytes())).or_default().push(path);
        }
        let mut collisions: Vec<_> = groups.into_values().filter(|group| group.len() > 1).collect();
        collisions.sort();
        collisions
    }
}

/// What APFS and HFS+ compare instead of a path where they don't tell case apart: decomposed and in small letters. Two
/// paths with the same folded form are one there.
pub(crate) fn fold(path: &[u8]) -> Vec<u8> {
    match std::str::from_utf8(path) {
        Ok(text) if text.is_ascii() => text.to_ascii_lowercase().into_bytes(),
        Ok(text) => text.nfd().flat_map(char::to_lowercase).nfd().collect::<String>().into_bytes(),
        Err(_) => path.to_ascii_lowercase(),
    }
}

/// Whether a file is what Finder and old file systems leave behind: `.DS_Store`, and AppleDouble files (`._NAME`) with
/// attributes of another file. `pkgbuild` leaves them out.
#[must_use]
pub fn is_junk(path: &TreePath) -> bool {
    let name = path.name();
    name == b".DS_Store" || (name.len() > 2 && name.starts_with(b"._"))
}

impl AsRef<[u8]> for TreePath {
    fn as_ref(&self) -> &[u8] {
        self.as_bytes()
    }
}

impl Entry {
    /// A directory of root:wheel, last changed at 0.
    pub fn directory(mode: Mode) -> Entry {
        Entry { kind: EntryKind::Directory, mode, uid: 0, gid: 0, mtime: 0 }
    }

    /// A file of root:wheel with its contents in memory, last changed at 0.
    pub fn file(bytes: impl Into<Arc<[u8]>>, mode: Mode) -> Entry {
        Entry { kind: EntryKind::File(Contents::Memory(bytes.into())), mode, uid: 0, gid: 0, mtime: 0 }
    }

    /// A symbolic link of root:wheel, last changed at 0.
    pub fn symlink(target: impl Into<Vec<u8>>) -> Entry {
        Entry { kind: EntryKind::Symlink(target.into()), mode: Mode::EXECUTABLE, uid: 0, gid: 0, mtime: 0 }
    }
}

impl EntryKind {
    /// Bytes an archive stores: a file's contents, a link's target, nothing for a directory.
    pub fn size(&self) -> u64 {
        match self {
            EntryKind::Directory => 0,
            EntryKind::File(contents) => contents.size(),
            EntryKind::Symlink(target) => target.len() as u64,
        }
    }

    /// The file type bits of `st_mode`: `0o040000`, `0o100000` or `0o120000`.
    pub fn type_bits(&self) -> u16 {
        match self {
            EntryKind::Directory => 0o040000,
            EntryKind::File(_) => 0o100000,
            EntryKind::Symlink(_) => 0o120000,
        }
    }
}

impl Contents {
    /// Length in bytes.
    pub fn size(&self) -> u64 {
        match self {
            Contents::OnDisk { size, .. } => *size,
            Contents::Pieces { pieces, .. } => {
                pieces.iter().fold(0, |sum, piece| sum.saturating_add(piece.end.saturating_sub(piece.start)))
            }
            Contents::Memory(bytes) => bytes.len() as u64,
        }
    }

    /// Opens the bytes for reading. Errors of files on disk name the file.
    pub fn open(&self) -> io::Result<Box<dyn Read + Send + '_>> {
        Ok(match self {
            Contents::OnDisk { path, .. } => Box::new(fs_err::File::open(path)?),
            Contents::Pieces { path, pieces } => Box::new(Pieces { file: fs_err::File::open(path)?, pieces, done: 0 }),
            Contents::Memory(bytes) => Box::new(&bytes[..]),
        })
    }
}
