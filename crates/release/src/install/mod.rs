//! Packages of any format as the Installer takes them: for comparing what they do, and for laying them down.

mod choices;
mod folder;
mod scripts;
#[cfg(test)]
pub(crate) mod tests;

use std::io::{Read as _, Seek as _, SeekFrom};
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use anyhow::{Context as _, Result, bail, ensure};
use flatpkg::bundle::{Bundle, Phase};
use flatpkg::effect::{Attributes, Digest, Installable, Laid, Node, Offer, Part, Rules, Selection, What, place};
use flatpkg::hfsplus;
use flatpkg::mode::Mode;
use flatpkg::package::Package;
use flatpkg::policy::Policy;
use flatpkg::tree::{Contents, Kind, Tree, TreePath};
use flatpkg::udif;
use tempfile::TempDir;
use walkdir::WalkDir;

use crate::hint::{Unusable, WithHint as _};
use folder::Folder;

pub use choices::answers;

/// The largest volume that is unpacked from a disk image, in bytes.
const MAX_VOLUME: u64 = 16 << 30;

/// A package, or a folder that one was laid down in.
pub struct Opened {
    what: Installed,
    /// Where a disk image was unpacked to.
    _unpacked: Option<TempDir>,
}

enum Installed {
    Package(Box<Installable>),
    /// Every entry of a folder.
    Folder(Vec<Laid>),
}

/// Opens a flat package, a bundle package or metapackage, a disk image with one of them at its top, or a folder.
///
/// # Errors
/// It can't be read, or is none of them: [`Unusable`].
pub fn open(path: &Path) -> Result<Opened> {
    let opened = if path.is_dir() { open_folder(path) } else { open_file(path) };
    opened.with_context(|| Unusable(format!("{} can't be read as a package", path.display())))
}

fn open_folder(path: &Path) -> Result<Opened> {
    if !path.join("Contents/Info.plist").is_file() {
        return Ok(Opened { what: Installed::Folder(entries(path)?), _unpacked: None });
    }
    let tree = Tree::from_dir(path, &Policy::standard(0))?;
    let name = path.canonicalize()?.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Ok(Opened::package(Installable::Bundle(Bundle::of(&tree, &name)?)))
}

fn open_file(path: &Path) -> Result<Opened> {
    let mut file = fs_err::File::open(path)?;
    let mut magic = [0; 4];
    let image = file.metadata()?.len() >= udif::SECTOR;
    if image {
        file.seek(SeekFrom::End(-(udif::SECTOR as i64)))?;
        file.read_exact(&mut magic)?;
    }
    if &magic == b"koly" { open_image(path) } else { Ok(Opened::package(Installable::Flat(Package::open(path)?))) }
}

/// The package at the top of a disk image: the metapackage if there is one, else the only package.
fn open_image(path: &Path) -> Result<Opened> {
    let dir = tempfile::tempdir()?;
    let volume = dir.path().join("volume");
    udif::Image::open(path)?.unpack(&mut fs_err::File::create(&volume)?, MAX_VOLUME)?;
    let tree = hfsplus::read(&volume)?.tree;
    let top: Vec<&TreePath> =
        tree.iter().map(|(path, _)| path).filter(|path| path.parent().is_some_and(<[u8]>::is_empty)).collect();
    let ending = |ending: &str| -> Vec<TreePath> {
        top.iter().filter(|path| path.name().ends_with(ending.as_bytes())).map(|path| (*path).clone()).collect()
    };
    let packages = [ending(".mpkg"), ending(".pkg")].into_iter().find(|found| !found.is_empty()).unwrap_or_default();
    let [package] = packages.as_slice() else {
        bail!("the disk image has {} packages at its top, expected one", packages.len());
    };
    let installable = match tree.get(package).map(|entry| &entry.kind) {
        Some(Kind::File(contents)) => {
            let flat = dir.path().join("package.pkg");
            std::io::copy(&mut contents.open()?, &mut fs_err::File::create(&flat)?)?;
            Installable::Flat(Package::open(&flat)?)
        }
        _ => {
            let inside = tree.subtree(package).context("the package at the top of the disk image is a link")?;
            Installable::Bundle(Bundle::of(&inside, &package.to_string())?)
        }
    };
    Ok(Opened { what: Installed::Package(Box::new(installable)), _unpacked: Some(dir) })
}

/// Every entry below a folder, with the owners and modes that it has on the disk.
fn entries(root: &Path) -> Result<Vec<Laid>> {
    let mut all = Vec::new();
    for entry in WalkDir::new(root).min_depth(1) {
        let entry = entry?;
        let metadata = entry.metadata()?;
        let node = if metadata.is_dir() {
            Node::Directory
        } else if metadata.is_symlink() {
            Node::Symlink(fs_err::read_link(entry.path())?.into_os_string().into_encoded_bytes())
        } else {
            ensure!(metadata.is_file(), "{} is neither a file, a folder nor a link", entry.path().display());
            Node::File { size: metadata.len(), digest: Digest::of(fs_err::File::open(entry.path())?)? }
        };
        let path = entry.path().strip_prefix(root)?.as_os_str().as_encoded_bytes();
        // Linux gives every link all permissions; macOS and packages do not.
        let mode = if metadata.is_symlink() { u32::from(Mode::EXECUTABLE.bits()) } else { metadata.mode() };
        let attributes = Attributes::new(mode, metadata.uid(), metadata.gid());
        all.push(Laid { path: TreePath::new(path)?, node, attributes });
    }
    Ok(all)
}

impl Opened {
    fn package(package: Installable) -> Self {
        Self { what: Installed::Package(Box::new(package)), _unpacked: None }
    }

    /// What it offers.
    ///
    /// # Errors
    /// A part of it can't be read.
    pub fn offer(&self) -> Result<Offer> {
        match &self.what {
            Installed::Package(package) => Ok(package.offer()?),
            Installed::Folder(entries) => Ok(Offer::of_folder(entries.clone())),
        }
    }

    /// The package.
    ///
    /// # Errors
    /// It is a folder.
    pub fn installable(&self) -> Result<&Installable> {
        match &self.what {
            Installed::Package(package) => Ok(package),
            Installed::Folder(_) => bail!("it is a folder, not a package"),
        }
    }

    /// Lays the selected parts down in a folder, which stands for the root of a disk. Its scripts run only if asked for.
    /// Gives back how many entries were laid down.
    ///
    /// # Errors
    /// A part can't be read or laid down; a script fails. What was laid down stays.
    pub fn lay_down(
        &self,
        offer: &Offer,
        selection: &Selection,
        root: &Path,
        run_scripts: Option<&Path>,
    ) -> Result<u64> {
        let package = self.installable()?;
        let mut disk = Folder::open(root)?;
        let parts: Vec<&Part> = offer.parts.iter().filter(|part| selection.contains(&part.id)).collect();
        let run = |wanted: fn(Phase) -> bool| -> Result<()> {
            let Some(log) = run_scripts else { return Ok(()) };
            let root = fs_err::canonicalize(root)?;
            for phase in Phase::ALL.into_iter().filter(|phase| wanted(*phase)) {
                parts.iter().try_for_each(|part| scripts::run(package, part, phase, &root, log))?;
            }
            Ok(())
        };
        run(|phase| phase < Phase::Postinstall)?;
        let mut count = 0;
        for part in &parts {
            count += lay_part(package, part, &mut disk)?;
        }
        disk.finish()?;
        run(|phase| phase >= Phase::Postinstall)?;
        Ok(count)
    }
}

fn lay_part(package: &Installable, part: &Part, disk: &mut Folder) -> Result<u64> {
    let Some(mut archive) = package.archive(part)? else { return Ok(0) };
    let rules = Rules { overwrite_permissions: part.overwrite_permissions, follow_links: part.follow_links };
    let mut count = 0;
    while let Some(mut entry) = archive.next()? {
        let header = *entry.header();
        let path = part.place(entry.path())?;
        let attributes = Attributes::new(header.mode, header.uid, header.gid);
        let target = entry.target().map(<[u8]>::to_vec);
        let what = match &target {
            Some(target) => What::Symlink(target),
            None if entry.is_directory() => What::Directory,
            None => What::File(&mut entry as &mut dyn std::io::Read),
        };
        place(disk, &path, what, attributes, rules).with_context(|| format!("failed to lay down {path}"))?;
        count += 1;
    }
    Ok(count)
}

/// What is selected: by a file of choices, or as the package has it.
///
/// # Errors
/// The file can't be read, or names a choice that there is not.
pub fn selection(offer: &Offer, choices: Option<&Path>) -> Result<Selection> {
    let Some(file) = choices else { return Ok(offer.initial()) };
    let (selection, unknown) = offer.choose(&answers(file)?);
    if !unknown.is_empty() && !offer.is_folder {
        let known: Vec<&str> = offer.choices.iter().map(|choice| choice.id.as_str()).collect();
        return Err(anyhow::anyhow!("{} names {}, which is no choice", file.display(), unknown.join(", ")))
            .hint(format!("the choices are {}", known.join(", ")));
    }
    Ok(selection)
}

/// The bytes of a small file of a tree.
fn small(contents: &Contents) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    contents.open()?.read_to_end(&mut bytes)?;
    Ok(bytes)
}
