//! The nodes of a tree.

use zerocopy::IntoBytes;
use zerocopy::byteorder::big_endian::{U16, U32};

use super::format::{NODE_SIZE, NodeHeader, Pair};

/// How many keys fit into a node.
#[derive(Debug, Clone, Copy)]
pub(super) struct Capacity {
    /// Bytes in a node; the rest is padded.
    pub(super) bytes: usize,
    /// Pairs in a leaf, and pairs in an inner node, which has one child more.
    pub(super) pairs: usize,
}

impl Capacity {
    /// 4096 bytes take a header of 12 bytes and 510 pairs; an inner node's last child fills them up.
    pub(super) const APPLE: Capacity = Capacity { bytes: NODE_SIZE, pairs: 510 };
}

/// A node that is the child of another.
struct Child {
    block: u32,
    /// Block of the last key below it.
    last_key: U32,
}

/// The nodes of a tree whose leaves hold `entries`, which are sorted: block number and bytes of each.
///
/// The root gets the number `root`; `number` gives numbers to the others. Nodes of one level are equally full.
pub(super) fn nodes(
    entries: &[Pair],
    root: u32,
    capacity: Capacity,
    mut number: impl FnMut() -> u32,
) -> Vec<(u32, Vec<u8>)> {
    if entries.len() <= capacity.pairs {
        return vec![(root, node(true, entries, &[], 0, 0, capacity.bytes))];
    }
    let mut nodes = Vec::new();
    let groups = even(entries, capacity.pairs);
    let numbers: Vec<u32> = groups.iter().map(|_| number()).collect();
    let at = |place: Option<usize>| place.and_then(|place| numbers.get(place)).copied().unwrap_or(0);
    let mut children = Vec::new();
    for (place, group) in groups.iter().enumerate() {
        let (next, previous) = (at(Some(place + 1)), at(place.checked_sub(1)));
        let last_key = group.last().map_or(U32::ZERO, |pair| pair.key);
        children.push(Child { block: at(Some(place)), last_key });
        nodes.push((at(Some(place)), node(true, group, &[], next, previous, capacity.bytes)));
    }
    while children.len() > 1 {
        let groups = even(&children, capacity.pairs + 1);
        let single = groups.len() == 1;
        let mut parents = Vec::new();
        for group in groups {
            let block = if single { root } else { number() };
            let Some((last, others)) = group.split_last() else { continue };
            let pairs: Vec<Pair> =
                others.iter().map(|child| Pair { value: child.block.into(), key: child.last_key }).collect();
            nodes.push((block, node(false, &pairs, &last.block.to_be_bytes(), 0, 0, capacity.bytes)));
            parents.push(Child { block, last_key: last.last_key });
        }
        children = parents;
    }
    nodes
}

fn node(leaf: bool, pairs: &[Pair], last_child: &[u8], next: u32, previous: u32, bytes: usize) -> Vec<u8> {
    let header = NodeHeader {
        leaf: U16::new(leaf.into()),
        count: U16::new(pairs.len() as u16),
        next: next.into(),
        previous: previous.into(),
    };
    let mut node = [header.as_bytes(), pairs.as_bytes(), last_child].concat();
    node.resize(bytes.max(node.len()), 0);
    node
}

/// Cuts into as few groups of at most `most` as possible, of sizes that differ by one at most.
fn even<T>(items: &[T], most: usize) -> Vec<&[T]> {
    let count = items.len().div_ceil(most.max(1));
    let mut groups = Vec::with_capacity(count);
    let mut rest = items;
    for left in (1..=count).rev() {
        let (group, after) = rest.split_at_checked(rest.len().div_ceil(left)).unwrap_or((rest, &[]));
        groups.push(group);
        rest = after;
    }
    groups
}
