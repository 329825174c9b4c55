//! What the user gives with `--sources`: a folder of files or its address on a server, with an index or without.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, anyhow};

use super::index::{self, Entry, Index};
use super::provider::Provider;
use super::url::Client;
use crate::context::Context;
use crate::digest::Sha256;
use crate::hint::hinted;
use crate::recipe::Source;

/// How long an index may be, bytes: forty releases have one of 1 MB.
const LARGEST_INDEX: u64 = 16 << 20;

/// Asked before anybody else.
#[derive(Debug, Clone, Default)]
pub struct Supply {
    place: Option<Place>,
    index: Option<Index>,
}

#[derive(Debug, Clone)]
enum Place {
    Folder(PathBuf),
    /// Ends with a slash.
    Mirror(String),
}

impl Supply {
    /// Looks at a folder or an address, if one is given, and reads its index where it has one.
    ///
    /// # Errors
    /// When there is no such folder, or its index is malformed; when a server doesn't answer, or `--offline` was given.
    pub(super) fn open(cx: &Context, client: &Client, given: Option<&str>) -> Result<Self> {
        let Some(given) = given else { return Ok(Self::default()) };
        if !given.starts_with("https://") && !given.starts_with("http://") {
            return Self::folder(Path::new(given));
        }
        if cx.offline {
            let error = anyhow!("--sources {given} is on a server, and --offline was given");
            return Err(hinted(error, "leave out --offline, or copy the files into a folder"));
        }
        let base = format!("{}/", given.trim_end_matches('/'));
        let url = format!("{base}{}", index::FILE);
        let text = client.text(&url, LARGEST_INDEX).with_context(|| format!("could not read {url}"))?;
        let index = text.map(|text| Index::parse(&text).with_context(|| format!("{url} is malformed"))).transpose()?;
        Ok(Self { place: Some(Place::Mirror(base)), index })
    }

    /// The same for a folder.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn folder(folder: &Path) -> Result<Self> {
        if !folder.is_dir() {
            let error = anyhow!("{} is not a folder", folder.display());
            let hint = "--sources takes a folder of source archives, named as upstream names them or with an index by \
                        `cargo xtask vendor`, or the address of such a folder on a server";
            return Err(hinted(error, hint));
        }
        Ok(Self { place: Some(Place::Folder(folder.to_owned())), index: Index::of(folder)? })
    }

    /// The file that may be a source: where the index says that it is, else by its name.
    pub(super) fn provider(&self, source: &Source) -> Option<Provider<'static>> {
        match self.index.as_ref().and_then(|index| index.find(&source.file, &source.pin)) {
            Some(entry) => self.at(&entry.path),
            None => self.at(&source.file).filter(|provider| match provider {
                Provider::Folder { file, .. } => file.is_file(),
                _ => true,
            }),
        }
    }

    /// The file that an entry of the index names.
    pub(super) fn at(&self, path: &str) -> Option<Provider<'static>> {
        Some(match self.place.as_ref()? {
            Place::Folder(folder) => Provider::Folder { folder: folder.clone(), file: folder.join(path) },
            Place::Mirror(base) => Provider::Url(format!("{base}{path}").into()),
        })
    }

    /// The entry of a file with a digest.
    pub(super) fn listed(&self, sha256: Sha256) -> Option<&Entry> {
        self.index.as_ref()?.files.iter().find(|entry| entry.sha256 == sha256)
    }

    /// The entry of the lock file with a name, or of the only one there is: packages of one distribution run on later ones.
    pub(super) fn lock(&self, name: &str) -> Option<&Entry> {
        let index = self.index.as_ref()?;
        match (&index.locks[..], index.lock(name)) {
            (_, Some(entry)) | ([entry], None) => Some(entry),
            _ => None,
        }
    }
}
