//! A directory on disk becomes a tree.

use std::fs::{FileType, Metadata};
use std::io;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::path::Path;

use walkdir::WalkDir;

use super::{BadEntry, BadEntryReason, Contents, EntryKind, Tree, TreeError, TreePath};
use crate::policy::Policy;

impl Tree {
    /// Reads the names below `dir`; contents stay on disk until the tree is written.
    ///
    /// From the disk come the kind of each entry, a link's target, a file's length and whether anybody may execute
    /// it; owner, group, mode and time come from `policy`. Hard links become separate files. `dir` itself may be a
    /// symbolic link to a directory; links below it stay links.
    ///
    /// # Errors
    ///
    /// [`TreeError::Entries`] names *every* socket, fifo, device and unreadable entry.
    pub fn from_dir(dir: &Path, policy: &Policy) -> Result<Tree, TreeError> {
        scan(dir, policy)
    }
}

fn scan(dir: &Path, policy: &Policy) -> Result<Tree, TreeError> {
    let root = |source| TreeError::Root { path: dir.to_owned(), source };
    let dir = dir.canonicalize().map_err(root)?;
    if !dir.metadata().map_err(root)?.is_dir() {
        return Err(root(io::ErrorKind::NotADirectory.into()));
    }
    let mut tree = Tree::new(policy.entry(&TreePath::ROOT, EntryKind::Directory, false));
    let mut bad = Vec::new();
    for found in WalkDir::new(&dir).min_depth(1).follow_links(false) {
        let found = match found {
            Ok(found) => found,
            Err(error) => {
                let path = error.path().unwrap_or(&dir).to_owned();
                bad.push(BadEntry { path, reason: BadEntryReason::Unreadable(error.into()) });
                continue;
            }
        };
        if let Err(reason) = add(&mut tree, &dir, &found, policy) {
            bad.push(BadEntry { path: found.into_path(), reason });
        }
    }
    if bad.is_empty() {
        return Ok(tree);
    }
    bad.sort_by(|a, b| a.path.cmp(&b.path));
    Err(TreeError::Entries { dir, bad })
}

fn add(tree: &mut Tree, dir: &Path, found: &walkdir::DirEntry, policy: &Policy) -> Result<(), BadEntryReason> {
    let relative = found.path().strip_prefix(dir).unwrap_or(found.path());
    let path = TreePath::new(relative.as_os_str().as_bytes())?;
    let (kind, executable) = kind_of(found)?;
    let entry = policy.entry(&path, kind, executable);
    match tree.insert(path, entry) {
        Ok(()) => Ok(()),
        Err(TreeError::BadTarget { length, .. }) => Err(BadEntryReason::Target(length)),
        // The parent was refused before; it is in the list already.
        Err(_) => Ok(()),
    }
}

fn kind_of(found: &walkdir::DirEntry) -> Result<(EntryKind, bool), BadEntryReason> {
    let path = found.path();
    let file_type = found.file_type();
    if file_type.is_dir() {
        Ok((EntryKind::Directory, false))
    } else if file_type.is_symlink() {
        let target = path.read_link().map_err(BadEntryReason::Unreadable)?;
        Ok((EntryKind::Symlink(target.into_os_string().into_vec()), false))
    } else if file_type.is_file() {
        let metadata = found.metadata().map_err(|error| BadEntryReason::Unreadable(error.into()))?;
        let contents = Contents::OnDisk { path: path.to_owned(), size: metadata.len() };
        Ok((EntryKind::File(contents), executable(&metadata)))
    } else {
        Err(BadEntryReason::Special(special(file_type)))
    }
}

fn executable(metadata: &Metadata) -> bool {
    metadata.permissions().mode() & 0o111 != 0
}

fn special(file_type: FileType) -> &'static str {
    if file_type.is_socket() {
        "socket"
    } else if file_type.is_fifo() {
        "fifo"
    } else if file_type.is_block_device() {
        "block device"
    } else if file_type.is_char_device() {
        "character device"
    } else {
        "file of unknown type"
    }
}
