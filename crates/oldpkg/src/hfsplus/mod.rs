//! HFS+ volumes: the file system in the disk images that old installers came in.
//!
//! [`write()`] makes a volume that is exactly as big as what is in it, the same bytes for the same [`Volume`]; [`read()`]
//! finds the files of a volume, ours or Apple's, without mounting it. `format.rs` beside this file draws the volume.
//!
//! Names are ASCII here: other letters need Apple's tables of decompositions and of case. A case-insensitive volume can't
//! hold two names that differ in case alone. Both are refused before anything is written.
//!
//! Source: Apple's Technical Note TN1150, "HFS Plus Volume Format". A volume made by the same scheme was checked with
//! Apple's `fsck_hfs`.

mod catalog;
mod format;
mod node;
mod read;
#[cfg(test)]
mod tests;
mod write;

use std::io;
use std::path::PathBuf;

pub use read::read;
pub use write::write;

use flatpkg::shown::shown;
use flatpkg::tree::{BadPath, Tree, TreePath};

/// The file at the top whose picture Finder shows for the volume.
pub const ICON: &str = ".VolumeIcon.icns";

/// A volume and what is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Volume {
    /// Its name, 1 to 255 characters.
    pub name: String,
    /// Its files.
    pub tree: Tree,
    /// When it was made, seconds since 1970 (UTC).
    pub created: u32,
    /// Whether Finder opens its window when it is mounted.
    pub opens_window: bool,
    /// Whether Finder shows [`ICON`] for it (the custom icon bit of its top folder).
    pub custom_icon: bool,
}

/// Why a volume can't be written or read. Offsets are bytes from its start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HfsError {
    /// A name that can't be written.
    #[error("{path} has a name that is not ASCII or has more than 255 characters; the volume can't hold it", path = shown(path))]
    Name {
        /// The entry.
        path: TreePath,
    },
    /// The volume's own name.
    #[error("the volume's name {name:?} is empty, not ASCII or has more than 255 characters")]
    VolumeName {
        /// The name.
        name: String,
    },
    /// Names that the volume takes for one.
    #[error("{} differ in case only; the volume can't tell them apart", paths.join(" and "))]
    Case {
        /// The entries.
        paths: Vec<String>,
    },
    /// More than 32-bit numbers of blocks and files reach, or than one header node maps.
    #[error("the volume would be larger than its format can say")]
    TooLarge,
    /// A file can't be read; the source names it.
    #[error("failed to read {path} for the volume", path = shown(path))]
    File {
        /// The path inside the tree.
        path: TreePath,
        /// What the system says.
        source: io::Error,
    },
    /// A file's length changed after the tree was made.
    #[error("{path} changed while it was written: it had {expected} bytes", path = shown(path))]
    Changed {
        /// The path inside the tree.
        path: TreePath,
        /// Bytes when the tree was made.
        expected: u64,
    },
    /// The output can't be written.
    #[error("failed to write the volume")]
    Write(#[source] io::Error),
    /// The volume can't be opened.
    #[error("failed to open {}", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A part can't be read: it lies outside of the file, or the file can't be read.
    #[error("failed to read {what} at byte {offset}")]
    Read {
        /// Which part.
        what: &'static str,
        /// Where.
        offset: u64,
        /// What the input says.
        source: io::Error,
    },
    /// No volume of this kind.
    #[error("the volume starts with \"{got}\", expected \"H+\" or \"HX\" and a block size")]
    Signature {
        /// The first bytes of its header, escaped.
        got: String,
    },
    /// A part of the catalogue that contradicts itself.
    #[error("node {node} of the catalogue is no {expected}")]
    Node {
        /// Its number.
        node: u32,
        /// What it should be.
        expected: &'static str,
    },
    /// A fork in more than eight pieces, which real images of installers don't have.
    #[error("{what} is in more than eight pieces, which is not read")]
    Fragmented {
        /// A path, or a part of the volume.
        what: String,
    },
    /// Paths so long together that no honest catalogue has them.
    #[error("the paths of the volume: {0}")]
    Budget(#[from] flatpkg::Exceeded),
    /// A name that can't be part of a path.
    #[error("the volume has a bad name")]
    Path(#[from] BadPath),
    /// The entries don't make a tree.
    #[error(transparent)]
    Tree(#[from] flatpkg::tree::TreeError),
}
