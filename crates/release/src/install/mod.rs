//! Packages of any format as the Installer takes them: for comparing what they do, and for laying them down.

#[cfg(test)]
mod attacks;
mod choices;
pub mod confine;
mod scripts;
pub mod target;
#[cfg(test)]
pub(crate) mod tests;

use std::collections::BTreeMap;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use anyhow::{Context as _, Result, anyhow, bail, ensure};
use effect::{Attributes, Bytes, Digest, Installable, Laid, Node, Offer, OfferPart, Rules, Selection, What, place};
use flatpkg::kind::FileKind;
use flatpkg::laydown::{Folder, Options};
use flatpkg::mode::Mode;
use flatpkg::package::Package;
use flatpkg::policy::Policy;
use flatpkg::tree::{EntryKind, Tree, TreePath};
use oldpkg::bundle::{Bundle, Phase};
use oldpkg::hfsplus;
use oldpkg::udif;
use tempfile::TempDir;
use walkdir::WalkDir;

use crate::hint::{Unusable, WithHint as _};
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
/// It can't be read, or is none of them: [`Unusable`]. A disk image has several packages, and `package` names none of them.
pub fn open(path: &Path, package: Option<&str>) -> Result<Opened> {
    let unreadable = || crate::flat::unreadable(path);
    let kind = FileKind::of(path).with_context(unreadable)?;
    if kind != FileKind::DiskImage && package.is_some() {
        let error = anyhow!(Unusable(format!("{} is {kind}, --package is for disk images", path.display())));
        return Err(error).hint("leave out --package");
    }
    match kind {
        FileKind::DiskImage => open_image(path, package).with_context(unreadable),
        FileKind::BundlePackage | FileKind::Metapackage => open_folder(path).with_context(unreadable),
        FileKind::Folder => {
            let entries = entries(path).with_context(unreadable)?;
            Ok(Opened { what: Installed::Folder(entries), _unpacked: None })
        }
        _ => Ok(Opened::package(Installable::Flat(crate::flat::open(path)?))),
    }
}

fn open_folder(path: &Path) -> Result<Opened> {
    let tree = Tree::from_dir(path, &Policy::standard(0))?;
    let name = path.canonicalize()?.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Ok(Opened::package(Installable::Bundle(Bundle::of(&tree, &name)?)))
}

/// The package at the top of a disk image: the one of that name, or the metapackage if there is one, or the only package.
fn open_image(path: &Path, wanted: Option<&str>) -> Result<Opened> {
    let dir = tempfile::tempdir()?;
    let volume = dir.path().join("volume");
    udif::Image::open(path)?.unpack(&mut fs_err::File::create(&volume)?, MAX_VOLUME)?;
    let tree = hfsplus::read(&volume)?.tree;
    let top: Vec<&TreePath> =
        tree.iter().map(|(path, _)| path).filter(|path| path.parent().is_some_and(<[u8]>::is_empty)).collect();
    let ending = |ending: &str| -> Vec<TreePath> {
        top.iter().filter(|path| path.name().ends_with(ending.as_bytes())).map(|path| (*path).clone()).collect()
    };
    let all = [ending(".mpkg"), ending(".pkg")];
    let packages = match wanted {
        Some(wanted) => all.concat().into_iter().filter(|path| path.to_string() == wanted).collect(),
        None => all.iter().find(|found| !found.is_empty()).cloned().unwrap_or_default(),
    };
    let [package] = packages.as_slice() else {
        let names: Vec<String> = all.concat().iter().map(ToString::to_string).collect();
        let (what, hint) = match (names.as_slice(), wanted) {
            ([], _) => ("the disk image has no package at its top".to_owned(), "give the package itself".to_owned()),
            (_, Some(wanted)) => {
                (format!("the disk image has no package {wanted:?} at its top"), format!("it has {}", names.join(", ")))
            }
            ([first, ..], None) => (
                format!("the disk image has several packages: {}", names.join(", ")),
                format!("say which: `--package {first:?}`"),
            ),
        };
        return Err(anyhow!(what)).hint(hint);
    };
    let installable = match tree.get(package).map(|entry| &entry.kind) {
        Some(EntryKind::File(contents)) => {
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

    /// The flat package that it is, which may be signed; the old format knows no signatures.
    pub fn flat(&self) -> Option<&Package> {
        match &self.what {
            Installed::Package(package) => match package.as_ref() {
                Installable::Flat(package) => Some(package),
                Installable::Bundle(_) => None,
            },
            Installed::Folder(_) => None,
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

    /// Lays the selected parts down in a folder, which stands for the root of a disk. Its scripts run only if there is a log
    /// for them. Gives back how many entries were laid down.
    ///
    /// # Errors
    /// A part can't be read or laid down; a script can't be confined or fails. Then everything is removed again if the folder
    /// was empty or missing; else what was laid down stays, and the error says so.
    pub fn lay_down(
        &self,
        offer: &Offer,
        selection: &Selection,
        root: &Path,
        options: Options,
        run_scripts: Option<&Path>,
    ) -> Result<u64> {
        let parts: Vec<&OfferPart> = offer.parts.iter().filter(|part| selection.contains(&part.id)).collect();
        if run_scripts.is_some() && parts.iter().any(|part| !part.scripts.is_empty()) {
            confine::check()?;
        }
        let mut disk = Folder::open(root, options)?;
        match self.lay_parts(&parts, root, &mut disk, run_scripts) {
            Ok(count) => Ok(count),
            Err(error) => Err(error).hint(match disk.undo() {
                true => format!("nothing is left of it in {}", root.display()),
                false => format!("what was laid down so far is still in {}", root.display()),
            }),
        }
    }

    fn lay_parts(
        &self,
        parts: &[&OfferPart],
        root: &Path,
        disk: &mut Folder,
        run_scripts: Option<&Path>,
    ) -> Result<u64> {
        let package = self.installable()?;
        disk.expect(parts.iter().map(|part| part.size()).fold(0, u64::saturating_add))?;
        let run = |wanted: fn(Phase) -> bool| -> Result<()> {
            let Some(log) = run_scripts else { return Ok(()) };
            let root = fs_err::canonicalize(root)?;
            let room = confine::Room { root: &root, readable: &[], env: &BTreeMap::new(), log };
            self.run_scripts(parts, wanted, &room)
        };
        run(|phase| phase < Phase::Postinstall)?;
        let mut count = 0;
        for part in parts {
            count += lay_part(package, part, disk)?;
        }
        disk.finish()?;
        run(|phase| phase >= Phase::Postinstall)?;
        Ok(count)
    }

    /// Runs the scripts of some phases, confined.
    ///
    /// # Errors
    /// One can't be confined or fails.
    pub fn run_scripts(&self, parts: &[&OfferPart], wanted: fn(Phase) -> bool, room: &confine::Room<'_>) -> Result<()> {
        let package = self.installable()?;
        for phase in Phase::ALL.into_iter().filter(|phase| wanted(*phase)) {
            parts.iter().try_for_each(|part| scripts::run(package, part, phase, room))?;
        }
        Ok(())
    }
}

fn lay_part(package: &Installable, part: &OfferPart, disk: &mut Folder) -> Result<u64> {
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
            None => What::File(Bytes { size: header.size, contents: &mut entry }),
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
