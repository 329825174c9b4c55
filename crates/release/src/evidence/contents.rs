//! What a package lays down, path by path, read back from the package itself.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use effect::{Digest, Installable};
use flatpkg::bom::{Node, Record};
use flatpkg::cpio;
use flatpkg::package::Component;
use flatpkg::payload::{self, Decoded};
use oldpkg::bundle::Member;

use crate::package::Installed;

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
    pub fn read(package: &Installable, components: &[Installed]) -> Result<Self> {
        let components: Result<_> = match package {
            Installable::Flat(package) => package.components().map(|component| Laid::read(&component)).collect(),
            Installable::Bundle(bundle) => bundle.members.iter().map(|own| Laid::of_member(own, components)).collect(),
        };
        Ok(Self { components: components? })
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
        let failed = || format!("failed to read {}", component.member("Payload"));
        let archive = component.payload()?.map(payload::read).transpose().with_context(failed)?;
        let location = component.package_info()?.install_location.unwrap_or_default();
        Ok(Self {
            file: component.directory().to_owned(),
            location: location.trim_matches('/').to_owned(),
            records: component.bom()?.map(|bom| bom.records).unwrap_or_default(),
            digests: archive.map(digests).transpose().with_context(failed)?.unwrap_or_default(),
        })
    }

    /// A bundle package; its name in a flat package is that of the component with its identifier.
    fn of_member(member: &Member, components: &[Installed]) -> Result<Self> {
        let failed = || format!("failed to read the archive of {}", member.file_name);
        let component = components.iter().find(|component| component.identifier == member.info.identifier);
        Ok(Self {
            file: component.map_or_else(|| member.file_name.clone(), |component| component.file.clone()),
            location: member.info.install_location.trim_matches('/').to_owned(),
            records: member.bom()?.map(|bom| bom.records).unwrap_or_default(),
            digests: member.archive()?.map(digests).transpose().with_context(failed)?.unwrap_or_default(),
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

fn digests(mut archive: cpio::Reader<Decoded<'_>>) -> Result<BTreeMap<Vec<u8>, String>> {
    let mut digests = BTreeMap::new();
    while let Some(mut entry) = archive.next()? {
        if !entry.is_directory() && entry.target().is_none() {
            let path = entry.path().as_bytes().to_vec();
            digests.insert(path, Digest::of(&mut entry)?.to_string());
        }
    }
    Ok(digests)
}
