//! The layouts of a bill of materials. Every number is big-endian.
//!
//! ```text
//! 0        Header, zeros up to 512
//! 512…     blocks, anywhere, in any order
//! vars     u32 count; count × { u32 block, u8 length, name without NUL }
//! index    u32 slots; slots × { u32 address, u32 length }; slot 0 is empty
//!          u32 free; free × { u32 address, u32 length }; two empty pairs        ends the file (macOS 15: one pair)
//!
//! BomInfo  u32 1, u32 paths + 1, u32 count; count × { u32 cputype, u32 0, u32 bytes, u32 0 }
//! Paths    a tree: value {id, block of the record}, key {id of the parent, name NUL}
//! HLIndex  a tree; hard links; empty here: its records were never seen
//! VIndex   u32 1, u32 block of a tree with 128-byte nodes, u32 0, u8 0; empty
//! Size64   a tree; files from 4 GiB: value u64 bytes, key u32 block of the record, which states the low 32 bits
//!
//! tree     "tree", u32 1, u32 block of the root node, u32 bytes in a node, u32 entries, u8 0
//! node     u16 leaf, u16 count, u32 next leaf, u32 previous leaf, then padded with zeros to the size of a node
//!          leaf:  count × { u32 value's block, u32 key's block }
//!          inner: count × { u32 child's block, u32 key's block }, u32 last child: one child more than keys;
//!                 key i is the last key below child i
//! ```
//!
//! The entries of Size64 are as stuckliste's description of receipts has them (github.com/igankevich/stuckliste,
//! docs/receipt-file-format-reference.md); in none of Apple's that we have is a file so large. Its nodes have 128 bytes there,
//! and 4,096 in Apple's empty trees: a reader goes by what the tree says, and we write 4,096.
//!
//! Read out of bills of materials that Apple's tools made between 2014 and 2025. The free list has to be there, if
//! only empty: without it Apple's readers abort (reported by users of other writers).

use zerocopy::byteorder::big_endian::{U16, U32};
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

/// The first eight bytes of the file.
pub(super) const MAGIC: [u8; 8] = *b"BOMStore";

/// Blocks start here.
pub(super) const HEADER_SPACE: usize = 512;

/// Bytes in a node of every tree but VIndex's.
pub(super) const NODE_SIZE: usize = 4096;

/// Bytes in the node of VIndex's tree.
pub(super) const VINDEX_NODE_SIZE: usize = 128;

/// The variables, in Apple's order, with the numbers of Apple's blocks.
pub(super) const VARIABLES: [(&str, u32); 5] =
    [("BomInfo", 1), ("Paths", 2), ("HLIndex", 4), ("VIndex", 6), ("Size64", 9)];

/// The start of the file.
#[derive(FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub(super) struct Header {
    pub(super) magic: [u8; 8],
    /// 1.
    pub(super) version: U32,
    /// Blocks in use, slot 0 not counted. In one of Apple's it is 3 more than the slots that aren't empty.
    pub(super) blocks: U32,
    /// Bytes from the start of the file.
    pub(super) index_offset: U32,
    /// Bytes, with the free list.
    pub(super) index_length: U32,
    /// Bytes from the start of the file.
    pub(super) vars_offset: U32,
    /// Bytes.
    pub(super) vars_length: U32,
}

/// A slot of the index, or of the free list.
#[derive(FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned, Clone, Copy)]
#[repr(C)]
pub(super) struct Slot {
    /// Bytes from the start of the file.
    pub(super) address: U32,
    /// Bytes.
    pub(super) length: U32,
}

/// A tree's description.
#[derive(FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub(super) struct TreeHeader {
    /// `tree`.
    pub(super) magic: [u8; 4],
    /// 1.
    pub(super) version: U32,
    pub(super) root: U32,
    /// Bytes in a node.
    pub(super) node_size: U32,
    /// Entries in all leaves.
    pub(super) entries: U32,
    pub(super) zero: u8,
}

/// The start of a node.
#[derive(FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub(super) struct NodeHeader {
    /// 1 for a leaf, 0 for an inner node.
    pub(super) leaf: U16,
    /// Pairs that follow.
    pub(super) count: U16,
    /// Block of the next leaf, 0 in the last one and in inner nodes.
    pub(super) next: U32,
    /// Block of the previous leaf.
    pub(super) previous: U32,
}

/// An entry of a node.
#[derive(FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned, Clone, Copy, Debug, PartialEq)]
#[repr(C)]
pub(super) struct Pair {
    /// Block of the value in a leaf, of the child in an inner node.
    pub(super) value: U32,
    /// Block of the key.
    pub(super) key: U32,
}

/// The value of a path in the leaf.
#[derive(FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub(super) struct PathPointer {
    /// Number of the path; `.` has 1.
    pub(super) id: U32,
    /// Block of its record.
    pub(super) record: U32,
}

/// What every path record starts with. There follow, for a
///
/// * directory: nothing;
/// * file: u32 cksum, and if it is Mach-O: u8 1, u32 count, count × [`SliceRecord`];
/// * link: u32 cksum of the target, u32 its length with NUL, the target, NUL;
/// * device: u32 device number;
/// * placeholder, whatever its kind: nothing;
///
/// and 8 zero bytes, which tools of 2014 left out and macOS 26 wants to see. Where digests were asked for, more follows:
/// its layout was never seen, so it is counted and not interpreted.
#[derive(FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub(super) struct RecordHeader {
    /// 1 file, 2 directory, 3 link, 4 device.
    pub(super) kind: u8,
    /// 1.
    pub(super) one: u8,
    /// See [`architecture`].
    pub(super) architecture: U16,
    /// `st_mode` with its file type.
    pub(super) mode: U16,
    pub(super) uid: U32,
    pub(super) gid: U32,
    /// Seconds since 1970.
    pub(super) mtime: U32,
    /// Bytes: of a file; of a link's target; of a directory whatever its disk said.
    pub(super) size: U32,
    /// 1.
    pub(super) also_one: u8,
}

/// Zero bytes at the end of a record.
pub(super) const RECORD_TAIL: [u8; 8] = [0; 8];

/// Kinds of path record.
pub(super) mod kind {
    pub(crate) const FILE: u8 = 1;
    pub(crate) const DIRECTORY: u8 = 2;
    pub(crate) const SYMLINK: u8 = 3;
    pub(crate) const DEVICE: u8 = 4;
}

/// What the architecture word says.
pub(super) mod architecture {
    /// Nothing about the path is known but its name: the root of `pkgbuild --component`, AppleDouble files.
    pub(crate) const PLACEHOLDER: u16 = 1;
    /// Anything that isn't Mach-O. (bomutils writes 3.)
    pub(crate) const PLAIN: u16 = 0x000F;
    /// Set in addition for a Mach-O file for one processor.
    pub(crate) const THIN: u16 = 0x1000;
    /// Set in addition for a universal Mach-O file.
    pub(crate) const FAT: u16 = 0x2000;
}

/// A slice of a Mach-O file.
#[derive(FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub(super) struct SliceRecord {
    pub(super) cpu: U32,
    pub(super) subtype: U32,
    /// Bytes.
    pub(super) size: U32,
    pub(super) cksum: U32,
}

/// What BomInfo starts with.
#[derive(FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub(super) struct InfoHeader {
    /// 1.
    pub(super) version: U32,
    /// Paths and one more.
    pub(super) paths: U32,
    /// Totals that follow.
    pub(super) count: U32,
}

/// A total of BomInfo.
#[derive(FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub(super) struct InfoTotal {
    /// 0 for everything that isn't Mach-O.
    pub(super) cpu: U32,
    pub(super) zero: U32,
    pub(super) bytes: U32,
    pub(super) also_zero: U32,
}

/// What VIndex is.
#[derive(FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub(super) struct VIndex {
    /// 1.
    pub(super) version: U32,
    /// Block of the tree.
    pub(super) tree: U32,
    pub(super) zero: U32,
    pub(super) also_zero: u8,
}

const _: () = assert!(size_of::<Header>() == 32);
const _: () = assert!(size_of::<TreeHeader>() == 21);
const _: () = assert!(size_of::<NodeHeader>() == 12);
const _: () = assert!(size_of::<RecordHeader>() == 23);
const _: () = assert!(size_of::<VIndex>() == 13);
