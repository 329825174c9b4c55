//! The payload of a component, and its archive of scripts: a compressed cpio archive.
//!
//! [`write()`] reads each file once. While the bytes go through the archive into the compressor, their POSIX
//! checksum and the checksums of Mach-O slices are made: the [`Facts`] that the bill of materials needs.
//!
//! ```text
//! this thread         files ─▶ examiner ─▶ cpio ─▶ chunks of 1 MiB (gzip) or 16 MiB (pbzx)
//! one thread a core                                   └─▶ compressed, in any order
//! one thread                                                └─▶ written to the output, in order
//! ```
//!
//! The bytes depend on nothing but the tree: not on the number of cores, not on the time.

mod archive;
mod error;
mod facts;
mod gzip;
mod output;
pub mod parallel;
mod pbzx;
mod read;

use std::io::Write;

pub use error::PayloadError;
pub use facts::{Facts, Progress};
pub use read::{Decoded, MOST_IN_MEMORY, Records, examine, load, read, records};

use crate::cpio;
use crate::tree::Tree;

/// How a payload is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Compression {
    /// gzip, one member, about as long as that of zlib's level 6: what every macOS reads.
    #[default]
    Gzip,
    /// Blocks of xz, preset 6: smaller; needs macOS 10.10. Each worker takes about 100 MB of memory.
    Pbzx,
}

/// Writes a tree as a payload (or as an archive of scripts: the format is the same).
///
/// `progress` is called from this thread, after each entry and each few hundred KiB. Memory for
/// gzip is some 10 MB and 4 MB for each core; it doesn't depend on the tree, but for the facts (some 100 bytes a file).
///
/// # Errors
///
/// What the format can't hold is refused before anything is written; see [`cpio::check`].
pub fn write(
    tree: &Tree,
    compression: Compression,
    out: &mut (impl Write + Send),
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<Facts, PayloadError> {
    let workers = rayon::current_num_threads();
    write_with(tree, compression, workers, out, progress)
}

/// [`write()`] with a number of threads to compress on; the bytes are the same for any number.
pub fn write_with(
    tree: &Tree,
    compression: Compression,
    workers: usize,
    out: &mut (impl Write + Send),
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<Facts, PayloadError> {
    cpio::check(tree)?;
    match compression {
        Compression::Gzip => gzip::write(workers, out, |chunks| archive::write(tree, chunks, progress)),
        Compression::Pbzx => pbzx::write(workers, out, |chunks| archive::write(tree, chunks, progress)),
    }
}
