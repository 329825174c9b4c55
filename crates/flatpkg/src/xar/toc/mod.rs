//! The table of contents: an XML document that says where every member lies in the heap.
//!
//! [`Toc::parse`] takes what Apple's and other tools write: elements in any order, names given several times (tools of 2025
//! do that), unknown elements. [`Toc::to_xml`] writes `productbuild`'s own layout: one space per level, the elements in
//! the order seen in packages of 2016 and 2021. Only elements that rcodesign's strict model knows are written, so that it
//! can sign the result.

mod parse;
mod print;

use serde::Serialize;

use super::{Signature, Style};

pub(super) use parse::check_name;

/// A table of contents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Toc {
    /// When the archive was made: ISO 8601 without a zone, as text because nothing checks it.
    pub creation_time: String,
    /// Where the digest of the compressed table of contents lies.
    pub checksum: TocChecksum,
    /// Signatures in document order: RSA first, then CMS, in Apple's packages.
    pub signatures: Vec<Signature>,
    /// Files and directories in document order; a directory comes right before what is in it.
    pub files: Vec<File>,
}

/// The digest of the table of contents, kept in the heap.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TocChecksum {
    /// Must be what the header says, or Apple's libxar answers "Checksum style mismatch!".
    pub style: Style,
    /// Bytes from the start of the heap: 0 in every package seen.
    pub offset: u64,
    /// Bytes of the digest.
    pub size: u64,
}

/// One `<file>`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct File {
    /// Number of the element, unique in the document.
    pub id: u64,
    /// Index in [`Toc::files`] of the directory it is in.
    pub parent: Option<usize>,
    /// The name, one component of a path.
    pub name: String,
    /// Further `<name>` elements that differ from the first; readers disagree about which one counts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub other_names: Vec<String>,
    /// Names from the top, joined by `/`.
    pub path: String,
    /// What it is.
    pub kind: MemberKind,
    /// Where its bytes are. Directories and empty files may have none.
    pub data: Option<Data>,
    /// What `stat` said about the file it was made from; members made in memory (`Distribution`) have nothing of it.
    pub stat: Stat,
    /// Written by Apple's tools with meaningless values.
    pub finder_create_time: Option<FinderCreateTime>,
    /// Extended attributes, each with its own bytes in the heap.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub extended: Vec<Extended>,
}

/// Kind of a member.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum MemberKind {
    /// A regular file.
    File,
    /// A directory.
    Directory,
    /// Something that has no place in a package: `symlink`, `hardlink`, `fifo`, ….
    Other(String),
}

impl MemberKind {
    /// The text of `<type>`.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::File => "file",
            Self::Directory => "directory",
            Self::Other(name) => name,
        }
    }
}

/// Where the bytes of a member are, and what they should be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Data {
    /// Bytes in the heap.
    pub length: u64,
    /// Bytes from the start of the heap.
    pub offset: u64,
    /// Bytes after decoding.
    pub size: u64,
    /// How they are encoded in the heap.
    pub encoding: Encoding,
    /// Digest after decoding.
    pub extracted: Option<Checksum>,
    /// Digest of the bytes in the heap.
    pub archived: Option<Checksum>,
}

/// How a member is encoded in the heap.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Encoding {
    /// `application/octet-stream`: as it is. `Payload` and `Scripts` are compressed by themselves.
    Stored,
    /// `application/x-gzip`, which is a *zlib* stream (RFC 1950) in spite of its name.
    Zlib,
    /// `application/x-bzip2`: what xar makes where it isn't told otherwise; Sparkle's test package has it.
    Bzip2,
    /// Another MIME type (lzma): readable by xar, never seen in a package.
    Other(String),
}

impl Encoding {
    /// The MIME type in the `style` attribute.
    #[must_use]
    pub fn mime(&self) -> &str {
        match self {
            Self::Stored => "application/octet-stream",
            Self::Zlib => "application/x-gzip",
            Self::Bzip2 => "application/x-bzip2",
            Self::Other(mime) => mime,
        }
    }

    fn from_mime(mime: &str) -> Self {
        [Self::Stored, Self::Zlib, Self::Bzip2]
            .into_iter()
            .find(|e| e.mime() == mime)
            .unwrap_or_else(|| Self::Other(mime.to_owned()))
    }
}

/// A digest with its style.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Checksum {
    /// Its style.
    pub style: Style,
    /// Hexadecimal digits, lower-case in everything seen.
    pub hex: String,
}

/// The fields of `stat`. Times are text (`2021-07-06T16:06:04Z`), kept as they are.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Stat {
    /// Change of the inode.
    pub ctime: Option<String>,
    /// Change of the contents.
    pub mtime: Option<String>,
    /// Last access.
    pub atime: Option<String>,
    /// Name of the group.
    pub group: Option<String>,
    /// Number of the group.
    pub gid: Option<u32>,
    /// Name of the owner.
    pub user: Option<String>,
    /// Number of the owner.
    pub uid: Option<u32>,
    /// Permission bits; four octal digits in the document.
    pub mode: Option<u32>,
    /// Device number of the original.
    pub deviceno: Option<u64>,
    /// Inode number of the original.
    pub inode: Option<u64>,
}

/// `<FinderCreateTime>`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FinderCreateTime {
    /// Nanoseconds, or uninitialised memory.
    pub nanoseconds: String,
    /// A date, or something like `1901-1868345713-01T01:33:52`.
    pub time: String,
}

/// `<ea>`: an extended attribute.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Extended {
    /// Number of the element.
    pub id: Option<u64>,
    /// Name of the attribute.
    pub name: String,
    /// Its bytes.
    pub data: Data,
}

impl Extended {
    /// What findings call the attribute of a file.
    #[must_use]
    pub fn place(&self, file: &File) -> String {
        format!("{} attribute {}", file.path, self.name)
    }
}

/// A stretch of the heap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extent {
    /// What it is.
    pub place: String,
    /// Bytes from the start of the heap.
    pub offset: u64,
    /// Its length in bytes.
    pub length: u64,
    /// Whether it is an extended attribute. Apple's tools give some of them wrong offsets.
    pub is_attribute: bool,
}

impl Extent {
    fn end(&self) -> u64 {
        self.offset.saturating_add(self.length)
    }
}

impl Toc {
    /// The first file or directory with that path.
    #[must_use]
    pub fn find(&self, path: &str) -> Option<&File> {
        self.files.iter().find(|file| file.path == path)
    }

    /// What lies directly in a directory, or at the top for `None`, with its index.
    pub fn children(&self, directory: Option<usize>) -> impl Iterator<Item = (usize, &File)> {
        self.files.iter().enumerate().filter(move |(_, file)| file.parent == directory)
    }

    /// Every stretch of the heap that the table of contents speaks of, in document order.
    pub fn extents(&self) -> impl Iterator<Item = Extent> {
        let extent = |place, offset, length| Extent { place, offset, length, is_attribute: false };
        let checksum = extent("checksum".to_owned(), self.checksum.offset, self.checksum.size);
        let signatures =
            self.signatures.iter().map(move |s| extent(format!("{} signature", s.style), s.offset, s.size));
        let members = self.files.iter().flat_map(move |file| {
            let own = file.data.iter().map(move |data| extent(file.path.clone(), data.offset, data.length));
            let attributes = file.extended.iter().map(move |extended| Extent {
                is_attribute: true,
                ..extent(extended.place(file), extended.data.offset, extended.data.length)
            });
            own.chain(attributes)
        });
        std::iter::once(checksum).chain(signatures).chain(members)
    }

    /// The end of the last stretch, in bytes from the start of the heap. Sums that overflow count as the largest number.
    #[must_use]
    pub fn heap_len(&self) -> u64 {
        self.extents().map(|extent| extent.end()).max().unwrap_or(0)
    }

    /// The same without extended attributes, whose offsets may be wrong.
    #[must_use]
    pub fn members_len(&self) -> u64 {
        self.extents().filter(|extent| !extent.is_attribute).map(|extent| extent.end()).max().unwrap_or(0)
    }
}
