//! Writing the file: numbers are given first, then everything is laid down.
//!
//! Block numbers are Apple's: 1 to 10 are the variables with their trees and empty nodes (the node of Paths is 3),
//! then for each path its record, its key and its pointer. Nodes that Paths needs beside its root come next, and last the
//! entries and further nodes of Size64.

use zerocopy::byteorder::big_endian::U32;
use zerocopy::{FromZeros, IntoBytes};

use super::btree::{self, Capacity};
use super::error::BomError;
use super::format::{
    HEADER_SPACE, Header, InfoHeader, InfoTotal, MAGIC, NODE_SIZE, NodeHeader, Pair, PathPointer, Slot, TreeHeader,
    VARIABLES, VINDEX_NODE_SIZE, VIndex,
};
use super::record::Record;
use super::record_bytes;
use macho::CpuType;

/// Blocks before those of the paths, without slot 0.
const FIXED: u32 = 10;
/// Block of the root node of Paths.
const PATHS_ROOT: u32 = 3;
/// Block of the root node of Size64.
const SIZE64_ROOT: u32 = 10;

pub(super) fn encode(totals: &[(CpuType, u32)], records: &[Record], capacity: Capacity) -> Result<Vec<u8>, BomError> {
    let parents = parents(records)?;
    let count = u32::try_from(records.len()).map_err(|_| BomError::TooLarge)?;
    let first_node = count.checked_mul(3).and_then(|blocks| blocks.checked_add(FIXED + 1)).ok_or(BomError::TooLarge)?;
    let mut next_number = first_node;
    let mut number = || {
        next_number += 1;
        next_number - 1
    };
    let mut nodes = btree::nodes(&leaf_entries(records, &parents), PATHS_ROOT, capacity, &mut number);
    let large = large(records, &mut number);
    let pairs: Vec<Pair> = large.iter().map(|large| large.pair).collect();
    if !pairs.is_empty() {
        nodes.extend(btree::nodes(&pairs, SIZE64_ROOT, capacity, &mut number));
    }

    let names: usize = records.iter().map(|record| record.path.name().len()).sum();
    let mut store = Store::new(next_number, names + nodes.iter().map(|(_, node)| node.len()).sum::<usize>());
    fixed_blocks(totals, count, large.len() as u32, &mut store)?;
    let mut number = FIXED;
    for (place, (record, parent)) in records.iter().zip(&parents).enumerate() {
        let mut bytes = Vec::with_capacity(64);
        record_bytes::encode(record, &mut bytes);
        store.put(number + 1, &bytes)?;
        let name = if record.path.is_root() { b"." } else { record.path.name() };
        store.put(number + 2, &[&parent.to_be_bytes()[..], name, b"\0"].concat())?;
        let pointer = PathPointer { id: (place as u32 + 1).into(), record: (number + 1).into() };
        store.put(number + 3, pointer.as_bytes())?;
        number += 3;
    }
    for (number, bytes) in &nodes {
        store.put(*number, bytes)?;
    }
    for Large { pair, size, record } in &large {
        store.put(pair.value.get(), &size.to_be_bytes())?;
        store.put(pair.key.get(), &record.to_be_bytes())?;
    }
    store.finish()
}

/// The number of each record's directory, 0 for the root's. Numbers are places in `records`, from 1.
fn parents(records: &[Record]) -> Result<Vec<u32>, BomError> {
    match records.first() {
        Some(root) if root.path.is_root() => {}
        other => return Err(BomError::NoRoot { got: other.map(|record| record.path.to_string()).unwrap_or_default() }),
    }
    if let Some((_, second)) = records.iter().zip(records.iter().skip(1)).find(|(one, next)| one.path >= next.path) {
        return Err(BomError::Duplicate { path: second.path.clone() });
    }
    let parent = |record: &Record| match record.path.parent() {
        None => Ok(0),
        Some(parent) => match records.binary_search_by(|record| record.path.as_bytes().cmp(parent)) {
            Ok(place) => Ok(place as u32 + 1),
            Err(_) => Err(BomError::NoParent { path: record.path.clone() }),
        },
    };
    records.iter().map(parent).collect()
}

/// Pointers and keys of all paths in the order of (number of the directory, name).
fn leaf_entries(records: &[Record], parents: &[u32]) -> Vec<Pair> {
    let mut order: Vec<(u32, u32)> = parents.iter().copied().zip(0..).collect();
    let name = |place: u32| records.get(place as usize).map(|record| record.path.name());
    order.sort_unstable_by(|(parent, place), (other, after)| (parent, name(*place)).cmp(&(other, name(*after))));
    order
        .into_iter()
        .map(|(_, place)| Pair { value: (record_block(place) + 2).into(), key: (record_block(place) + 1).into() })
        .collect()
}

/// Block of the record at a place; its key and its pointer are in the next two.
fn record_block(place: u32) -> u32 {
    FIXED + 3 * place + 1
}

/// An entry of Size64.
struct Large {
    /// The blocks of size and record.
    pair: Pair,
    /// Bytes of the file.
    size: u64,
    /// Block of its record.
    record: u32,
}

/// The entries of all records whose size doesn't fit into their 32 bits, in the order of their blocks.
fn large(records: &[Record], mut number: impl FnMut() -> u32) -> Vec<Large> {
    let large = (0..).zip(records).filter(|(_, record)| record.size > u32::MAX.into());
    large
        .map(|(place, record)| {
            let pair = Pair { value: number().into(), key: number().into() };
            Large { pair, size: record.size, record: record_block(place) }
        })
        .collect()
}

/// Blocks 1 to 10, but for the node of Paths, and that of Size64 where it has `large` entries.
fn fixed_blocks(totals: &[(CpuType, u32)], paths: u32, large: u32, store: &mut Store) -> Result<(), BomError> {
    let info =
        InfoHeader { version: U32::new(1), paths: paths.saturating_add(1).into(), count: (totals.len() as u32).into() };
    let mut block = info.as_bytes().to_vec();
    for (cpu, bytes) in totals {
        let total = InfoTotal { cpu: cpu.0.into(), bytes: (*bytes).into(), ..InfoTotal::new_zeroed() };
        block.extend_from_slice(total.as_bytes());
    }
    store.put(1, &block)?;
    store.put(2, tree(PATHS_ROOT, NODE_SIZE, paths).as_bytes())?;
    store.put(4, tree(5, NODE_SIZE, 0).as_bytes())?;
    store.put(5, &empty_leaf(NODE_SIZE))?;
    let vindex = VIndex { version: U32::new(1), tree: U32::new(7), ..VIndex::new_zeroed() };
    store.put(6, vindex.as_bytes())?;
    store.put(7, tree(8, VINDEX_NODE_SIZE, 0).as_bytes())?;
    store.put(8, &empty_leaf(VINDEX_NODE_SIZE))?;
    store.put(9, tree(SIZE64_ROOT, NODE_SIZE, large).as_bytes())?;
    if large == 0 { store.put(SIZE64_ROOT, &empty_leaf(NODE_SIZE)) } else { Ok(()) }
}

fn tree(root: u32, node_size: usize, entries: u32) -> TreeHeader {
    TreeHeader {
        magic: *b"tree",
        version: U32::new(1),
        root: root.into(),
        node_size: (node_size as u32).into(),
        entries: entries.into(),
        zero: 0,
    }
}

fn empty_leaf(size: usize) -> Vec<u8> {
    let mut leaf = NodeHeader { leaf: 1.into(), ..NodeHeader::new_zeroed() }.as_bytes().to_vec();
    leaf.resize(size, 0);
    leaf
}

/// Blocks laid one after the other.
struct Store {
    bytes: Vec<u8>,
    index: Vec<Slot>,
}

impl Store {
    /// A store for blocks 1 to `end` - 1, with names and nodes of some bytes.
    fn new(end: u32, bytes: usize) -> Store {
        // What a file takes, links and Mach-O files aside: growing by doubling would take up to twice as much memory.
        let fixed = HEADER_SPACE + 3 * NODE_SIZE + 512;
        let mut bytes = Vec::with_capacity(fixed + bytes + (48 / 3 + size_of::<Slot>()) * end as usize);
        bytes.resize(HEADER_SPACE, 0);
        Store { bytes, index: vec![Slot::new_zeroed(); end as usize] }
    }

    fn here(&self) -> Result<U32, BomError> {
        u32::try_from(self.bytes.len()).map(U32::new).map_err(|_| BomError::TooLarge)
    }

    fn put(&mut self, number: u32, bytes: &[u8]) -> Result<(), BomError> {
        let address = self.here()?;
        let slot = self.index.get_mut(number as usize).ok_or(BomError::TooLarge)?;
        debug_assert_eq!(slot.length, 0, "block {number} is written twice");
        *slot = Slot { address, length: (bytes.len() as u32).into() };
        self.bytes.extend_from_slice(bytes);
        Ok(())
    }

    /// Adds the variables, the index and an empty free list; fills in the header.
    fn finish(mut self) -> Result<Vec<u8>, BomError> {
        let vars_offset = self.here()?;
        self.bytes.extend((VARIABLES.len() as u32).to_be_bytes());
        for (name, block) in VARIABLES {
            self.bytes.extend(block.to_be_bytes());
            self.bytes.push(name.len() as u8);
            self.bytes.extend_from_slice(name.as_bytes());
        }
        let index_offset = self.here()?;
        self.bytes.extend((self.index.len() as u32).to_be_bytes());
        self.bytes.extend_from_slice(self.index.as_bytes());
        self.bytes.extend(0u32.to_be_bytes());
        self.bytes.extend_from_slice([Slot::new_zeroed(); 2].as_bytes());
        let header = Header {
            magic: MAGIC,
            version: U32::new(1),
            blocks: (self.index.len() as u32 - 1).into(),
            index_offset,
            index_length: (self.here()?.get() - index_offset.get()).into(),
            vars_offset,
            vars_length: (index_offset.get() - vars_offset.get()).into(),
        };
        if let Some(start) = self.bytes.get_mut(..size_of::<Header>()) {
            start.copy_from_slice(header.as_bytes());
        }
        Ok(self.bytes)
    }
}
