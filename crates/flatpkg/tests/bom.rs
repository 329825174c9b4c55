//! Bills of materials: Apple's are read and written again, ours are read by `apple-bom`.

#![allow(clippy::disallowed_methods, reason = "tests run other people's programs and read their files")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs, reason = "a test may fail")]

use std::collections::BTreeMap;

use apple_bom::ParsedBom;
use flatpkg::bom::{self, Bom, DirectorySizes, Node};
use flatpkg::mode::Mode;
use flatpkg::payload::{self, Compression};
use flatpkg::tree::{Entry, Tree, TreePath};
use oracle::{fixture_bytes, member};

/// Name and bytes of each path record, found by following the leaves without our reader.
fn raw_records(bytes: &[u8]) -> Vec<(Vec<u8>, Vec<u8>)> {
    let word = |at: usize| u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap()) as usize;
    let block = |number: usize| {
        let slot = word(16) + 4 + 8 * number;
        &bytes[word(slot)..word(slot) + word(slot + 4)]
    };
    let number = |block: &[u8], at: usize| u32::from_be_bytes(block[at..at + 4].try_into().unwrap()) as usize;
    let leaf = block(number(block(2), 8));
    assert_eq!(leaf[..2], [0, 1], "the first node is a leaf");
    let count = usize::from(u16::from_be_bytes([leaf[2], leaf[3]]));
    let mut records: Vec<_> = (0..count)
        .map(|pair| {
            let (value, key) = (number(leaf, 12 + 8 * pair), number(leaf, 16 + 8 * pair));
            (block(key)[4..].to_vec(), block(number(block(value), 4)).to_vec())
        })
        .collect();
    records.sort();
    records
}

/// `apple-bom`'s view of all paths, by path.
fn apple_bom(bytes: &[u8]) -> BTreeMap<String, String> {
    let parsed = ParsedBom::parse(bytes).unwrap();
    parsed.paths().unwrap().into_iter().map(|path| (path.path().to_owned(), format!("{path:?}"))).collect()
}

/// Apple's records, written again by us, are Apple's records.
fn writes_again(apples: &[u8], directories: DirectorySizes) -> Bom {
    let bom = bom::read(apples).unwrap();
    assert_eq!(bom.totals, bom::totals(&bom.records, directories));
    let ours = bom.encode().unwrap();
    assert_eq!(bom::read(&ours).unwrap(), bom);
    assert_eq!(raw_records(&ours), raw_records(apples));
    assert_eq!(apple_bom(&ours), apple_bom(apples));
    let info = |bytes| format!("{:?}", ParsedBom::parse(bytes).unwrap().bom_info().unwrap());
    assert_eq!(info(&ours), info(apples));
    bom
}

#[test]
fn pythons_applications() {
    let Some(apples) = fixture_bytes("python-applications.bom") else { return };
    let bom = writes_again(&apples, DirectorySizes::Excluded);
    assert_eq!((bom.records.len(), bom.form.stated_paths, bom.form.short_records), (54, 54, 0));
    assert!(bom.form.free_list && bom.form.sorted);
    let totals: Vec<String> = bom.totals.iter().map(|(cpu, bytes)| format!("{cpu} {bytes}")).collect();
    assert_eq!(totals, ["none 403860", "x86_64 80416", "arm64 112608"]);
    let some = |part: &str| {
        let record = bom.records.iter().find(|record| record.path.to_string().ends_with(part)).unwrap();
        record.to_string()
    };
    let lines = ["MacOS/Python", "MacOS/Python Launcher", "/Icon\r", "._Python 3.9", ""].map(some);
    insta::assert_snapshot!(lines.join("\n"), @r"
    lrwxr-xr-x 0/0 1620061839 92 c=e11c67ab ./Python 3.9/IDLE.app/Contents/MacOS/Python -> /Library/Frameworks/Python.framework/Versions/3.9/Resources/Python.app/Contents/MacOS/Python
    -rwxr-xr-x 0/0 1620061904 210912 c=8a763b72 ./Python 3.9/Python Launcher.app/Contents/MacOS/Python Launcher x86_64:3:80416 c=58ceb338 arm64:0:112608 c=f38b440b
    -rw-r--r-- 0/0 1620061799 0 c=ffffffff ./Python 3.9/Icon\r
    -rwxr-xr-x 0/0 0 0 ./._Python 3.9 (placeholder 040000)
    drwxr-xr-x 0/0 1620061655 96 .
    ");
}

#[test]
fn relics_dummy() {
    let Some(apples) = member("relic-dummy.pkg", "com.sas.dummy.pkg/Bom") else { return };
    let bom = writes_again(&apples, DirectorySizes::Counted);
    assert_eq!(bom.records[0].to_string(), "d--------- 0/0 0 0 . (placeholder 000000)");
    // The records we make from Apple's payload are Apple's, but for the sizes of directories and the root.
    let payload = member("relic-dummy.pkg", "com.sas.dummy.pkg/Payload").unwrap();
    let mut ours = payload::records(&payload[..]).unwrap();
    ours.sort_by(|a, b| a.path.cmp(&b.path));
    for (ours, apples) in ours.iter_mut().zip(&bom.records).skip(1) {
        if ours.node == Node::Directory {
            ours.size = apples.size;
        }
        assert_eq!(ours, apples);
    }
    assert_eq!(ours.len(), bom.records.len());
}

#[test]
fn exiftools_old_records() {
    let Some(apples) = fixture_bytes("exiftool-Archive.bom") else { return };
    let bom = bom::read(&apples).unwrap();
    assert_eq!((bom.records.len(), bom.form.short_records), (200, 200));
    assert_eq!(bom.totals, bom::totals(&bom.records, DirectorySizes::Counted));
    assert_eq!(bom.records[3].to_string(), "-rwxrwxr-x 0/0 1389660288 238807 c=09cae365 ./usr/bin/exiftool");
    // Written again they get today's form; what they say stays.
    let again = bom::read(&bom.encode().unwrap()).unwrap();
    assert_eq!((again.records, again.form.short_records), (bom.records, 0));
}

#[test]
fn kboxs_empty_payload() {
    let Some(apples) = member("rtrouton-kbox.pkg", "Bom") else { return };
    let bom = writes_again(&apples, DirectorySizes::Counted);
    assert_eq!(bom.records.len(), 1);
}

#[test]
fn apple_bom_reads_ours() {
    let mut tree = Tree::new(Entry { gid: 80, ..Entry::directory(Mode::EXECUTABLE) });
    let at = |path: &str| TreePath::new(path).unwrap();
    for directory in 0..40 {
        let name = format!("directory {directory}");
        tree.insert(at(&name), Entry::directory(Mode::EXECUTABLE)).unwrap();
        for file in 0..30 {
            let file = format!("{name}/{file}");
            tree.insert(at(&file), Entry::file(file.into_bytes(), Mode::PLAIN)).unwrap();
        }
    }
    tree.insert(at("link"), Entry::symlink(*b"directory 1/3")).unwrap();
    let facts = payload::write(&tree, Compression::Gzip, &mut Vec::new(), &|_| ()).unwrap();
    let bytes = bom::write(&tree, &facts).unwrap();
    assert_eq!(bytes, bom::write(&tree, &facts).unwrap(), "the same tree gives the same bytes");

    let bom = bom::read(&bytes).unwrap();
    let parsed = ParsedBom::parse(&bytes).unwrap();
    let info = parsed.bom_info().unwrap();
    assert_eq!(info.number_of_paths as usize, tree.len() + 1);
    let theirs = parsed.paths().unwrap();
    assert_eq!(theirs.len(), tree.len());
    for path in theirs {
        let record = bom.get(&TreePath::from_dotted(path.path().as_bytes()).unwrap()).unwrap();
        assert_eq!(path.file_mode() & 0o7777, record.mode.bits());
        assert_eq!((path.user_id(), path.group_id()), (record.uid, record.gid));
        assert_eq!((path.size(), path.crc32()), (record.size as usize, record.cksum()));
    }
}
