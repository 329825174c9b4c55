//! Very deep packages, and very long places, get the same answer from everything that reads them.

#![allow(clippy::disallowed_methods, reason = "tests run other people's programs and read their files")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs, reason = "a test may fail")]

use effect::{Bytes, Installable, Rules, Situation, What, compare, place};
use flatpkg::component::{self, Component};
use flatpkg::dump::dump;
use flatpkg::laydown::{Attributes, Folder, Options};
use flatpkg::mode::Mode;
use flatpkg::package::Package;
use flatpkg::tree::{Entry, Tree, TreePath};
use flatpkg::verify::{self, verify};
use flatpkg::xar;

/// Folders in each other.
const DEPTH: usize = 2_000;

/// A component with `depth` folders in each other, a file in the last of them and `files` beside the first.
fn package(location: &str, depth: usize, files: usize) -> Vec<u8> {
    let mut tree = Tree::new(Entry::directory(Mode::EXECUTABLE));
    let mut insert = |path: &str, entry| tree.insert(TreePath::new(path).unwrap(), entry).unwrap();
    let mut path = String::new();
    for _ in 0..depth {
        path.push('d');
        insert(&path, Entry::directory(Mode::EXECUTABLE));
        path.push('/');
    }
    insert(&format!("{path}f"), Entry::file(*b"deep\n", Mode::PLAIN));
    for number in 0..files {
        insert(&format!("x{number}"), Entry::file(*b"x\n", Mode::PLAIN));
    }
    let component = Component {
        payload: Some(&tree),
        install_location: location.to_owned(),
        ..Component::new("org.example.deep", "1")
    };
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("deep.pkg");
    component::write(&component, &out, xar::Options::new(0), &|_| ()).unwrap();
    std::fs::read(out).unwrap()
}

fn read(bytes: &[u8]) -> Package {
    Package::from_bytes(bytes.to_vec()).unwrap()
}

/// What is laid down on a real disk: how many entries, each where `diff` says.
fn laid(package: &Installable) -> usize {
    let root = tempfile::tempdir().unwrap();
    let mut disk = Folder::open(root.path(), Options::default()).unwrap();
    let offer = package.offer().unwrap();
    let [part] = offer.parts.as_slice() else { panic!("one part") };
    let mut archive = package.archive(part).unwrap().unwrap();
    let mut count = 0;
    while let Some(mut entry) = archive.next().unwrap() {
        let (header, path) = (*entry.header(), part.place(entry.path()).unwrap());
        assert_eq!(path, part.paths.as_ref().unwrap()[count].path);
        let what = if entry.is_directory() {
            What::Directory
        } else {
            What::File(Bytes { size: header.size, contents: &mut entry })
        };
        let rules = Rules { overwrite_permissions: true, follow_links: true };
        place(&mut disk, &path, what, Attributes::new(header.mode, header.uid, header.gid), rules).unwrap();
        count += 1;
    }
    disk.finish().unwrap();
    // The standard library's way to remove a tree opens as many folders as it is deep.
    assert!(Folder::open(root.path(), Options::default()).unwrap().look(&part.place(&TreePath::ROOT).unwrap()).is_ok());
    count
}

/// Everything that reads packages takes this one.
fn is_read_by_all(bytes: &[u8], entries: usize) {
    let report = verify(&read(bytes), verify::Options::default());
    assert!(!report.findings.iter().any(|finding| finding.severity == verify::Severity::Error), "{report}");
    assert!(dump(&read(bytes)).unwrap().contains("org.example.deep"));
    let [one, two] = [(); 2].map(|()| Installable::Flat(read(bytes)).offer().unwrap());
    let compared = compare(&one, &two, None, &Situation::ALL).unwrap();
    assert_eq!(compared.differences.len(), 0);
    assert_eq!(laid(&Installable::Flat(read(bytes))), entries);
}

#[test]
fn two_thousand_folders_in_each_other() {
    is_read_by_all(&package("/", DEPTH, 0), DEPTH + 2);
}

#[test]
fn a_place_of_two_thousand_bytes() {
    is_read_by_all(&package(&"/d".repeat(1_000), 3, 40), 3 + 40 + 2);
    let wide = format!("/{}", ["w"; 9].map(|name| name.repeat(220)).join("/"));
    is_read_by_all(&package(&wide, 3, 40), 3 + 40 + 2);
}

#[test]
fn a_place_that_no_path_can_be_is_refused_with_the_reason() {
    let bytes = package(&"/d".repeat(3_000), 1, 0);
    let error = Installable::Flat(read(&bytes)).offer().unwrap_err().to_string();
    assert!(error.starts_with("org.example.deep can't be installed at \"/d/d"), "{error}");
}
