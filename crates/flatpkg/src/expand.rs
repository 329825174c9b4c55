//! Taking a package apart into a directory, as `pkgutil --expand` does.
//!
//! The names in a package are somebody else's. [`crate::laydown`] writes nothing outside of the directory and nothing through
//! a symbolic link, and every path is made exactly once. Names with `..`, a slash or a NUL do not even get here, the readers
//! refuse them.
//!
//! Permission bits are restored; owners are not, nor setuid, setgid and sticky bits, which mean nothing or harm without
//! them. The directory appears whole or not at all: it is filled under another name and renamed.

use std::collections::HashSet;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use thiserror::Error as ThisError;

use crate::laydown::{self, Attributes, Filling, Options};
use crate::mode::Mode;
use crate::package::{self, Package};
use crate::payload::{self, Progress};
use crate::shown::shown;
use crate::tree::TreePath;
use crate::xar;

/// Why a package can't be expanded.
#[derive(Debug, ThisError)]
#[non_exhaustive]
pub enum ExpandError {
    /// The package can't be read.
    #[error(transparent)]
    Package(#[from] package::PackageError),
    /// The archive can't be read.
    #[error(transparent)]
    Xar(#[from] xar::XarError),
    /// A payload or an archive of scripts can't be read.
    #[error("failed to read {member}", member = shown(member))]
    Payload {
        /// Its path in the package.
        member: String,
        /// What is wrong.
        source: payload::PayloadError,
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
    /// It can't be laid down.
    #[error(transparent)]
    Lay(#[from] laydown::LayDownError),
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
pub fn expand(package: &Package, dir: &Path, payload: bool) -> Result<Summary, ExpandError> {
    expand_with(package, dir, payload, Options::default(), &|_| ())
}

/// [`expand()`] within limits, that says how far it has come: members and entries of archives, and bytes written. How many
/// bytes there will be is what the package states; if that is too much already, nothing is written.
///
/// # Errors
/// As for [`expand()`].
pub fn expand_with(
    package: &Package,
    dir: &Path,
    payload: bool,
    options: Options,
    progress: &dyn Fn(Progress),
) -> Result<Summary, ExpandError> {
    let filling = Filling::begin(dir, options).map_err(|error| match error {
        laydown::LayDownError::Taken { .. } => ExpandError::NotEmpty { path: dir.to_owned() },
        other => ExpandError::Lay(other),
    })?;
    let done = expected(package, payload);
    filling.folder.expect(done.bytes)?;
    let mut place = Place { filling, summary: Summary::default(), done, progress };
    members(package, payload, &mut place)?;
    let summary = place.summary;
    place.filling.finish()?;
    Ok(summary)
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

fn members(package: &Package, payload: bool, place: &mut Place<'_>) -> Result<(), ExpandError> {
    let archive = package.archive();
    let archives: HashSet<String> = package
        .components()
        .flat_map(|component| ["Payload", "Scripts"].map(|part| component.member(part)))
        .filter(|_| payload)
        .collect();
    for file in &archive.toc().files {
        let out = |_| ExpandError::Refused { place: file.path.clone(), why: "it leads out of the directory" };
        let path = &TreePath::new(file.path.as_str()).map_err(out)?;
        match &file.kind {
            xar::MemberKind::Directory => place.directory(path, None)?,
            xar::MemberKind::File if archives.contains(&file.path) && file.data.is_some() => {
                unpack(archive.member(file)?, path, place)?;
            }
            xar::MemberKind::File => match &file.data {
                Some(data) => place.file(path, data.size, Mode::PLAIN, archive.member(file)?)?,
                None => place.file(path, 0, Mode::PLAIN, io::empty())?,
            },
            xar::MemberKind::Other(_) => {
                return Err(ExpandError::Refused { place: file.path.clone(), why: "neither file nor directory" });
            }
        }
    }
    Ok(())
}

/// Unpacks an archive into a directory of its name.
fn unpack(input: impl Read + Send, top: &TreePath, place: &mut Place<'_>) -> Result<(), ExpandError> {
    let fail = |source: payload::PayloadError| ExpandError::Payload { member: top.to_string(), source };
    place.directory(top, None)?;
    let mut archive = payload::read(input).map_err(fail)?;
    while let Some(entry) = archive.next().map_err(|error| fail(error.into()))? {
        let (mode, size) = (entry.header().permissions(), entry.header().size);
        let too_long = |_| refused(top, entry.path(), "its path is too long");
        let path = match entry.path().is_root() {
            true => top.clone(),
            false => TreePath::new([top.as_bytes(), b"/", entry.path().as_bytes()].concat()).map_err(too_long)?,
        };
        match entry.target() {
            // The root is made already; what the archive adds is its mode.
            None if entry.path().is_root() && entry.is_directory() => {
                place.filling.folder.change(&path, attributes(mode))?;
            }
            _ if entry.path().is_root() => return Err(refused(top, entry.path(), "the root is no directory")),
            None if entry.is_directory() => place.directory(&path, Some(mode))?,
            None => place.file(&path, size, mode, entry)?,
            Some(target) => place.symlink(&path, target)?,
        }
    }
    Ok(())
}

fn refused(member: &TreePath, path: &TreePath, why: &'static str) -> ExpandError {
    ExpandError::Refused { place: format!("{member}: {path}"), why }
}

/// The directory being filled.
struct Place<'a> {
    filling: Filling,
    summary: Summary,
    done: Progress,
    progress: &'a dyn Fn(Progress),
}

impl Place<'_> {
    fn directory(&mut self, path: &TreePath, mode: Option<Mode>) -> Result<(), ExpandError> {
        let made = self.filling.folder.directory(path, mode.map(attributes));
        made.map_err(|error| explained(path, error))?;
        self.summary.directories += 1;
        self.one_more(0);
        Ok(())
    }

    fn file(&mut self, path: &TreePath, size: u64, mode: Mode, mut contents: impl Read) -> Result<(), ExpandError> {
        let made = self.filling.folder.file(path, size, &mut contents, attributes(mode), None);
        let bytes = made.map_err(|error| explained(path, error))?;
        self.summary.files += 1;
        self.one_more(bytes);
        Ok(())
    }

    fn symlink(&mut self, path: &TreePath, target: &[u8]) -> Result<(), ExpandError> {
        let made = self.filling.folder.symlink(path, target, Attributes::SYSTEM, None);
        made.map_err(|error| explained(path, error))?;
        self.summary.symlinks += 1;
        self.one_more(0);
        Ok(())
    }

    fn one_more(&mut self, bytes: u64) {
        self.done.entries_done += 1;
        self.done.bytes_done += bytes;
        (self.progress)(self.done);
    }
}

/// Nine permission bits; owners are not set.
fn attributes(mode: Mode) -> Attributes {
    Attributes { mode: Mode::from_st_mode(u32::from(mode.bits()) & 0o777), ..Attributes::SYSTEM }
}

/// What the package did is told apart from what the system says.
fn explained(path: &TreePath, error: laydown::LayDownError) -> ExpandError {
    let why = match error {
        laydown::LayDownError::Taken { .. } => "it is there already",
        laydown::LayDownError::NotDirectory { .. } => "what it is in is not a directory of the package",
        other => return ExpandError::Lay(other),
    };
    ExpandError::Refused { place: path.to_string(), why }
}
