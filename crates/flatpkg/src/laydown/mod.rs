//! Laying things down in a folder: the one module that writes what somebody else's archive says.
//!
//! Everything is reached from the folder's own descriptor, one name at a time, and no link is ever followed on the way: where
//! an archive, or somebody who works in the folder meanwhile, put a link in the place of a directory, the walk ends with
//! [`LayDownError::NotDirectory`]. Owners, modes and times are set on what was opened. Links that an installation is to follow are
//! followed by their text, in `effect::place`, so that `/` and `..` mean the folder.
//!
//! * The folder itself is never replaced, and keeps its owner and mode, whatever an archive says of `.`.
//! * Setuid and setgid bits are dropped unless [`Options::keep_setid`] says otherwise.
//! * Directories get their modes at the end ([`Folder::finish`]): until then their owner can write into all of them.
//! * No more is written than [`Options::max_size`] allows and the disk has free.
//! * [`Filling`] is a folder that appears whole or not at all.

mod error;
mod filling;
mod open;
mod options;
mod remove;
#[cfg(test)]
mod tests;
mod walk;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read, Write as _};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

use rustix::fs::{self, AtFlags, Dir, FileType, Gid, OFlags, Timespec, Timestamps, UTIME_OMIT, Uid};
use rustix::io::Errno;

use crate::mode::Mode;
use crate::tree::TreePath;

pub use error::LayDownError;
use error::{io_error, refused, shown};
pub use filling::Filling;
use open::{READ, WALK};
pub use options::{MAX_SIZE, Options};
pub use remove::remove_below;

/// What every entry counts for at least, and what sizes are rounded up to: a block of most file systems, in bytes.
const BLOCK: u64 = 4096;

/// Owner and mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attributes {
    /// Permission bits.
    pub mode: Mode,
    /// Owner's number.
    pub uid: u32,
    /// Group's number.
    pub gid: u32,
}

impl Attributes {
    /// What Installer gives to directories that nobody describes.
    pub const SYSTEM: Attributes = Attributes { mode: Mode::EXECUTABLE, uid: 0, gid: 0 };

    /// From `st_mode`, owner and group.
    #[must_use]
    pub fn new(st_mode: u32, uid: u32, gid: u32) -> Attributes {
        Attributes { mode: Mode::from_st_mode(st_mode), uid, gid }
    }
}

/// What is at a path, links not followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    /// A directory.
    Directory,
    /// A file, or anything else that is neither directory nor link.
    File,
    /// A link with its target.
    Symlink(Vec<u8>),
}

/// What a directory gets when everything is in it.
#[derive(Debug, Clone, Copy)]
struct Later {
    mode: Option<u32>,
    modified: Option<i64>,
}

/// A folder that things are laid down in.
#[derive(Debug)]
pub struct Folder {
    root: OwnedFd,
    /// For messages only.
    name: PathBuf,
    options: Options,
    open: open::Open,
    /// By path, so that backwards is the deepest first.
    later: BTreeMap<TreePath, Later>,
    /// Bytes that may still be written.
    left: u64,
    limit: u64,
    why: &'static str,
    /// Nothing was in it before.
    was_empty: bool,
    /// Something was made, changed or removed.
    is_changed: bool,
    /// Directories that were made to hold it, itself the last; by the user's path, not an archive's.
    made: Vec<PathBuf>,
}

impl Folder {
    /// A folder by the path that the user gave; made if it is missing.
    ///
    /// # Errors
    /// It can't be made or opened.
    pub fn open(path: &Path, options: Options) -> Result<Self, LayDownError> {
        let missing = |path: &&Path| !path.as_os_str().is_empty() && path.symlink_metadata().is_err();
        let mut made: Vec<PathBuf> = path.ancestors().take_while(missing).map(Path::to_owned).collect();
        made.reverse();
        let fail = |doing| move |source| LayDownError::Io { doing, path: path.display().to_string(), source };
        fs_err::create_dir_all(path).map_err(fail("create"))?;
        let root = fs::openat(fs::CWD, path, READ.difference(OFlags::NOFOLLOW), fs::Mode::empty());
        let root = root.map_err(|errno| fail("open")(errno.into()))?;
        Ok(Self { made, ..Self::of(root, path, options)? })
    }

    /// A folder that is open already.
    fn of(root: OwnedFd, name: &Path, options: Options) -> Result<Self, LayDownError> {
        let fail = |errno: Errno| io_error("look at", name.display(), errno);
        let disk = fs::fstatvfs(&root).map_err(fail)?;
        let free = disk.f_bavail.saturating_mul(disk.f_frsize);
        let (limit, why) = match free < options.max_size {
            true => (free, "the disk has free"),
            false => (options.max_size, "is allowed"),
        };
        let was_empty = names(&root).map_err(fail)?.is_empty();
        let (open, later, made) = (open::Open::default(), BTreeMap::new(), Vec::new());
        Ok(Self {
            root,
            name: name.to_owned(),
            options,
            open,
            later,
            left: limit,
            limit,
            why,
            was_empty,
            is_changed: false,
            made,
        })
    }

    /// Refuses now what would be refused later: `bytes` are going to be written.
    ///
    /// # Errors
    /// They are more than may be written.
    pub fn expect(&self, bytes: u64) -> Result<(), LayDownError> {
        if bytes > self.left { Err(self.too_big()) } else { Ok(()) }
    }

    /// Whether it held nothing, or wasn't there, when it was opened.
    #[must_use]
    pub fn was_empty(&self) -> bool {
        self.was_empty
    }

    /// What is there; `None` for nothing.
    ///
    /// # Errors
    /// It can't be looked at.
    pub fn look(&mut self, path: &TreePath) -> Result<Option<Seen>, LayDownError> {
        if path.is_root() {
            return Ok(Some(Seen::Directory));
        }
        let shown = self.shown(path);
        let fail = |errno| io_error("look at", &shown, errno);
        let parent = match self.parent(path) {
            // Where what it is in isn't a directory, there is nothing.
            Err(LayDownError::NotDirectory { .. }) => return Ok(None),
            parent => parent?,
        };
        let kind = match fs::statat(parent, path.name(), AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => FileType::from_raw_mode(stat.st_mode),
            Err(Errno::NOENT) => return Ok(None),
            Err(errno) => return Err(fail(errno)),
        };
        Ok(Some(match kind {
            FileType::Directory => Seen::Directory,
            FileType::Symlink => {
                Seen::Symlink(fs::readlinkat(parent, path.name(), Vec::new()).map_err(fail)?.into_bytes())
            }
            _ => Seen::File,
        }))
    }

    /// Makes a directory where nothing is. Without attributes it keeps the mode of any new one.
    ///
    /// # Errors
    /// Something is there, or it can't be made.
    pub fn directory(&mut self, path: &TreePath, attributes: Option<Attributes>) -> Result<(), LayDownError> {
        self.begin(path, 0)?;
        let mode = if attributes.is_some() { 0o700 } else { 0o777 };
        let made = fs::mkdirat(self.parent(path)?, path.name(), fs::Mode::from_bits_truncate(mode));
        made.map_err(|errno| self.refused(path, errno))?;
        match attributes {
            Some(attributes) => self.change(path, attributes),
            None => Ok(()),
        }
    }

    /// Gives owner and mode to a directory; the mode at the end. The folder itself keeps its own.
    ///
    /// # Errors
    /// They can't be given.
    pub fn change(&mut self, path: &TreePath, attributes: Attributes) -> Result<(), LayDownError> {
        if path.is_root() {
            return Ok(());
        }
        if self.options.owners {
            let (uid, gid) = owner(attributes);
            let directory = self.opened(path)?;
            fs::fchown(&directory, uid, gid).map_err(|errno| io_error("give away", self.shown(path), errno))?;
        }
        let mode = Some(self.mode(attributes));
        self.is_changed = true;
        self.later.entry(path.clone()).and_modify(|later| later.mode = mode).or_insert(Later { mode, modified: None });
        Ok(())
    }

    /// When a directory was last changed, seconds since 1970; set at the end.
    pub fn directory_modified(&mut self, path: &TreePath, modified: i64) {
        let later = self.later.entry(path.clone()).or_insert(Later { mode: None, modified: None });
        later.modified = Some(modified);
    }

    /// Makes a file where nothing is; gives back its size. `size` is what its archive says.
    ///
    /// # Errors
    /// Something is there, or it can't be read or written: then it is removed again.
    pub fn file(
        &mut self,
        path: &TreePath,
        size: u64,
        contents: &mut dyn Read,
        attributes: Attributes,
        modified: Option<i64>,
    ) -> Result<u64, LayDownError> {
        self.begin(path, size)?;
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let made = fs::openat(self.parent(path)?, path.name(), flags, fs::Mode::from_bits_truncate(0o600));
        let mut file = File::from(made.map_err(|errno| self.refused(path, errno))?);
        let written = self.fill(path, &mut file, contents).and_then(|bytes| {
            self.own(path, &file, attributes, modified)?;
            Ok(bytes)
        });
        if written.is_err() {
            let _ = fs::unlinkat(self.parent(path)?, path.name(), AtFlags::empty());
        }
        written
    }

    fn fill(&mut self, path: &TreePath, file: &mut File, contents: &mut dyn Read) -> Result<u64, LayDownError> {
        let mut buffer = vec![0; 1 << 16];
        let mut bytes = 0_u64;
        loop {
            self.go_on()?;
            let count = match contents.read(&mut buffer) {
                Ok(0) => return Ok(bytes),
                Ok(count) => count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(source) => return Err(LayDownError::Contents { path: self.shown(path), source }),
            };
            let before = bytes.div_ceil(BLOCK).max(1);
            bytes += count as u64;
            self.take((bytes.div_ceil(BLOCK).max(1) - before) * BLOCK)?;
            let written = file.write_all(buffer.get(..count).unwrap_or_default());
            written.map_err(|source| LayDownError::Io { doing: "write", path: self.shown(path), source })?;
        }
    }

    /// After the contents; the mode after the owner, since giving a file away takes its special bits off.
    fn own(&self, path: &TreePath, file: &File, to: Attributes, modified: Option<i64>) -> Result<(), LayDownError> {
        let set = || {
            if self.options.owners {
                let (uid, gid) = owner(to);
                fs::fchown(file, uid, gid)?;
            }
            fs::fchmod(file, fs::Mode::from_bits_truncate(self.mode(to) as _))?;
            modified.map_or(Ok(()), |modified| fs::futimens(file, &times(modified)))
        };
        set().map_err(|errno| io_error("set owner, mode or time of", self.shown(path), errno))
    }

    /// Makes a link where nothing is.
    ///
    /// # Errors
    /// Something is there, or it can't be made.
    pub fn symlink(
        &mut self,
        path: &TreePath,
        target: &[u8],
        attributes: Attributes,
        modified: Option<i64>,
    ) -> Result<(), LayDownError> {
        self.begin(path, 0)?;
        let owners = self.options.owners;
        let parent = self.parent(path)?;
        fs::symlinkat(target, parent, path.name()).map_err(|errno| refused(&self.name, path, errno))?;
        let parent = self.parent(path)?;
        let set = || {
            if owners {
                let (uid, gid) = owner(attributes);
                fs::chownat(parent, path.name(), uid, gid, AtFlags::SYMLINK_NOFOLLOW)?;
            }
            let times = modified.map(times);
            times.map_or(Ok(()), |times| fs::utimensat(parent, path.name(), &times, AtFlags::SYMLINK_NOFOLLOW))
        };
        set().map_err(|errno| io_error("set owner or time of", shown(&self.name, path), errno))
    }

    /// Makes a second name for a file of the folder.
    ///
    /// # Errors
    /// There is no such file, something is at the new name, or it can't be made.
    pub fn hard_link(&mut self, path: &TreePath, to: &TreePath) -> Result<(), LayDownError> {
        self.begin(path, 0)?;
        let fail = |folder: &Self, errno| io_error("link", folder.shown(path), errno);
        let old = fs::openat(self.parent(to)?, ".", WALK, fs::Mode::empty()).map_err(|errno| fail(self, errno))?;
        let made = fs::linkat(&old, to.name(), self.parent(path)?, path.name(), AtFlags::empty());
        made.map_err(|errno| self.refused(path, errno))
    }

    /// Gives directories their modes and times, the deepest first: one that can't be searched hides what is in it.
    ///
    /// # Errors
    /// They can't be given.
    pub fn finish(&mut self) -> Result<(), LayDownError> {
        for (path, later) in std::mem::take(&mut self.later).into_iter().rev() {
            let directory = self.opened(&path)?;
            let set = || {
                if let Some(mode) = later.mode {
                    fs::fchmod(&directory, fs::Mode::from_bits_truncate(mode as _))?;
                }
                later.modified.map_or(Ok(()), |modified| fs::futimens(&directory, &times(modified)))
            };
            set().map_err(|errno| io_error("set mode or time of", self.shown(&path), errno))?;
        }
        Ok(())
    }

    /// Before an entry is made: whether it may be.
    fn begin(&mut self, path: &TreePath, size: u64) -> Result<(), LayDownError> {
        if path.is_root() {
            return Err(LayDownError::Root { folder: self.name.display().to_string() });
        }
        self.go_on()?;
        self.expect(size)?;
        self.take(BLOCK)?;
        self.is_changed = true;
        Ok(())
    }

    fn take(&mut self, bytes: u64) -> Result<(), LayDownError> {
        self.left = self.left.checked_sub(bytes).ok_or_else(|| self.too_big())?;
        Ok(())
    }

    fn go_on(&self) -> Result<(), LayDownError> {
        if self.options.stop.load(Ordering::Relaxed) { Err(LayDownError::Interrupted) } else { Ok(()) }
    }

    fn too_big(&self) -> LayDownError {
        LayDownError::TooBig { folder: self.name.display().to_string(), limit: self.limit, why: self.why }
    }

    /// Special bits that give away an owner's rights mean nothing without the owner.
    fn mode(&self, attributes: Attributes) -> u32 {
        let mode = u32::from(attributes.mode.bits());
        if self.options.owners && self.options.keep_setid { mode } else { mode & 0o1777 }
    }

    fn refused(&self, path: &TreePath, errno: Errno) -> LayDownError {
        refused(&self.name, path, errno)
    }

    fn shown(&self, path: &TreePath) -> String {
        shown(&self.name, path)
    }
}

fn owner(attributes: Attributes) -> (Option<Uid>, Option<Gid>) {
    (Some(Uid::from_raw(attributes.uid)), Some(Gid::from_raw(attributes.gid)))
}

fn times(modified: i64) -> Timestamps {
    let omit = Timespec { tv_sec: 0, tv_nsec: UTIME_OMIT };
    Timestamps { last_access: omit, last_modification: Timespec { tv_sec: modified, tv_nsec: 0 } }
}

/// What is in a directory.
fn names(directory: &OwnedFd) -> Result<Vec<(Vec<u8>, FileType)>, Errno> {
    let mut names = Vec::new();
    for entry in Dir::read_from(directory)? {
        let entry = entry?;
        let name = entry.file_name().to_bytes();
        if matches!(name, b"." | b"..") {
            continue;
        }
        let kind = match entry.file_type() {
            // Not every file system says it.
            FileType::Unknown => {
                FileType::from_raw_mode(fs::statat(directory, name, AtFlags::SYMLINK_NOFOLLOW)?.st_mode)
            }
            known => known,
        };
        names.push((name.to_vec(), kind));
    }
    Ok(names)
}
