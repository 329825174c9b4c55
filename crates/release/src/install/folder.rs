//! A folder that stands for the root of a disk.

use std::io::{self, Read};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use flatpkg::effect::{Attributes, Disk, Seen, What};
use flatpkg::tree::TreePath;

/// The folder. Links are followed as if it were the root, so nothing leads out of it; nobody else may change it meanwhile.
pub struct Folder {
    root: PathBuf,
    /// Whether owners can be given away: only root may.
    owners: bool,
    /// Modes for directories when everything is in them.
    modes: Vec<(PathBuf, u32)>,
}

impl Folder {
    /// A folder, made if it is missing.
    pub fn open(root: &Path) -> io::Result<Self> {
        fs_err::create_dir_all(root)?;
        let root = fs_err::canonicalize(root)?;
        let owners = tempfile::tempfile_in(&root)?.metadata()?.uid() == 0;
        Ok(Self { root, owners, modes: Vec::new() })
    }

    /// Gives directories their modes. Before, their owner can write into all of them.
    pub fn finish(&mut self) -> io::Result<()> {
        for (path, mode) in std::mem::take(&mut self.modes).into_iter().rev() {
            // One that another part replaced by a file has got its mode already.
            if fs_err::symlink_metadata(&path).is_ok_and(|there| there.is_dir()) {
                fs_err::set_permissions(&path, std::fs::Permissions::from_mode(mode))?;
            }
        }
        Ok(())
    }

    fn path(&self, path: &TreePath) -> PathBuf {
        if path.is_root() { self.root.clone() } else { self.root.join(path.as_path()) }
    }

    fn own(&self, path: &Path, attributes: Attributes) -> io::Result<()> {
        if self.owners {
            fs_err::os::unix::fs::lchown(path, Some(attributes.uid), Some(attributes.gid))?;
        }
        Ok(())
    }

    /// Bits that give away an owner's rights mean nothing without the owner.
    fn mode(&self, attributes: Attributes) -> u32 {
        let mode = u32::from(attributes.mode.bits());
        if self.owners { mode } else { mode & 0o1777 }
    }
}

impl Disk for Folder {
    type Bytes<'a> = &'a mut dyn Read;
    type Error = io::Error;

    fn look(&self, path: &TreePath) -> io::Result<Option<Seen>> {
        let path = self.path(path);
        let there = match fs_err::symlink_metadata(&path) {
            Ok(there) => there,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        Ok(Some(if there.is_dir() {
            Seen::Directory
        } else if there.is_symlink() {
            Seen::Symlink(fs_err::read_link(&path)?.into_os_string().into_encoded_bytes())
        } else {
            Seen::File
        }))
    }

    fn make(&mut self, path: &TreePath, what: What<'_, &mut dyn Read>, attributes: Attributes) -> io::Result<()> {
        let path = self.path(path);
        match what {
            What::Directory => {
                fs_err::create_dir(&path)?;
                self.own(&path, attributes)?;
                self.modes.push((path, self.mode(attributes)));
                Ok(())
            }
            What::Symlink(target) => {
                fs_err::os::unix::fs::symlink(std::ffi::OsStr::from_bytes(target), &path)?;
                self.own(&path, attributes)
            }
            What::File(contents) => {
                let mut file = fs_err::File::create_new(&path)?;
                io::copy(contents, &mut file)?;
                self.own(&path, attributes)?;
                // After the owner: giving a file away takes setuid and setgid off.
                file.set_permissions(std::fs::Permissions::from_mode(self.mode(attributes)))
            }
        }
    }

    fn change(&mut self, path: &TreePath, attributes: Attributes) -> io::Result<()> {
        let path = self.path(path);
        self.own(&path, attributes)?;
        self.modes.push((path, self.mode(attributes)));
        Ok(())
    }

    fn remove(&mut self, path: &TreePath) -> io::Result<()> {
        let path = self.path(path);
        if fs_err::symlink_metadata(&path)?.is_dir() { fs_err::remove_dir_all(path) } else { fs_err::remove_file(path) }
    }
}
