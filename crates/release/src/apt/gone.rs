//! Files that are gone from where they were: a mirror's pool keeps what any suite has, and the lists of all suites say by
//! digests what that is.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use super::uris::{Uri, place_of};
use super::{Apt, Kind};
use crate::digest::Sha256;
use crate::recipe::LockedPackage;

impl Apt {
    /// Downloads a file from its place in the pool of any of the machine's mirrors; nothing where none has it.
    ///
    /// # Errors
    /// When the folder can't be written.
    pub fn from_pool(&mut self, place: &str, sha256: Sha256, into: &Path) -> Result<Option<PathBuf>> {
        let view = self.view(Kind::Sources, &self.codename.clone())?;
        let file = place.rsplit('/').next().unwrap_or(place).to_owned();
        for mirror in self.mirrors() {
            let uri = Uri { uri: format!("{mirror}/{place}"), file: file.clone(), sha256 };
            // Why it didn't come is not worth telling: another one is asked.
            if self.download(&view, &[uri], into).is_ok() {
                return Ok(Some(into.join(file)));
            }
        }
        Ok(None)
    }

    /// Whether the lists of a suite's sources were brought up to date: then what they don't have is gone.
    pub fn knows_sources_of(&self, suite: &str) -> bool {
        self.updated.contains(&format!("{suite}-{}", Kind::Sources.name()))
    }

    /// Where another suite has a file of a source package, by its digest.
    ///
    /// # Errors
    /// When its lists can't be had, or none of the package's versions there has it.
    pub fn source_place(&mut self, suite: &str, package: &str, sha256: Sha256) -> Result<String> {
        let view = self.view(Kind::Sources, suite)?;
        self.with_fresh_lists(&view, |apt| {
            let text = apt.read(&view, "apt-cache", &["showsrc", "--only-source", "--"], &[package.to_owned()])?;
            place_of(&text, sha256).with_context(|| format!("{suite} has no such file"))
        })
    }

    /// Where another suite has a package, by its digest.
    ///
    /// # Errors
    /// As [`source_place`](Self::source_place).
    pub fn package_place(&mut self, suite: &str, package: &LockedPackage) -> Result<String> {
        let view = self.view(Kind::Binaries, suite)?;
        self.with_fresh_lists(&view, |apt| {
            let text = apt.read(&view, "apt-cache", &["show", "--"], std::slice::from_ref(&package.name))?;
            place_of(&text, package.sha256).with_context(|| format!("{suite} has no such package"))
        })
    }
}
