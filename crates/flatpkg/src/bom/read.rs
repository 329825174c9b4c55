//! Reading the file. Nothing in it is trusted.

use std::collections::{HashMap, HashSet};

use zerocopy::{FromBytes, Immutable, KnownLayout, Unaligned};

use super::format::{Header, InfoHeader, InfoTotal, MAGIC, NodeHeader, Pair, PathPointer, Slot, TreeHeader};
use super::record_bytes::{self, Tail};
use super::{Bom, BomError, Form, Record};
use crate::budget::Budget;
use crate::tree::TreePath;
use macho::CpuType;

/// Fewest bytes of the file that a path takes: its record, key, pointer, slots and pair.
const BYTES_PER_PATH: usize = 64;

/// The blocks that are looked at may have so many times the bytes of the file. Apple's tools share none: once.
const BLOCKS: u64 = 4;

/// All paths together may have so many times the bytes of the file. Paths of 200 bytes on average: twice.
const PATHS: u64 = 16;

/// But so many bytes whatever the file has: 2,000 folders, each in the one before, have paths of 4 MB in a file of 200 KB.
const LEAST_PATHS: u64 = 16 << 20;

/// Levels of a tree; four nodes of 511 children reach every 32-bit number.
const MAX_DEPTH: usize = 16;

/// Reads a bill of materials.
///
/// Old forms are understood; [`Form`] tells them apart.
///
/// Work and memory are bounded by the file's length: a file can't refer to more paths than it has room for (one for 64
/// bytes), the blocks that are looked at have at most 4 times its bytes, and all paths together at most 16 times, or 16 MiB.
///
/// # Errors
///
/// Whatever contradicts itself, and [`BomError::Budget`] beyond these limits.
pub fn read(bytes: &[u8]) -> Result<Bom, BomError> {
    read_counted(&Store::open(bytes)?)
}

fn read_counted(store: &Store<'_>) -> Result<Bom, BomError> {
    let (totals, stated_paths) = store.info()?;
    let keys = store.keys()?;
    let sorted = keys.is_sorted_by(|a, b| (a.parent, a.name) < (b.parent, b.name));
    let sizes = store.large_sizes()?;
    let paths = paths(&keys, &store.paths)?;
    let (mut short_records, mut long_records) = (0, 0);
    let mut records: Vec<Record> = Vec::with_capacity(keys.len());
    for (key, path) in keys.iter().zip(paths) {
        let decoded = record_bytes::decode(store.block(key.record)?, path);
        let (mut record, tail) = decoded.map_err(|expected| BomError::Block { block: key.record, expected })?;
        if let Some(size) = sizes.get(&key.record).filter(|size| **size as u32 == record.size as u32) {
            record.size = *size;
        }
        short_records += usize::from(tail == Tail::Short);
        long_records += usize::from(tail == Tail::Long);
        records.push(record);
    }
    records.sort_by(|a, b| a.path.cmp(&b.path));
    if let Some(pair) = records.windows(2).find(|pair| matches!(pair, [a, b] if a.path == b.path)) {
        return Err(BomError::Duplicate { path: pair.first().map(|record| record.path.clone()).unwrap_or_default() });
    }
    match records.first() {
        Some(other) if !other.path.is_root() => return Err(BomError::NoRoot { got: other.path.to_string() }),
        Some(_) | None => {}
    }
    let form = Form { free_list: store.free_list, short_records, long_records, sorted, stated_paths };
    Ok(Bom { totals, records, form })
}

/// The blocks and variables of a file.
pub(super) struct Store<'a> {
    bytes: &'a [u8],
    slots: &'a [Slot],
    free_list: bool,
    variables: HashMap<&'a [u8], u32>,
    /// For the blocks that are looked at.
    pub(super) blocks: Budget,
    /// For the bytes of all paths.
    pub(super) paths: Budget,
}

/// A path as the tree has it.
pub(super) struct Key<'a> {
    id: u32,
    parent: u32,
    name: &'a [u8],
    /// Block of its record.
    record: u32,
}

impl<'a> Store<'a> {
    pub(super) fn open(bytes: &'a [u8]) -> Result<Store<'a>, BomError> {
        let magic = || {
            let start = bytes.get(..12).unwrap_or(bytes);
            BomError::Magic { got: start.escape_ascii().to_string() }
        };
        let (header, _) = Header::ref_from_prefix(bytes).map_err(|_| magic())?;
        if header.magic != MAGIC || header.version != 1 {
            return Err(magic());
        }
        let index = range(bytes, header.index_offset.get(), header.index_length.get(), "the index")?;
        let (slots, rest) = counted::<Slot>(bytes, index, header.index_offset.get(), "the index")?;
        let free_list = counted::<Slot>(bytes, rest, 0, "").is_ok_and(|(_, end)| end.len() >= size_of::<Slot>());
        let vars = range(bytes, header.vars_offset.get(), header.vars_length.get(), "the variables")?;
        Ok(Store {
            bytes,
            slots,
            free_list,
            variables: variables(vars).unwrap_or_default(),
            blocks: Budget::new(bytes.len() as u64, BLOCKS),
            paths: Budget::new(bytes.len() as u64, PATHS).at_least(LEAST_PATHS),
        })
    }

    fn block(&self, number: u32) -> Result<&'a [u8], BomError> {
        match self.slots.get(number as usize) {
            Some(slot) if slot.length != 0 => {
                self.blocks.take(slot.length.get().into())?;
                range(self.bytes, slot.address.get(), slot.length.get(), "a block")
            }
            _ => Err(BomError::Block { block: number, expected: "block of the index" }),
        }
    }

    /// The layout at the start of a block, and what follows.
    fn prefix<T: FromBytes + KnownLayout + Immutable + Unaligned>(
        &self,
        number: u32,
        expected: &'static str,
    ) -> Result<(&'a T, &'a [u8]), BomError> {
        T::ref_from_prefix(self.block(number)?).map_err(|_| BomError::Block { block: number, expected })
    }

    fn variable(&self, name: &'static str) -> Result<u32, BomError> {
        self.variables.get(name.as_bytes()).copied().ok_or(BomError::NoVariable { name })
    }

    /// The totals and the number of paths of BomInfo.
    fn info(&self) -> Result<(Vec<(CpuType, u32)>, u32), BomError> {
        let block = self.variable("BomInfo")?;
        let (header, rest) = self.prefix::<InfoHeader>(block, "BomInfo")?;
        let totals = <[InfoTotal]>::ref_from_prefix_with_elems(rest, header.count.get() as usize);
        let (totals, _) = totals.map_err(|_| BomError::Block { block, expected: "BomInfo with all its totals" })?;
        let totals = totals.iter().map(|total| (CpuType(total.cpu.get()), total.bytes.get())).collect();
        Ok((totals, header.paths.get().saturating_sub(1)))
    }

    /// All entries of Paths, in the order of the leaves.
    pub(super) fn keys(&self) -> Result<Vec<Key<'a>>, BomError> {
        let pairs = self.pairs(self.variable("Paths")?)?;
        pairs.into_iter().map(|pair| self.key(pair)).collect()
    }

    /// The sizes of Size64, by the blocks of their records. An entry in another form than ours is left out, and the record keeps
    /// the low 32 bits of its size.
    fn large_sizes(&self) -> Result<HashMap<u32, u64>, BomError> {
        let Some(tree) = self.variables.get(&b"Size64"[..]) else { return Ok(HashMap::new()) };
        let mut sizes = HashMap::new();
        for pair in self.pairs(*tree)? {
            let (size, record) = (self.block(pair.value.get())?, self.block(pair.key.get())?);
            if let (Ok(size), Ok(record)) = (size.try_into(), record.try_into()) {
                sizes.insert(u32::from_be_bytes(record), u64::from_be_bytes(size));
            }
        }
        Ok(sizes)
    }

    /// The pairs of all leaves of a tree, in their order.
    fn pairs(&self, tree: u32) -> Result<Vec<&'a Pair>, BomError> {
        let (header, _) = self.prefix::<TreeHeader>(tree, "tree")?;
        if header.magic != *b"tree" {
            return Err(BomError::Block { block: tree, expected: "tree" });
        }
        let limit = self.bytes.len() / BYTES_PER_PATH;
        let mut all = Vec::new();
        let mut seen = HashSet::new();
        let mut leaf = self.first_leaf(header.root.get())?;
        while leaf != 0 {
            let (header, pairs) = self.node(leaf)?;
            if header.leaf == 0 {
                return Err(BomError::Block { block: leaf, expected: "leaf" });
            }
            if !seen.insert(leaf) || all.len() + pairs.len() > limit {
                return Err(BomError::Endless { block: leaf, limit });
            }
            all.extend(pairs);
            leaf = header.next.get();
        }
        Ok(all)
    }

    fn first_leaf(&self, root: u32) -> Result<u32, BomError> {
        let mut block = root;
        for _ in 0..MAX_DEPTH {
            let (header, pairs) = self.node(block)?;
            if header.leaf != 0 {
                return Ok(block);
            }
            let first = pairs.first().ok_or(BomError::Block { block, expected: "inner node with a child" })?;
            block = first.value.get();
        }
        Err(BomError::Endless { block, limit: MAX_DEPTH })
    }

    fn node(&self, block: u32) -> Result<(&'a NodeHeader, &'a [Pair]), BomError> {
        let (header, rest) = self.prefix::<NodeHeader>(block, "node")?;
        let pairs = <[Pair]>::ref_from_prefix_with_elems(rest, header.count.get().into());
        let (pairs, _) = pairs.map_err(|_| BomError::Block { block, expected: "node with all its entries" })?;
        Ok((header, pairs))
    }

    fn key(&self, pair: &Pair) -> Result<Key<'a>, BomError> {
        let (pointer, _) = self.prefix::<PathPointer>(pair.value.get(), "pointer to a path record")?;
        let block = pair.key.get();
        let expected = "key of a path";
        let (parent, name) = self.block(block)?.split_first_chunk().ok_or(BomError::Block { block, expected })?;
        let name = name.split(|&byte| byte == 0).next().unwrap_or_default();
        Ok(Key { id: pointer.id.get(), parent: u32::from_be_bytes(*parent), name, record: pointer.record.get() })
    }
}

/// Names and blocks of the variables; `None` if they don't fit.
fn variables(bytes: &[u8]) -> Option<HashMap<&[u8], u32>> {
    let (count, mut rest) = bytes.split_first_chunk()?;
    let mut variables = HashMap::new();
    for _ in 0..u32::from_be_bytes(*count) {
        let (block, after) = rest.split_first_chunk()?;
        let (length, after) = after.split_first()?;
        let (name, after) = after.split_at_checked(usize::from(*length))?;
        rest = after;
        variables.entry(name).or_insert(u32::from_be_bytes(*block));
    }
    Some(variables)
}

/// The path of each key.
pub(super) fn paths(keys: &[Key<'_>], budget: &Budget) -> Result<Vec<TreePath>, BomError> {
    let number = |key: &Key<'_>| BomError::Number { name: lossy(key.name), id: key.id, parent: key.parent };
    let mut places = HashMap::with_capacity(keys.len());
    for (place, key) in keys.iter().enumerate() {
        if places.insert(key.id, place).is_some() {
            return Err(number(key));
        }
    }
    let mut paths: Vec<Option<TreePath>> = vec![None; keys.len()];
    for start in 0..keys.len() {
        // The way up to the first directory whose path is known.
        let mut way = Vec::new();
        let mut above = TreePath::ROOT;
        let mut next = Some(start);
        while let Some(place) = next {
            if let Some(Some(known)) = paths.get(place) {
                above = known.clone();
                break;
            }
            let Some(key) = keys.get(place) else { break };
            way.push((place, key));
            if way.len() > keys.len() {
                return Err(number(key));
            }
            next = match key.parent {
                0 => None,
                parent => Some(*places.get(&parent).ok_or_else(|| number(key))?),
            };
        }
        for (place, key) in way.into_iter().rev() {
            let path = match (key.parent, key.name) {
                (0, b".") => TreePath::ROOT,
                (0, _) => return Err(BomError::NoRoot { got: lossy(key.name) }),
                _ => above.join(key.name).map_err(|source| BomError::Name { id: key.id, source })?,
            };
            budget.take(path.as_bytes().len() as u64)?;
            above.clone_from(&path);
            if let Some(slot) = paths.get_mut(place) {
                *slot = Some(path);
            }
        }
    }
    Ok(paths.into_iter().flatten().collect())
}

/// The start of a name as text, for an error.
fn lossy(name: &[u8]) -> String {
    String::from_utf8_lossy(name.get(..80).unwrap_or(name)).into_owned()
}

/// A part of the file.
fn range<'a>(bytes: &'a [u8], offset: u32, length: u32, what: &'static str) -> Result<&'a [u8], BomError> {
    let end = u64::from(offset) + u64::from(length);
    let part = usize::try_from(end).ok().and_then(|end| bytes.get(offset as usize..end));
    part.ok_or(BomError::Bounds { what, offset: offset.into(), end, length: bytes.len() as u64 })
}

/// A count, and as many elements of a layout as it says, at the start of `part`.
fn counted<'a, T: FromBytes + KnownLayout + Immutable + Unaligned>(
    bytes: &[u8],
    part: &'a [u8],
    offset: u32,
    what: &'static str,
) -> Result<(&'a [T], &'a [u8]), BomError> {
    let count = part.first_chunk().map_or(0, |count| u32::from_be_bytes(*count));
    let elements = part.get(4..).and_then(|rest| <[T]>::ref_from_prefix_with_elems(rest, count as usize).ok());
    elements.ok_or(BomError::Bounds {
        what,
        offset: offset.into(),
        end: u64::from(offset) + 4 + u64::from(count) * size_of::<T>() as u64,
        length: bytes.len() as u64,
    })
}
