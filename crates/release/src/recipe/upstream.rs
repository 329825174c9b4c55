//! Where sources are looked for that nobody has pinned yet, or that are gone from where they were: `Mac/upstream.toml`.

use std::path::Path;

use anyhow::Result;
use serde::Deserialize;

use super::read_toml;

/// What is known of those who publish sources.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Upstream {
    /// The distribution whose mirrors have the same bytes.
    pub debian: Debian,
}

/// Debian's archive.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Debian {
    /// Suites in which a file that is gone from its own is looked for by its digest, the likeliest first.
    pub suites: Vec<String>,
}

impl Upstream {
    /// Reads the file; nothing is known where there is none.
    ///
    /// # Errors
    /// When it is malformed.
    pub fn read(mac: &Path) -> Result<Self> {
        let path = mac.join("upstream.toml");
        if path.is_file() { read_toml(&path) } else { Ok(Self::default()) }
    }
}
