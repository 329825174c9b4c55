//! The header: 28 bytes, big-endian, at the start of the file.

use serde::Serialize;
use zerocopy::byteorder::big_endian::{U16, U32, U64};
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

use super::{Style, XarError};

/// `xar!`.
const MAGIC: [u8; 4] = *b"xar!";

/// The header as it lies in the file.
#[derive(FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
struct Raw {
    magic: [u8; 4],
    /// Bytes of this header: 28 in every package seen. Readers go to the table of contents with it.
    header_len: U16,
    version: U16,
    /// Bytes of the zlib stream.
    toc_len_compressed: U64,
    /// Bytes of the XML.
    toc_len: U64,
    checksum: U32,
}

const _: () = assert!(size_of::<Raw>() == Header::LEN);

/// What the header says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Header {
    /// Bytes of the header itself.
    pub header_len: u16,
    /// Version of the format: 1.
    pub version: u16,
    /// Bytes of the table of contents in the file.
    pub toc_len_compressed: u64,
    /// Bytes of the table of contents after decompression.
    pub toc_len: u64,
    /// The digest of the table of contents.
    pub checksum: Style,
}

impl Header {
    /// Bytes of the header we write and read.
    pub const LEN: usize = 28;

    /// The only version there is.
    pub const VERSION: u16 = 1;

    /// Offset of the heap from the start of the file.
    ///
    /// # Errors
    /// The sum does not fit 64 bits.
    pub fn heap_offset(&self) -> Result<u64, XarError> {
        u64::from(self.header_len).checked_add(self.toc_len_compressed).ok_or(XarError::TocTooLong {
            what: "compressed",
            got: self.toc_len_compressed,
            limit: u64::MAX - u64::from(self.header_len),
        })
    }

    /// Reads the header from the first bytes of a file.
    ///
    /// # Errors
    /// Too few bytes, other magic or version, a header shorter than 28 bytes, an unknown checksum number.
    pub fn parse(bytes: &[u8]) -> Result<Self, XarError> {
        let (raw, _) = Raw::read_from_prefix(bytes)
            .map_err(|_| XarError::TooShort { got: bytes.len() as u64, expected: Self::LEN as u64 })?;
        if raw.magic != MAGIC {
            return Err(XarError::Magic { got: raw.magic });
        }
        if raw.version.get() != Self::VERSION {
            return Err(XarError::Version { got: raw.version.get() });
        }
        if usize::from(raw.header_len.get()) < Self::LEN {
            return Err(XarError::HeaderLength { got: raw.header_len.get() });
        }
        let number = raw.checksum.get();
        let checksum = Style::from_number(number).ok_or(XarError::ChecksumNumber { got: number })?;
        Ok(Self {
            header_len: raw.header_len.get(),
            version: raw.version.get(),
            toc_len_compressed: raw.toc_len_compressed.get(),
            toc_len: raw.toc_len.get(),
            checksum,
        })
    }

    /// The header's bytes.
    #[must_use]
    pub fn to_bytes(&self) -> [u8; Self::LEN] {
        zerocopy::transmute!(Raw {
            magic: MAGIC,
            header_len: U16::new(self.header_len),
            version: U16::new(self.version),
            toc_len_compressed: U64::new(self.toc_len_compressed),
            toc_len: U64::new(self.toc_len),
            checksum: U32::new(self.checksum.number()),
        })
    }
}
