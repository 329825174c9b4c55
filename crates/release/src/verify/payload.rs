//! What a package would lay down, as a [`Tree`], for those who look at code.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

use anyhow::{Context as _, Result};
use flatpkg::package::Package;
use flatpkg::payload;

use super::tree::{Entry, Kind, Tree};

impl Tree {
    /// Reads payloads and scripts of all components, and writes their files to `dir`, under names that mean nothing. Paths are
    /// as Apple's notary service has them: `Python_Framework.pkg Contents/Payload/Versions/3.13/Python`.
    ///
    /// # Errors
    /// When a payload can't be read, or `dir` not written.
    pub(super) fn of_package(package: &Package, dir: &Path) -> Result<Self> {
        let mut entries = BTreeMap::new();
        for component in package.components() {
            let name = if component.directory().is_empty() { "Contents" } else { component.directory() };
            let contents = if component.directory().is_empty() { String::new() } else { " Contents".to_owned() };
            for (part, archive) in [("Payload", component.payload()?), ("Scripts", component.scripts()?)] {
                let Some(archive) = archive else { continue };
                let root = format!("{name}{contents}/{part}");
                lay_down(&root, archive, dir, &mut entries).with_context(|| format!("failed to read {root}"))?;
            }
        }
        Ok(Self::new(entries))
    }
}

fn lay_down(root: &str, archive: impl Read + Send, dir: &Path, entries: &mut BTreeMap<String, Entry>) -> Result<()> {
    let mut archive = payload::read(archive)?;
    while let Some(mut entry) = archive.next()? {
        let path = String::from_utf8_lossy(entry.path().as_bytes()).into_owned();
        let source = dir.join(entries.len().to_string());
        let mode = entry.header().mode & 0o7777;
        let kind = if entry.is_directory() {
            Kind::Folder
        } else if let Some(target) = entry.target() {
            Kind::Link(String::from_utf8_lossy(target).into_owned())
        } else {
            std::io::copy(&mut entry, &mut fs_err::File::create(&source)?)?;
            Kind::File
        };
        entries.insert(format!("{root}/{path}"), Entry { source, kind, mode });
    }
    Ok(())
}
