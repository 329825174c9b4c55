//! What of a folder can't be packaged.

use std::fmt;
use std::io;

use super::path::BadPath;

/// An entry of a directory that can't be in a package.
#[derive(Debug)]
pub struct BadEntry {
    /// Its path on disk.
    pub path: std::path::PathBuf,
    /// Why not.
    pub reason: BadEntryReason,
}

/// Why an entry can't be in a package.
#[derive(Debug, thiserror::Error)]
pub enum BadEntryReason {
    /// Neither a file nor a directory nor a symbolic link.
    #[error("a {0} has no place in a package")]
    Special(&'static str),
    /// Its name.
    #[error(transparent)]
    Path(#[from] BadPath),
    /// A link target the tree refuses.
    #[error("its link target of {0} bytes is empty or too long")]
    Target(usize),
    /// It can't be looked at.
    #[error("failed to read it: {0}")]
    Unreadable(io::Error),
}

impl fmt::Display for BadEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path.display(), self.reason)
    }
}

/// One line for each bad entry, indented.
pub(super) fn list(bad: &[BadEntry]) -> String {
    bad.iter().map(|entry| format!("\n  {entry}")).collect()
}
