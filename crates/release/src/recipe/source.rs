//! Where a source archive comes from, and how it is known to be the right one.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::text;
use crate::digest::{Fingerprint, Md5, Sha256};

/// One file to fetch. Whoever delivers it, its size and digests decide.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct Source {
    /// The name upstream gives the file; also what a `--sources` folder is searched for.
    pub file: String,
    /// Bytes; 0 where nobody published them.
    pub size: u64,
    /// What its contents must be.
    pub pin: Pin,
    /// Upstream's addresses, tried in order.
    pub urls: Vec<String>,
    /// The same bytes as part of a Debian source package.
    pub debian: Option<DebianSource>,
    /// The same bytes as a file of the Python package index.
    pub pypi: Option<PypiFile>,
}

impl Source {
    /// Without the places that have it: its digest is what a product depends on.
    #[must_use]
    pub fn placeless(&self) -> Self {
        Self { urls: vec![], debian: None, pypi: None, ..self.clone() }
    }
}

/// What a file must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Pin {
    /// SHA-256 decides; an MD5 that was published as well must fit, too.
    Sha256 {
        /// Of the whole file.
        sha256: Sha256,
        /// As it was published before SHA-256 was usual.
        md5: Option<Md5>,
    },
    /// Nobody published a SHA-256.
    Md5 {
        /// As it was published; no proof of anything today.
        md5: Md5,
        /// The user takes it for enough. Else the source is planned with, but not fetched.
        accepted: bool,
    },
}

impl Pin {
    /// Whether a file is the right one.
    pub fn admits(&self, found: Fingerprint) -> bool {
        self.of(found) == *self
    }

    /// What a file is, by the same digests.
    pub fn of(&self, found: Fingerprint) -> Self {
        match *self {
            Self::Sha256 { md5, .. } => Self::Sha256 { sha256: found.sha256, md5: md5.map(|_| found.md5) },
            Self::Md5 { accepted, .. } => Self::Md5 { md5: found.md5, accepted },
        }
    }

    /// The MD5, where one was published.
    pub fn md5(&self) -> Option<Md5> {
        match *self {
            Self::Sha256 { md5, .. } => md5,
            Self::Md5 { md5, .. } => Some(md5),
        }
    }

    /// The SHA-256, where one was published.
    pub fn sha256(&self) -> Option<Sha256> {
        match *self {
            Self::Sha256 { sha256, .. } => Some(sha256),
            Self::Md5 { .. } => None,
        }
    }

    /// The name of a folder for such a file: of one that was checked by its MD5 it says so.
    pub fn folder(&self) -> String {
        match self {
            Self::Sha256 { sha256, .. } => sha256.to_string(),
            Self::Md5 { md5, .. } => format!("md5-{md5}"),
        }
    }
}

impl fmt::Display for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sha256 { sha256, md5: None } => write!(f, "sha256 {sha256}"),
            Self::Sha256 { sha256, md5: Some(md5) } => write!(f, "sha256 {sha256}, md5 {md5}"),
            Self::Md5 { md5, .. } => write!(f, "md5 {md5}"),
        }
    }
}

/// A source as it is written down.
#[derive(Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Written {
    #[serde(deserialize_with = "text::name")]
    file: String,
    #[serde(default)]
    size: u64,
    sha256: Option<Sha256>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    md5: Option<Md5>,
    /// No data says it, only a plan: so it is part of the keys of the steps that use such a source.
    #[serde(skip_deserializing, skip_serializing_if = "std::ops::Not::not")]
    accepted_on_md5: bool,
    #[serde(default, deserialize_with = "text::urls")]
    urls: Vec<String>,
    debian: Option<DebianSource>,
    pypi: Option<PypiFile>,
}

impl TryFrom<Written> for Source {
    type Error = &'static str;

    fn try_from(written: Written) -> Result<Self, Self::Error> {
        let Written { file, size, sha256, md5, accepted_on_md5: accepted, urls, debian, pypi } = written;
        let pin = match (sha256, md5) {
            (Some(sha256), md5) => Pin::Sha256 { sha256, md5 },
            (None, Some(md5)) => Pin::Md5 { md5, accepted },
            (None, None) => return Err("a source needs `sha256`, or `md5` if it is so old that nothing else is known"),
        };
        Ok(Self { file, size, pin, urls, debian, pypi })
    }
}

impl From<Source> for Written {
    fn from(source: Source) -> Self {
        let Source { file, size, pin, urls, debian, pypi } = source;
        let accepted_on_md5 = matches!(pin, Pin::Md5 { accepted: true, .. });
        Self { file, size, sha256: pin.sha256(), md5: pin.md5(), accepted_on_md5, urls, debian, pypi }
    }
}

/// A file of a Debian source package.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct DebianSource {
    /// The suite that has it, best a stable one, since others replace their files. None, when only the pool still has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suite: Option<String>,
    /// The source package.
    pub package: String,
    /// Its version when this was pinned; a later one with the same file serves as well.
    pub version: String,
    /// What Debian calls the file.
    #[serde(deserialize_with = "text::name")]
    pub file: String,
    /// The folder of the pool that it lies in, on any mirror: `pool/main/p/python3.14`.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "text::maybe_inside")]
    pub pool: Option<String>,
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
    /// The version of Python that it is compiled for, when it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub python: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    const MD5: &str = "98bf7d8c15784f0a3d63204441e1e2aa";

    fn written(digests: &str) -> Result<Source, String> {
        toml::from_str(&format!("file = 'a.tar'\n{digests}")).map_err(|error| error.to_string())
    }

    #[test]
    fn a_source_has_a_digest() {
        assert!(written("").unwrap_err().contains("a source needs `sha256`, or `md5`"));
        assert!(written("md5 = '98bf'").unwrap_err().contains("`98bf` is not an MD5 digest"));
    }

    #[test]
    fn only_a_plan_accepts_an_md5_and_its_keys_know() {
        let digests = format!("md5 = '{MD5}'");
        assert!(written(&format!("{digests}\naccepted-on-md5 = true")).unwrap_err().contains("unknown field"));
        let mut source = written(&digests).unwrap();
        let before = serde_json::to_string(&source).unwrap();
        assert!(!before.contains("accepted"), "{before}");
        if let Pin::Md5 { accepted, .. } = &mut source.pin {
            *accepted = true;
        }
        assert!(serde_json::to_string(&source).unwrap().contains(r#""accepted-on-md5":true"#));
    }
}
