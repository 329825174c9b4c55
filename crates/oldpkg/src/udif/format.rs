//! The layouts of an image. Every number is big-endian.
//!
//! ```text
//! 0            compressed blocks, one after the other
//! then         property list in XML: resource-fork, blkx, for each partition a dictionary with a Table in Data
//!              (a code signature)
//! end - 512    Trailer
//!
//! Table        for each run of sectors: how it is stored, and where; the last run is of type "end"
//! ```
//!
//! The checksum of a partition is the CRC-32 of its bytes, runs of type 2 (ignored) left out: `hdiutil` doesn't say what is in
//! them, and its checksums fit only so. That of the data, of the compressed bytes; the main one, of the
//! partitions' checksums, four bytes each, one after the other.

use zerocopy::byteorder::big_endian::{U32, U64};
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

/// How a run of sectors is stored.
pub(super) mod method {
    pub(in super::super) const ZEROS: u32 = 0;
    pub(in super::super) const STORED: u32 = 1;
    /// Free space: read as zeros, and no part of the checksum.
    pub(in super::super) const IGNORED: u32 = 2;
    pub(in super::super) const ADC: u32 = 0x8000_0004;
    pub(in super::super) const ZLIB: u32 = 0x8000_0005;
    pub(in super::super) const BZIP2: u32 = 0x8000_0006;
    pub(in super::super) const LZFSE: u32 = 0x8000_0007;
    pub(in super::super) const LZMA: u32 = 0x8000_0008;
    pub(in super::super) const COMMENT: u32 = 0x7fff_fffe;
    pub(in super::super) const END: u32 = 0xffff_ffff;
}

/// The last 512 bytes of an image.
#[derive(Clone, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub(super) struct Trailer {
    /// `koly`.
    pub(super) magic: [u8; 4],
    /// 4.
    pub(super) version: U32,
    /// 512.
    pub(super) length: U32,
    /// 1: flattened.
    pub(super) flags: U32,
    pub(super) running_offset: U64,
    /// Of the compressed blocks, bytes from the start of the file.
    pub(super) data_offset: U64,
    pub(super) data_length: U64,
    pub(super) resource_offset: U64,
    pub(super) resource_length: U64,
    /// This is segment 1 of 1.
    pub(super) segment: U32,
    pub(super) segments: U32,
    pub(super) id: [u8; 16],
    pub(super) data_checksum: Checksum,
    /// Of the property list, bytes from the start of the file.
    pub(super) plist_offset: U64,
    pub(super) plist_length: U64,
    pub(super) reserved1: [u8; 64],
    pub(super) signature_offset: U64,
    pub(super) signature_length: U64,
    pub(super) reserved2: [u8; 40],
    pub(super) main_checksum: Checksum,
    /// 1: a device image.
    pub(super) variant: U32,
    pub(super) sectors: U64,
    pub(super) reserved3: [u8; 12],
}
const _: () = assert!(size_of::<Trailer>() == 512);
const _: () = assert!(std::mem::offset_of!(Trailer, signature_offset) == 296);

/// A checksum: CRC-32 here.
#[derive(Clone, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub(super) struct Checksum {
    /// 2: CRC-32; 0: none.
    pub(super) kind: U32,
    /// 32.
    pub(super) bits: U32,
    pub(super) value: U32,
    pub(super) rest: [u8; 124],
}

impl Checksum {
    pub(super) const CRC32: u32 = 2;

    pub(super) fn crc32(value: u32) -> Checksum {
        Checksum { kind: Self::CRC32.into(), bits: 32.into(), value: value.into(), rest: [0; 124] }
    }
}

/// The start of a partition's table: 204 bytes. Then `runs` times a [`Run`].
#[derive(Clone, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub(super) struct Table {
    /// `mish`.
    pub(super) magic: [u8; 4],
    /// 1.
    pub(super) version: U32,
    /// Where the partition starts on the disk.
    pub(super) first_sector: U64,
    pub(super) sectors: U64,
    /// What the offsets of the runs count from, below the trailer's `data_offset`. Always 0.
    pub(super) data_offset: U64,
    /// Sectors that a reader needs room for.
    pub(super) buffer_sectors: U32,
    pub(super) descriptors: U32,
    pub(super) reserved: [u8; 24],
    pub(super) checksum: Checksum,
    pub(super) runs: U32,
}
const _: () = assert!(size_of::<Table>() == 204);

/// A run of sectors: 40 bytes.
#[derive(Clone, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub(super) struct Run {
    pub(super) method: U32,
    pub(super) comment: U32,
    /// From the start of the partition.
    pub(super) sector: U64,
    pub(super) sectors: U64,
    /// Bytes from `data_offset`.
    pub(super) offset: U64,
    pub(super) length: U64,
}
