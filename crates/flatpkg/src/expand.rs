//! Taking a package apart into a directory, as `pkgutil --expand` does.
//!
//! The names in a package are somebody else's. Nothing is written outside of the directory and nothing through a symbolic
//! link: every path is made exactly once, in a directory that this expansion made itself. Names with `..`, a slash or a NUL
//! do not even get here, the readers refuse them.
//!
//! Permission bits are restored; owners are not, nor setuid, setgid and sticky bits, which mean nothing or harm without
//! them. The directory appears whole or not at all: it is filled under another name and renamed.

use std::collections::HashSet;
use std::io::{self, Read};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use thiserror::Error as ThisError;

use crate::package::{self, Package};
use crate::payload::{self, Progress};
use crate::shown::shown;
use crate::tree::TreePath;
use crate::xar;

/// Why a package can't be expanded.
#[derive(Debug, ThisError)]
#[non_exhaustive]
pub enum Error {
    /// The package can't be read.
    #[error(transparent)]
    Package(#[from] package::Error),
    /// The archive can't be read.
    #[error(transparent)]
    Xar(#[from] xar::Error),
    /// A payload or an archive of scripts can't be read.
    #[error("failed to read {member}", member = shown(member))]
    Payload {
        /// Its path in the package.
        member: String,
        /// What is wrong.
        source: payload::Error,
    },
    /// The directory has something in it.
    #[error("{} is not empty", path.display())]
    NotEmpty {
        /// The directory.
        path: PathBuf,
    },
    /// A path that would not be a new one in a directory of the package.
    #[error("{place} is refused: {why}", place = shown(place))]
    Refused {
        /// The member, and the path in it.
        place: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// The operating system refused.
    #[error("failed to {doing} {}", path.display())]
    Io {
        /// What we were doing: a verb.
        doing: &'static str,
        /// The file or directory.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

/// What was written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Summary {
    /// Files.
    pub files: u64,
    /// Directories, the given one not among them.
    pub directories: u64,
    /// Symbolic links.
    pub symlinks: u64,
}

/// Writes the members of a package into a directory, which must be empty or missing; its parent must be there.
///
/// With `payload` each `Payload` and `Scripts` becomes a directory of what is in the archive, as
/// `pkgutil --expand-full` has it; otherwise they stay archives.
///
/// # Errors
/// The directory is not empty, a member or a path in it is refused, reading or writing fails. Then the directory is as it
/// was.
pub fn expand(package: &Package, dir: &Path, payload: bool) -> Result<Summary, Error> {
    expand_with(package, dir, payload, &|_| ())
}

/// [`expand()`] that says how far it has come: members and entries of archives, and bytes written. How many bytes there will
/// be is what the package states.
///
/// # Errors
/// As for [`expand()`].
pub fn expand_with(
    package: &Package,
    dir: &Path,
    payload: bool,
    progress: &dyn Fn(Progress),
) -> Result<Summary, Error> {
    let dir = target(dir)?;
    let parent = dir.parent().unwrap_or_else(|| Path::new("/"));
    let filling = temporary(parent).map_err(|source| io_error("create a directory in", parent)(source))?;
    let mut place = Place {
        root: filling.path().to_owned(),
        directories: HashSet::new(),
        modes: Vec::new(),
        summary: Summary::default(),
        done: expected(package, payload),
        progress,
    };
    place.directories.insert(PathBuf::new());
    members(package, payload, &mut place)?;
    place.restore_directory_modes()?;
    fs_err::rename(filling.path(), &dir).map_err(io_error("rename the expanded package to", &dir))?;
    // The temporary name is gone; there is nothing to remove any more.
    let _ = filling.keep();
    Ok(place.summary)
}

/// What there is to write, as the package states it.
fn expected(package: &Package, payload: bool) -> Progress {
    let mut all = Progress::default();
    for component in package.components().filter(|_| payload) {
        let stated = component.package_info().ok().and_then(|info| info.payload);
        let (files, kbytes) = stated.map_or((0, 0), |payload| (payload.number_of_files, payload.install_kbytes));
        all.entries = all.entries.saturating_add(files);
        all.bytes = all.bytes.saturating_add(kbytes.saturating_mul(1024));
    }
    if !payload {
        let files = &package.archive().toc().files;
        all.entries = files.len() as u64;
        all.bytes =
            files.iter().filter_map(|file| file.data.as_ref()).fold(0, |sum, data| sum.saturating_add(data.size));
    }
    all
}

/// The directory by a path with a parent; refused when there is something in it.
fn target(dir: &Path) -> Result<PathBuf, Error> {
    match fs_err::read_dir(dir) {
        Ok(mut entries) => {
            if entries.next().is_some() {
                return Err(Error::NotEmpty { path: dir.to_owned() });
            }
            fs_err::canonicalize(dir).map_err(io_error("find", dir))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let parent = dir.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
            let name = dir.file_name().ok_or_else(|| io_error("create", dir)(error))?;
            Ok(fs_err::canonicalize(parent).map_err(io_error("find", parent))?.join(name))
        }
        Err(error) => Err(io_error("read", dir)(error)),
    }
}

fn temporary(parent: &Path) -> io::Result<tempfile::TempDir> {
    use std::os::unix::fs::PermissionsExt as _;
    let permissions = std::fs::Permissions::from_mode(0o777);
    tempfile::Builder::new().prefix(".flatpkg-").permissions(permissions).tempdir_in(parent)
}

fn io_error(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Error {
    move |source| Error::Io { doing, path: path.to_owned(), source }
}

fn members(package: &Package, payload: bool, place: &mut Place<'_>) -> Result<(), Error> {
    let archive = package.archive();
    let archives: HashSet<String> = package
        .components()
        .flat_map(|component| ["Payload", "Scripts"].map(|part| component.member(part)))
        .filter(|_| payload)
        .collect();
    for file in &archive.toc().files {
        let path = Path::new(&file.path);
        match &file.kind {
            xar::Kind::Directory => place.directory(path, None)?,
            xar::Kind::File if file.data.is_none() => place.file(path, 0o644, io::empty())?,
            xar::Kind::File if archives.contains(&file.path) => unpack(archive.member(file)?, &file.path, place)?,
            xar::Kind::File => place.file(path, 0o644, archive.member(file)?)?,
            xar::Kind::Other(_) => {
                return Err(Error::Refused { place: file.path.clone(), why: "neither file nor directory" });
            }
        }
    }
    Ok(())
}

/// Unpacks an archive into a directory of its name.
fn unpack(input: impl Read + Send, member: &str, place: &mut Place<'_>) -> Result<(), Error> {
    let fail = |source: payload::Error| Error::Payload { member: member.to_owned(), source };
    let top = Path::new(member);
    place.directory(top, None)?;
    let mut archive = payload::read(input).map_err(fail)?;
    while let Some(entry) = archive.next().map_err(|error| fail(error.into()))? {
        let mode = u32::from(entry.header().permissions().bits()) & 0o777;
        let path = if entry.path().is_root() { top.to_owned() } else { top.join(entry.path().as_path()) };
        match entry.target() {
            // The root is made already; what the archive adds is its mode.
            None if entry.path().is_root() && entry.is_directory() => place.modes.push((path, mode)),
            _ if entry.path().is_root() => return Err(refused(member, entry.path(), "the root is no directory")),
            None if entry.is_directory() => place.directory(&path, Some(mode))?,
            None => place.file(&path, mode, entry)?,
            Some(target) => place.symlink(&path, target)?,
        }
    }
    Ok(())
}

fn refused(member: &str, path: &TreePath, why: &'static str) -> Error {
    Error::Refused { place: format!("{member}: {path}"), why }
}

/// The directory being filled. Paths are relative to it.
struct Place<'a> {
    root: PathBuf,
    /// Directories made so far: the only ones that anything is put into.
    directories: HashSet<PathBuf>,
    /// Permissions to give to directories when everything is in them.
    modes: Vec<(PathBuf, u32)>,
    summary: Summary,
    done: Progress,
    progress: &'a dyn Fn(Progress),
}

impl Place<'_> {
    /// The full path, when what it is in is a directory made here.
    fn inside(&self, path: &Path) -> Result<PathBuf, Error> {
        let refuse = |why| Error::Refused { place: path.display().to_string(), why };
        let mut components = path.components();
        if !components.all(|component| matches!(component, std::path::Component::Normal(_))) {
            return Err(refuse("it leads out of the directory"));
        }
        match path.parent() {
            Some(parent) if self.directories.contains(parent) => Ok(self.root.join(path)),
            _ => Err(refuse("what it is in is not a directory of the package")),
        }
    }

    fn directory(&mut self, path: &Path, mode: Option<u32>) -> Result<(), Error> {
        let full = self.inside(path)?;
        fs_err::create_dir(&full).map_err(|source| taken(path, &full, source))?;
        self.directories.insert(path.to_owned());
        self.modes.extend(mode.map(|mode| (path.to_owned(), mode)));
        self.summary.directories += 1;
        self.one_more(0);
        Ok(())
    }

    fn file(&mut self, path: &Path, mode: u32, mut contents: impl Read) -> Result<(), Error> {
        use fs_err::os::unix::fs::OpenOptionsExt as _;
        let full = self.inside(path)?;
        // `create_new` neither follows a link nor takes what is there already.
        let file = fs_err::OpenOptions::new().write(true).create_new(true).mode(mode & 0o700).open(&full);
        let mut file = file.map_err(|source| taken(path, &full, source))?;
        let bytes = io::copy(&mut contents, &mut file).map_err(io_error("write", &full))?;
        file.set_permissions(permissions(mode)).map_err(io_error("set the permissions of", &full))?;
        self.summary.files += 1;
        self.one_more(bytes);
        Ok(())
    }

    fn symlink(&mut self, path: &Path, target: &[u8]) -> Result<(), Error> {
        let full = self.inside(path)?;
        let target = Path::new(std::ffi::OsStr::from_bytes(target));
        fs_err::os::unix::fs::symlink(target, &full).map_err(|source| taken(path, &full, source))?;
        self.summary.symlinks += 1;
        self.one_more(0);
        Ok(())
    }

    fn one_more(&mut self, bytes: u64) {
        self.done.entries_done += 1;
        self.done.bytes_done += bytes;
        (self.progress)(self.done);
    }

    /// The deepest first: a directory that can't be searched hides what is in it.
    fn restore_directory_modes(&self) -> Result<(), Error> {
        for (path, mode) in self.modes.iter().rev() {
            let full = self.root.join(path);
            fs_err::set_permissions(&full, permissions(*mode)).map_err(io_error("set the permissions of", &full))?;
        }
        Ok(())
    }
}

fn permissions(mode: u32) -> std::fs::Permissions {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::Permissions::from_mode(mode & 0o777)
}

/// A path that is there already is the package's doing; anything else is the system's.
fn taken(path: &Path, full: &Path, source: io::Error) -> Error {
    if source.kind() == io::ErrorKind::AlreadyExists {
        Error::Refused { place: path.display().to_string(), why: "it is there already" }
    } else {
        Error::Io { doing: "create", path: full.to_owned(), source }
    }
}
