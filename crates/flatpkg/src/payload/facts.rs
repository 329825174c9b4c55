//! What is learnt while a payload is written: how far it is, and what every file is.

use std::collections::BTreeMap;

use crate::facts::FileFacts;
use crate::tree::TreePath;

/// How far [`write()`](super::write) has come.
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
pub struct Facts(pub(super) BTreeMap<TreePath, FileFacts>);

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
