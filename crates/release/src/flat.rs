//! Opens what must be a flat package, and says what it is instead.

use std::path::Path;

use anyhow::{Context as _, Result, anyhow};
use flatpkg::kind::FileKind;
use flatpkg::package::Package;

use crate::hint::{Unusable, hinted};

/// Opens a package.
///
/// # Errors
/// It can't be read, or is none: [`Unusable`].
pub fn open(path: &Path) -> Result<Package> {
    let error = match Package::open(path) {
        Ok(package) => return Ok(package),
        Err(error) => error,
    };
    match FileKind::of(path) {
        Ok(kind) if kind != FileKind::FlatPackage => Err(other_kind(path, kind)),
        _ => Err(error).with_context(|| unreadable(path)),
    }
}

/// What is said of a file that is something else than a flat package: what it is, and what reads it.
fn other_kind(path: &Path, kind: FileKind) -> anyhow::Error {
    let hint = match kind {
        FileKind::BundlePackage | FileKind::Metapackage | FileKind::DiskImage => {
            "`cargo xtask inspect` shows what is in it; `verify`, `diff` and `install` read it too"
        }
        FileKind::EncryptedImage => "`hdiutil convert -format UDZO` on a Mac decrypts it",
        FileKind::HfsVolume | FileKind::ApfsVolume => "`7zz x` unpacks it",
        FileKind::Bom => "`cargo xtask inspect` lists it",
        FileKind::Xar | FileKind::Gzip | FileKind::Bzip2 | FileKind::Cpio | FileKind::Zip => "`bsdtar -xf` unpacks it",
        _ => "give a .pkg file",
    };
    hinted(anyhow!(Unusable(format!("{} is {kind}; a flat package is needed", path.display()))), hint)
}

/// What is said of a package, or a part of it, that can't be read.
pub fn unreadable(path: &Path) -> Unusable {
    Unusable(format!("{} can't be read as a package", path.display()))
}
