use proptest::prelude::*;

use super::btree::Capacity;
use super::*;
use crate::facts::FileFacts;
use crate::mode::Mode;
use crate::tree::TreePath;

/// Nodes of four pairs: four levels are reached with a few hundred paths.
const TINY: Capacity = Capacity { bytes: 48, pairs: 4 };

/// In small nodes, so that there are several.
fn encode(bom: &Bom) -> Result<Vec<u8>, BomError> {
    write::encode(&bom.totals, &bom.records, TINY)
}

fn record(path: &str, node: Node) -> Record {
    let path = TreePath::new(path).unwrap();
    Record { path, node, mode: Mode::PLAIN, uid: 0, gid: 80, mtime: 1_700_000_000, size: 1 }
}

fn file(path: &str) -> Record {
    record(path, Node::File(FileFacts { cksum: 7, macho: None }))
}

/// A root and `files` files over some directories.
fn bom(files: usize) -> Bom {
    let mut records = vec![record("", Node::Directory)];
    for directory in 0..=files / 10 {
        records.push(record(&format!("d{directory}"), Node::Directory));
    }
    records.extend((0..files).map(|number| file(&format!("d{}/f{number}", number / 10))));
    Bom::new(records)
}

/// Walks down as Apple's readers search: at each inner node to the first child whose key isn't smaller.
fn search(bytes: &[u8], wanted: (u32, &[u8])) -> bool {
    let word = |at: usize| u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap());
    let half = |at: usize| u16::from_be_bytes(bytes[at..at + 2].try_into().unwrap());
    let address = |block: u32| word(word(16) as usize + 4 + 8 * block as usize) as usize;
    let key = |block: u32| {
        let at = address(block);
        let length = bytes[at + 4..].iter().position(|&byte| byte == 0).unwrap();
        (word(at), &bytes[at + 4..at + 4 + length])
    };
    let mut node = address(word(address(2) + 8));
    while half(node) == 0 {
        let count = usize::from(half(node + 2));
        let place = (0..count).find(|&i| wanted <= key(word(node + 16 + 8 * i))).unwrap_or(count);
        node = address(word(node + 12 + 8 * place));
    }
    (0..usize::from(half(node + 2))).any(|i| key(word(node + 16 + 8 * i)) == wanted)
}

#[test]
fn any_depth_reads_back_and_can_be_searched() {
    for files in [0, 1, 2, 3, 4, 5, 19, 20, 21, 99, 400] {
        let bom = bom(files);
        let bytes = encode(&bom).unwrap();
        assert_eq!(read(&bytes).unwrap(), bom);
        for (id, record) in (1u32..).zip(&bom.records).skip(1) {
            let parent = record.path.parent().unwrap();
            let parent = bom.records.iter().position(|record| record.path.as_bytes() == parent).unwrap() as u32 + 1;
            assert!(search(&bytes, (parent, record.path.name())), "{id} {} of {files}", record.path);
        }
        assert!(!search(&bytes, (1, b"nowhere")));
    }
}

#[test]
fn three_levels_of_apples_nodes() {
    let bom = bom(510 * 511 + 1);
    let bytes = bom.encode().unwrap();
    assert_eq!(read(&bytes).unwrap(), bom);
    assert!(search(&bytes, (1, b"d1")));
}

#[test]
fn shape_of_a_small_file() {
    let bytes = Bom::new(vec![record("", Node::Directory), file("a")]).encode().unwrap();
    let index = u32::from_be_bytes(bytes[16..20].try_into().unwrap()) as usize;
    let slots = u32::from_be_bytes(bytes[index..index + 4].try_into().unwrap()) as usize;
    let lengths: Vec<String> = bytes[index + 4..][..8 * slots]
        .chunks(8)
        .map(|slot| u32::from_be_bytes(slot[4..].try_into().unwrap()).to_string())
        .collect();
    // As in Apple's: BomInfo (one total), tree, node, tree, node, VIndex, tree, node of 128, tree, node, paths.
    assert_eq!(lengths.join(" "), "0 28 21 4096 21 4096 13 21 128 21 4096 31 6 8 35 6 8");
    assert_eq!(bytes.len(), index + 4 + 8 * slots + 20, "the index with an empty free list ends the file");
}

#[test]
fn records_must_be_a_tree() {
    let error = |records: Vec<Record>| {
        let bom = Bom { records, ..bom(0) };
        bom.encode().unwrap_err().to_string()
    };
    let root = || record("", Node::Directory);
    assert_eq!(error(vec![]), "the first path is \"\", expected the root \".\"");
    assert_eq!(error(vec![file("a")]), "the first path is \"a\", expected the root \".\"");
    assert_eq!(error(vec![root(), file("a/b")]), "a/b has no parent directory in the bill of materials");
    assert_eq!(error(vec![root(), file("a"), file("a")]), "a is there twice or out of order");
}

#[test]
fn sizes_from_4_gib_are_in_a_tree_of_their_own() {
    let sized = |name: &str, size| Record { size, ..file(name) };
    let root = || record("", Node::Directory);
    let some = Bom::new(vec![
        root(),
        sized("a", u32::MAX.into()),
        sized("b", 1 << 32),
        sized("c", (1 << 33) - 1),
        sized("d", 1 << 32),
    ]);
    assert_eq!(read(&some.encode().unwrap()).unwrap(), some);
    assert_eq!(some.totals, [(CpuType::NONE, u32::MAX)]);

    // More than one node.
    let many = (0..600).map(|number| sized(&format!("f{number}"), (1 << 32) + number));
    let many = Bom::new([root()].into_iter().chain(many).collect());
    assert_eq!(read(&many.encode().unwrap()).unwrap(), many);

    // A size that contradicts its record doesn't replace that one's.
    let mut bytes = Bom::new(vec![root(), sized("a", 5 << 32)]).encode().unwrap();
    let at = bytes.windows(8).position(|window| window == (5_u64 << 32).to_be_bytes()).unwrap();
    bytes[at + 7] = 1;
    assert_eq!(read(&bytes).unwrap().get("a").unwrap().size, 0);
}

#[test]
fn totals_of_nothing() {
    assert_eq!(bom(0).totals, []);
    assert_eq!(bom(3).totals, [(CpuType::NONE, 3)]);
}

proptest! {
    #[test]
    fn random_bytes_never_panic(mut bytes in proptest::collection::vec(any::<u8>(), 0..2000), magic: bool) {
        if magic {
            let start = b"BOMStore\0\0\0\x01";
            bytes.splice(..bytes.len().min(12), start.iter().copied());
        }
        let _ = read(&bytes);
    }

    #[test]
    fn damaged_files_never_panic(changes in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 1..20)) {
        let mut bytes = encode(&bom(60)).unwrap();
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        let _ = read(&bytes);
    }
}

#[test]
fn flipped_bits_are_survived() {
    let good = encode(&bom(12)).unwrap();
    for at in 0..good.len() {
        let mut bytes = good.clone();
        bytes[at] ^= 1 << (at % 8);
        let _ = read(&bytes);
    }
    for length in 0..good.len() {
        assert!(read(&good[..length]).is_err(), "{length} of {} bytes were taken for a file", good.len());
    }
}

/// Where the index starts, and how many slots it has.
fn index(bytes: &[u8]) -> (usize, usize) {
    let word = |at: usize| u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap()) as usize;
    (word(16), word(word(16)))
}

/// macOS 15 ends the free list with one empty pair, earlier tools with two; without the list Apple's readers abort.
#[test]
fn the_free_list_may_end_with_one_pair() {
    let bom = bom(3);
    let mut bytes = bom.encode().unwrap();
    let shorter = |bytes: &mut Vec<u8>, by: usize| {
        bytes.truncate(bytes.len() - by);
        let length = u32::from_be_bytes(bytes[20..24].try_into().unwrap()) - by as u32;
        bytes[20..24].copy_from_slice(&length.to_be_bytes());
    };
    shorter(&mut bytes, 8);
    assert_eq!(read(&bytes).unwrap(), bom);
    shorter(&mut bytes, 8);
    assert!(!read(&bytes).unwrap().form.free_list);
}

#[test]
fn a_bill_without_paths_is_read() {
    let mut bytes = bom(0).encode().unwrap();
    let (index, _) = index(&bytes);
    let node = u32::from_be_bytes(bytes[index + 4 + 8 * 3..][..4].try_into().unwrap()) as usize;
    bytes[node + 2..node + 4].copy_from_slice(&[0, 0]);
    assert_eq!(read(&bytes).unwrap().records, []);
}

/// More bytes after the tail, as where digests were asked for, are counted and not interpreted; far more are refused.
#[test]
fn longer_records_are_read() {
    let good = bom(1);
    let bytes = good.encode().unwrap();
    let (index, _) = index(&bytes);
    // Block 14 is the second record; what follows it in the file takes the place of a digest.
    let longer = |by: u32| {
        let mut bytes = bytes.clone();
        let slot = index + 4 + 8 * 14;
        let length = u32::from_be_bytes(bytes[slot + 4..slot + 8].try_into().unwrap()) + by;
        bytes[slot + 4..slot + 8].copy_from_slice(&length.to_be_bytes());
        read(&bytes)
    };
    let read = longer(20).unwrap();
    assert_eq!((read.records, read.form.long_records, read.form.short_records), (good.records, 1, 0));
    assert!(longer(200).is_err());
}

/// Every key is one long block: what is looked at must not grow with keys times bytes.
#[test]
fn a_block_that_all_share_is_refused() {
    let work = |files: usize, shared: usize| {
        let mut bytes = bom(files).encode().unwrap();
        let (index, _) = index(&bytes);
        let address = bytes.len() as u32;
        bytes.extend(1_u32.to_be_bytes());
        bytes.resize(bytes.len() + shared, b'a');
        let paths = bom(files).records.len();
        for path in 0..paths {
            let slot = index + 4 + 8 * (10 + 3 * path + 2);
            bytes[slot..slot + 4].copy_from_slice(&address.to_be_bytes());
            bytes[slot + 4..slot + 8].copy_from_slice(&(shared as u32 + 4).to_be_bytes());
        }
        assert!(matches!(read(&bytes), Err(BomError::Budget(_))));
        let store = read::Store::open(&bytes).unwrap();
        let error = store.keys().map(|keys| keys.len()).unwrap_err().to_string();
        assert_eq!(error, format!("more than {} bytes referenced; refusing", 4 * bytes.len()));
        (store.blocks.spent(), bytes.len() as u64)
    };
    for (files, shared) in [(2_000, 1 << 17), (4_000, 1 << 18)] {
        let (spent, length) = work(files, shared);
        assert!(spent <= 5 * length + 8192, "{spent} for {length}");
    }
}

/// Paths that are long because their folder is: their bytes must not grow with the square of the file. Folders in each other are
/// read however deep a path can be.
#[test]
fn long_paths_of_many_files_are_refused() {
    let deep = |files: usize| {
        let folder = "d".repeat(4060);
        let records = std::iter::once(record("", Node::Directory)).chain([record(&folder, Node::Directory)]);
        records.chain((0..files).map(|at| file(&format!("{folder}/{at:07}")))).collect()
    };
    let chain = |folders: usize| {
        let paths = (0..=folders).map(|depth| vec!["a"; depth].join("/"));
        paths.map(|path| record(&path, Node::Directory)).collect()
    };
    for (records, is_read) in [(deep(2_000), true), (chain(2_047), true), (deep(8_000), false), (deep(16_000), false)] {
        let records: Vec<Record> = records;
        let bytes = Bom::new(records.clone()).encode().unwrap();
        let store = read::Store::open(&bytes).unwrap();
        let keys = store.keys().unwrap();
        assert!(store.blocks.spent() <= bytes.len() as u64, "each block is looked at once");
        match (is_read, read(&bytes)) {
            (true, read) => assert_eq!(read.unwrap().records, records),
            (false, read) => assert!(matches!(read, Err(BomError::Budget(_))), "{}", keys.len()),
        }
        assert_eq!(read::paths(&keys, &store.paths).is_ok(), is_read);
        assert!(store.paths.spent() <= (16 * bytes.len() as u64).max(16 << 20) + 4096);
    }
    // An honest file is far from the limits.
    let bytes = bom(5_000).encode().unwrap();
    let store = read::Store::open(&bytes).unwrap();
    read::paths(&store.keys().unwrap(), &store.paths).unwrap();
    assert!(store.paths.spent() < bytes.len() as u64);
}
