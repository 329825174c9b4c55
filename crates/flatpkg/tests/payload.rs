//! Payloads: written by us and read by us, bsdtar, GNU cpio and `cpio-archive`.

#![allow(clippy::disallowed_methods, reason = "tests run other people's programs and read their files")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs, reason = "a test may fail")]

use std::io::Read;

use flatpkg::mode::Mode;
use flatpkg::payload::{self, Compression};
use flatpkg::tree::{Entry, EntryKind, Tree, TreePath};
use flatpkg::{bom, cksum::cksum, cpio};
use oracle::{member, text};
use proptest::prelude::*;
use proptest::sample::Index;

fn at(path: &str) -> TreePath {
    TreePath::new(path).unwrap()
}

fn pack(tree: &Tree, compression: Compression) -> Vec<u8> {
    let mut bytes = Vec::new();
    payload::write_with(tree, compression, 2, &mut bytes, &|_| ()).unwrap();
    bytes
}

/// Something of everything.
fn sample() -> Tree {
    let mut tree = Tree::new(Entry { gid: 80, mtime: 1_600_000_000, ..Entry::directory(Mode::EXECUTABLE) });
    let mode = |bits| Mode::new(bits).unwrap();
    tree.insert(at("bin"), Entry { uid: 501, gid: 20, ..Entry::directory(mode(0o1775)) }).unwrap();
    tree.insert(at("bin/su"), Entry::file(*b"#!/bin/sh\n", mode(0o4755))).unwrap();
    tree.insert(at("bin/link"), Entry::symlink(*b"../lib/a b")).unwrap();
    tree.insert(at("lib"), Entry::directory(mode(0o700))).unwrap();
    tree.insert(at("lib/a b"), Entry::file(vec![b'x'; 3_000_000], mode(0o600))).unwrap();
    tree.insert(at("lib/empty"), Entry::file(*b"", mode(0o444))).unwrap();
    tree.insert(at("lib/Icon\r"), Entry::file(*b"", Mode::PLAIN)).unwrap();
    tree
}

#[test]
fn bsdtar_and_cpio_list_ours() {
    let packed = pack(&sample(), Compression::Gzip);
    if let Some(list) = text("bsdtar", &["-tvnf", "-"], &packed) {
        insta::assert_snapshot!(list.replace('\r', "\\r"), @r"
        drwxr-xr-x  4 0      80          0 Sep 13  2020 .
        drwxrwxr-t  4 501    20          0 Jan  1  1970 ./bin
        lrwxr-xr-x  1 0      0          10 Jan  1  1970 ./bin/link -> ../lib/a b
        -rwsr-xr-x  1 0      0          10 Jan  1  1970 ./bin/su
        drwx------  5 0      0           0 Jan  1  1970 ./lib
        -rw-r--r--  1 0      0           0 Jan  1  1970 ./lib/Icon\r
        -rw-------  1 0      0     3000000 Jan  1  1970 ./lib/a b
        -r--r--r--  1 0      0           0 Jan  1  1970 ./lib/empty
        ");
    }
    let mut archive = Vec::new();
    flate2::read::GzDecoder::new(&packed[..]).read_to_end(&mut archive).unwrap();
    assert_eq!(archive.len() % 512, 0);
    if let Some(list) = text("cpio", &["-itvn", "--quiet"], &archive) {
        insta::assert_snapshot!(list.replace('\r', "\\r"), @r"
        drwxr-xr-x   4 0        80              0 Sep 13  2020 .
        drwxrwxr-t   4 501      20              0 Jan  1  1970 ./bin
        lrwxr-xr-x   1 0        0              10 Jan  1  1970 ./bin/link -> ../lib/a b
        -rwsr-xr-x   1 0        0              10 Jan  1  1970 ./bin/su
        drwx------   5 0        0               0 Jan  1  1970 ./lib
        -rw-r--r--   1 0        0               0 Jan  1  1970 ./lib/Icon\r
        -rw-------   1 0        0         3000000 Jan  1  1970 ./lib/a b
        -r--r--r--   1 0        0               0 Jan  1  1970 ./lib/empty
        ");
    }
    let mut theirs = cpio_archive::reader(std::io::Cursor::new(archive)).unwrap();
    let mut count = 0;
    while let Some(header) = theirs.read_next().unwrap() {
        assert_eq!(header.inode(), count);
        theirs.finish().unwrap();
        count += 1;
    }
    assert_eq!(count as usize, sample().len());
}

#[test]
fn bsdtar_reads_pbzx_blocks() {
    // bsdtar doesn't know pbzx; the xz stream inside is its business.
    let packed = pack(&sample(), Compression::Pbzx);
    let Some(list) = text("bsdtar", &["-tf", "-"], &packed[28..]) else { return };
    assert_eq!(list.lines().count(), sample().len());
}

#[test]
fn threads_do_not_change_the_bytes() {
    let tree = sample();
    let write = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let mut bytes = Vec::new();
        pool.install(|| payload::write(&tree, Compression::Gzip, &mut bytes, &|_| ())).unwrap();
        bytes
    };
    assert_eq!(write(1), write(4));
}

#[test]
fn facts_are_coreutils_cksum() {
    for bytes in [&b""[..], b"a", b"hello\n", &[0; 1000], &vec![0xAB; 70_000]] {
        let Some(line) = text("cksum", &[], bytes) else { return };
        assert_eq!(line.trim(), format!("{} {}", cksum(bytes), bytes.len()));
    }
}

#[test]
fn progress_counts_everything() {
    let last = std::sync::Mutex::new(payload::Progress::default());
    let tree = sample();
    payload::write(&tree, Compression::Gzip, &mut Vec::new(), &|progress| {
        let mut last = last.lock().unwrap();
        assert!(progress.bytes_done >= last.bytes_done && progress.entries_done >= last.entries_done);
        *last = progress;
    })
    .unwrap();
    let last = last.into_inner().unwrap();
    assert_eq!((last.entries_done, last.entries), (8, 8));
    assert_eq!((last.bytes_done, last.bytes), (3_000_010, 3_000_010));
}

#[test]
fn apples_archives_are_read() {
    let Some(bytes) = member("rtrouton-kbox.pkg", "Scripts") else { return };
    let scripts = payload::load(&bytes[..], 1 << 20).unwrap();
    assert_eq!(scripts.totals().number_of_files, 3);
    assert!(scripts.get("postinstall").unwrap().mode.is_executable());
    let bytes = member("rtrouton-kbox.pkg", "Payload").unwrap();
    assert!(payload::load(&bytes[..], 0).unwrap().is_empty());
    // Written again, Apple's own archive keeps its bytes but for the order of the entries.
    let bytes = member("relic-dummy.pkg", "com.sas.dummy.pkg/Payload").unwrap();
    let tree = payload::load(&bytes[..], 1 << 20).unwrap();
    let headers = |bytes: &[u8]| {
        let mut archive = payload::read(bytes).unwrap();
        let mut headers = std::collections::BTreeMap::new();
        while let Some(entry) = archive.next().unwrap() {
            headers.insert(entry.path().clone(), cpio::Header { ino: 0, ..*entry.header() });
        }
        headers
    };
    assert_eq!(headers(&pack(&tree, Compression::Gzip)), headers(&bytes));
}

#[test]
fn more_entries_than_inode_numbers() {
    let mut tree = Tree::new(Entry::directory(Mode::EXECUTABLE));
    for number in 0..270_000 {
        tree.insert(at(&format!("{number:06}")), Entry::file(*b"", Mode::PLAIN)).unwrap();
    }
    let packed = pack(&tree, Compression::Gzip);
    assert_eq!(payload::examine(&packed[..]).unwrap().count(), tree.len());
    let Some(list) = text("bsdtar", &["-tvf", "-"], &packed) else { return };
    assert_eq!(list.lines().count(), tree.len());
    assert!(!list.contains(" link to "), "no file is taken for a hard link of another");
}

#[test]
fn changed_files_are_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a");
    std::fs::write(&file, b"12345").unwrap();
    let tree = Tree::from_dir(folder.path(), &flatpkg::policy::Policy::standard(0)).unwrap();
    let write = || payload::write(&tree, Compression::Gzip, &mut Vec::new(), &|_| ()).unwrap_err().to_string();
    std::fs::write(&file, b"123456").unwrap();
    assert_eq!(write(), "a changed while it was packaged: it had 5 bytes, now 6");
    std::fs::write(&file, b"1234").unwrap();
    assert_eq!(write(), "a changed while it was packaged: it had 5 bytes, now 4");
    std::fs::remove_file(&file).unwrap();
    assert_eq!(write(), "failed to read a for the payload");
}

#[test]
fn foreign_bytes_are_refused() {
    let refused = |bytes: &[u8]| match payload::records(bytes) {
        Ok(_) => panic!("{bytes:?} were taken for a payload"),
        Err(error) => {
            let causes = std::iter::successors(std::error::Error::source(&error), |cause| cause.source());
            causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
        }
    };
    let good = pack(&sample(), Compression::Gzip);
    let cases = [
        refused(b""),
        refused(b"BZh91AY"),
        refused(b"070701"),
        refused(b"070707"),
        refused(&good[..good.len() - 1]),
        refused(&[&good[..], b"x"].concat()),
        refused(b"pbzx\0\0"),
    ];
    insta::assert_snapshot!(cases.join("\n"), @r#"
    the payload starts with "", expected gzip (1f 8b), bzip2 (BZh), pbzx or cpio (070707)
    the archive ends at byte 0, inside a header
    the payload starts with "070701", expected gzip (1f 8b), bzip2 (BZh), pbzx or cpio (070707)
    the archive ends at byte 0, inside a header
    failed to read the archive at byte 3000832: unexpected end of file
    failed to read the archive at byte 3000832: there are bytes after the compressed stream
    failed to read the payload: failed to fill whole buffer
    "#);
    // One by one: what comes before the damage is seen, and nothing after it.
    let seen: Vec<_> = payload::examine(&good[..good.len() - 1]).unwrap().collect();
    assert_eq!(seen.iter().filter(|record| record.is_ok()).count(), sample().len());
    assert!(seen.len() == sample().len() + 1 && seen.last().unwrap().is_err());
    assert!(matches!(payload::load(&good[..], 3_000_009), Err(payload::PayloadError::TooLarge { .. })));
}

/// Names as disks have them: short, odd, not UTF-8.
fn name() -> impl Strategy<Value = Vec<u8>> {
    let odd = prop::sample::select(vec!["TRAILER!!!", "._x", "Icon\r", " ", "...", "a\nb", "\u{e9}"]);
    let bytes = prop::collection::vec(any::<u8>().prop_filter("no name", |byte| !matches!(byte, 0 | b'/')), 1..12);
    prop_oneof![odd.prop_map(|name| name.as_bytes().to_vec()), bytes, Just(vec![b'n'; 255])]
        .prop_filter("not a name", |name| name != b"." && name != b"..")
}

fn entry() -> impl Strategy<Value = Entry> {
    let target = prop::collection::vec(1u8.., 1..40);
    let contents = prop_oneof![
        prop::collection::vec(any::<u8>(), 0..200),
        Just(vec![0xCA, 0xFE, 0xBA, 0xBE]),
        (0usize..70_000).prop_map(|length| vec![7; length])
    ];
    let kind = prop_oneof![
        2 => Just(EntryKind::Directory),
        1 => target.prop_map(EntryKind::Symlink),
        3 => contents.prop_map(|bytes| Entry::file(bytes, Mode::PLAIN).kind),
    ];
    (kind, 0u32..0o10000, 0u32..0o1_000_000, 0u32..0o1_000_000, any::<u32>())
        .prop_map(|(kind, mode, uid, gid, mtime)| Entry { kind, mode: Mode::new(mode).unwrap(), uid, gid, mtime })
}

fn tree() -> impl Strategy<Value = Tree> {
    (entry(), prop::collection::vec((any::<Index>(), name(), entry()), 0..40)).prop_map(|(root, entries)| {
        let mut tree = Tree::new(root);
        let mut directories = vec![TreePath::ROOT];
        for (parent, name, entry) in entries {
            let Ok(path) = directories[parent.index(directories.len())].join(&name) else { continue };
            let directory = entry.kind == EntryKind::Directory;
            if tree.insert(path.clone(), entry).is_ok() && directory {
                directories.push(path);
            }
        }
        tree
    })
}

proptest! {
    #[test]
    fn read_of_write_is_the_tree(tree in tree()) {
        let mut packed = Vec::new();
        let facts = payload::write(&tree, Compression::Gzip, &mut packed, &|_| ()).unwrap();
        prop_assert_eq!(&payload::load(&packed[..], 1 << 30).unwrap(), &tree);
        let bom = bom::read(&bom::write(&tree, &facts).unwrap()).unwrap();
        prop_assert_eq!(&bom.records, &payload::records(&packed[..]).unwrap());
        prop_assert_eq!(bom.records, bom::records(&tree, &facts).unwrap());
    }

    #[test]
    fn damaged_archives_never_panic(tree in tree(), changes in prop::collection::vec((any::<Index>(), any::<u8>()), 1..8)) {
        let mut archive = Vec::new();
        flate2::read::GzDecoder::new(&pack(&tree, Compression::Gzip)[..]).read_to_end(&mut archive).unwrap();
        for (place, byte) in &changes {
            let place = place.index(archive.len());
            archive[place] = *byte;
        }
        let _ = payload::load(&archive[..], 1 << 20);
    }

    #[test]
    fn random_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..300), start in prop::sample::select(vec![&b""[..], b"\x1f\x8b\x08", b"pbzx\0\0\0\0\x01\0\0\0", b"070707"])) {
        let _ = payload::records(&[start, &bytes[..]].concat()[..]);
    }
}

#[test]
fn damaged_payloads_never_panic() {
    let mut tree = Tree::new(Entry::directory(Mode::EXECUTABLE));
    tree.insert(at("a"), Entry::file(b"hello ".repeat(40), Mode::PLAIN)).unwrap();
    for compression in [Compression::Gzip, Compression::Pbzx] {
        let good = pack(&tree, compression);
        for place in 0..good.len() {
            for bit in 0..8 {
                let mut packed = good.clone();
                packed[place] ^= 1 << bit;
                let _ = payload::load(&packed[..], 1 << 20);
            }
        }
    }
}
