//! The layouts of a volume. Every number is big-endian; times are seconds since 1904 (UTC).
//!
//! ```text
//! block 0      1024 zeros, volume header, zeros
//! then         allocation file      one bit a block
//!              extents file         a tree without records: no fork is in more than eight pieces
//!              catalogue file       a tree of all folders and files
//!              the files            each in one piece
//! last block   …, a copy of the volume header at 1024 bytes from the end, 512 zeros
//!
//! tree         nodes of one size: node 0 is the header, then leaves from left to right, then the level above, …
//! node         descriptor 14; records; free space; u16 offsets of the free space and of the records, from the end
//! header node  TreeHeader 106; 128 unused; a bit for each node, up to the offsets
//! leaf record  u16 length of the key; u32 parent, u16 length, UTF-16 name; record
//! index record the first key of a node below; u32 its number
//! ```
//!
//! The catalogue has two records for each entry: one under (its folder, its name) with everything about it, and a thread
//! under (its own number, no name) that leads back to the first.

use zerocopy::byteorder::big_endian::{U16, U32, U64};
use zerocopy::{FromBytes, FromZeros, Immutable, IntoBytes, KnownLayout, Unaligned};

/// Bytes in a block.
pub(super) const BLOCK: u32 = 4096;

/// Where the volume header is; its copy is as far from the end.
pub(super) const HEADER_OFFSET: u64 = 1024;

/// Between 1904 and 1970, seconds.
const EPOCH: u32 = 2_082_844_800;

/// Number of the folder above the top one: it has no record.
pub(super) const ROOT_PARENT: u32 = 1;

/// Number of the top folder.
pub(super) const ROOT: u32 = 2;

/// The first number for users' folders and files.
pub(super) const FIRST_USER: u32 = 16;

/// `kHasCustomIcon` among the Finder's flags.
pub(super) const CUSTOM_ICON: u16 = 0x0400;

/// Type and creator of a symbolic link.
pub(super) const LINK_TYPE: [[u8; 4]; 2] = [*b"slnk", *b"rhap"];

/// Kinds of node.
pub(super) mod kind {
    pub(in super::super) const LEAF: u8 = 0xff;
    pub(in super::super) const INDEX: u8 = 0;
    pub(in super::super) const HEADER: u8 = 1;
}

/// Types of catalogue record.
pub(super) mod record {
    pub(in super::super) const FOLDER: u16 = 1;
    pub(in super::super) const FILE: u16 = 2;
    pub(in super::super) const FOLDER_THREAD: u16 = 3;
    pub(in super::super) const FILE_THREAD: u16 = 4;
}

/// A time of ours in the volume's words. Later than 2040 it stays there.
pub(super) fn time(unix: u32) -> U32 {
    U32::new(unix.saturating_add(EPOCH))
}

/// A time of the volume in ours; before 1970 it is 0.
pub(super) fn unix(time: U32) -> u32 {
    time.get().saturating_sub(EPOCH)
}

/// The volume header: 512 bytes.
#[derive(Clone, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub(super) struct VolumeHeader {
    /// `H+`; `HX` when case matters.
    pub(super) signature: [u8; 2],
    /// 4; 5 with `HX`.
    pub(super) version: U16,
    /// Bit 8: it was unmounted cleanly.
    pub(super) attributes: U32,
    /// Who mounted it last: `10.0` is Mac OS X.
    pub(super) last_mounted: [u8; 4],
    pub(super) journal: U32,
    pub(super) created: U32,
    pub(super) modified: U32,
    pub(super) backed_up: U32,
    pub(super) checked: U32,
    /// Symbolic links count as files.
    pub(super) files: U32,
    /// The top folder doesn't count.
    pub(super) folders: U32,
    pub(super) block_size: U32,
    pub(super) total_blocks: U32,
    pub(super) free_blocks: U32,
    pub(super) next_allocation: U32,
    pub(super) resource_clump: U32,
    pub(super) data_clump: U32,
    pub(super) next_id: U32,
    pub(super) write_count: U32,
    /// Bit 0: MacRoman.
    pub(super) encodings: U64,
    /// Word 2: the folder whose window Finder opens. Words 6 and 7: a number to know the volume by.
    pub(super) finder: [U32; 8],
    pub(super) allocation: Fork,
    pub(super) extents: Fork,
    pub(super) catalog: Fork,
    pub(super) attributes_file: Fork,
    pub(super) startup: Fork,
}
const _: () = assert!(size_of::<VolumeHeader>() == 512);

/// Where a fork's bytes are.
#[derive(Clone, Copy, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub(super) struct Fork {
    /// Bytes.
    pub(super) length: U64,
    pub(super) clump: U32,
    pub(super) blocks: U32,
    pub(super) extents: [Extent; 8],
}

/// Blocks that follow each other.
#[derive(Clone, Copy, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub(super) struct Extent {
    pub(super) start: U32,
    pub(super) count: U32,
}

impl Fork {
    /// A fork in one piece.
    pub(super) fn at(start: u32, length: u64) -> Fork {
        let blocks = length.div_ceil(BLOCK.into()) as u32;
        let mut fork = Fork { length: length.into(), blocks: blocks.into(), ..Fork::new_zeroed() };
        if blocks > 0 {
            fork.extents = [Extent::new_zeroed(); 8];
            if let Some(first) = fork.extents.first_mut() {
                *first = Extent { start: start.into(), count: blocks.into() };
            }
        }
        fork
    }
}

/// The start of every node: 14 bytes.
#[derive(Clone, Copy, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub(super) struct NodeDescriptor {
    /// The next node of this level, 0 for the last.
    pub(super) next: U32,
    pub(super) previous: U32,
    pub(super) kind: u8,
    /// 1 for leaves.
    pub(super) height: u8,
    pub(super) records: U16,
    pub(super) reserved: U16,
}
const _: () = assert!(size_of::<NodeDescriptor>() == 14);

/// The first record of a tree's header node: 106 bytes.
#[derive(Clone, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub(super) struct TreeHeader {
    pub(super) depth: U16,
    pub(super) root: U32,
    pub(super) leaf_records: U32,
    pub(super) first_leaf: U32,
    pub(super) last_leaf: U32,
    pub(super) node_size: U16,
    pub(super) max_key: U16,
    pub(super) nodes: U32,
    pub(super) free_nodes: U32,
    pub(super) reserved1: U16,
    pub(super) clump: U32,
    pub(super) tree_type: u8,
    /// 0xcf: case doesn't matter.
    pub(super) compare: u8,
    /// Bit 1: lengths of keys have 16 bits. Bit 2: keys in index nodes are as long as they are.
    pub(super) attributes: U32,
    pub(super) reserved3: [U32; 16],
}
const _: () = assert!(size_of::<TreeHeader>() == 106);

/// Owner, group and mode.
#[derive(Clone, Copy, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub(super) struct Permissions {
    pub(super) owner: U32,
    pub(super) group: U32,
    pub(super) admin_flags: u8,
    pub(super) owner_flags: u8,
    /// `st_mode`.
    pub(super) mode: U16,
    pub(super) special: U32,
}

/// What folders and files have in common: 88 bytes, all of a folder's record.
#[derive(Clone, Copy, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub(super) struct Item {
    pub(super) record_type: U16,
    /// Bit 1, of files: there is a thread.
    pub(super) flags: U16,
    /// Entries of a folder.
    pub(super) valence: U32,
    pub(super) id: U32,
    pub(super) created: U32,
    pub(super) modified: U32,
    pub(super) attributes_modified: U32,
    pub(super) accessed: U32,
    pub(super) backed_up: U32,
    pub(super) permissions: Permissions,
    /// Files: type 4, creator 4, then as for folders: at 8 the Finder's flags.
    pub(super) finder: [u8; 8],
    pub(super) finder_flags: U16,
    pub(super) finder_rest: [u8; 22],
    pub(super) encoding: U32,
    pub(super) reserved: U32,
}
const _: () = assert!(size_of::<Item>() == 88);

/// A file's record: 248 bytes.
#[derive(Clone, Copy, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub(super) struct FileRecord {
    pub(super) item: Item,
    pub(super) data: Fork,
    pub(super) resource: Fork,
}
const _: () = assert!(size_of::<FileRecord>() == 248);
