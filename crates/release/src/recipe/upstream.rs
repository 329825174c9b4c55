//! Where sources are looked for that nobody has pinned yet, or that are gone from where they were: `Mac/upstream.toml`.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Result;
use serde::Deserialize;

use super::read_toml;

/// What is known of those who publish sources. `Mac/upstream.toml` explains the keys.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Upstream {
    /// Python itself.
    pub python: Python,
    /// How the names of its archives end, the one that is looked for first before the others.
    #[serde(default)]
    pub endings: Vec<Ending>,
    /// The distribution whose mirrors have the same bytes.
    pub debian: Debian,
    /// What recipes call libraries that CPython's own script calls otherwise, by its name in small letters.
    #[serde(default)]
    pub names: BTreeMap<String, String>,
    /// Debian's source packages of libraries, where a recipe names none.
    #[serde(default)]
    pub packages: BTreeMap<String, String>,
    /// Who knows of faults.
    pub faults: Faults,
}

/// Who knows of faults in libraries.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Faults {
    /// The address of the data of Debian's security tracker.
    pub tracker: String,
}

/// How python.org names sources; `{version}` and the like are filled in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Python {
    /// The file.
    pub file: String,
    /// Its address.
    pub url: String,
}

/// How the names of one form of archive end: `tgz` and `tar.gz` are the same bytes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ending {
    /// At python.org.
    pub python: String,
    /// In Debian.
    pub debian: String,
}

/// Debian's archive, and how it names sources of Python.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Debian {
    /// Suites in which a file is looked for, the likeliest first.
    pub suites: Vec<String>,
    /// The source package.
    pub package: String,
    /// Its file with upstream's bytes.
    pub file: String,
    /// The folder of the pool that has it.
    pub pool: String,
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
