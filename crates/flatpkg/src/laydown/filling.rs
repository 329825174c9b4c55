//! A folder that appears whole or not at all.

use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

use rustix::fs::{self, AtFlags};
use rustix::io::Errno;

use super::error::io_error;
use super::{Folder, LayDownError, Options, READ};
use crate::tree::TreePath;

/// How many names are tried for a temporary one.
const ATTEMPTS: u32 = 1000;

/// A new folder that is filled under another name, beside the one that it gets at the end. Dropped before, it is removed.
#[derive(Debug)]
pub struct Filling {
    /// What is filled.
    pub folder: Folder,
    parent: OwnedFd,
    temporary: String,
    name: std::ffi::OsString,
    is_done: bool,
}

impl Filling {
    /// Begins to fill what will be at `path`, where nothing may be but an empty directory. What it is in must be there.
    ///
    /// # Errors
    /// There is something, or the folder can't be made.
    pub fn begin(path: &Path, options: Options) -> Result<Self, LayDownError> {
        let shown = path.display();
        let (parent, name) =
            place(path).map_err(|source| LayDownError::Io { doing: "find", path: shown.to_string(), source })?;
        let fail = |errno| io_error("create a folder in", parent.display(), errno);
        let dir =
            fs::openat(fs::CWD, &parent, READ.difference(fs::OFlags::NOFOLLOW), fs::Mode::empty()).map_err(fail)?;
        match fs::statat(&dir, &name, AtFlags::SYMLINK_NOFOLLOW) {
            Err(Errno::NOENT) => {}
            Err(errno) => return Err(io_error("look at", shown, errno)),
            Ok(_) => {
                let there = fs::openat(&dir, &name, READ, fs::Mode::empty());
                let there = there.map_err(|errno| io_error("read", path.display(), errno))?;
                if !super::names(&there).map_err(|errno| io_error("read", path.display(), errno))?.is_empty() {
                    return Err(LayDownError::Taken { path: shown.to_string() });
                }
            }
        }
        let temporary = (0..ATTEMPTS).map(|number| format!(".flatpkg-{}-{number}", std::process::id()));
        for temporary in temporary {
            match fs::mkdirat(&dir, temporary.as_str(), fs::Mode::from_bits_truncate(0o777)) {
                Ok(()) => {
                    let root = fs::openat(&dir, temporary.as_str(), READ, fs::Mode::empty()).map_err(fail)?;
                    let folder = Folder::of(root, path, options)?;
                    return Ok(Self { folder, parent: dir, temporary, name, is_done: false });
                }
                Err(Errno::EXIST) => {}
                Err(errno) => return Err(fail(errno)),
            }
        }
        Err(fail(Errno::EXIST))
    }

    /// Gives directories their modes, and the folder its name.
    ///
    /// # Errors
    /// That can't be done: then the folder is removed.
    pub fn finish(mut self) -> Result<(), LayDownError> {
        self.folder.finish()?;
        let renamed = fs::renameat(&self.parent, self.temporary.as_str(), &self.parent, &self.name);
        renamed.map_err(|errno| io_error("rename the new folder to", self.folder.name.display(), errno))?;
        self.is_done = true;
        Ok(())
    }

    /// Gives the name to the only directory that is in the folder.
    ///
    /// # Errors
    /// There is another number of entries, it is no directory, or it can't be renamed.
    pub fn finish_only_directory(mut self) -> Result<(), LayDownError> {
        self.folder.finish()?;
        let shown = self.folder.name.display().to_string();
        let fail = |errno| io_error("rename the new folder to", &shown, errno);
        let all = super::names(&self.folder.root).map_err(fail)?;
        let [(top, fs::FileType::Directory)] = all.as_slice() else {
            return Err(LayDownError::TopFolder { path: shown, found: all.len() });
        };
        fs::renameat(&self.folder.root, top.as_slice(), &self.parent, &self.name).map_err(fail)
    }
}

impl Drop for Filling {
    fn drop(&mut self) {
        if !self.is_done {
            self.folder.options.stop = std::sync::Arc::default();
            let all = super::names(&self.folder.root).unwrap_or_default();
            for path in all.iter().filter_map(|(name, _)| TreePath::new(name.clone()).ok()) {
                let _ = self.folder.remove(&path);
            }
            let _ = fs::unlinkat(&self.parent, self.temporary.as_str(), AtFlags::REMOVEDIR);
        }
    }
}

/// The folder that a path is in, and its name there.
fn place(path: &Path) -> std::io::Result<(PathBuf, std::ffi::OsString)> {
    let whole;
    // `.` and `x/..` have no name of their own; something is there, so it can be asked for it.
    let path = match path.file_name() {
        Some(_) => path,
        None => {
            whole = fs_err::canonicalize(path)?;
            &whole
        }
    };
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    let name = path.file_name().ok_or(std::io::ErrorKind::InvalidInput)?;
    Ok((parent.to_owned(), name.to_owned()))
}
