//! What a package would lay down, as a [`Tree`], for those who look at code.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::Path;

use anyhow::{Context as _, Result};
use flatpkg::laydown::{Attributes, Folder, Options};
use flatpkg::mode::Mode;
use flatpkg::package::Package;
use flatpkg::tree::TreePath;
use flatpkg::{payload, xar};

use super::tree::{self, Entry, NodeKind, Tree};

/// More bytes than a member beside the parts may have: background pictures and plug-ins are small.
const LARGEST: u64 = 1 << 28;

/// Of the files that are written: ours, and only to be read.
const READABLE: Attributes = Attributes { mode: Mode::PLAIN, uid: 0, gid: 0 };

impl Tree {
    /// Reads payloads and scripts of all components, and whatever else a package has, like `Resources` and `Plugins`, whose
    /// code Installer loads. Writes their files to `dir`, under names that mean nothing. Paths are as Apple's notary service
    /// has them: `Python_Framework.pkg Contents/Payload/Versions/3.13/Python`.
    ///
    /// # Errors
    /// When a payload can't be read, `dir` not written, or more than `options` allow would be.
    pub(super) fn of_package(package: &Package, dir: &Path, options: Options) -> Result<Self> {
        let mut files = Files { folder: Folder::open(dir, options)?, dir, entries: BTreeMap::new() };
        let mut parts = BTreeSet::new();
        for component in package.components() {
            let name = if component.directory().is_empty() { "Contents" } else { component.directory() };
            let contents = if component.directory().is_empty() { String::new() } else { " Contents".to_owned() };
            for (part, archive) in [("Payload", component.payload()?), ("Scripts", component.scripts()?)] {
                let Some(archive) = archive else { continue };
                parts.insert(component.member(part));
                let root = format!("{name}{contents}/{part}");
                files.archive(&root, archive).with_context(|| format!("failed to read {root}"))?;
            }
        }
        files.others(package, &parts)?;
        Ok(Self::new(files.entries))
    }
}

/// What was read so far.
struct Files<'a> {
    folder: Folder,
    dir: &'a Path,
    entries: BTreeMap<String, Entry>,
}

impl Files<'_> {
    /// All entries of a payload, or of scripts.
    fn archive(&mut self, root: &str, archive: impl Read + Send) -> Result<()> {
        let mut archive = payload::read(archive)?;
        while let Some(mut entry) = archive.next()? {
            let path = format!("{root}/{}", tree::name(entry.path().as_bytes()));
            let (mode, size) = (entry.header().mode & 0o7777, entry.header().size);
            if entry.is_directory() {
                self.insert(path, NodeKind::Folder, mode);
            } else if let Some(target) = entry.target() {
                let target = tree::name(target);
                self.insert(path, NodeKind::Link(target), mode);
            } else {
                self.file(path, mode, size, &mut entry)?;
            }
        }
        Ok(())
    }

    /// The members that are no payload and no scripts.
    fn others(&mut self, package: &Package, parts: &BTreeSet<String>) -> Result<()> {
        let archive = package.archive();
        for file in archive.toc().files.iter().filter(|file| !parts.contains(&file.path)) {
            match &file.kind {
                xar::MemberKind::Directory => self.insert(file.path.clone(), NodeKind::Folder, 0o644),
                xar::MemberKind::File if file.data.is_some() => {
                    let bytes = archive.read_member(file, LARGEST)?;
                    self.file(file.path.clone(), 0o644, bytes.len() as u64, &mut bytes.as_slice())?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn file(&mut self, path: String, mode: u32, size: u64, contents: &mut dyn Read) -> Result<()> {
        let name = TreePath::new(self.entries.len().to_string())?;
        self.folder.file(&name, size, contents, READABLE, None)?;
        self.insert(path, NodeKind::File, mode);
        Ok(())
    }

    /// A path that is there twice keeps both: which of them stays on a disk is up to whoever lays them down.
    fn insert(&mut self, path: String, kind: NodeKind, mode: u32) {
        let source = self.dir.join(self.entries.len().to_string());
        let path = match self.entries.get(&path) {
            Some(earlier) if earlier.kind == NodeKind::File => format!("{path} (again, {})", self.entries.len()),
            _ => path,
        };
        self.entries.insert(path, Entry { source, kind, mode });
    }
}
