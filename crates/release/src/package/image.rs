//! The old kind of installer: a metapackage and its texts on a disk image.

use std::path::Path;

use anyhow::{Context as _, Result};
use flatpkg::output::Output;
use flatpkg::payload::Progress;
use flatpkg::policy::Policy;
use flatpkg::product::Product;
use flatpkg::tree::{EntryKind, Tree};
use oldpkg::hfsplus::{self, ICON, Volume};
use oldpkg::{bundle, udif};

/// Files of the resources that lie beside the metapackage too, for reading before installing.
const BESIDE: [&str; 3] = ["ReadMe.rtf", "License.txt", ICON];

/// Writes a product as a disk image that is named `title` and shows `title`'s first word as the package: `Python.mpkg`.
/// The file appears whole or not at all.
///
/// # Errors
/// When the product says what the old format can't, or when reading or writing fails.
pub fn write(
    product: &Product<'_>,
    title: &str,
    date: u32,
    out: &Path,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<()> {
    let dir = out.parent().unwrap_or_else(|| Path::new("."));
    let top = tempfile::Builder::new().prefix(".volume-").tempdir_in(dir)?;
    let package = title.split(' ').next().unwrap_or(title);
    bundle::write(product, &top.path().join(format!("{package}.mpkg")), progress)?;
    let mut custom_icon = false;
    for (name, entry) in BESIDE.iter().filter_map(|name| Some((name, product.resources?.get(name.as_bytes())?))) {
        let EntryKind::File(contents) = &entry.kind else { continue };
        std::io::copy(&mut contents.open()?, &mut fs_err::File::create(top.path().join(name))?)?;
        custom_icon |= *name == ICON;
    }
    let tree = Tree::from_dir(top.path(), &Policy::standard(date))?;
    let volume = Volume { name: title.to_owned(), tree, created: date, opens_window: true, custom_icon };
    let mut image = Output::create(out)?;
    udif::write(image.file(), |to| {
        let mut to = to;
        hfsplus::write(&volume, &mut to, &|_| ()).context("failed to write the volume")
    })?;
    image.file().set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644))?;
    Ok(image.finish()?)
}
