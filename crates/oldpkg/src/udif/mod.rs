//! UDIF disk images: `.dmg` files, written with zlib (`UDZO`), which every Mac OS X mounts.
//!
//! [`write()`] compresses a volume while it is written, on all cores; the bytes don't depend on their number. [`Image`] reads
//! images, ours or Apple's: [`Image::unpack`] writes the volume that is in one. `format.rs` beside this file draws the image.
//!
//! Written without a partition map, as `hdiutil create -layout NONE` does it. Blocks in zlib (`UDZO`), bzip2 (`UDBZ`) and LZMA
//! (`ULMO`, an xz stream each) are read; ADC, LZFSE, encrypted images and APFS volumes are told by their names.
//!
//! Source: images that `hdiutil` made, read by 7-Zip and `dmg2img`; nothing of it is documented by Apple.

mod format;
mod read;
#[cfg(test)]
mod tests;
mod write;

use std::io;
use std::path::PathBuf;

pub use read::{Image, Partition};
pub use write::write;

use flatpkg::xml;

/// Bytes in a sector.
pub const SECTOR: u64 = 512;

/// Why an image can't be written or read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum UdifError {
    /// The image, or what comes out of it, can't be written.
    #[error("failed to write the disk image or what is in it")]
    Write(#[source] io::Error),
    /// The compressor gave up.
    #[error("failed to compress the disk image")]
    Compressor(#[source] io::Error),
    /// What was written is not a whole number of sectors.
    #[error("the volume has {length} bytes, which are not whole sectors of {SECTOR}")]
    Sectors {
        /// Its length in bytes.
        length: u64,
    },
    /// The image can't be opened.
    #[error("failed to open {}", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A part can't be read: it lies outside of the file, or the file can't be read.
    #[error("failed to read {what} at byte {offset} of the disk image")]
    Read {
        /// Which part.
        what: &'static str,
        /// Where.
        offset: u64,
        /// What the input says.
        source: io::Error,
    },
    /// No image of this kind.
    #[error("the file does not end with the trailer of a disk image (\"koly\")")]
    Trailer,
    /// The list of resources.
    #[error("failed to read the list of what is in the disk image")]
    Plist(#[from] xml::XmlError),
    /// A partition's table that contradicts itself.
    #[error("the table of partition {partition:?} is no {expected}")]
    Table {
        /// Its name.
        partition: String,
        /// What it should be.
        expected: &'static str,
    },
    /// A compression that is not read.
    #[error(
        "the disk image is compressed with {method} from sector {sector} on, which is not read here; `7zz x` and \
         `hdiutil convert -format UDZO` on a Mac read it"
    )]
    Method {
        /// The first sector of the block.
        sector: u64,
        /// The name of the method.
        method: String,
    },
    /// Encrypted.
    #[error(
        "the disk image is encrypted, which is not read here; `hdiutil convert -format UDZO` on a Mac reads it with its password"
    )]
    Encrypted,
    /// A volume of another file system.
    #[error(
        "the disk image holds an APFS volume, which is not read here; `7zz x` and `hdiutil attach` on a Mac read it"
    )]
    Apfs,
    /// Runs that share their blocks, so often that reading them all would be endless work.
    #[error("the blocks of the disk image: {0}")]
    Budget(#[from] flatpkg::Exceeded),
    /// A block of other contents or another length than stated.
    #[error("the block at sector {sector} does not decompress to its {expected} bytes")]
    Block {
        /// Its first sector.
        sector: u64,
        /// Stated length in bytes.
        expected: u64,
    },
    /// The checksum of a partition.
    #[error("partition {partition:?} has the checksum {got:08x}, expected {expected:08x}")]
    Checksum {
        /// Its name.
        partition: String,
        /// Of what was read.
        got: u32,
        /// As stated.
        expected: u32,
    },
    /// More bytes than the caller takes.
    #[error("the disk image holds {length} bytes, more than {limit}")]
    TooLarge {
        /// What it states.
        length: u64,
        /// What the caller takes.
        limit: u64,
    },
    /// No partition that could be the wanted one.
    #[error("the disk image has no partition of type Apple_HFS; it has {}", names.join(", "))]
    NoVolume {
        /// The names of those it has.
        names: Vec<String>,
    },
}
