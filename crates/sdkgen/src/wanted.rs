//! `Mac/sdk/wanted.toml`: what the layer declares, and what its sources have lost.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context as _, Result};
use serde::Deserialize;

use crate::rust::Framework;

/// The file.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Wanted {
    /// Names, a list a kind.
    pub names: Names,
    /// What the crates have lost.
    pub restored: Restored,
    /// Libraries, each with a stub.
    #[serde(rename = "library")]
    pub libraries: Vec<Library>,
}

/// What is declared.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct Names {
    /// Classes; those that they extend come along.
    pub classes: BTreeSet<String>,
    /// Protocols; those that they extend come along.
    pub protocols: BTreeSet<String>,
    /// Methods of these classes and protocols.
    pub selectors: BTreeSet<String>,
    /// C functions.
    pub functions: BTreeSet<String>,
    /// Constants that libraries export.
    pub variables: BTreeSet<String>,
    /// Constants with values.
    pub constants: BTreeSet<String>,
    /// Types; those that declarations name come along.
    pub types: BTreeSet<String>,
    /// Constants of HIToolbox, whose values Free Pascal's interfaces have.
    pub carbon: BTreeSet<String>,
}

/// What the crates have lost, put back.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct Restored {
    /// The first macOS with a class or a variable, when that is newer than what is built for: it is imported weakly.
    pub since: BTreeMap<String, String>,
    /// What a method gives back, by `CLASS SELECTOR`.
    pub returns: BTreeMap<String, String>,
    /// Whole declarations of methods, by `CLASS SELECTOR`.
    pub methods: BTreeMap<String, String>,
    /// Protocols that sources use without naming them: classes have them.
    pub protocols: BTreeSet<String>,
    /// Whole declarations of types.
    pub types: BTreeMap<String, String>,
    /// Whole declarations of functions.
    pub functions: BTreeMap<String, String>,
    /// Structures behind a `…Ref` that is no pointer to a constant one.
    pub changing: BTreeSet<String>,
    /// Constants of a type of their own, whose values depend on the processor: `[x86_64, arm64]`.
    pub by_processor: BTreeMap<String, ByProcessor>,
}

/// A value that depends on the processor.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ByProcessor {
    /// The enumeration.
    #[serde(rename = "type")]
    pub of: String,
    /// On Intel's.
    pub x86_64: i64,
    /// On Apple's.
    pub arm64: i64,
}

/// A library of macOS.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Library {
    /// `AppKit`; the stub is called after it.
    pub name: String,
    /// The crate that describes it.
    #[serde(default, rename = "crate")]
    pub source: Option<String>,
    /// Where it lies on a Mac.
    pub install_name: String,
    /// Its version, as a binary that links to it records.
    pub current_version: String,
    /// The oldest version that it can stand in for.
    pub compatibility_version: String,
    /// Names of other libraries of the list whose exports it passes on.
    #[serde(default)]
    pub reexports: Vec<String>,
    /// What it exports beside what its crate says: functions and variables that are declared by hand, or that other crates
    /// describe.
    #[serde(default)]
    pub symbols: BTreeSet<String>,
    /// Classes that other crates describe.
    #[serde(default)]
    pub classes: BTreeSet<String>,
}

impl Wanted {
    /// Reads the file.
    ///
    /// # Errors
    /// When it can't be read, or has keys that are not known here.
    pub fn load(path: &Path) -> Result<Self> {
        let text = fs_err::read_to_string(path)?;
        toml::from_str(&text).with_context(|| format!("{} is wrong", path.display()))
    }

    /// The crates that are read, each with its framework.
    pub fn frameworks(&self) -> Vec<Framework> {
        let described = self
            .libraries
            .iter()
            .filter_map(|library| Some(Framework { name: library.name.clone(), source: library.source.clone()? }));
        described.collect()
    }
}
