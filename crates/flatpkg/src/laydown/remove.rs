//! Taking away what is in the way, or everything.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;

use rustix::fs::{self, AtFlags, FileType};
use rustix::io::Errno;

use super::error::io_error;
use super::{Folder, LayDownError, Seen, names};
use crate::tree::TreePath;

impl Folder {
    /// Removes what is there, a directory with all that is in it.
    ///
    /// # Errors
    /// It is the folder itself, or can't be removed.
    pub fn remove(&mut self, path: &TreePath) -> Result<(), LayDownError> {
        if path.is_root() {
            return Err(LayDownError::Root { folder: self.name.display().to_string() });
        }
        self.go_on()?;
        self.is_changed = true;
        self.later.remove(path);
        remove_below(&mut self.later, path);
        let removed = self.remove_now(path);
        self.open.forget(path);
        removed
    }

    fn remove_now(&mut self, path: &TreePath) -> Result<(), LayDownError> {
        if self.look(path)? == Some(Seen::Directory) {
            self.remove_tree(path)
        } else {
            let removed = fs::unlinkat(self.parent(path)?, path.name(), AtFlags::empty());
            removed.map_err(|errno| io_error("remove", self.shown(path), errno))
        }
    }

    /// Directories from the top, then these backwards: at most two are open at a time, however deep they are.
    fn remove_tree(&mut self, top: &TreePath) -> Result<(), LayDownError> {
        let mut directories = vec![top.clone()];
        let mut next = 0;
        while let Some(path) = directories.get(next).cloned() {
            next += 1;
            directories.extend(self.remove_files(&path)?);
        }
        for path in directories.into_iter().rev() {
            let removed = fs::unlinkat(self.parent(&path)?, path.name(), AtFlags::REMOVEDIR);
            removed.map_err(|errno| io_error("remove", self.shown(&path), errno))?;
        }
        Ok(())
    }

    /// Removes everything in a directory but directories, which come back.
    fn remove_files(&mut self, path: &TreePath) -> Result<Vec<TreePath>, LayDownError> {
        let shown = self.shown(path);
        let fail = |errno| io_error("empty", &shown, errno);
        let directory = self.opened(path)?;
        let mut inner = Vec::new();
        for (name, kind) in names(&directory).map_err(fail)? {
            match kind {
                FileType::Directory => inner.push(path.join(&name).map_err(|_| fail(Errno::NAMETOOLONG))?),
                _ => fs::unlinkat(&directory, name.as_slice(), AtFlags::empty()).map_err(fail)?,
            }
        }
        Ok(inner)
    }

    /// Takes everything back, if nothing was in the folder before, and the folder too, if it was made. Says whether nothing
    /// is left.
    #[must_use]
    pub fn undo(mut self) -> bool {
        if !self.was_empty {
            return !self.is_changed;
        }
        self.options.stop = Arc::default();
        let all = names(&self.root).unwrap_or_default();
        for path in all.iter().filter_map(|(name, _)| TreePath::new(name.clone()).ok()) {
            let _ = self.remove(&path);
        }
        let is_empty = names(&self.root).is_ok_and(|names| names.is_empty());
        is_empty && self.made.iter().rev().all(|made| fs_err::remove_dir(made).is_ok())
    }
}

/// Removes what lies below a path from a map; costs no more than what is removed.
pub fn remove_below<V>(map: &mut BTreeMap<TreePath, V>, path: &TreePath) {
    let prefix = [path.as_bytes(), b"/"].concat();
    let from = (Bound::Included(prefix.as_slice()), Bound::Unbounded);
    let below =
        map.range::<[u8], _>(from).map(|(path, _)| path).take_while(|path| path.as_bytes().starts_with(&prefix));
    for path in below.cloned().collect::<Vec<_>>() {
        map.remove(&path);
    }
}
