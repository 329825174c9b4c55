//! Trees of nodes: packing sorted records into them.

use zerocopy::byteorder::big_endian::U32;
use zerocopy::{FromZeros as _, IntoBytes as _};

use super::HfsError;
use super::format::{NodeDescriptor, TreeHeader, kind};

/// Bytes in a node of the catalogue; `newfs_hfs` takes the same for volumes of this size.
pub(super) const CATALOG_NODE: usize = 8192;

/// Bytes in a node of the extents file.
pub(super) const EXTENTS_NODE: usize = 4096;

const DESCRIPTOR: usize = size_of::<NodeDescriptor>();

/// The second record of a header node, unused.
const USER_DATA: usize = 128;

/// What a kind of tree is like.
#[derive(Clone, Copy)]
pub(super) struct Shape {
    pub(super) node_size: usize,
    pub(super) max_key: u16,
    pub(super) compare: u8,
    pub(super) attributes: u32,
}

impl Shape {
    /// 516: a parent and a name of 255 characters.
    pub(super) const CATALOG: Shape = Shape { node_size: CATALOG_NODE, max_key: 516, compare: 0xcf, attributes: 6 };
    pub(super) const EXTENTS: Shape = Shape { node_size: EXTENTS_NODE, max_key: 10, compare: 0, attributes: 2 };
}

/// A record with the key it begins with.
pub(super) struct Keyed {
    /// The key with its length before it.
    pub(super) key: Vec<u8>,
    pub(super) value: Vec<u8>,
}

/// The bytes of a tree's file. `records` are sorted by key.
pub(super) fn tree(shape: Shape, records: impl Iterator<Item = Keyed>) -> Result<Vec<u8>, HfsError> {
    let mut bytes = vec![0; shape.node_size];
    let mut header = TreeHeader {
        node_size: (shape.node_size as u16).into(),
        max_key: shape.max_key.into(),
        compare: shape.compare,
        attributes: shape.attributes.into(),
        ..TreeHeader::new_zeroed()
    };
    let mut count = 0_u32;
    let counted = records.inspect(|_| count = count.saturating_add(1));
    let mut level = pack(shape, kind::LEAF, 1, counted, &mut bytes)?;
    header.leaf_records = count.into();
    header.first_leaf = level.first().map_or(0, |(_, node)| *node).into();
    header.last_leaf = level.last().map_or(0, |(_, node)| *node).into();
    let mut height = u8::from(!level.is_empty());
    while level.len() > 1 {
        height += 1;
        let children = level.into_iter().map(|(key, node)| Keyed { key, value: node.to_be_bytes().to_vec() });
        level = pack(shape, kind::INDEX, height, children, &mut bytes)?;
    }
    header.depth = u16::from(height).into();
    header.root = level.first().map_or(0, |(_, node)| *node).into();
    let nodes = bytes.len() / shape.node_size;
    header.nodes = (nodes as u32).into();
    header.clump = u32::try_from(bytes.len()).map_err(|_| HfsError::TooLarge)?.into();
    let first = header_node(shape, &header, nodes)?;
    bytes.splice(..shape.node_size, first);
    Ok(bytes)
}

/// Packs records into nodes of one level, as many as fit; gives back the first key and the number of each.
fn pack(
    shape: Shape,
    kind: u8,
    height: u8,
    records: impl Iterator<Item = Keyed>,
    bytes: &mut Vec<u8>,
) -> Result<Vec<(Vec<u8>, u32)>, HfsError> {
    let mut nodes: Vec<(Vec<u8>, u32)> = Vec::new();
    let mut full: Vec<(Vec<u8>, Vec<u16>)> = Vec::new();
    let (mut body, mut offsets) = (vec![0; DESCRIPTOR], Vec::new());
    let first_number = bytes.len() / shape.node_size;
    for record in records {
        let needed = body.len() + record.key.len() + record.value.len() + 2 * (offsets.len() + 2);
        if needed > shape.node_size && !offsets.is_empty() {
            full.push((std::mem::replace(&mut body, vec![0; DESCRIPTOR]), std::mem::take(&mut offsets)));
        }
        if offsets.is_empty() {
            let number = u32::try_from(first_number + full.len()).map_err(|_| HfsError::TooLarge)?;
            nodes.push((record.key.clone(), number));
        }
        offsets.push(body.len() as u16);
        body.extend(record.key);
        body.extend(record.value);
    }
    if !offsets.is_empty() {
        full.push((body, offsets));
    }
    let count = full.len();
    for (at, (body, offsets)) in full.into_iter().enumerate() {
        let number = (first_number + at) as u32;
        let descriptor = NodeDescriptor {
            next: U32::new(if at + 1 < count { number + 1 } else { 0 }),
            previous: U32::new(if at > 0 { number - 1 } else { 0 }),
            kind,
            height,
            records: (offsets.len() as u16).into(),
            reserved: 0.into(),
        };
        bytes.extend(node(shape, descriptor, body, offsets));
    }
    Ok(nodes)
}

/// One node: `body` has room for the descriptor at its start.
fn node(shape: Shape, descriptor: NodeDescriptor, mut body: Vec<u8>, mut offsets: Vec<u16>) -> Vec<u8> {
    body.splice(..DESCRIPTOR, descriptor.as_bytes().iter().copied());
    offsets.push(body.len() as u16);
    body.resize(shape.node_size - 2 * offsets.len(), 0);
    body.extend(offsets.iter().rev().flat_map(|offset| offset.to_be_bytes()));
    body
}

fn header_node(shape: Shape, header: &TreeHeader, nodes: usize) -> Result<Vec<u8>, HfsError> {
    let descriptor = NodeDescriptor { kind: kind::HEADER, records: 3.into(), ..NodeDescriptor::new_zeroed() };
    let mut body = vec![0; DESCRIPTOR];
    body.extend_from_slice(header.as_bytes());
    let user = body.len();
    let map = user + USER_DATA;
    let end = shape.node_size - 8;
    if nodes > (end - map) * 8 {
        return Err(HfsError::TooLarge);
    }
    body.resize(map, 0);
    body.extend(bits(nodes));
    body.resize(end, 0);
    Ok(node(shape, descriptor, body, vec![DESCRIPTOR as u16, user as u16, map as u16]))
}

/// So many ones, from the highest bit of the first byte on.
pub(super) fn bits(count: usize) -> Vec<u8> {
    let mut bytes = vec![0xff; count / 8];
    if !count.is_multiple_of(8) {
        bytes.push(!(0xff_u8 >> (count % 8)));
    }
    bytes
}
