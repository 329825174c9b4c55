//! The catalogue: two records for each folder, file and link.

use std::collections::HashMap;

use zerocopy::{FromZeros as _, IntoBytes as _};

use super::format::{
    BLOCK, CUSTOM_ICON, FIRST_USER, FileRecord, Fork, Item, LINK_TYPE, Permissions, ROOT, ROOT_PARENT, record, time,
};
use super::node::{Keyed, Shape, tree};
use super::{HfsError, Volume};
use flatpkg::tree::{Entry, EntryKind, TreePath};

/// Bit 1 of a file's flags: it has a thread.
const HAS_THREAD: u16 = 2;

/// The entries of a volume with their numbers, and where their bytes go.
pub(super) struct Catalog<'a> {
    volume: &'a Volume,
    entries: Vec<Placed<'a>>,
    /// Number of each folder, by its path.
    folders: HashMap<&'a [u8], u32>,
}

/// An entry, its number, and its first block, counted from the first file's.
pub(super) struct Placed<'a> {
    pub(super) path: &'a TreePath,
    pub(super) entry: &'a Entry,
    id: u32,
    block: u32,
}

/// A record's place in the order of the catalogue.
struct Key {
    parent: u32,
    /// As it is compared: small letters.
    folded: Vec<u8>,
    /// Which entry, and whether its thread.
    entry: usize,
    thread: bool,
}

impl<'a> Catalog<'a> {
    /// Gives every entry a number and blocks.
    pub(super) fn new(volume: &'a Volume) -> Result<Catalog<'a>, HfsError> {
        let (mut entries, mut folders) = (Vec::new(), HashMap::new());
        let (mut next, mut block) = (FIRST_USER, 0_u32);
        for (path, entry) in volume.tree.iter() {
            let id = if path.is_root() { ROOT } else { next };
            if !path.is_root() {
                next = next.checked_add(1).ok_or(HfsError::TooLarge)?;
            }
            if entry.kind == EntryKind::Directory {
                folders.insert(path.as_bytes(), id);
            }
            entries.push(Placed { path, entry, id, block });
            let blocks = entry.kind.size().div_ceil(BLOCK.into());
            block =
                u32::try_from(blocks).ok().and_then(|blocks| block.checked_add(blocks)).ok_or(HfsError::TooLarge)?;
        }
        Ok(Catalog { volume, entries, folders })
    }

    /// The entries in the order of their bytes.
    pub(super) fn entries(&self) -> &[Placed<'a>] {
        &self.entries
    }

    /// Blocks that the files take.
    pub(super) fn file_blocks(&self) -> u32 {
        let last = self.entries.last();
        last.map_or(0, |last| last.block + last.entry.kind.size().div_ceil(BLOCK.into()) as u32)
    }

    /// Folders, the top one not among them, and files.
    pub(super) fn counts(&self) -> (u32, u32) {
        (self.folders.len() as u32 - 1, (self.entries.len() - self.folders.len()) as u32)
    }

    /// The number for the next entry.
    pub(super) fn next_id(&self) -> u32 {
        self.entries.last().map_or(FIRST_USER, |last| last.id + 1).max(FIRST_USER)
    }

    /// The bytes of the catalogue file when the files begin at this block. Its length doesn't depend on that.
    pub(super) fn encode(&self, first_block: u32) -> Result<Vec<u8>, HfsError> {
        let children = self.volume.tree.children();
        let mut keys = Vec::with_capacity(self.entries.len() * 2);
        for (entry, placed) in self.entries.iter().enumerate() {
            let folded = characters(self.name(placed)).map(|byte| byte.to_ascii_lowercase()).collect();
            keys.push(Key { parent: self.parent(placed), folded, entry, thread: false });
            keys.push(Key { parent: placed.id, folded: Vec::new(), entry, thread: true });
        }
        keys.sort_by(|a, b| (a.parent, &a.folded).cmp(&(b.parent, &b.folded)));
        let records = keys.iter().filter_map(|key| {
            let placed = self.entries.get(key.entry)?;
            let name = self.name(placed);
            let (own_key, value) = if key.thread {
                (encode_key(placed.id, b""), self.thread(placed, name))
            } else {
                let children = children.get(placed.path.as_bytes()).copied().unwrap_or_default();
                (encode_key(key.parent, name), self.record(placed, children, first_block))
            };
            Some(Keyed { key: own_key, value })
        });
        tree(Shape::CATALOG, records)
    }

    /// The name of the top folder is the volume's.
    fn name(&self, placed: &Placed<'a>) -> &'a [u8] {
        if placed.path.is_root() { self.volume.name.as_bytes() } else { placed.path.name() }
    }

    fn parent(&self, placed: &Placed<'_>) -> u32 {
        let parent = placed.path.parent().and_then(|parent| self.folders.get(parent));
        parent.copied().unwrap_or(ROOT_PARENT)
    }

    fn thread(&self, placed: &Placed<'_>, name: &[u8]) -> Vec<u8> {
        let kind = if placed.entry.kind == EntryKind::Directory { record::FOLDER_THREAD } else { record::FILE_THREAD };
        let mut bytes = [kind.to_be_bytes(), [0, 0]].concat();
        bytes.extend(self.parent(placed).to_be_bytes());
        bytes.extend(encode_name(name));
        bytes
    }

    fn record(&self, placed: &Placed<'_>, children: u32, first_block: u32) -> Vec<u8> {
        let entry = placed.entry;
        let modified = time(entry.mtime);
        let mut item = Item {
            id: placed.id.into(),
            created: modified,
            modified,
            attributes_modified: modified,
            accessed: modified,
            permissions: Permissions {
                owner: entry.uid.into(),
                group: entry.gid.into(),
                mode: (entry.kind.type_bits() | entry.mode.bits()).into(),
                special: 1.into(),
                ..Permissions::new_zeroed()
            },
            ..Item::new_zeroed()
        };
        if entry.kind == EntryKind::Directory {
            item.record_type = record::FOLDER.into();
            item.valence = children.into();
            item.permissions.special = 0.into();
            if placed.path.is_root() && self.volume.custom_icon {
                item.finder_flags = CUSTOM_ICON.into();
            }
            return item.as_bytes().to_vec();
        }
        item.record_type = record::FILE.into();
        item.flags = HAS_THREAD.into();
        if let EntryKind::Symlink(_) = entry.kind {
            item.finder.copy_from_slice(LINK_TYPE.as_flattened());
        }
        let data = Fork::at(first_block + placed.block, entry.kind.size());
        FileRecord { item, data, resource: Fork::new_zeroed() }.as_bytes().to_vec()
    }
}

fn encode_key(parent: u32, name: &[u8]) -> Vec<u8> {
    let name = encode_name(name);
    let mut key = (4 + name.len() as u16).to_be_bytes().to_vec();
    key.extend(parent.to_be_bytes());
    key.extend(name);
    key
}

/// ASCII as UTF-16.
fn encode_name(name: &[u8]) -> Vec<u8> {
    let mut bytes = (name.len() as u16).to_be_bytes().to_vec();
    bytes.extend(characters(name).flat_map(|byte| [0, byte]));
    bytes
}

/// What is `:` for Unix is `/` on the volume.
fn characters(name: &[u8]) -> impl Iterator<Item = u8> {
    name.iter().map(|&byte| if byte == b':' { b'/' } else { byte })
}
