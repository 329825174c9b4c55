//! What a package would lay down, as a [`Tree`], for those who look at code.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::Path;

use anyhow::{Context as _, Result};
use flatpkg::package::Package;
use flatpkg::{payload, xar};

use super::tree::{self, Entry, Kind, Tree};

/// More bytes than a member beside the parts may have: background pictures and plug-ins are small.
const LARGEST: u64 = 1 << 28;

impl Tree {
    /// Reads payloads and scripts of all components, and whatever else a package has, like `Resources` and `Plugins`, whose
    /// code Installer loads. Writes their files to `dir`, under names that mean nothing. Paths are as Apple's notary service
    /// has them: `Python_Framework.pkg Contents/Payload/Versions/3.13/Python`.
    ///
    /// # Errors
    /// When a payload can't be read, or `dir` not written.
    pub(super) fn of_package(package: &Package, dir: &Path) -> Result<Self> {
        let mut entries = BTreeMap::new();
        let mut parts = BTreeSet::new();
        for component in package.components() {
            let name = if component.directory().is_empty() { "Contents" } else { component.directory() };
            let contents = if component.directory().is_empty() { String::new() } else { " Contents".to_owned() };
            for (part, archive) in [("Payload", component.payload()?), ("Scripts", component.scripts()?)] {
                let Some(archive) = archive else { continue };
                parts.insert(component.member(part));
                let root = format!("{name}{contents}/{part}");
                lay_down(&root, archive, dir, &mut entries).with_context(|| format!("failed to read {root}"))?;
            }
        }
        others(package, &parts, dir, &mut entries)?;
        Ok(Self::new(entries))
    }
}

/// The members that are no payload and no scripts.
fn others(
    package: &Package,
    parts: &BTreeSet<String>,
    dir: &Path,
    entries: &mut BTreeMap<String, Entry>,
) -> Result<()> {
    let archive = package.archive();
    for file in archive.toc().files.iter().filter(|file| !parts.contains(&file.path)) {
        let mode = 0o644;
        let source = dir.join(entries.len().to_string());
        let kind = match &file.kind {
            xar::Kind::Directory => Kind::Folder,
            xar::Kind::File if file.data.is_some() => {
                fs_err::write(&source, archive.read_member(file, LARGEST)?)?;
                Kind::File
            }
            _ => continue,
        };
        insert(entries, file.path.clone(), Entry { source, kind, mode });
    }
    Ok(())
}

/// A path that is there twice keeps both: which of them stays on a disk is up to whoever lays them down.
fn insert(entries: &mut BTreeMap<String, Entry>, path: String, entry: Entry) {
    let path = match entries.get(&path) {
        Some(earlier) if earlier.kind == Kind::File => format!("{path} (again, {})", entries.len()),
        _ => path,
    };
    entries.insert(path, entry);
}

fn lay_down(root: &str, archive: impl Read + Send, dir: &Path, entries: &mut BTreeMap<String, Entry>) -> Result<()> {
    let mut archive = payload::read(archive)?;
    while let Some(mut entry) = archive.next()? {
        let path = tree::name(entry.path().as_bytes());
        let source = dir.join(entries.len().to_string());
        let mode = entry.header().mode & 0o7777;
        let kind = if entry.is_directory() {
            Kind::Folder
        } else if let Some(target) = entry.target() {
            Kind::Link(tree::name(target))
        } else {
            std::io::copy(&mut entry, &mut fs_err::File::create(&source)?)?;
            Kind::File
        };
        insert(entries, format!("{root}/{path}"), Entry { source, kind, mode });
    }
    Ok(())
}
