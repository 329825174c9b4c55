//! Files that appear whole or not at all, and the only place that gives a file its final name.
//!
//! A device, a FIFO or a folder at that name is never replaced: [`Output::create`] refuses it. A link is kept, and the file that
//! it leads to is replaced.

use std::io;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

/// A file under a temporary name, in the folder of the one that it becomes. Dropped before, it is removed.
#[derive(Debug)]
pub struct Output {
    file: NamedTempFile,
    path: PathBuf,
}

/// Where a file with this name is to be written: the path itself, or what the link there leads to.
///
/// # Errors
/// There is something other than a regular file.
pub fn place(path: &Path) -> io::Result<PathBuf> {
    let refuse = |what| {
        Err(io::Error::new(io::ErrorKind::InvalidInput, format!("{} is {what}; it is not replaced", path.display())))
    };
    match fs_err::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(path.to_owned()),
        Err(error) => Err(error),
        Ok(there) if there.is_file() => Ok(path.to_owned()),
        Ok(there) if there.is_symlink() => match fs_err::metadata(path) {
            Ok(target) if target.is_file() => fs_err::canonicalize(path),
            Ok(_) => refuse("a link to something that is not a regular file"),
            Err(_) => refuse("a link that leads nowhere"),
        },
        Ok(there) if there.is_dir() => refuse("a folder"),
        Ok(_) => refuse("not a regular file"),
    }
}

impl Output {
    /// Begins a file. It gets the permissions of any new file: 0666 less the umask.
    ///
    /// # Errors
    /// There is something other than a regular file, or the folder can't be written.
    pub fn create(path: &Path) -> io::Result<Self> {
        use std::os::unix::fs::PermissionsExt as _;
        let path = place(path)?;
        let permissions = std::fs::Permissions::from_mode(0o666);
        let builder = &mut tempfile::Builder::new();
        let builder = builder.prefix(".flatpkg-").suffix(".part").permissions(permissions);
        Ok(Self { file: builder.tempfile_in(directory(&path))?, path })
    }

    /// The file, to write to.
    pub fn file(&mut self) -> &mut std::fs::File {
        self.file.as_file_mut()
    }

    /// Where it is now.
    #[must_use]
    pub fn temporary(&self) -> &Path {
        self.file.path()
    }

    /// Puts the file in its place when all of it is on the disk.
    ///
    /// # Errors
    /// It can't be synced or renamed; then what was there before still is.
    #[expect(clippy::disallowed_methods, reason = "what is there is a regular file, or nothing")]
    pub fn finish(self) -> io::Result<()> {
        self.file.as_file().sync_all()?;
        // Once more: writing may have taken minutes.
        let path = place(&self.path)?;
        self.file.persist(&path).map_err(|error| error.error)?;
        // The name is safe only when the directory is; not every file system lets one sync a directory.
        let _ = fs_err::File::open(directory(&path)).and_then(|directory| directory.sync_all());
        Ok(())
    }
}

/// Puts a finished file in its place when all of it is on the disk; both are in one file system.
///
/// # Errors
/// There is something other than a regular file, or it can't be synced or renamed.
pub fn publish(made: &Path, path: &Path) -> io::Result<()> {
    fs_err::File::open(made)?.sync_all()?;
    replace(made, path)?;
    let _ = fs_err::File::open(directory(path)).and_then(|directory| directory.sync_all());
    Ok(())
}

/// Gives a file or folder its final name; both names are in one file system. Nothing waits for the disk: for what can be made
/// again.
///
/// # Errors
/// There is something other than a regular file, or it can't be renamed.
#[expect(clippy::disallowed_methods, reason = "what is there is a regular file, or nothing")]
pub fn replace(made: &Path, path: &Path) -> io::Result<()> {
    fs_err::rename(made, place(path)?)
}

/// The directory a file is in, `.` for a bare name.
#[must_use]
pub fn directory(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;
    use std::os::unix::fs::symlink;

    #[test]
    fn only_regular_files_are_replaced() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        let write = |name: &str| -> io::Result<()> {
            let mut output = Output::create(&at(name))?;
            output.file().write_all(b"new")?;
            output.finish()
        };
        std::fs::write(at("file"), "old").unwrap();
        symlink("file", at("link")).unwrap();
        symlink("nowhere", at("dangling")).unwrap();
        symlink("/dev/null", at("null")).unwrap();
        std::fs::create_dir(at("folder")).unwrap();
        let _socket = std::os::unix::net::UnixListener::bind(at("socket")).unwrap();
        write("link").unwrap();
        assert_eq!(std::fs::read(at("file")).unwrap(), b"new");
        assert!(at("link").is_symlink());
        for (name, what) in [
            ("folder", "a folder"),
            ("socket", "not a regular file"),
            ("dangling", "a link that leads nowhere"),
            ("null", "a link to something that is not a regular file"),
        ] {
            let before = at(name).symlink_metadata().unwrap().file_type();
            let error = write(name).unwrap_err().to_string();
            assert!(error.ends_with(&format!("{name} is {what}; it is not replaced")), "{error}");
            assert_eq!(at(name).symlink_metadata().unwrap().file_type(), before);
            assert!(publish(&at("file"), &at(name)).is_err());
        }
        assert!(Output::create(Path::new("/dev/null")).is_err());
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 6, "no temporary file is left");
    }
}
