//! What a dynamic library says of itself: for libraries that come from elsewhere, before a build is begun with them.

use serde::Serialize;

use macho::Arch;
use macho::OsVersion;
use macho::{FileType, Minimum, is_macho, slices};

/// One slice of a dynamic library.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DylibSlice {
    /// What it is for.
    pub arch: Arch,
    /// The path that whoever is linked with it will look for.
    pub install_name: String,
    /// The oldest macOS that it runs on; nothing when it says none, or two.
    pub minimum: Option<OsVersion>,
}

/// The slices of a dynamic library; those for processors that we don't build for are passed over.
///
/// # Errors
/// What it is instead.
pub fn dylib(bytes: &[u8]) -> Result<Vec<DylibSlice>, String> {
    if !is_macho(bytes) {
        return Err("no Mach-O file".into());
    }
    let images = slices(bytes)?.into_iter().filter_map(|slice| slice.details.ok());
    let slices = images.map(|image| match (image.file_type, image.install_name) {
        (FileType::Dylib, Some(install_name)) => {
            let minimum = match image.minimums[..] {
                [Minimum::MacOs(version)] => Some(version),
                _ => None,
            };
            Ok(DylibSlice { arch: image.arch, install_name, minimum })
        }
        _ => Err("no dynamic library".to_owned()),
    });
    slices.collect()
}
