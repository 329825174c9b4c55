use std::io::{Cursor, Read as _};

use proptest::prelude::*;

use super::{HfsError, Volume, read::read_from, write};
use flatpkg::mode::Mode;
use flatpkg::tree::{Contents, Entry, EntryKind, Tree, TreePath};

const DAY: u32 = 1_349_000_000;

fn volume(entries: impl IntoIterator<Item = (String, Entry)>) -> Volume {
    let place = |entry| Entry { uid: 501, gid: 80, mtime: DAY, ..entry };
    let mut tree = Tree::new(place(Entry::directory(Mode::EXECUTABLE)));
    for (path, entry) in entries {
        tree.insert(TreePath::new(path).unwrap(), place(entry)).unwrap();
    }
    Volume { name: "Python 3.3.0".to_owned(), tree, created: DAY, opens_window: true, custom_icon: true }
}

fn sample() -> Volume {
    volume([
        (".VolumeIcon.icns".to_owned(), Entry::file(*b"icns", Mode::PLAIN)),
        ("Python.mpkg".to_owned(), Entry::directory(Mode::EXECUTABLE)),
        ("Python.mpkg/a:b".to_owned(), Entry::file(vec![7; 10_000], Mode::EXECUTABLE)),
        ("Python.mpkg/_z".to_owned(), Entry::file(*b"", Mode::PLAIN)),
        ("Python.mpkg/Zebra".to_owned(), Entry::symlink(*b"a:b")),
        ("ReadMe.rtf".to_owned(), Entry::file(*b"{\\rtf1}", Mode::PLAIN)),
    ])
}

fn bytes(volume: &Volume) -> Vec<u8> {
    let mut out = Vec::new();
    let length = write(volume, &mut out, &|_| ()).unwrap();
    assert_eq!(length, out.len() as u64);
    out
}

/// Reads a volume in memory, contents and all.
fn read_bytes(bytes: &[u8]) -> Result<Volume, HfsError> {
    let contents = |pieces: Vec<std::ops::Range<u64>>| {
        let piece =
            |piece: std::ops::Range<u64>| bytes.get(piece.start as usize..piece.end as usize).unwrap_or_default();
        Contents::Memory(pieces.into_iter().flat_map(piece).copied().collect())
    };
    read_from(&mut Cursor::new(bytes), &contents)
}

#[test]
fn what_is_written_is_read() {
    let volume = sample();
    let made = bytes(&volume);
    assert_eq!(made.len() % 4096, 0);
    assert_eq!(made[1024..1536], made[made.len() - 1024..made.len() - 512]);
    assert_eq!(read_bytes(&made).unwrap(), volume);
    let plain = Volume { opens_window: false, custom_icon: false, ..volume };
    assert_eq!(read_bytes(&bytes(&plain)).unwrap(), plain);
}

#[test]
fn from_a_file_contents_are_read_where_they_are() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), bytes(&sample())).unwrap();
    let volume = super::read(file.path()).unwrap();
    let EntryKind::File(contents) = &volume.tree.get("Python.mpkg/a:b").unwrap().kind else { panic!() };
    let mut read = Vec::new();
    contents.open().unwrap().read_to_end(&mut read).unwrap();
    assert_eq!(read, vec![7; 10_000]);
}

#[test]
fn many_files_make_a_tree_of_several_levels() {
    let folders = (0..40).map(|n| (format!("folder {n}"), Entry::directory(Mode::EXECUTABLE)));
    let file = |n: u32| {
        (format!("folder {}/A file with a longer name, number {n}", n % 40), Entry::file(n.to_be_bytes(), Mode::PLAIN))
    };
    let volume = volume(folders.chain((0..4_000).map(file)));
    assert_eq!(read_bytes(&bytes(&volume)).unwrap(), volume);
}

#[test]
fn what_a_volume_cannot_hold_is_refused() {
    let refused = |entries: Vec<(&str, Entry)>| {
        let volume = volume(entries.into_iter().map(|(path, entry)| (path.to_owned(), entry)));
        write(&volume, &mut Vec::new(), &|_| ()).unwrap_err().to_string()
    };
    let file = || Entry::file(*b"", Mode::PLAIN);
    insta::assert_snapshot!(refused(vec![("Ärger", file())]), @"Ärger has a name that is not ASCII or has more than 255 characters; the volume can't hold it");
    insta::assert_snapshot!(refused(vec![("a", file()), ("A", file())]), @"A and a differ in case only; the volume can't tell them apart");
    let unnamed = Volume { name: String::new(), ..sample() };
    assert!(matches!(write(&unnamed, &mut Vec::new(), &|_| ()), Err(HfsError::VolumeName { .. })));
}

#[test]
fn damaged_volumes_are_errors() {
    let made = bytes(&sample());
    assert!(matches!(read_bytes(&made[..1000]), Err(HfsError::Read { .. })));
    let mut other = made.clone();
    other[1024..1026].copy_from_slice(b"BD");
    assert!(matches!(read_bytes(&other), Err(HfsError::Signature { .. })));
    // A leaf that is its own next one.
    let leaf = made.chunks(4096).position(|block| block[8..10] == [0xff, 1]).unwrap() * 4096;
    let mut circle = made.clone();
    circle[leaf + 3] = 1;
    insta::assert_snapshot!(read_bytes(&circle).unwrap_err(), @"node 1 of the catalogue is no new one: the leaves form a circle");
}

/// Small records with long paths: those of all entries together must not grow with the square of the catalogue.
#[test]
fn long_paths_of_many_folders_are_refused() {
    let deepest = vec!["d".repeat(255); 15].join("/");
    let read = |folders: usize| {
        let chain = (1..=15).map(|depth| vec!["d".repeat(255); depth].join("/"));
        let many = (0..folders).map(|number| format!("{deepest}/{number}"));
        let volume = volume(chain.chain(many).map(|path| (path, Entry::directory(Mode::EXECUTABLE))));
        read_bytes(&bytes(&volume))
    };
    assert!(read(10).is_ok());
    for folders in [1_000, 4_000] {
        assert!(matches!(read(folders), Err(HfsError::Budget(_))), "{folders}");
    }
}

fn names() -> impl Strategy<Value = String> {
    "[ -.0-~]{1,12}".prop_filter("no special name", |name| name != "." && name != "..")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_tree_comes_back(files in prop::collection::btree_map(names(), (any::<bool>(), prop::collection::vec(any::<u8>(), 0..9000), 0_u32..0o10000), 0..20)) {
        let mut seen = std::collections::HashSet::new();
        let mut entries = Vec::new();
        for (name, (inside, contents, mode)) in files {
            if !seen.insert(name.to_ascii_lowercase()) {
                continue;
            }
            let mode = Mode::new(mode).unwrap();
            if inside {
                entries.push((name.clone(), Entry::directory(mode)));
                entries.push((format!("{name}/{name}"), Entry::file(contents, mode)));
            } else {
                entries.push((name, Entry::file(contents, mode)));
            }
        }
        let volume = volume(entries);
        prop_assert_eq!(read_bytes(&bytes(&volume)).unwrap(), volume);
    }

    #[test]
    fn no_damaged_volume_panics(changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8), cut in any::<prop::sample::Index>()) {
        let mut made = bytes(&sample());
        // The header, and the catalogue behind it.
        let interesting = made.len().min(7 * 4096);
        for (at, byte) in changes {
            made[at.index(interesting)] = byte;
        }
        let _ = read_bytes(&made);
        let _ = read_bytes(&made[..cut.index(interesting)]);
    }
}
