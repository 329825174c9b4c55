//! Finding the files of a volume. Nothing in it is trusted.

use std::collections::{HashMap, HashSet, VecDeque};
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::Path;

use zerocopy::FromBytes as _;

use super::format::{
    CUSTOM_ICON, FileRecord, Fork, HEADER_OFFSET, Item, NodeDescriptor, ROOT, ROOT_PARENT, TreeHeader, VolumeHeader,
    kind, record, unix,
};
use super::{HfsError, Volume};
use flatpkg::budget::Budget;
use flatpkg::mode::Mode;
use flatpkg::tree::{Contents, Entry, EntryKind, MAX_PATH, Tree, TreePath};

/// All paths together may have so many times the bytes of the catalogue's leaves. A record of a file takes 250.
const PATHS: u64 = 16;

/// Finds the files of the volume in a file. Their contents stay there until the tree is written.
///
/// Hard links, which Finder keeps in a hidden folder, come out as empty files; resource forks, extended attributes and
/// compressed files are not read: images of installers that were looked at have none.
///
/// Each node of the catalogue is read once and its records don't overlap; all paths together have at most 16 times its bytes.
///
/// # Errors
/// It is no HFS+ volume, or contradicts itself.
pub fn read(path: &Path) -> Result<Volume, HfsError> {
    let mut file = fs_err::File::open(path).map_err(|source| HfsError::Open { path: path.to_owned(), source })?;
    read_from(&mut file, &|pieces| Contents::Pieces { path: path.to_owned(), pieces: pieces.into() })
}

/// [`read()`] of any input; `contents` makes a file's contents of the places of its bytes.
pub(super) fn read_from<R: Read + Seek>(
    input: &mut R,
    contents: &dyn Fn(Vec<Range<u64>>) -> Contents,
) -> Result<Volume, HfsError> {
    let mut source = Source { input, block_size: 512 };
    let header = source.bytes(HEADER_OFFSET, size_of::<VolumeHeader>(), "the volume header")?;
    let bad = || HfsError::Signature { got: header.get(..4).unwrap_or_default().escape_ascii().to_string() };
    let header = VolumeHeader::read_from_bytes(&header).map_err(|_| bad())?;
    let block_size = header.block_size.get();
    if !matches!(&header.signature, b"H+" | b"HX") || !block_size.is_power_of_two() || block_size < 512 {
        return Err(bad());
    }
    source.block_size = block_size.into();
    let mut found = Found::default();
    source.catalog(&header.catalog, &mut found)?;
    let root = found.children.get(&ROOT_PARENT).and_then(|top| top.iter().find(|child| child.item.id.get() == ROOT));
    let root = root.ok_or(HfsError::Node { node: 0, expected: "catalogue with a top folder" })?.clone();
    Ok(Volume {
        name: root.name.clone(),
        tree: source.tree(&root, found, contents)?,
        created: unix(header.created),
        opens_window: header.finder.get(2).is_some_and(|folder| folder.get() == ROOT),
        custom_icon: root.item.finder_flags.get() & CUSTOM_ICON != 0,
    })
}

/// The records of the catalogue, threads aside, by the number of the folder they are in.
#[derive(Default)]
struct Found {
    children: HashMap<u32, Vec<Child>>,
    /// Bytes of the leaves that they come from.
    bytes: u64,
}

#[derive(Clone)]
struct Child {
    name: String,
    item: Item,
    /// Nothing for a folder.
    data: Option<Fork>,
}

struct Source<'a, R> {
    input: &'a mut R,
    block_size: u64,
}

impl<R: Read + Seek> Source<'_, R> {
    fn bytes(&mut self, offset: u64, length: usize, what: &'static str) -> Result<Vec<u8>, HfsError> {
        let mut bytes = vec![0; length];
        let mut read = || {
            self.input.seek(SeekFrom::Start(offset))?;
            self.input.read_exact(&mut bytes)
        };
        read().map_err(|source: io::Error| HfsError::Read { what, offset, source })?;
        Ok(bytes)
    }

    /// Where a fork's bytes are.
    fn pieces(&self, fork: &Fork, what: &dyn Fn() -> String) -> Result<Vec<Range<u64>>, HfsError> {
        let mut left = fork.length.get();
        let mut pieces = Vec::new();
        for extent in fork.extents.iter().filter(|extent| extent.count.get() != 0) {
            let start = u64::from(extent.start.get()).saturating_mul(self.block_size);
            let length = u64::from(extent.count.get()).saturating_mul(self.block_size).min(left);
            left -= length;
            if length > 0 {
                pieces.push(start..start.saturating_add(length));
            }
        }
        if left == 0 { Ok(pieces) } else { Err(HfsError::Fragmented { what: what() }) }
    }

    /// Runs over all leaves of the catalogue.
    fn catalog(&mut self, fork: &Fork, found: &mut Found) -> Result<(), HfsError> {
        let pieces = self.pieces(fork, &|| "the catalogue".to_owned())?;
        let start = pieces.first().map_or(0, |piece| piece.start);
        let first = self.bytes(start, size_of::<NodeDescriptor>() + size_of::<TreeHeader>(), "the catalogue")?;
        let header = first.get(size_of::<NodeDescriptor>()..).and_then(|bytes| TreeHeader::read_from_bytes(bytes).ok());
        let bad = HfsError::Node { node: 0, expected: "header of a tree" };
        let Some(header) = header else { return Err(bad) };
        let node_size = u64::from(header.node_size.get());
        if !node_size.is_power_of_two() || !(512..=32768).contains(&node_size) {
            return Err(bad);
        }
        let mut node = header.first_leaf.get();
        let mut seen = HashSet::new();
        while node != 0 {
            if !seen.insert(node) {
                return Err(HfsError::Node { node, expected: "new one: the leaves form a circle" });
            }
            let offset = place(&pieces, u64::from(node) * node_size, node_size);
            let offset = offset.ok_or(HfsError::Node { node, expected: "node of the catalogue file" })?;
            let bytes = self.bytes(offset, node_size as usize, "a node of the catalogue")?;
            found.bytes = found.bytes.saturating_add(node_size);
            node = leaf(&bytes, node, found)?;
        }
        Ok(())
    }

    /// The tree below the top folder. A folder that is reached twice is empty the second time.
    fn tree(
        &mut self,
        root: &Child,
        mut found: Found,
        contents: &dyn Fn(Vec<Range<u64>>) -> Contents,
    ) -> Result<Tree, HfsError> {
        let mut tree = Tree::new(entry(&root.item, EntryKind::Directory));
        let budget = Budget::new(found.bytes, PATHS);
        let mut folders = VecDeque::from([(ROOT, TreePath::ROOT)]);
        while let Some((id, path)) = folders.pop_front() {
            for child in found.children.remove(&id).unwrap_or_default() {
                // The Finder's hidden folders have names that no path can have.
                if child.name.contains('\0') {
                    continue;
                }
                let path = path.join(child.name.as_bytes())?;
                budget.take(path.as_bytes().len() as u64)?;
                let kind = match &child.data {
                    None => {
                        folders.push_back((child.item.id.get(), path.clone()));
                        EntryKind::Directory
                    }
                    Some(data) => self.file(&path, &child.item, data, contents)?,
                };
                tree.insert(path, entry(&child.item, kind))?;
            }
        }
        Ok(tree)
    }

    fn file(
        &mut self,
        path: &TreePath,
        item: &Item,
        data: &Fork,
        contents: &dyn Fn(Vec<Range<u64>>) -> Contents,
    ) -> Result<EntryKind, HfsError> {
        let pieces = self.pieces(data, &|| path.to_string())?;
        if item.permissions.mode.get() & 0o170000 != 0o120000 {
            return Ok(EntryKind::File(contents(pieces)));
        }
        let mut target = Vec::new();
        for piece in pieces {
            let length =
                usize::try_from(piece.end - piece.start).unwrap_or(usize::MAX).min(MAX_PATH + 1 - target.len());
            target.extend(self.bytes(piece.start, length, "the target of a link")?);
        }
        Ok(EntryKind::Symlink(target))
    }
}

/// Where in the volume a part of the catalogue file is.
fn place(pieces: &[Range<u64>], mut offset: u64, length: u64) -> Option<u64> {
    for piece in pieces {
        let size = piece.end.checked_sub(piece.start)?;
        if offset < size {
            return (offset.checked_add(length)? <= size).then(|| piece.start.saturating_add(offset));
        }
        offset -= size;
    }
    None
}

fn entry(item: &Item, kind: EntryKind) -> Entry {
    Entry {
        kind,
        mode: Mode::from_st_mode(item.permissions.mode.get().into()),
        uid: item.permissions.owner.get(),
        gid: item.permissions.group.get(),
        mtime: unix(item.modified),
    }
}

/// Takes the records of a leaf; gives back the number of the next one.
fn leaf(bytes: &[u8], node: u32, found: &mut Found) -> Result<u32, HfsError> {
    let bad = |expected| HfsError::Node { node, expected };
    let (descriptor, _) = NodeDescriptor::ref_from_prefix(bytes).map_err(|_| bad("node"))?;
    if descriptor.kind != kind::LEAF {
        return Err(bad("leaf"));
    }
    let offset = |record: usize| {
        let at = bytes.len().checked_sub(2 * (record + 1))?;
        bytes.get(at..at + 2).map(|word| word.iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte)))
    };
    let mut before = 0;
    for at in 0..usize::from(descriptor.records.get()) {
        let places = offset(at).zip(offset(at + 1)).filter(|(start, _)| *start >= before);
        let record = places.and_then(|(start, end)| bytes.get(start..end));
        before = places.map_or(before, |(_, end)| end);
        let record = record.ok_or_else(|| bad("node whose records are inside of it"))?;
        take(record, found).ok_or_else(|| bad("leaf of catalogue records"))?;
    }
    Ok(descriptor.next.get())
}

fn take(bytes: &[u8], found: &mut Found) -> Option<()> {
    let (length, rest) = bytes.split_first_chunk()?;
    let (key, value) = rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
    let (parent, key) = key.split_first_chunk()?;
    let (length, key) = key.split_first_chunk()?;
    let name = key.get(..2 * usize::from(u16::from_be_bytes(*length)))?;
    let units = name.chunks_exact(2).map(|unit| unit.iter().fold(0, |sum, byte| sum << 8 | u16::from(*byte)));
    // What is `/` on the volume is `:` for Unix.
    let name: String = char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
    let name = name.replace('/', ":");
    let (kind, _) = value.split_first_chunk()?;
    let child = match u16::from_be_bytes(*kind) {
        record::FOLDER => Child { name, item: Item::read_from_prefix(value).ok()?.0, data: None },
        record::FILE => {
            let (file, _) = FileRecord::read_from_prefix(value).ok()?;
            Child { name, item: file.item, data: Some(file.data) }
        }
        record::FOLDER_THREAD | record::FILE_THREAD => return Some(()),
        _ => return None,
    };
    found.children.entry(u32::from_be_bytes(*parent)).or_default().push(child);
    Some(())
}
