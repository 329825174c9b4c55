//! Entitlements: what a program asks the system for, as a property list that is part of its signature.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, Result, anyhow, bail};
use flatpkg::plist::{Dictionary, Value};

use super::der;

/// A property list of entitlements.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Entitlements(Dictionary);

/// Which programs must ask for what, and for nothing else.
#[derive(Debug, Clone, Copy)]
pub enum Decided<'a> {
    /// All of them for the same.
    Everywhere(&'a Entitlements),
    /// Each by its path; those that are not listed for nothing.
    ByPath(&'a BTreeMap<String, Entitlements>),
}

impl Decided<'_> {
    /// What is wrong with what a program asks for.
    pub(super) fn difference(self, path: &str, asked: &Entitlements) -> Option<String> {
        match self {
            Self::Everywhere(expected) => asked.difference(expected),
            Self::ByPath(programs) => match programs.get(path) {
                Some(expected) => asked.difference(expected),
                None => asked.difference(&Entitlements::default()),
            },
        }
    }
}

impl Entitlements {
    /// From a file.
    ///
    /// # Errors
    /// It can't be read, or is no property list with a dictionary.
    pub fn read(path: &Path) -> Result<Self> {
        let bytes = fs_err::read(path)?;
        Self::parse(&bytes).with_context(|| format!("{} has no entitlements", path.display()))
    }

    /// From the bytes of a property list.
    ///
    /// # Errors
    /// It is none, or has no dictionary.
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        let value = flatpkg::plist::read(bytes)?;
        Ok(Self(value.into_dictionary().context("the property list has no dictionary")?))
    }

    /// From the contents of the blobs of a signature: the property list that macOS before 12 goes by, and the DER that later
    /// versions go by. Older tools wrote no DER.
    ///
    /// # Errors
    /// One of them can't be read, or they don't say the same.
    pub(super) fn of_signature(xml: Option<&[u8]>, der: Option<&[u8]>) -> Result<Option<Self>> {
        let xml = xml.map(Self::parse).transpose().context("its entitlements can't be read")?;
        let Some(der) = der else { return Ok(xml) };
        let der = Self(der::read(der).map_err(|error| anyhow!("its DER entitlements can't be read: {error}"))?);
        let difference = der.difference(xml.as_ref().unwrap_or(&Self::default()));
        if let Some(difference) = difference {
            bail!("its DER entitlements are not those of its property list: {difference}");
        }
        Ok(Some(der))
    }

    /// Whether nothing is asked for.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether something is asked for with the value `true`.
    pub(super) fn has(&self, key: &str) -> bool {
        self.0.get(key).and_then(Value::as_boolean) == Some(true)
    }

    /// What is different in another one.
    fn difference(&self, other: &Self) -> Option<String> {
        let missing = other.0.iter().filter(|(key, value)| self.0.get(key) != Some(*value));
        let more = self.0.keys().filter(|key| !other.0.contains_key(key));
        let missing = missing.map(|(key, _)| format!("without {key}"));
        let all: Vec<_> = missing.chain(more.map(|key| format!("with {key}"))).collect();
        (!all.is_empty()).then(|| all.join(", "))
    }
}
