//! What a package lays down, path by path, read back from the package itself.

use std::collections::BTreeMap;
use std::io::Read as _;

use anyhow::{Context as _, Result};
use flatpkg::bom::{Node, Record};
use flatpkg::package::{Component, Package};
use flatpkg::payload;
use sha2::Digest as _;

/// All components.
pub struct Contents {
    /// In the order of the package.
    pub components: Vec<Laid>,
}

/// One component.
pub struct Laid {
    /// Its name in the archive.
    pub file: String,
    /// Where its root goes, without the slash before it.
    pub location: String,
    /// Its bill of materials, sorted by path; nothing for scripts alone.
    pub records: Vec<Record>,
    /// SHA-256 of each file's contents, in hexadecimal digits, by its path in the component.
    pub digests: BTreeMap<Vec<u8>, String>,
}

impl Contents {
    /// Reads the bills of materials, and all of the payloads for their digests.
    ///
    /// # Errors
    /// When a part can't be read.
    pub fn read(package: &Package) -> Result<Self> {
        let components: Vec<Component<'_>> = package.components().collect();
        let components = components.iter().map(Laid::read).collect::<Result<_>>()?;
        Ok(Self { components })
    }

    /// Every path with where it goes, below the root of the disk, and its digest when it is a file. Folders that are there
    /// for two components appear once.
    pub fn paths(&self) -> BTreeMap<String, (&Record, Option<&str>)> {
        let mut paths = BTreeMap::new();
        for laid in &self.components {
            for record in &laid.records {
                let digest = laid.digests.get(record.path.as_bytes()).map(String::as_str);
                paths.entry(laid.place(record)).or_insert((record, digest));
            }
        }
        paths
    }
}

impl Laid {
    fn read(component: &Component<'_>) -> Result<Self> {
        let location = component.package_info()?.install_location.unwrap_or_default();
        Ok(Self {
            file: component.directory().to_owned(),
            location: location.trim_matches('/').to_owned(),
            records: component.bom()?.map(|bom| bom.records).unwrap_or_default(),
            digests: digests(component)?,
        })
    }

    /// Where a path goes, below the root of the disk.
    pub fn place(&self, record: &Record) -> String {
        let below = record.path.to_string();
        match (self.location.as_str(), record.path.is_root()) {
            ("", _) => below,
            (location, true) => location.to_owned(),
            (location, false) => format!("{location}/{below}"),
        }
    }

    /// The records that are folders.
    pub fn folders(&self) -> impl Iterator<Item = &Record> {
        self.records.iter().filter(|record| matches!(record.node, Node::Directory))
    }
}

fn digests(component: &Component<'_>) -> Result<BTreeMap<Vec<u8>, String>> {
    let member = component.member("Payload");
    let mut digests = BTreeMap::new();
    let Some(part) = component.payload()? else { return Ok(digests) };
    let mut archive = payload::read(part).with_context(|| format!("failed to read {member}"))?;
    let mut buffer = vec![0; 1 << 16];
    while let Some(mut entry) = archive.next().with_context(|| format!("failed to read {member}"))? {
        if entry.is_directory() || entry.target().is_some() {
            continue;
        }
        let mut hasher = sha2::Sha256::new();
        loop {
            match entry.read(&mut buffer)? {
                0 => break,
                n => hasher.update(buffer.get(..n).unwrap_or_default()),
            }
        }
        let digest = hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        digests.insert(entry.path().as_bytes().to_vec(), digest);
    }
    Ok(digests)
}
