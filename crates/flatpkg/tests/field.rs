//! Packages, images and bills of materials that Apple's and other people's tools made, and the same cases made here.

#![allow(clippy::disallowed_methods, reason = "tests run other people's programs and read their files")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs, reason = "a test may fail")]

use std::io::{Read as _, Write as _};

use flatpkg::mode::Mode;
use flatpkg::package::Package;
use flatpkg::tree::{Entry, Tree, TreePath};
use flatpkg::verify::{Options, verify};
use flatpkg::xar::{Archive, Encoding};
use flatpkg::{bom, component, payload, xar};
use oracle::hostile::{edited_toc, package_of};

/// What `verify` says of a package that may not be there.
fn judged(name: &str) -> Option<String> {
    let path = oracle::fixture(&format!("field/{name}"))?;
    Some(verify(&Package::open(&path).unwrap(), Options::default()).to_string())
}

fn bzip2(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn bills_of_macos_15_are_whole() {
    for name in ["pkgbuild-macos15.pkg", "productbuild-macos15-app.pkg"] {
        let Some(report) = judged(name) else { return };
        assert!(!report.contains("free list"), "{report}");
        assert!(!report.lines().any(|line| line.starts_with("error: Bom")), "{report}");
    }
    assert_eq!(judged("pkgbuild-macos15.pkg").unwrap().matches("error").count(), 0);
}

#[test]
fn packages_in_bzip2() {
    for name in ["bzip2-members.pkg", "bzip2-payload.pkg"] {
        let Some(report) = judged(name) else { return };
        assert!(!report.contains("cannot be read"), "{name}: {report}");
    }
}

#[test]
fn a_member_in_bzip2_is_read() {
    let packed = bzip2(b"spam and eggs");
    let archive = package_of(&[(&["Distribution"], &packed, Encoding::Stored)]);
    let archive = edited_toc(&archive, |xml| {
        let size = format!("<size>{}</size>", packed.len());
        xml.replace(&size, "<size>13</size>").replace("application/octet-stream", "application/x-bzip2")
    });
    let archive = Archive::from_bytes(archive).unwrap();
    let file = archive.toc().find("Distribution").unwrap();
    assert_eq!(archive.read_member(file, 100).unwrap(), b"spam and eggs");
    let mut member = archive.member(file).unwrap();
    std::io::copy(&mut member, &mut std::io::sink()).unwrap();
    assert_eq!(member.slack(), 0);
}

#[test]
fn a_payload_in_bzip2_is_read() {
    let mut tree = Tree::new(Entry::directory(Mode::EXECUTABLE));
    tree.insert(TreePath::new("a").unwrap(), Entry::file(*b"hello", Mode::PLAIN)).unwrap();
    let mut plain = Vec::new();
    let mut gzip = Vec::new();
    payload::write(&tree, payload::Compression::Gzip, &mut gzip, &|_| ()).unwrap();
    flate2::read::GzDecoder::new(gzip.as_slice()).read_to_end(&mut plain).unwrap();
    let packed = bzip2(&plain);
    assert_eq!(payload::records(packed.as_slice()).unwrap().len(), 2);
    let mut longer = packed.clone();
    longer.push(b'x');
    assert!(payload::records(longer.as_slice()).is_err());
    assert!(payload::records(&packed[..packed.len() - 1]).is_err());
}

/// The payload, and the scripts where there is a postinstall.
fn trees(paths: &[(&str, Entry)], postinstall: Option<&[u8]>) -> (Tree, Option<Tree>) {
    let tree = |paths: &[(&str, Entry)]| {
        let mut tree = Tree::new(Entry::directory(Mode::EXECUTABLE));
        for (path, entry) in paths {
            tree.insert(TreePath::new(*path).unwrap(), entry.clone()).unwrap();
        }
        tree
    };
    let script = |script: &[u8]| tree(&[("postinstall", Entry::file(script.to_vec(), Mode::EXECUTABLE))]);
    (tree(paths), postinstall.map(script))
}

/// A component package with what no writer would put into it, and what `verify` says of it.
fn made(paths: &[(&str, Entry)], postinstall: Option<&[u8]>) -> String {
    let (tree, scripts) = trees(paths, postinstall);
    let pack = |tree: &Tree| {
        let mut out = Vec::new();
        let facts = payload::write(tree, payload::Compression::Gzip, &mut out, &|_| ()).unwrap();
        (out, facts)
    };
    let totals = tree.totals();
    let named = if scripts.is_some() { "<scripts><postinstall file=\"./postinstall\"/></scripts>" } else { "" };
    let info = format!(
        "<pkg-info format-version=\"2\" identifier=\"a\" version=\"1\"><payload numberOfFiles=\"{}\" installKBytes=\"{}\"/>{named}</pkg-info>",
        totals.number_of_files, totals.install_kbytes
    );
    let (payload, facts) = pack(&tree);
    let bom = bom::write(&tree, &facts).unwrap();
    let scripts = scripts.as_ref().map(|scripts| pack(scripts).0);
    let mut members: Vec<(&[&str], &[u8], Encoding)> = vec![
        (&["PackageInfo"], info.as_bytes(), Encoding::Zlib),
        (&["Bom"], &bom, Encoding::Zlib),
        (&["Payload"], &payload, Encoding::Stored),
    ];
    members.extend(scripts.as_ref().map(|scripts| (&["Scripts"][..], scripts.as_slice(), Encoding::Stored)));
    verify(&Package::from_bytes(package_of(&members)).unwrap(), Options::default()).to_string()
}

/// What the writer of components says.
fn refused(paths: &[(&str, Entry)], postinstall: Option<&[u8]>) -> String {
    let (tree, scripts) = trees(paths, postinstall);
    let component = component::Component {
        payload: Some(&tree),
        scripts: scripts.as_ref(),
        ..component::Component::new("org.example.a", "1")
    };
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("a.pkg");
    component::write(&component, &out, xar::Options::new(0), &|_| ()).unwrap_err().to_string()
}

fn file() -> Entry {
    Entry::file(*b"x", Mode::PLAIN)
}

fn folder() -> Entry {
    Entry::directory(Mode::EXECUTABLE)
}

#[test]
fn scripts_that_the_system_cannot_start() {
    assert_eq!(made(&[], Some(b"#!/bin/sh\nexit 0\n")), "");
    assert_eq!(made(&[], Some(b"\xcf\xfa\xed\xfe0000")), "");
    insta::assert_snapshot!(made(&[], Some(b"#!/bin/sh\r\nexit 0\r\n")), @"error: Scripts: ./postinstall: line ending of the script is CRLF, expected LF: the system looks for a program whose name ends with CR, and the installation fails");
    insta::assert_snapshot!(made(&[], Some(b"echo hi\n")), @r#"error: Scripts: ./postinstall: start of the script is "ec", expected #! and the program that runs it: without it the system can't start the script"#);
    assert!(refused(&[], Some(b"#!/bin/sh\r\n")).contains("postinstall: line ending of the script is CRLF"));
    assert!(refused(&[], Some(b"echo")).contains("postinstall: start of the script is"));
    let Some(crlf) = judged("script-crlf.pkg") else { return };
    assert!(crlf.contains("error: Scripts: ./postinstall: line ending of the script is CRLF"), "{crlf}");
    let noshebang = judged("script-noshebang.pkg").unwrap();
    assert!(noshebang.contains("error: Scripts: ./postinstall: start of the script"), "{noshebang}");
}

#[test]
fn names_that_are_one_on_a_mac() {
    let two = [("cafe\u{301}", file()), ("caf\u{e9}", file())];
    assert!(refused(&two, None).contains("paths that differ in more than case and the composition of letters"));
    let report = made(&two, None);
    insta::assert_snapshot!(report, @"error: Payload: ./caf\u{e9}: the path differs from ./cafe\u{301} in how its letters are composed alone: on a Mac they are one file");
    for name in ["q-nfc.pkg", "h-nfc.pkg"] {
        let Some(report) = judged(name) else { return };
        assert!(report.contains("in how its letters are composed alone"), "{name}: {report}");
    }
}

#[test]
fn what_nobody_meant_to_ship() {
    let framework = [
        ("A.framework", folder()),
        ("A.framework/Headers", folder()),
        ("A.framework/Resources", Entry::symlink(*b"Versions/Current/Resources")),
        ("A.framework/Versions", folder()),
        ("B.framework", folder()),
        ("B.framework/Headers", folder()),
    ];
    insta::assert_snapshot!(made(&framework, None), @"note: Payload: ./A.framework/Headers: entry beside Versions is a real folder, expected a link into Versions: codesign takes a framework with both for ambiguous");
    let junk = [("._x", file()), (".DS_Store", file()), ("._", file()), ("x", file())];
    insta::assert_snapshot!(made(&junk, None), @"note: Payload: number of .DS_Store and ._ files is 2 (the first: ./.DS_Store), expected 0: pkgbuild leaves them out");
    let Some(report) = judged("q-appledouble.pkg") else { return };
    assert!(report.contains("note: Payload: number of .DS_Store and ._ files"), "{report}");
    assert!(!report.contains("error"), "{report}");
    let report = judged("no-hostarch.pkg").unwrap();
    assert!(report.contains("note: Distribution: hostArchitectures is missing, expected arm64 in it"), "{report}");
}

/// Older and bare bills of materials.
#[test]
fn bare_bills_of_materials() {
    for (name, paths) in [("python-applications.bom", 54), ("exiftool-Archive.bom", 200)] {
        let Some(bytes) = oracle::fixture_bytes(name) else { return };
        assert_eq!(bom::read(&bytes).unwrap().records.len(), paths, "{name}");
    }
}

/// Few bytes of gzip can hold very many long names: they are counted.
#[test]
fn long_names_of_a_payload_are_refused() {
    let deep = "d".repeat(4000);
    let compressed = |files: usize| {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        let mut archive = flatpkg::cpio::Writer::new(&mut encoder);
        archive.entry(&TreePath::ROOT, &folder(), 1).unwrap();
        archive.entry(&TreePath::new(deep.as_str()).unwrap(), &folder(), 1).unwrap();
        for at in 0..files {
            let path = TreePath::new(format!("{deep}/{at}")).unwrap();
            archive.entry(&path, &Entry::symlink(*b"x"), 0).unwrap();
        }
        archive.finish().unwrap();
        encoder.finish().unwrap()
    };
    let report = |payload: &[u8]| {
        let info = &b"<pkg-info format-version=\"2\" identifier=\"a\" version=\"1\"/>"[..];
        let package =
            package_of(&[(&["PackageInfo"], info, Encoding::Stored), (&["Payload"], payload, Encoding::Stored)]);
        verify(&Package::from_bytes(package).unwrap(), Options::default()).to_string()
    };
    let few = compressed(2_000);
    assert!(!report(&few).contains("refusing"), "{}", report(&few));
    let many = compressed(20_000);
    let said = report(&many);
    assert!(said.contains("bytes referenced; refusing"), "{} bytes: {said}", many.len());
    let error = payload::records(many.as_slice()).unwrap_err().to_string();
    assert_eq!(error, "the paths of the archive: more than 16777216 bytes referenced; refusing");
    assert!(matches!(payload::load(many.as_slice(), 1 << 20), Err(payload::PayloadError::Budget(_))));
}

#[test]
fn a_file_beyond_the_format_is_refused_with_what_apple_does() {
    let mut tree = Tree::new(folder());
    let contents = flatpkg::tree::Contents::OnDisk { path: "/nowhere".into(), size: 1 << 33 };
    let entry = Entry { kind: flatpkg::tree::EntryKind::File(contents), ..file() };
    tree.insert(TreePath::new("big").unwrap(), entry).unwrap();
    let error = flatpkg::cpio::check(&tree).unwrap_err().to_string();
    assert!(error.contains("8 GiB - 1") && error.contains("--large-payload"), "{error}");
}
