//! The cpio archive inside a payload: format "odc" (`070707`), as Apple's tools write and demand it.
//!
//! ```text
//! entry    76 bytes of octal digits, the name with its NUL, the contents; nothing is aligned
//!          magic 6 · dev 6 · ino 6 · mode 6 · uid 6 · gid 6 · nlink 6 · rdev 6 · mtime 11 · namesize 6 · filesize 11
//! first    "."                                        then "./a", "./a/b": a directory before what lies in it
//! last     "TRAILER!!!", all numbers zero but ino (one more than the last entry's) and nlink 1
//! padding  zeros up to a multiple of 512 bytes
//! ```
//!
//! Seen in every Apple-made payload and scripts archive looked at: dev is 0; ino counts from 0 in the order of the
//! archive; a directory has size 0 and nlink 2 + its entries; files and links have nlink 1; a link's contents are
//! its target. Where the order is concerned ours is sorted by path; Apple's is that of the directory on disk.
//!
//! The installer refuses other variants of cpio ("bad file format").

mod header;
mod read;
#[cfg(test)]
mod tests;
mod write;

use std::io;

pub use header::Header;
pub use read::{Entry, Reader};
pub use write::{Writer, check};

use crate::shown::shown;
use crate::tree::{BadPath, TreePath};

/// Most bytes of one file: 11 octal digits, 8 GiB − 1. Larger files need the undocumented format that
/// `pkgbuild --large-payload` writes for macOS 12 and later.
pub const MAX_FILE: u64 = 0o77_777_777_777;

/// Largest owner, group and count of links: 6 octal digits, 262,143.
pub const MAX_NUMBER: u32 = 0o777_777;

/// The name that ends an archive.
const TRAILER: &[u8] = b"TRAILER!!!";

/// The end of an archive is padded with zeros to a multiple of this many bytes.
const BLOCK: u64 = 512;

/// Why an archive can't be written or read. Offsets are bytes from the archive's start, before compression.
#[derive(Debug, thiserror::Error)]
pub enum CpioError {
    /// The archive can't be read on.
    #[error("failed to read the archive at byte {offset}")]
    Read {
        /// Where.
        offset: u64,
        /// What the input says.
        source: io::Error,
    },
    /// The archive ends inside an entry or without its trailer.
    #[error("the archive ends at byte {offset}, inside {inside}")]
    Truncated {
        /// Where the input ended.
        offset: u64,
        /// Which part is incomplete.
        inside: &'static str,
    },
    /// An entry doesn't start as it should.
    #[error("the entry at byte {offset} starts with {got:?}, expected \"070707\"")]
    Magic {
        /// Start of the entry.
        offset: u64,
        /// Its first six bytes, escaped.
        got: String,
    },
    /// A number isn't octal digits.
    #[error("the {field} of the entry at byte {offset} is {got:?}, expected octal digits")]
    Octal {
        /// Start of the entry.
        offset: u64,
        /// Which number.
        field: &'static str,
        /// The bytes, escaped.
        got: String,
    },
    /// A name can't be a path of a tree.
    #[error("the entry at byte {offset} has a bad name")]
    Name {
        /// Start of the entry.
        offset: u64,
        /// What is wrong with it.
        source: BadPath,
    },
    /// A name is longer than any path, empty, or doesn't end with its only NUL.
    #[error(
        "the entry at byte {offset} has a name of {length} bytes that is too long or does not end with its only NUL"
    )]
    NameLength {
        /// Start of the entry.
        offset: u64,
        /// Stated length with the NUL, bytes.
        length: u32,
    },
    /// Neither a directory nor a file nor a symbolic link, or a directory with contents.
    #[error("{path} at byte {offset} has mode {mode:06o}, expected a directory without contents, a file or a link", path = shown(path))]
    Kind {
        /// Start of the entry.
        offset: u64,
        /// The entry.
        path: TreePath,
        /// Its `st_mode`.
        mode: u32,
    },
    /// A link target longer than any path, or empty, or with a NUL.
    #[error("{path} at byte {offset} has a link target of {length} bytes that is empty, too long or holds NUL", path = shown(path))]
    Target {
        /// Start of the entry.
        offset: u64,
        /// The entry.
        path: TreePath,
        /// Stated length in bytes.
        length: u64,
    },
    /// Something other than zeros after the trailer.
    #[error("byte {offset} after the archive's end is {got:#04x}, expected only zeros")]
    Trailing {
        /// Where.
        offset: u64,
        /// The byte.
        got: u8,
    },
    /// A file larger than the format can say.
    #[error(
        "{path} has {size} bytes, a payload can hold files of at most {MAX_FILE} (8 GiB - 1); for larger ones \
         `pkgbuild --large-payload` on a Mac writes another format, which macOS 12 and later read and which is not written here",
        path = shown(path)
    )]
    FileTooLarge {
        /// The entry.
        path: TreePath,
        /// Its size in bytes.
        size: u64,
    },
    /// An owner or group larger than the format can say.
    #[error("{path} has {field} {got}, a payload can hold at most {MAX_NUMBER}", path = shown(path))]
    NumberTooLarge {
        /// The entry.
        path: TreePath,
        /// `uid` or `gid`.
        field: &'static str,
        /// The number.
        got: u32,
    },
    /// More entries than device and inode numbers together can count.
    #[error("there are {got} entries, a payload can hold at most {limit}")]
    TooMany {
        /// Entries.
        got: u64,
        /// Entries that can be counted.
        limit: u64,
    },
    /// A writer was given another number of bytes than announced.
    #[error("{path} was announced with {expected} bytes but {got} were written", path = shown(path))]
    Size {
        /// The entry.
        path: TreePath,
        /// Bytes written.
        got: u64,
        /// Bytes announced.
        expected: u64,
    },
    /// The archive can't be written on.
    #[error("failed to write the archive at byte {offset}")]
    Write {
        /// Where.
        offset: u64,
        /// What the output says.
        source: io::Error,
    },
}
