//! From the folder to a directory in it: one name at a time, through no link.

use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};

use rustix::fs::{self, AtFlags, FileType};

use super::error::refused;
use super::open::{READ, STRIDE, WALK};
use super::{Folder, LayDownError};
use crate::tree::TreePath;

impl Folder {
    /// Whether it is known already that there is a directory with nothing but directories above it.
    #[must_use]
    pub fn is_plain(&self, path: &TreePath) -> bool {
        let Some((last, fd)) = self.open.directories.last() else { return false };
        if last == path || last.below(path).is_some() {
            return true;
        }
        let is_directory = || {
            let found = fs::statat(fd, path.name(), AtFlags::SYMLINK_NOFOLLOW);
            found.is_ok_and(|stat| FileType::from_raw_mode(stat.st_mode) == FileType::Directory)
        };
        path.parent() == Some(last.as_bytes()) && is_directory()
    }

    /// The directory that something is in.
    pub(super) fn parent(&mut self, path: &TreePath) -> Result<BorrowedFd<'_>, LayDownError> {
        let parent = path.parent().and_then(|parent| TreePath::new(parent).ok()).unwrap_or(TreePath::ROOT);
        if parent.is_root() {
            return Ok(self.root.as_fd());
        }
        let open = &mut self.open.directories;
        while open.last().is_some_and(|(at, _)| *at != parent && parent.below(at).is_none()) {
            open.pop();
        }
        let mut end = open.last().map_or(0, |(at, _)| at.as_bytes().len());
        let rest = parent.as_bytes().get(end..).unwrap_or_default();
        let mut names = rest.split(|&byte| byte == b'/').filter(|name| !name.is_empty()).enumerate().peekable();
        let mut here = None::<OwnedFd>;
        while let Some((number, name)) = names.next() {
            let from = here.as_ref().or(open.last().map(|(_, fd)| fd)).unwrap_or(&self.root);
            let next = fs::openat(from, name, WALK, fs::Mode::empty());
            let next = next.map_err(|errno| refused(&self.name, path, errno))?;
            #[cfg(test)]
            {
                self.open.count += 1;
            }
            end += name.len() + usize::from(end > 0);
            let at = parent.as_bytes().get(..end).and_then(|at| TreePath::new(at).ok());
            match at.filter(|_| names.peek().is_none() || (number + 1) % STRIDE == 0) {
                Some(at) => {
                    open.push((at, next));
                    here = None;
                }
                None => here = Some(next),
            }
        }
        Ok(open.last().map_or_else(|| self.root.as_fd(), |(_, fd)| fd.as_fd()))
    }

    /// A directory, opened to be listed or changed.
    pub(super) fn opened(&mut self, path: &TreePath) -> Result<OwnedFd, LayDownError> {
        let opened = fs::openat(self.parent(path)?, path.name(), READ, fs::Mode::empty());
        opened.map_err(|errno| self.refused(path, errno))
    }
}
