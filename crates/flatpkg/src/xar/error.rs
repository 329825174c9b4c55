//! Why an archive can't be read or written.

use std::io;
use std::path::PathBuf;

use thiserror::Error as ThisError;

use crate::shown::shown;
use crate::xml;

/// Why an archive can't be read or written. Offsets count from the start of the file unless said otherwise.
#[derive(Debug, ThisError)]
#[non_exhaustive]
pub enum XarError {
    /// The operating system refused.
    #[error("failed to {doing} {}", path.display())]
    Io {
        /// What we were doing: a verb.
        doing: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A member's bytes can't be read or decoded.
    #[error("failed to read member {member}", member = shown(member))]
    Member {
        /// Its path in the archive.
        member: String,
        /// What is wrong.
        source: io::Error,
    },
    /// The file ends inside the header.
    #[error("at byte 0: the file has {got} bytes, a xar header has {expected}")]
    TooShort {
        /// Bytes there are.
        got: u64,
        /// Bytes of a header.
        expected: u64,
    },
    /// Not a xar archive.
    #[error("at byte 0: magic is {}, expected \"xar!\"", got.escape_ascii())]
    Magic {
        /// The first four bytes.
        got: [u8; 4],
    },
    /// A version we do not know.
    #[error("at byte 6: format version {got}, expected 1")]
    Version {
        /// The version in the header.
        got: u16,
    },
    /// A header too short to be one.
    #[error("at byte 4: header length {got}, expected 28")]
    HeaderLength {
        /// The length in the header.
        got: u16,
    },
    /// A checksum number nobody defined.
    #[error("at byte 24: checksum algorithm {got}, expected 0 to 4")]
    ChecksumNumber {
        /// The number in the header.
        got: u32,
    },
    /// A table of contents beyond the limits, or beyond the end of the file.
    #[error("at byte 8: the {what} table of contents has {got} bytes, at most {limit} are possible here")]
    TocTooLong {
        /// Which of the two lengths: compressed or uncompressed.
        what: &'static str,
        /// The length in the header.
        got: u64,
        /// The largest acceptable length.
        limit: u64,
    },
    /// The zlib stream of the table of contents is broken.
    #[error("at byte {offset}: the table of contents can't be decompressed")]
    TocStream {
        /// Where the stream begins.
        offset: u64,
        /// What the decoder says.
        source: io::Error,
    },
    /// The zlib stream holds more or fewer bytes than the header says.
    #[error("at byte 16: the table of contents has {got} bytes, the header says {expected}")]
    TocLength {
        /// Bytes decoded; at most one more than expected.
        got: u64,
        /// Bytes in the header.
        expected: u64,
    },
    /// The table of contents is not XML that we can follow.
    #[error("table of contents: {0}")]
    Xml(#[from] xml::XmlError),
    /// An element of the table of contents is missing or holds something else.
    #[error("table of contents, {place}: <{element}> is {got}, expected {expected}", place = shown(place), got = shown(got))]
    Element {
        /// The element that holds it, or the path of the member.
        place: String,
        /// Name of the element.
        element: &'static str,
        /// What is there.
        got: String,
        /// What should be.
        expected: &'static str,
    },
    /// More than any real archive has.
    #[error("table of contents: more than {limit} {what}")]
    Limit {
        /// What there is too much of.
        what: &'static str,
        /// How much is allowed.
        limit: usize,
    },
    /// Members that share their bytes, so often that reading them all would be endless work.
    #[error("more than {limit} bytes referenced; refusing: the members have {got} bytes together")]
    Shared {
        /// Bytes of all members together, as far as they lie in the file.
        got: u64,
        /// How many are accepted.
        limit: u64,
    },
    /// Paths so long together that no honest table of contents has them.
    #[error("table of contents: the paths of the members: {0}")]
    Budget(#[from] crate::Exceeded),
    /// A name that can't be one component of a path.
    #[error("member name {name:?} is not one component of a path: {why}")]
    Name {
        /// The name.
        name: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// The same path added twice, or a file used as a directory.
    #[error("member {path:?} is already there as a {kind}")]
    Taken {
        /// The path in the archive.
        path: String,
        /// What it is.
        kind: &'static str,
    },
    /// A checksum that Apple refuses or we can't compute.
    #[error("checksum style {got} is not usable, expected sha1 or sha256")]
    Unusable {
        /// The style.
        got: super::Style,
    },
    /// An encoding we do not decode.
    #[error("member {member} has encoding {got}, which is not read; application/octet-stream, x-gzip and x-bzip2 are", member = shown(member), got = shown(got))]
    Encoding {
        /// Its path in the archive.
        member: String,
        /// The encoding's MIME type.
        got: String,
    },
    /// A member with no data.
    #[error("member {member} has no data", member = shown(member))]
    NoData {
        /// Its path in the archive.
        member: String,
    },
}
