//! Bundle packages and metapackages: what the Installer of Mac OS X took before flat packages, from 10.0 on.
//!
//! A package is a directory here, and a metapackage a directory with packages in it. macOS 15 refuses both; before 10.5
//! there is nothing else.
//!
//! ```text
//! Python.mpkg/Contents/
//!   PkgInfo                       "pmkrpkg1", no newline
//!   Info.plist                    which packages, in the order of installation, and how each is offered
//!   Resources/                    Description.plist, package_version, Welcome.rtf, ReadMe.rtf, License.txt, background.png
//!   Packages/NAME.pkg/Contents/
//!     Archive.pax.gz              cpio odc in gzip: the same bytes as the Payload of a flat package
//!     Archive.bom                 the same bytes as its Bom
//!     Info.plist                  identifier, version, where it goes, policies
//!     PkgInfo                     "pmkrpkg1"
//!     Resources/                  Description.plist, package_version, scripts
//! ```
//!
//! [`write()`] and [`write_component`] take the same [`Product`](flatpkg::product::Product) and
//! [`Component`](flatpkg::component::Component) as the writers of flat packages. What they
//! can't say in this format is refused, not dropped. `preinstall` becomes `preflight` and `postinstall` becomes
//! `postflight`: those run on upgrades too, as the scripts of a flat package do.
//!
//! [`Bundle::of`] reads a package out of a [`Tree`](flatpkg::tree::Tree): of a folder ([`Tree::from_dir`](flatpkg::tree::Tree::from_dir))
//! or of the volume in a disk image ([`crate::hfsplus`]).
//!
//! Sources: the layout and keys that CPython's `build-installer.py` wrote (2.5 to 3.13) and a package of PackageMaker's;
//! their meaning from Apple's "Software Delivery Legacy Guide". The order of scripts is Apple's: all `preflight`, all
//! `preinstall` or `preupgrade`, all archives, all `postinstall` or `postupgrade`, all `postflight`.

mod info;
mod read;
mod write;

pub use info::{Authorization, Info, Selection};
pub use read::{Bundle, BundleReadError, Member};
pub use write::{BundleWriteError, file_name, write, write_component};

/// What `PkgInfo` holds: type `pmkr`, creator `pkg1`.
const PKG_INFO: &[u8; 8] = b"pmkrpkg1";

/// Where a metapackage keeps its packages, below itself.
const COMPONENTS: &str = "Contents/Packages";

/// When a script of a bundle package runs; the names of the scripts, in the order of the phases.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// Before anything is installed.
    Preflight,
    /// Before the archive, when there is no receipt.
    Preinstall,
    /// Before the archive, when there is a receipt.
    Preupgrade,
    /// After the archive, when there was no receipt.
    Postinstall,
    /// After the archive, when there was a receipt.
    Postupgrade,
    /// After everything is installed.
    Postflight,
}

impl Phase {
    /// All phases in their order.
    pub const ALL: [Phase; 6] = [
        Phase::Preflight,
        Phase::Preinstall,
        Phase::Preupgrade,
        Phase::Postinstall,
        Phase::Postupgrade,
        Phase::Postflight,
    ];

    /// The script's name in `Resources`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Phase::Preflight => "preflight",
            Phase::Preinstall => "preinstall",
            Phase::Preupgrade => "preupgrade",
            Phase::Postinstall => "postinstall",
            Phase::Postupgrade => "postupgrade",
            Phase::Postflight => "postflight",
        }
    }
}
