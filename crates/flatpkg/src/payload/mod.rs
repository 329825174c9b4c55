//! The payload of a component, and its archive of scripts: a compressed cpio archive.
//!
//! [`write()`] reads each file once. While the bytes go through the archive into the compressor, their POSIX
//! checksum and the checksums of Mach-O slices are made: the [`Facts`] that the bill of materials needs.
//!
//! ```text
//! this thread         files ─▶ examiner ─▶ cpio ─▶ chunks of 1 MiB (gzip) or 16 MiB (pbzx)
//! one thread a core                                   └─▶ compressed, in any order
//! one thread                                                └─▶ written to the output, in order
//! ```
//!
//! The bytes depend on nothing but the tree: not on the number of cores, not on the time.

mod archive;
mod gzip;
mod output;
pub mod parallel;
mod pbzx;
mod read;

use std::collections::BTreeMap;
use std::io;
use std::io::Write;

pub use read::{Decoded, MOST_IN_MEMORY, Records, examine, load, read, records};

use crate::cpio;
use crate::facts::FileFacts;
use crate::shown::shown;
use crate::tree::{self, Tree, TreePath};

/// How a payload is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Compression {
    /// gzip, one member, about as long as that of zlib's level 6: what every macOS reads.
    #[default]
    Gzip,
    /// Blocks of xz, preset 6: smaller; needs macOS 10.10. Each worker takes about 100 MB of memory.
    Pbzx,
}

/// How far [`write()`] has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    /// Entries read completely.
    pub entries_done: u64,
    /// Entries of the tree.
    pub entries: u64,
    /// Bytes of file contents read.
    pub bytes_done: u64,
    /// Bytes of all file contents.
    pub bytes: u64,
}

/// What was learnt about each file while it was written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Facts(BTreeMap<TreePath, FileFacts>);

impl Facts {
    /// The facts of the file at a path given as a [`TreePath`] or its bytes; `None` for everything but files.
    pub fn get(&self, path: &(impl AsRef<[u8]> + ?Sized)) -> Option<&FileFacts> {
        self.0.get(path.as_ref())
    }

    /// All files, sorted by path.
    pub fn iter(&self) -> impl Iterator<Item = (&TreePath, &FileFacts)> {
        self.0.iter()
    }
}

impl FromIterator<(TreePath, FileFacts)> for Facts {
    fn from_iter<I: IntoIterator<Item = (TreePath, FileFacts)>>(facts: I) -> Facts {
        Facts(facts.into_iter().collect())
    }
}

/// Why a payload can't be written or read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The archive in the payload.
    #[error(transparent)]
    Cpio(#[from] cpio::Error),
    /// A file of the tree can't be read; the source names it.
    #[error("failed to read {path} for the payload", path = shown(path))]
    File {
        /// The path inside the tree.
        path: TreePath,
        /// What the system says, with the path on disk.
        source: io::Error,
    },
    /// A file's length changed after the tree was made.
    #[error("{path} changed while it was packaged: it had {expected} bytes, now {got}", path = shown(path))]
    Changed {
        /// The path inside the tree.
        path: TreePath,
        /// Bytes read; one more than expected if there were more.
        got: u64,
        /// Bytes when the tree was made.
        expected: u64,
    },
    /// The output can't be written.
    #[error("failed to write the compressed payload at byte {offset}")]
    Output {
        /// Where, bytes from the payload's start.
        offset: u64,
        /// What the output says.
        source: io::Error,
    },
    /// The compressor gave up.
    #[error("failed to compress the payload")]
    Compressor(#[source] io::Error),
    /// The first bytes of a payload.
    #[error("the payload starts with \"{got}\", expected gzip (1f 8b), bzip2 (BZh), pbzx or cpio (070707)")]
    Format {
        /// Its first bytes, escaped.
        got: String,
    },
    /// The payload's first bytes can't be read.
    #[error("failed to read the payload")]
    Input(#[source] io::Error),
    /// The archive's entries don't make a tree.
    #[error(transparent)]
    Tree(#[from] tree::Error),
    /// The contents are larger than the caller allows.
    #[error("the payload's contents are larger than {limit} bytes")]
    TooLarge {
        /// The caller's limit in bytes.
        limit: u64,
    },
    /// The paths are longer together than is taken into memory.
    #[error("the paths of the archive: {0}")]
    Budget(#[from] crate::Exceeded),
    /// There are more entries than are taken into memory.
    #[error("the archive has more than {limit} entries")]
    TooMany {
        /// How many are accepted.
        limit: usize,
    },
    /// The archive doesn't start with its root.
    #[error("the archive starts with {got:?}, expected \".\"")]
    NoRoot {
        /// Its first path, empty if there are no entries.
        got: String,
    },
}

/// Writes a tree as a payload (or as an archive of scripts: the format is the same).
///
/// `progress` is called from this thread, after each entry and each few hundred KiB. Memory for
/// gzip is some 10 MB and 4 MB for each core; it doesn't depend on the tree, but for the facts (some 100 bytes a file).
///
/// # Errors
///
/// What the format can't hold is refused before anything is written; see [`cpio::check`].
pub fn write(
    tree: &Tree,
    compression: Compression,
    out: &mut (impl Write + Send),
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<Facts, Error> {
    let workers = rayon::current_num_threads();
    write_with(tree, compression, workers, out, progress)
}

/// [`write()`] with a number of threads to compress on; the bytes are the same for any number.
pub fn write_with(
    tree: &Tree,
    compression: Compression,
    workers: usize,
    out: &mut (impl Write + Send),
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<Facts, Error> {
    cpio::check(tree)?;
    match compression {
        Compression::Gzip => gzip::write(workers, out, |chunks| archive::write(tree, chunks, progress)),
        Compression::Pbzx => pbzx::write(workers, out, |chunks| archive::write(tree, chunks, progress)),
    }
}
