//! What binaries may rely on: the contents of `Mac/linkage.toml`.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, Result};
use serde::Deserialize;

use macho::OsVersion;

/// What the audit allows and demands; a header comment in `Mac/linkage.toml` documents the keys.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Linkage {
    /// The least room between the last load command and the first section, bytes.
    pub headerpad: u64,
    /// Libraries of the system that may be linked.
    #[serde(rename = "library")]
    pub libraries: Vec<Library>,
    /// Symbols that came with some release of macOS.
    #[serde(rename = "symbol")]
    pub symbols: Vec<Symbols>,
    /// Names that are not laid down.
    pub entries: Entries,
    /// What `sysconfig` must not tell users.
    pub sysconfig: Sysconfig,
    /// What `configure` must find.
    pub pyconfig: Pyconfig,
}

/// A library that is part of macOS.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Library {
    /// Its install name.
    pub path: String,
    /// The first macOS that has it; every one we support when none is named.
    pub since: Option<OsVersion>,
    /// What needs it.
    #[allow(dead_code, reason = "for people")]
    pub why: String,
}

/// Symbols that are newer than what we may support.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Symbols {
    /// The first macOS that has them.
    pub since: OsVersion,
    /// Their names in C: without the leading underscore of Mach-O.
    pub names: Vec<String>,
}

/// What `sysconfig` must not tell users.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Sysconfig {
    /// Beginnings of compiler options that only make sense where we build.
    pub forbidden_options: Vec<String>,
    /// Texts that occur only where we build.
    pub forbidden_texts: Vec<String>,
    /// Variables that name programs, which are looked up on the user's machine.
    pub programs: Vec<String>,
}

/// Names of files and folders.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entries {
    /// Each a name; one `*` stands for anything.
    pub forbidden: Vec<String>,
}

/// Macros of `pyconfig.h` that tell a build for macOS from others.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pyconfig {
    /// Always defined on macOS.
    pub defined: Vec<String>,
    /// Never defined on macOS.
    pub undefined: Vec<String>,
}

impl Linkage {
    /// Reads `Mac/linkage.toml`.
    ///
    /// # Errors
    /// When it can't be read, or says something that nobody understands; the error shows the line.
    pub fn read(path: &Path) -> Result<Self> {
        fs_err::read_to_string(path)?.parse::<Self>().with_context(|| format!("failed to read {}", path.display()))
    }

    /// A library of the system that may be linked.
    pub(super) fn library(&self, install_name: &str) -> Option<&Library> {
        self.libraries.iter().find(|library| library.path == install_name)
    }

    /// The first macOS that has each of the listed symbols, by its name in Mach-O: with the leading underscore.
    pub(super) fn introduced(&self) -> BTreeMap<String, OsVersion> {
        let names = |symbols: &Symbols| -> Vec<_> {
            symbols.names.iter().map(|name| (format!("_{name}"), symbols.since)).collect()
        };
        self.symbols.iter().flat_map(names).collect()
    }
}

impl std::str::FromStr for Linkage {
    type Err = toml::de::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        toml::from_str(text)
    }
}
