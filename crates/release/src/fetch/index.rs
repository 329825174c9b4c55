//! The index of a folder of sources: `index.toml`, as `cargo xtask vendor` writes it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};

use crate::digest::Sha256;
use crate::output::write_whole;
use crate::recipe::{Pin, Source, inside};

/// Its name, in the folder.
pub const FILE: &str = "index.toml";

/// What it begins with.
const HEADING: &str = "# Sources and toolchain packages of releases, put here by `cargo xtask vendor`. `--sources` takes this folder, or its\n\
     # address on a server. Files are found by their digests; `from` says who has them, too.\n\n";

/// What a folder has.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Index {
    /// Lock files of toolchains, paths as those of files: one for each distribution that plans were made on.
    #[serde(default)]
    pub locks: Vec<Entry>,
    /// Sources and packages.
    #[serde(default)]
    pub files: Vec<Entry>,
}

/// A file in the folder.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Below the folder.
    #[serde(deserialize_with = "inside")]
    pub path: String,
    /// Bytes.
    pub size: u64,
    /// Of its contents.
    pub sha256: Sha256,
    /// Who has it, too.
    #[serde(default)]
    pub from: Vec<String>,
}

impl Entry {
    /// As a source. Those who have it, too, are not asked, but named when it is missing.
    pub fn source(&self) -> Source {
        let file = Path::new(&self.path).file_name().unwrap_or_default().to_string_lossy().into_owned();
        let pin = Pin::Sha256 { sha256: self.sha256, md5: None };
        Source { file, size: self.size, pin, urls: self.from.clone(), debian: None, pypi: None }
    }
}

impl Index {
    /// Reads the index of a folder; nothing where there is none.
    ///
    /// # Errors
    /// When it is malformed.
    pub fn of(folder: &Path) -> Result<Option<Self>> {
        let path = folder.join(FILE);
        if !path.is_file() {
            return Ok(None);
        }
        Self::parse(&fs_err::read_to_string(&path)?)
            .with_context(|| format!("{} is malformed", path.display()))
            .map(Some)
    }

    /// Reads an index.
    ///
    /// # Errors
    /// When it is none.
    pub fn parse(text: &str) -> Result<Self> {
        Ok(toml::from_str(text)?)
    }

    /// Writes it into a folder; gives back its digest, by which all that it names can be trusted.
    ///
    /// # Errors
    /// When it can't be written.
    pub fn write(&self, folder: &Path) -> Result<Sha256> {
        let text = format!("{HEADING}{}", toml::to_string(self)?);
        write_whole(&folder.join(FILE), text.as_bytes(), 0o644)?;
        Ok(Sha256::of(text.as_bytes()))
    }

    /// The entry of a file: by its digest, or where only an MD5 is known by its name.
    pub fn find(&self, file: &str, pin: &Pin) -> Option<&Entry> {
        match pin {
            Pin::Sha256 { sha256, .. } => self.files.iter().find(|entry| entry.sha256 == *sha256),
            Pin::Md5 { .. } => self.files.iter().find(|entry| Path::new(&entry.path).ends_with(file)),
        }
    }

    /// The lock file with a name.
    pub fn lock(&self, name: &str) -> Option<&Entry> {
        self.locks.iter().find(|entry| Path::new(&entry.path).ends_with(name))
    }

    /// Where a file goes: to its path, or where another file has that, below a folder that is named by its digest.
    pub fn place(&self, path: &str, sha256: Sha256) -> PathBuf {
        let taken = self.files.iter().chain(&self.locks).any(|entry| entry.path == path && entry.sha256 != sha256);
        if taken { Path::new(&sha256.short()).join(path) } else { path.into() }
    }

    /// Adds files; an entry of the same path is replaced.
    pub fn add(&mut self, entries: impl IntoIterator<Item = Entry>) {
        let mut files: BTreeMap<String, Entry> =
            std::mem::take(&mut self.files).into_iter().map(|entry| (entry.path.clone(), entry)).collect();
        files.extend(entries.into_iter().map(|entry| (entry.path.clone(), entry)));
        self.files = files.into_values().collect();
    }
}
