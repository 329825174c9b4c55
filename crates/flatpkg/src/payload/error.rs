//! What can be wrong with a payload.

use std::io;

use crate::cpio;
use crate::shown::shown;
use crate::tree::{self, TreePath};

/// Why a payload can't be written or read.
#[derive(Debug, thiserror::Error)]
pub enum PayloadError {
    /// The archive in the payload.
    #[error(transparent)]
    Cpio(#[from] cpio::CpioError),
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
    Tree(#[from] tree::TreeError),
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
