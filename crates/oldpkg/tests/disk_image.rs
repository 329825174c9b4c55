//! Disk images: written by us, read by other people's programs.

#![allow(clippy::disallowed_methods, reason = "tests run other people's programs and read their files")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs, reason = "a test may fail")]

use std::collections::BTreeSet;
use std::io::BufReader;
use std::path::Path;

use flatpkg::tree::{Contents, Entry, EntryKind, Tree, TreePath};
use oldpkg::hfsplus::{self, Volume};
use oldpkg::{bundle, udif};
use oracle::{run, sample, text};

const DATE: u32 = sample::TIMESTAMP;

/// A volume with a metapackage and texts, as installers had it.
fn installer() -> Volume {
    let dir = tempfile::tempdir().unwrap();
    let mut product = sample::trees();
    product.resources = sample::tree([("Welcome.rtf", Entry::file(*b"{\\rtf1}", sample::mode(0o644)))]);
    let mut made = sample::product(&product);
    made.distribution.background = None;
    made.distribution.background_dark = None;
    made.distribution.license.clear();
    bundle::write(&made, &dir.path().join("Python.mpkg"), &|_| ()).unwrap();
    let on_disk = Tree::from_dir(dir.path(), &flatpkg::policy::Policy::standard(DATE)).unwrap();
    // In memory, since the folder goes away.
    let mut tree = Tree::new(on_disk.get("").unwrap().clone());
    for (path, entry) in on_disk.iter().filter(|(path, _)| !path.is_root()) {
        let kind = match &entry.kind {
            EntryKind::File(_) => {
                EntryKind::File(Contents::Memory(std::fs::read(dir.path().join(path.as_path())).unwrap().into()))
            }
            other => other.clone(),
        };
        tree.insert(path.clone(), Entry { kind, ..entry.clone() }).unwrap();
    }
    let put = |tree: &mut Tree, name: &str, entry: Entry| {
        tree.insert(TreePath::new(name).unwrap(), Entry { mtime: DATE, ..entry }).unwrap();
    };
    put(&mut tree, "Read Me.rtf", Entry::symlink(*b"Python.mpkg/Contents/Resources/Welcome.rtf"));
    put(&mut tree, hfsplus::ICON, Entry::file(vec![b'i'; 5000], sample::mode(0o644)));
    Volume { name: "Python 3.14.0".to_owned(), tree, created: DATE, opens_window: true, custom_icon: true }
}

fn image(volume: &Volume, out: &Path) {
    let mut file = std::fs::File::create(out).unwrap();
    udif::write(&mut file, |mut to| {
        hfsplus::write(volume, &mut to, &|_| ()).map_err(|error| udif::UdifError::Write(std::io::Error::other(error)))
    })
    .unwrap();
}

fn unpacked(image: &Path, out: &Path) -> Volume {
    let mut file = std::fs::File::create(out).unwrap();
    udif::Image::open(image).unwrap().unpack(&mut file, 1 << 32).unwrap();
    hfsplus::read(out).unwrap()
}

fn paths(tree: &Tree) -> BTreeSet<String> {
    tree.iter().filter(|(path, _)| !path.is_root()).map(|(path, _)| path.to_string()).collect()
}

#[test]
fn our_readers_find_what_was_written() {
    let dir = tempfile::tempdir().unwrap();
    let (one, two) = (dir.path().join("one.dmg"), dir.path().join("two.dmg"));
    image(&installer(), &one);
    image(&installer(), &two);
    assert!(std::fs::read(&one).unwrap() == std::fs::read(&two).unwrap());
    let read = unpacked(&one, &dir.path().join("volume"));
    let written = installer();
    assert_eq!((&read.name, read.opens_window, read.custom_icon), (&written.name, true, true));
    assert_eq!(paths(&read.tree), paths(&written.tree));
    let bundle = TreePath::new("Python.mpkg").unwrap();
    let bundle = bundle::Bundle::of(&read.tree.subtree(&bundle).unwrap(), "Python.mpkg").unwrap();
    assert_eq!(bundle.members.len(), 2);
    assert_eq!(bundle.members[0].disagreements().unwrap(), []);
}

#[test]
fn seven_zip_reads_the_image_without_a_warning() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.dmg");
    image(&installer(), &path);
    let name = path.to_str().unwrap();
    let Some(tested) = text("7zz", &["t", name], b"") else { return };
    assert!(tested.contains("Everything is Ok") && !tested.contains("Warning"), "{tested}");
    let listed = text("7zz", &["l", "-slt", name], b"").unwrap();
    let found: BTreeSet<String> = listed
        .lines()
        .filter_map(|line| line.strip_prefix("Path = Python 3.14.0/"))
        .filter(|path| !path.ends_with("[HFS+ Private Data]"))
        .map(str::to_owned)
        .collect();
    assert_eq!(found, paths(&installer().tree), "{listed}");
    let folder = format!("-o{}", dir.path().join("x").display());
    run("7zz", ["x", name, &folder, "-snld20"]).unwrap();
    let extracted = dir.path().join("x/Python 3.14.0");
    for (path, entry) in installer().tree.iter() {
        if let EntryKind::File(Contents::Memory(bytes)) = &entry.kind {
            assert!(std::fs::read(extracted.join(path.as_path())).unwrap() == bytes[..], "{path}");
        }
    }
}

#[test]
fn dmg2img_unpacks_the_same_volume() {
    let dir = tempfile::tempdir().unwrap();
    let (path, out) = (dir.path().join("a.dmg"), dir.path().join("theirs"));
    image(&installer(), &path);
    let arguments = ["-s", path.to_str().unwrap(), out.to_str().unwrap()];
    if run("dmg2img", arguments).is_none() {
        return;
    }
    let mut ours = Vec::new();
    hfsplus::write(&installer(), &mut ours, &|_| ()).unwrap();
    assert!(std::fs::read(out).unwrap() == ours);
}

#[test]
fn another_reader_lists_the_same_tree() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("volume");
    let written = installer();
    hfsplus::write(&written, &mut std::fs::File::create(&path).unwrap(), &|_| ()).unwrap();
    let reader = BufReader::new(std::fs::File::open(&path).unwrap());
    let mut theirs = ::hfsplus::HfsVolume::open(reader).unwrap();
    let found: BTreeSet<String> =
        theirs.walk().unwrap().into_iter().map(|entry| entry.path.trim_start_matches('/').to_owned()).collect();
    assert_eq!(found, paths(&written.tree));
}

/// As many files as the framework of a universal Python with its documentation has, five times.
#[test]
fn forty_thousand_files() {
    let mut tree = Tree::new(Entry::directory(sample::mode(0o755)));
    for folder in 0..200 {
        tree.insert(TreePath::new(format!("folder {folder}")).unwrap(), Entry::directory(sample::mode(0o755))).unwrap();
        for file in 0..200 {
            let path = TreePath::new(format!("folder {folder}/a file with a name of some length {file}.py")).unwrap();
            tree.insert(path, Entry::file(format!("{folder} {file}\n").into_bytes(), sample::mode(0o644))).unwrap();
        }
    }
    let volume = Volume { name: "Many".to_owned(), tree, created: DATE, opens_window: true, custom_icon: false };
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.dmg");
    image(&volume, &path);
    let read = unpacked(&path, &dir.path().join("volume"));
    assert_eq!(paths(&read.tree).len(), 40_200);
    assert_eq!(paths(&read.tree), paths(&volume.tree));
    let Some(listed) = text("7zz", &["l", path.to_str().unwrap()], b"") else { return };
    assert!(
        listed.lines().any(|line| line.ends_with("40000 files, 201 folders")),
        "{}",
        listed.lines().last().unwrap()
    );
}
