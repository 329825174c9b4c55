//! Where a source archive comes from, and how it is known to be the right one.

use serde::{Deserialize, Serialize};

use super::text;
use crate::digest::Sha256;

/// One file to fetch. Whoever delivers it, its size and digest decide.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// The name upstream gives the file; also what a `--sources` folder is searched for.
    #[serde(deserialize_with = "text::name")]
    pub file: String,
    /// Bytes; 0 where only `md5` is known.
    #[serde(default)]
    pub size: u64,
    /// Of the whole file. Nothing where nobody published it: then the source is planned with, but not fetched.
    pub sha256: Option<Sha256>,
    /// As it was published before SHA-256 was usual; no proof of anything today.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub md5: Option<String>,
    /// Upstream's addresses, tried in order.
    #[serde(default, deserialize_with = "text::urls")]
    pub urls: Vec<String>,
    /// The same bytes as part of a Debian source package.
    pub debian: Option<DebianSource>,
    /// The same bytes as a file of the Python package index.
    pub pypi: Option<PypiFile>,
}

impl Source {
    /// The digest that the file must have. Where none is known, one that no file has.
    pub fn pin(&self) -> Sha256 {
        self.sha256.unwrap_or_else(|| Sha256::of(format!("no SHA-256 is known of {}", self.file).as_bytes()))
    }
}

/// A file of a Debian source package.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct DebianSource {
    /// The release that keeps it: a stable one, since others replace their files.
    pub suite: String,
    /// The source package.
    pub package: String,
    /// Its version when this was pinned; a later one with the same file serves as well.
    pub version: String,
    /// What Debian calls the file.
    #[serde(deserialize_with = "text::name")]
    pub file: String,
}

/// A wheel of the Python package index.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct PypiFile {
    /// The project.
    pub package: String,
    /// Its version.
    pub version: String,
    /// The platform tag of the wheel, as `pip download --platform` takes it.
    pub platform: String,
}
