use std::io::{Read, Write};

use super::*;
use crate::mode::Mode;
use crate::tree::{Entry, EntryKind, Tree};

fn path(text: &str) -> TreePath {
    TreePath::new(text).unwrap()
}

fn small() -> Vec<u8> {
    let mut archive = Writer::new(Vec::new());
    let root = Entry { mtime: 0o14071071127, ..Entry::directory(Mode::EXECUTABLE) };
    archive.entry(&TreePath::ROOT, &root, 2).unwrap();
    archive.entry(&path("a"), &Entry { gid: 80, ..Entry::file(*b"hello\n", Mode::PLAIN) }, 0).unwrap();
    archive.write_all(b"hello\n").unwrap();
    archive.entry(&path("l"), &Entry::symlink(*b"a"), 0).unwrap();
    archive.finish().unwrap()
}

#[test]
fn bytes() {
    let archive = small();
    assert_eq!(archive.len(), 512);
    let text = String::from_utf8_lossy(&archive).replace('\0', "|").replace("070707", "\n070707");
    insta::assert_snapshot!(text.trim_end_matches('|').trim_start(), @r"
    0707070000000000000407550000000000000000040000001407107112700000200000000000.|
    0707070000000000011006440000000001200000010000000000000000000000400000000006./a|hello

    0707070000000000021207550000000000000000010000000000000000000000400000000001./l|a
    0707070000000000030000000000000000000000010000000000000000000001300000000000TRAILER!!!
    ");
}

#[test]
fn reads_back() {
    let archive = small();
    let mut reader = Reader::new(&archive[..]);
    let mut seen = Vec::new();
    while let Some(mut entry) = reader.next().unwrap() {
        let mut contents = String::new();
        entry.read_to_string(&mut contents).unwrap();
        seen.push(format!("{} {:06o} {:?} {contents:?}", entry.path(), entry.header().mode, entry.target()));
    }
    assert_eq!(seen, [". 040755 None \"\"", "a 100644 None \"hello\\n\"", "l 120755 Some([97]) \"\""]);
    assert!(reader.next().unwrap().is_none());
}

#[test]
fn skipping_is_the_same() {
    let archive = small();
    let mut reader = Reader::new(&archive[..]);
    let mut count = 0;
    while reader.next().unwrap().is_some() {
        count += 1;
    }
    assert_eq!(count, 3);
}

#[test]
fn every_truncation_is_noticed() {
    let archive = small();
    let trailer = archive.windows(10).position(|name| name == b"TRAILER!!!").unwrap() + 11;
    for length in 0..trailer {
        let mut reader = Reader::new(&archive[..length]);
        let error = loop {
            match reader.next() {
                Ok(Some(_)) => {}
                Ok(None) => panic!("{length} of {trailer} bytes were taken for an archive"),
                Err(error) => break error,
            }
        };
        assert!(matches!(error, CpioError::Truncated { .. }), "{error}");
    }
}

#[test]
fn bad_archives() {
    let refused = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut archive = small();
        change(&mut archive);
        let mut reader = Reader::new(&archive[..]);
        loop {
            match reader.next() {
                Ok(Some(_)) => {}
                Ok(None) => panic!("accepted"),
                Err(error) => break error.to_string(),
            }
        }
    };
    let replace = |from: &'static [u8], to: &'static [u8]| {
        move |archive: &mut Vec<u8>| {
            let at = archive.windows(from.len()).position(|bytes| bytes == from).unwrap();
            archive[at..at + from.len()].copy_from_slice(to);
        }
    };
    let cases = [
        refused(&|archive| archive[..6].copy_from_slice(b"070701")),
        refused(&|archive| archive[20] = b'8'),
        refused(&|archive| *archive.last_mut().unwrap() = 7),
        refused(&replace(b"./a", b"../")),
        refused(&replace(b"./a\0", b"./a.")),
        refused(&replace(b"100644", b"020644")),
        refused(&replace(b"00000000001./l", b"77777777777./l")),
    ];
    insta::assert_snapshot!(cases.join("\n"), @r#"
    the entry at byte 0 starts with "070701", expected "070707"
    the mode of the entry at byte 0 is "048755", expected octal digits
    byte 511 after the archive's end is 0x07, expected only zeros
    the entry at byte 78 has a bad name
    the entry at byte 78 has a name of 4 bytes that is too long or does not end with its only NUL
    a at byte 78 has mode 020644, expected a directory without contents, a file or a link
    l at byte 164 has a link target of 8589934591 bytes that is empty, too long or holds NUL
    "#);
}

#[test]
fn limits() {
    let mut tree = Tree::new(Entry::directory(Mode::EXECUTABLE));
    let huge = |size| Entry {
        kind: EntryKind::File(crate::tree::Contents::OnDisk { path: "/nowhere".into(), size }),
        ..Entry::file(*b"", Mode::PLAIN)
    };
    tree.insert(path("a"), Entry { uid: MAX_NUMBER, ..huge(MAX_FILE) }).unwrap();
    check(&tree).unwrap();
    tree.insert(path("b"), huge(MAX_FILE + 1)).unwrap();
    assert_eq!(
        check(&tree).unwrap_err().to_string(),
        "b has 8589934592 bytes, a payload can hold files of at most 8589934591 (8 GiB - 1); for larger ones `pkgbuild --large-payload` on a Mac writes another format, which macOS 12 and later read and which is not written here"
    );
    let mut archive = Writer::new(Vec::new());
    let nobody = Entry { uid: MAX_NUMBER + 1, ..Entry::directory(Mode::EXECUTABLE) };
    assert!(matches!(
        archive.entry(&TreePath::ROOT, &nobody, 0),
        Err(CpioError::NumberTooLarge { field: "uid", got: 0o1_000_000, .. })
    ));
}

/// Entries after the 262,144th count on in the device number; directories with more entries stay at the limit.
#[test]
fn more_entries_than_inodes() {
    let entry = Entry::directory(Mode::EXECUTABLE);
    let header = Header::of(&entry, 262_143, 1 << 20, 2);
    assert_eq!((header.dev, header.ino, header.nlink), (0, 0o777_777, 0o777_777));
    let header = Header::of(&entry, 262_144, 0, 2);
    assert_eq!((header.dev, header.ino, header.nlink), (1, 0, 2));
    assert!(header.encode().is_some());
}

#[test]
fn sizes_are_kept() {
    let mut archive = Writer::new(Vec::new());
    archive.entry(&path("a"), &Entry::file(*b"abc", Mode::PLAIN), 0).unwrap();
    archive.write_all(b"ab").unwrap();
    assert!(archive.write_all(b"cd").is_err());
    assert!(matches!(archive.finish(), Err(CpioError::Size { got: 2, expected: 3, .. })));
}
