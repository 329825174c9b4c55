//! A file on its way into the cache: `NAME.part` beside the place where it will be.
//!
//! It outlives whoever was writing it, so that a download goes on where it broke off. One process at a time has it.

use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use fs_err::File;

use crate::digest::Fingerprint;
use crate::hint::hinted;

/// What there is so far. Removed when nothing came; kept when something did.
pub struct PartialFile {
    file: File,
    path: PathBuf,
    len: u64,
}

impl PartialFile {
    /// Opens or makes the part of a file, and waits until no other process has it.
    ///
    /// # Errors
    /// When the cache can't be written.
    pub fn open(place: &Path) -> Result<Self> {
        let dir = place.parent().context("a file needs a folder")?;
        fs_err::create_dir_all(dir).map_err(explained)?;
        let mut name = place.file_name().unwrap_or_default().to_owned();
        name.push(".part");
        let path = dir.join(name);
        loop {
            let mut options = fs_err::OpenOptions::new();
            let file = options.read(true).append(true).create(true).open(&path).map_err(explained)?;
            file.file().lock().with_context(|| format!("failed to wait for {}", path.display()))?;
            let ours = file.metadata()?;
            // Whoever had it before may have moved it away.
            if path.metadata().is_ok_and(|there| there.ino() == ours.ino()) {
                return Ok(Self { file, path, len: ours.len() });
            }
        }
    }

    /// Bytes so far.
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Whether nothing came yet.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// A folder for those who can't write into a file of ours; empty now, and gone with [`PartialFile::keep`].
    ///
    /// # Errors
    /// When the cache can't be written.
    pub fn scratch(&self) -> Result<PathBuf> {
        let dir = self.scratch_path();
        if dir.exists() {
            fs_err::remove_dir_all(&dir).map_err(explained)?;
        }
        fs_err::create_dir_all(&dir).map_err(explained)?;
        Ok(dir)
    }

    fn scratch_path(&self) -> PathBuf {
        self.path.with_extension("scratch")
    }

    /// Forgets what there is.
    ///
    /// # Errors
    /// When the cache can't be written.
    pub fn restart(&mut self) -> Result<()> {
        self.file.set_len(0).map_err(explained)?;
        self.len = 0;
        Ok(())
    }

    /// Adds bytes at the end.
    ///
    /// # Errors
    /// When the cache can't be written.
    pub fn append(&mut self, bytes: &[u8]) -> Result<()> {
        let written = self.file.write_all(bytes);
        // A full disk takes some of them.
        self.len = self.file.metadata()?.len();
        written.map_err(explained)
    }

    /// Becomes a copy of a file.
    ///
    /// # Errors
    /// When the cache can't be written, or the file not read.
    pub fn fill(&mut self, from: &Path) -> Result<()> {
        let mut from = File::open(from)?;
        self.restart()?;
        let mut buffer = vec![0; 1 << 16];
        loop {
            match from.read(&mut buffer)? {
                0 => return Ok(()),
                n => self.append(buffer.get(..n).unwrap_or_default())?,
            }
        }
    }

    /// Of all there is.
    ///
    /// # Errors
    /// When it can't be read.
    pub fn fingerprint(&self) -> Result<Fingerprint> {
        Ok(Fingerprint::of_file(&self.path)?)
    }

    /// Moves it to its place, whole and on the disk.
    ///
    /// # Errors
    /// When the cache can't be written.
    pub fn keep(&mut self, place: &Path) -> Result<()> {
        self.file.sync_all().map_err(explained)?;
        flatpkg::output::replace(&self.path, place).map_err(explained)?;
        self.forget();
        Ok(())
    }

    /// Moves it out of the way, to where files are kept for a look at them. What comes next starts empty.
    ///
    /// # Errors
    /// When the cache can't be written.
    pub fn set_aside(&mut self, rejected: &Path) -> Result<()> {
        let dir = rejected.parent().context("a file needs a folder")?;
        fs_err::create_dir_all(dir).map_err(explained)?;
        fs_err::copy(&self.path, rejected).map_err(explained)?;
        self.restart()
    }

    fn forget(&mut self) {
        let scratch = self.scratch_path();
        if scratch.exists() {
            _ = fs_err::remove_dir_all(scratch);
        }
    }
}

impl Drop for PartialFile {
    fn drop(&mut self) {
        self.forget();
        let ours = self.file.metadata().map(|ours| ours.ino()).ok();
        let there = self.path.metadata().map(|there| there.ino()).ok();
        if self.len == 0 && ours.is_some() && ours == there {
            _ = fs_err::remove_file(&self.path);
            // Only when nothing else is in it.
            _ = self.path.parent().map(fs_err::remove_dir);
        }
    }
}

/// What to do when the cache can't be written.
fn explained(error: io::Error) -> anyhow::Error {
    let hint = match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
            "free some space, or keep the cache on another disk with --cache DIR; the same command goes on from here"
        }
        _ => "keep the cache in a folder that you can write to, with --cache DIR",
    };
    hinted(error.into(), hint)
}
