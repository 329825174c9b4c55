//! Why something can't be laid down.

use std::io;
use std::path::Path;

use rustix::io::Errno;

use crate::tree::TreePath;

/// Why something can't be laid down.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LayDownError {
    /// Something other than a directory is on the way.
    #[error("{path}: what it is in is not a directory of the folder")]
    NotDirectory {
        /// What was to be reached.
        path: String,
    },
    /// A name that is there already.
    #[error("{path} is there already")]
    Taken {
        /// The name.
        path: String,
    },
    /// An archive that has not a single directory at its top.
    #[error("{path} can't be filled: there are {found} entries at the top, expected one folder")]
    TopFolder {
        /// The folder that it would have become.
        path: String,
        /// How many entries there are.
        found: usize,
    },
    /// An archive's `.` that is no directory.
    #[error("{folder} would be replaced: the archive's root is not a directory")]
    Root {
        /// The folder.
        folder: String,
    },
    /// More than allowed.
    #[error("more than {limit} bytes would be written to {folder}, which is all that {why}")]
    TooBig {
        /// The folder.
        folder: String,
        /// Bytes, in blocks of 4 KiB.
        limit: u64,
        /// Who set the limit.
        why: &'static str,
    },
    /// Whoever started it wants it to end.
    #[error("interrupted")]
    Interrupted,
    /// The contents of a file can't be read.
    #[error("failed to read the contents of {path}")]
    Contents {
        /// The file.
        path: String,
        /// What the input says.
        source: io::Error,
    },
    /// The operating system refused.
    #[error("failed to {doing} {path}")]
    Io {
        /// What we were doing: a verb.
        doing: &'static str,
        /// The file or directory.
        path: String,
        /// What the system says.
        source: io::Error,
    },
}

pub(super) fn shown(folder: &Path, path: &TreePath) -> String {
    folder.join(path.as_path()).display().to_string()
}

/// What is in the way is the archive's doing, or that of somebody who works in the folder; anything else is the system's.
pub(super) fn refused(folder: &Path, path: &TreePath, errno: Errno) -> LayDownError {
    let path = shown(folder, path);
    match errno {
        Errno::EXIST => LayDownError::Taken { path },
        Errno::NOENT | Errno::NOTDIR | Errno::LOOP => LayDownError::NotDirectory { path },
        errno => io_error("create", path, errno),
    }
}

pub(super) fn io_error(doing: &'static str, path: impl ToString, errno: Errno) -> LayDownError {
    LayDownError::Io { doing, path: path.to_string(), source: errno.into() }
}
