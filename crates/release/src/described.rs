//! What is in a file that is no flat package: a bundle package, a bill of materials, a disk image.

use std::fmt;
use std::path::Path;

use anyhow::{Context as _, Result};
use flatpkg::bom::{self, Bom};
use flatpkg::dump::PathDump;
use flatpkg::kind::FileKind;
use flatpkg::policy::Policy;
use flatpkg::shown;
use flatpkg::tree::{EntryKind, Tree};
use oldpkg::bundle::{Bundle, Member};
use oldpkg::{hfsplus, udif};
use serde::Serialize;

use crate::hint::Unusable;

/// The longest bill of materials that is read, in bytes. One path takes about 100.
const MAX_BOM: u64 = 256 << 20;

/// The largest volume that is unpacked from a disk image, in bytes.
const MAX_VOLUME: u64 = 16 << 30;

/// What is in it.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Described {
    /// A bill of materials.
    Bom(Listed),
    /// A disk image.
    DiskImage(Image),
    /// A bundle package or metapackage.
    Bundle(Packages),
}

/// A bill of materials.
#[derive(Debug, Serialize)]
pub struct Listed {
    /// Bytes by processor; `none` is everything that is not Mach-O.
    totals: Vec<(String, u32)>,
    /// Its paths, sorted.
    paths: Vec<PathDump>,
}

/// A disk image.
#[derive(Debug, Serialize)]
pub struct Image {
    /// Name and length in sectors of each partition.
    partitions: Vec<(String, u64)>,
    /// The name of its HFS+ volume.
    volume: Option<String>,
    /// What lies at the top of the volume; a folder ends with a slash.
    top: Vec<String>,
    /// Why the volume isn't read.
    unread: Option<String>,
}

/// A bundle package or metapackage.
#[derive(Debug, Serialize)]
pub struct Packages {
    /// Whether it is a metapackage.
    metapackage: bool,
    /// Its identifier.
    identifier: String,
    /// Its version.
    version: String,
    /// Its packages; itself when it is one.
    packages: Vec<OnePackage>,
}

/// One package of the old format.
#[derive(Debug, Serialize)]
struct OnePackage {
    file: String,
    identifier: String,
    version: String,
    title: String,
    location: String,
    scripts: Vec<&'static str>,
    bom: Option<Listed>,
}

impl Described {
    /// Looks at a file or folder; nothing for what is neither of these.
    ///
    /// # Errors
    /// It can't be read: [`Unusable`].
    pub fn of(path: &Path) -> Result<Option<Described>> {
        let described = match FileKind::of(path) {
            Ok(FileKind::Bom) => bill(path).map(Described::Bom),
            Ok(FileKind::DiskImage) => image(path).map(Described::DiskImage),
            Ok(FileKind::BundlePackage | FileKind::Metapackage) => bundle(path).map(Described::Bundle),
            _ => return Ok(None),
        };
        described.map(Some).with_context(|| Unusable(format!("{} cannot be read", path.display())))
    }
}

fn bill(path: &Path) -> Result<Listed> {
    use std::io::Read as _;
    let mut bytes = Vec::new();
    fs_err::File::open(path)?.take(MAX_BOM + 1).read_to_end(&mut bytes)?;
    anyhow::ensure!(bytes.len() as u64 <= MAX_BOM, "it has more than {MAX_BOM} bytes; refusing");
    Ok(Listed::of(&bom::read(&bytes)?))
}

impl Listed {
    fn of(bom: &Bom) -> Listed {
        Listed {
            totals: bom.totals.iter().map(|(cpu, bytes)| (cpu.to_string(), *bytes)).collect(),
            paths: bom.records.iter().map(PathDump::of).collect(),
        }
    }
}

fn image(path: &Path) -> Result<Image> {
    let mut image = udif::Image::open(path)?;
    let partitions = image
        .partitions()
        .iter()
        .map(|partition| (shown::bytes(partition.name.as_bytes()), partition.sectors))
        .collect();
    let dir = tempfile::tempdir()?;
    let file = dir.path().join("volume");
    let unpacked = image.unpack(&mut fs_err::File::create(&file)?, MAX_VOLUME);
    let volume = unpacked.map_err(anyhow::Error::from).and_then(|()| Ok(hfsplus::read(&file)?));
    Ok(match volume {
        Ok(volume) => Image {
            partitions,
            volume: Some(shown::bytes(volume.name.as_bytes())),
            top: top(&volume.tree),
            unread: None,
        },
        Err(error) => Image { partitions, volume: None, top: Vec::new(), unread: Some(format!("{error:#}")) },
    })
}

fn top(tree: &Tree) -> Vec<String> {
    let entries = tree.iter().filter(|(path, _)| path.parent().is_some_and(<[u8]>::is_empty));
    let name = |(path, entry): (&flatpkg::tree::TreePath, &flatpkg::tree::Entry)| {
        let slash = if entry.kind == EntryKind::Directory { "/" } else { "" };
        format!("{}{slash}", shown::bytes(path.as_bytes()))
    };
    entries.map(name).collect()
}

fn bundle(path: &Path) -> Result<Packages> {
    let tree = Tree::from_dir(path, &Policy::standard(0))?;
    let name = fs_err::canonicalize(path)?.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let bundle = Bundle::of(&tree, &name)?;
    Ok(Packages {
        metapackage: bundle.is_metapackage,
        identifier: shown::bytes(bundle.info.identifier.as_bytes()),
        version: shown::bytes(bundle.info.version.as_bytes()),
        packages: bundle.members.iter().map(one).collect::<Result<_>>()?,
    })
}

fn one(member: &Member) -> Result<OnePackage> {
    let shown = |text: &str| shown::bytes(text.as_bytes());
    Ok(OnePackage {
        file: shown(&member.file_name),
        identifier: shown(&member.info.identifier),
        version: shown(&member.info.version),
        title: shown(&member.title),
        location: shown(&member.info.install_location),
        scripts: member.scripts().map(|(phase, _)| phase.name()).collect(),
        bom: member.bom()?.as_ref().map(Listed::of),
    })
}

impl fmt::Display for Described {
    /// Lines without a line break at the end.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Described::Bom(listed) => write!(f, "bill of materials\n{listed}"),
            Described::DiskImage(image) => image.fmt(f),
            Described::Bundle(packages) => packages.fmt(f),
        }
    }
}

impl fmt::Display for Listed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let totals: Vec<_> = self.totals.iter().map(|(cpu, bytes)| format!("{cpu} {bytes}")).collect();
        write!(f, "totals: {}", if totals.is_empty() { "none".to_owned() } else { totals.join(", ") })?;
        self.paths.iter().try_for_each(|path| write!(f, "\n{path}"))
    }
}

impl fmt::Display for Image {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "disk image")?;
        for (name, sectors) in &self.partitions {
            write!(f, "\n{sectors:>10} sectors of {} bytes  {name}", udif::SECTOR)?;
        }
        if let Some(volume) = &self.volume {
            write!(f, "\nvolume {volume}")?;
        }
        self.top.iter().try_for_each(|name| write!(f, "\n  {name}"))?;
        self.unread.iter().try_for_each(|reason| write!(f, "\nnot read: {reason}"))
    }
}

impl fmt::Display for Packages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = if self.metapackage { "metapackage" } else { "bundle package" };
        write!(f, "{what} {} {}", self.identifier, self.version)?;
        for package in &self.packages {
            let OnePackage { file, identifier, version, title, location, scripts, bom } = package;
            write!(f, "\n\n--- {file}\n{identifier} {version} {title:?} in {location}")?;
            if !scripts.is_empty() {
                write!(f, "\nscripts: {}", scripts.join(", "))?;
            }
            bom.iter().try_for_each(|listed| write!(f, "\n{listed}"))?;
        }
        Ok(())
    }
}
