//! Packages taken apart: everything is there, and nothing else is touched.

#![allow(clippy::disallowed_methods, reason = "tests run other people's programs and read their files")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs, reason = "a test may fail")]

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use flatpkg::cpio;
use flatpkg::expand::{ExpandError, expand};
use flatpkg::package::Package;
use flatpkg::xar::{self, Encoding, Writer};
use oracle::sample::{self, TIMESTAMP};

/// Every path below a directory, with its mode and what is in it.
fn listing(dir: &Path) -> BTreeMap<String, String> {
    fn collect(top: &Path, dir: &Path, found: &mut BTreeMap<String, String>) {
        for entry in std::fs::read_dir(dir).unwrap().map(Result::unwrap) {
            let path = entry.path();
            let metadata = path.symlink_metadata().unwrap();
            let what = if metadata.is_symlink() {
                format!("-> {}", std::fs::read_link(&path).unwrap().display())
            } else if metadata.is_dir() {
                collect(top, &path, found);
                format!("{:04o}", metadata.permissions().mode() & 0o7777)
            } else {
                format!("{:04o} {}", metadata.permissions().mode() & 0o7777, metadata.len())
            };
            found.insert(path.strip_prefix(top).unwrap().display().to_string(), what);
        }
    }
    let mut found = BTreeMap::new();
    collect(dir, dir, &mut found);
    found
}

#[test]
fn a_product_with_its_payload() {
    let dir = tempfile::tempdir().unwrap();
    let package = Package::from_bytes(sample::bytes()).unwrap();
    let out = dir.path().join("x");
    let summary = expand(&package, &out, true).unwrap();
    let found: Vec<_> = listing(&out).into_iter().filter(|(path, _)| path.contains("load/")).collect();
    let text: Vec<_> = found.iter().map(|(path, what)| format!("{what} {path}")).collect();
    insta::assert_snapshot!(text.join("\n"), @r#"
    0775 Python_Framework.pkg/Payload/Versions
    0775 Python_Framework.pkg/Payload/Versions/3.14
    0775 Python_Framework.pkg/Payload/Versions/3.14/bin
    0775 128 Python_Framework.pkg/Payload/Versions/3.14/bin/python3.14
    0664 0 Python_Framework.pkg/Payload/Versions/3.14/empty
    0664 14 Python_Framework.pkg/Payload/Versions/3.14/spam & "eggs".py
    -> 3.14 Python_Framework.pkg/Payload/Versions/Current
    "#);
    assert_eq!(summary.symlinks, 1);
    assert_eq!(summary.files + summary.directories + summary.symlinks, listing(&out).len() as u64);
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
    let script = std::fs::metadata(out.join("Python_Install_Pip.pkg/Scripts/postinstall")).unwrap();
    assert_eq!(script.permissions().mode() & 0o777, 0o755);
}

#[test]
fn a_product_as_archives() {
    let dir = tempfile::tempdir().unwrap();
    let package = Package::from_bytes(sample::bytes()).unwrap();
    // An empty directory is taken.
    expand(&package, dir.path(), false).unwrap();
    for file in package.archive().toc().files.iter().filter(|file| file.kind == xar::MemberKind::File) {
        let bytes = std::fs::read(dir.path().join(&file.path)).unwrap();
        assert_eq!(bytes, package.archive().read_member(file, 1 << 20).unwrap(), "{}", file.path);
    }
    assert!(matches!(expand(&package, dir.path(), false), Err(ExpandError::NotEmpty { .. })));
    let file = dir.path().join("Distribution");
    assert!(matches!(expand(&package, &file, false), Err(ExpandError::Lay(_))));
}

/// A component package whose payload is an archive of these entries: name, type bits, contents.
fn package(out: &Path, entries: &[(&str, u32, &[u8])]) -> Package {
    let mut archive = Vec::new();
    for (index, (name, kind, contents)) in entries.iter().enumerate() {
        let mode = kind | 0o755;
        archive.extend(
            format!(
                "070707{:06o}{index:06o}{mode:06o}{:06o}{:06o}{:06o}{:06o}{:011o}{:06o}{:011o}{name}\0",
                0,
                0,
                0,
                1,
                0,
                0,
                name.len() + 1,
                contents.len()
            )
            .into_bytes(),
        );
        archive.extend_from_slice(contents);
    }
    archive.extend_from_slice(&cpio::Writer::new(Vec::new()).finish().unwrap());
    let mut writer = Writer::new(out, xar::Options::new(TIMESTAMP)).unwrap();
    writer.add_file(&["PackageInfo"], &b"<pkg-info/>"[..], Encoding::Zlib).unwrap();
    writer.add_file(&["Payload"], archive.as_slice(), Encoding::Stored).unwrap();
    writer.finish().unwrap();
    Package::open(out).unwrap()
}

const DIRECTORY: u32 = 0o040000;
const FILE: u32 = 0o100000;
const LINK: u32 = 0o120000;

#[test]
fn escapes_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let outside = dir.path().join("outside");
    std::fs::create_dir(&outside).unwrap();
    let target = outside.to_str().unwrap().as_bytes();
    let root = (".", DIRECTORY, b"".as_slice());
    let cases: [&[(&str, u32, &[u8])]; 11] = [
        &[root, ("./../evil", FILE, b"x")],
        &[root, ("..", DIRECTORY, b"")],
        &[root, ("/tmp/flatpkg-evil", FILE, b"x")],
        &[root, ("./a/../../evil", FILE, b"x")],
        &[root, ("./link", LINK, target), ("./link/evil", FILE, b"x")],
        &[root, ("./link", LINK, b".."), ("./link", DIRECTORY, b""), ("./link/evil", FILE, b"x")],
        &[root, ("./link", LINK, target), ("./link", FILE, b"x")],
        &[root, ("./file", FILE, b"x"), ("./file/evil", FILE, b"x")],
        &[root, ("./missing/evil", FILE, b"x")],
        &[(".", LINK, target), ("./evil", FILE, b"x")],
        &[root, ("./device", 0o020000, b"")],
    ];
    let mut errors = Vec::new();
    for entries in cases {
        let package = package(&dir.path().join("a.pkg"), entries);
        let error = expand(&package, &dir.path().join("x"), true).unwrap_err();
        let cause = std::error::Error::source(&error).map_or_else(String::new, |cause| format!(": {cause}"));
        let cause2 =
            std::error::Error::source(&error).and_then(std::error::Error::source).map(|cause| format!(": {cause}"));
        errors.push(format!("{error}{cause}{}", cause2.unwrap_or_default()));
        // Nothing is left of the attempt.
        let mut left: Vec<_> = std::fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        left.sort();
        assert_eq!(left, ["a.pkg", "outside"]);
        assert_eq!(std::fs::read_dir(&outside).unwrap().count(), 0);
    }
    insta::assert_snapshot!(errors.join("\n"), @r#"
    failed to read Payload: the entry at byte 78 has a bad name: "../evil" is not a path inside a package: a component is ".."
    failed to read Payload: the entry at byte 78 has a bad name: ".." is not a path inside a package: a component is ".."
    failed to read Payload: the entry at byte 78 has a bad name: "/tmp/flatpkg-evil" is not a path inside a package: it is absolute
    failed to read Payload: the entry at byte 78 has a bad name: "a/../../evil" is not a path inside a package: a component is ".."
    Payload/link/evil is refused: what it is in is not a directory of the package
    Payload/link is refused: it is there already
    Payload/link is refused: it is there already
    Payload/file/evil is refused: what it is in is not a directory of the package
    Payload/missing/evil is refused: what it is in is not a directory of the package
    Payload: . is refused: the root is no directory
    failed to read Payload: device at byte 78 has mode 020755, expected a directory without contents, a file or a link
    "#);
}

#[test]
fn special_bits_are_not_restored() {
    let dir = tempfile::tempdir().unwrap();
    let package = package(&dir.path().join("a.pkg"), &[(".", DIRECTORY, b""), ("./su", FILE | 0o6000, b"x")]);
    expand(&package, &dir.path().join("x"), true).unwrap();
    assert_eq!(listing(&dir.path().join("x"))["Payload/su"], "0755 1");
}

/// Directories that can't be written are filled before they are closed.
#[test]
fn read_only_directories() {
    let dir = tempfile::tempdir().unwrap();
    let directory = sample::mode(0o555);
    let tree = sample::tree([
        ("a", flatpkg::tree::Entry::directory(directory)),
        ("a/b", flatpkg::tree::Entry::directory(directory)),
        ("a/b/c", flatpkg::tree::Entry::file(*b"x", sample::mode(0o444))),
    ]);
    let out = dir.path().join("a.pkg");
    let component =
        flatpkg::component::Component { payload: Some(&tree), ..flatpkg::component::Component::new("a", "1") };
    flatpkg::component::write(&component, &out, xar::Options::new(TIMESTAMP), &|_| ()).unwrap();
    expand(&Package::open(&out).unwrap(), &dir.path().join("x"), true).unwrap();
    let found = listing(&dir.path().join("x"));
    assert_eq!((found["Payload/a"].as_str(), found["Payload/a/b/c"].as_str()), ("0555", "0444 1"));
    for path in ["x/Payload/a", "x/Payload/a/b"] {
        std::fs::set_permissions(dir.path().join(path), std::fs::Permissions::from_mode(0o755)).unwrap();
    }
}
