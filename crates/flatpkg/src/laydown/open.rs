//! Directories that are kept open, and how they are opened.

use std::os::fd::OwnedFd;

use rustix::fs::OFlags;

use crate::tree::TreePath;

/// How a directory is opened that is to be listed or changed.
pub(super) const READ: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);

/// How a directory on the way is opened. With `O_PATH` it need not be readable, only searchable.
#[cfg(target_os = "linux")]
pub(super) const WALK: OFlags = OFlags::PATH.union(OFlags::DIRECTORY).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);
/// How a directory on the way is opened.
#[cfg(not(target_os = "linux"))]
pub(super) const WALK: OFlags = READ;

/// How many names lead from one directory that is kept open to the next.
pub(super) const STRIDE: usize = 64;

/// Directories that are open, from the top: every [`STRIDE`]th on the way to the one that was opened last, and that one.
/// Archives name what is in a directory one after the other, and directories get their modes from the deepest up; neither may
/// cost a walk from the top for each, which is the square of a deep archive's size.
#[derive(Debug, Default)]
pub(super) struct Open {
    pub(super) directories: Vec<(TreePath, OwnedFd)>,
    /// How often one was opened.
    #[cfg(test)]
    pub(super) count: usize,
}

impl Open {
    /// Forgets those that are at or below a path.
    pub(super) fn forget(&mut self, path: &TreePath) {
        self.directories.retain(|(at, _)| at != path && at.below(path).is_none());
    }
}
