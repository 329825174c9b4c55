//! Bundles, archives and packages: nothing in them that macOS looks at is overlooked.

use std::io::Write as _;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use fake_apple::FakeApple;
use pkgsign::{Anchor, Hash, SignaturePolicy};

use super::author::{Author, DYLIB, EXECUTE};
use super::code::{THEN, good, lint, zip};
use crate::verify::code::{CodeExpectations, Lint, Reason, of_package, of_package_within, of_root};
use macho::Arch;

const INFO: &str = "<plist version=\"1.0\"><dict><key>CFBundleExecutable</key><string>App</string></dict></plist>";

const RULES: &str = "<key>^.*</key><true/><key>^PkgInfo$</key><dict><key>omit</key><true/></dict>";

fn data(hash: Hash, text: &str) -> String {
    format!("<data>{}</data>", BASE64_STANDARD.encode(hash.digest(text.as_bytes())))
}

fn seal(files: &str, files2: &str, rules2: &str) -> String {
    format!(
        "<plist version=\"1.0\"><dict><key>files</key><dict>{files}</dict><key>files2</key><dict>{files2}</dict>\
         <key>rules2</key><dict>{rules2}</dict></dict></plist>"
    )
}

/// An app at a path with one resource, `icon`, with that seal.
struct App {
    seal: Option<String>,
    icon: &'static str,
    /// The special slots that the program's signature has a hash in.
    bound: &'static [u32],
}

fn app(fake: &'static FakeApple, at: &str, app: &App) -> Vec<(String, Vec<u8>)> {
    let sealed = app.seal.clone().unwrap_or_default().into_bytes();
    let special = [(1, INFO.as_bytes().to_vec()), (3, sealed.clone())];
    let special = special.into_iter().filter(|(slot, _)| app.bound.contains(slot)).collect();
    let program = Author { special, ..good(fake, Arch::Arm64, EXECUTE) }.thin();
    let mut files = vec![
        (format!("{at}/Contents/Info.plist"), INFO.as_bytes().to_vec()),
        (format!("{at}/Contents/MacOS/App"), program),
        (format!("{at}/Contents/Resources/icon"), app.icon.as_bytes().to_vec()),
    ];
    if app.seal.is_some() {
        files.push((format!("{at}/Contents/_CodeSignature/CodeResources"), sealed));
    }
    files
}

fn judge(files: &[(String, Vec<u8>)]) -> Lint {
    let files: Vec<_> = files.iter().map(|(path, bytes)| (path.as_str(), bytes.clone())).collect();
    lint(&files, SignaturePolicy::DeveloperId, None).unwrap()
}

/// What is said, one line an issue, without what it means for the service.
fn said(lint: &Lint) -> String {
    let lines = lint.issues.iter().map(|issue| {
        let what = if issue.detail.is_empty() { issue.message } else { &issue.detail };
        format!("{}: {what}\n", issue.path)
    });
    lines.collect()
}

#[test]
fn every_form_of_a_seal_is_compared() {
    let Some(fake) = FakeApple::get() else { return };
    let entry = |value: &str| format!("<key>Resources/icon</key>{value}");
    let hash = data(Hash::Sha1, "an icon");
    let hash2 = data(Hash::Sha256, "an icon");
    let good_entry = entry(&format!("<dict><key>hash</key>{hash}<key>hash2</key>{hash2}</dict>"));
    let wrong = data(Hash::Sha1, "another");
    let forms: [(&str, String); 15] = [
        ("good", seal("", &good_entry, RULES)),
        ("good-data", seal("", &entry(&hash), RULES)),
        ("good-both-lists", seal(&entry(&hash), &good_entry, RULES)),
        ("data", seal("", &entry(&wrong), RULES)),
        ("hash", seal("", &entry(&format!("<dict><key>hash</key>{wrong}<key>hash2</key>{hash2}</dict>")), RULES)),
        ("hash2", seal("", &entry(&format!("<dict><key>hash</key>{hash}<key>hash2</key>{wrong}</dict>")), RULES)),
        ("old-list", seal(&entry(&wrong), &good_entry, RULES)),
        ("symlink", seal("", &entry("<dict><key>symlink</key><string>elsewhere</string></dict>"), RULES)),
        ("cdhash", seal("", &entry(&format!("<dict><key>cdhash</key>{hash}</dict>")), RULES)),
        ("requirement", seal("", &entry("<dict><key>requirement</key><string>anchor apple</string></dict>"), RULES)),
        ("unknown", seal("", &entry(&format!("<dict><key>hash2</key>{hash2}<key>hash9</key>{hash2}</dict>")), RULES)),
        ("nothing", seal("", &entry("<true/>"), RULES)),
        ("not-all", seal("", &good_entry, "")),
        ("omit", seal("", "", &format!("{RULES}<key>^Resources/</key><dict><key>omit</key><true/></dict>"))),
        ("only-files", seal(&entry(&hash), "", RULES).replace("files2", "files3").replace("rules2", "rules3")),
    ];
    let files: Vec<_> = forms
        .into_iter()
        .flat_map(|(name, seal)| {
            app(fake, &format!("{name}.app"), &App { seal: Some(seal), icon: "an icon", bound: &[1, 3] })
        })
        .collect();
    insta::assert_snapshot!(said(&judge(&files)), @r#"
    cdhash.app/Contents/Resources/icon: it is not the code that was sealed
    data.app/Contents/Resources/icon: it was changed after signing
    hash.app/Contents/Resources/icon: it was changed after signing
    hash2.app/Contents/Resources/icon: it was changed after signing
    not-all.app/Contents/_CodeSignature/CodeResources: it does not cover everything: the rule ^.* is missing
    nothing.app/Contents/Resources/icon: it was changed after signing
    old-list.app/Contents/Resources/icon: it was changed after signing
    omit.app/Contents/Resources/icon: it was added after signing
    omit.app/Contents/_CodeSignature/CodeResources: it does not cover everything: the rule ^Resources/ omits files
    only-files.app/Contents/Resources/icon: it was added after signing
    only-files.app/Contents/_CodeSignature/CodeResources: it is only for systems before OS X 10.9.5: files2 or rules2 is missing
    requirement.app/Contents/Resources/icon: it is sealed without a hash
    symlink.app/Contents/Resources/icon: it is sealed as another link
    unknown.app/Contents/Resources/icon: it is sealed by "hash9", which is not looked at
    "#);
}

#[test]
fn a_bundle_is_sealed_and_its_program_signs_the_seal() {
    let Some(fake) = FakeApple::get() else { return };
    let entry = format!("<key>Resources/icon</key><dict><key>hash2</key>{}</dict>", data(Hash::Sha256, "an icon"));
    let good_seal = || Some(seal("", &entry, RULES));
    let mut files = Vec::new();
    let mut add =
        |name: &str, seal: Option<String>, bound| files.extend(app(fake, name, &App { seal, icon: "an icon", bound }));
    add("good.app", good_seal(), &[1, 3]);
    add("no-seal.app", None, &[1]);
    add("seal-of-nobody.app", good_seal(), &[1]);
    add("info-of-nobody.app", good_seal(), &[3]);
    add("plug-in.bundle", None, &[1]);
    let library = good(fake, Arch::Arm64, DYLIB).thin();
    files.push(("F.framework/Versions/A/F".to_owned(), library.clone()));
    let mut script = app(fake, "script.app", &App { seal: None, icon: "an icon", bound: &[] });
    script[1].1 = b"#!/bin/sh\n".to_vec();
    files.extend(script);
    files.push(("sound/Helpers.framework.txt".to_owned(), b"no framework".to_vec()));
    let mut stapled = app(fake, "stapled.app", &App { seal: good_seal(), icon: "an icon", bound: &[1, 3] });
    stapled.push(("stapled.app/Contents/CodeResources".to_owned(), b"a ticket".to_vec()));
    stapled.push(("stapled.app/Contents/_CodeSignature/more".to_owned(), b"a guest".to_vec()));
    files.extend(stapled);
    insta::assert_snapshot!(said(&judge(&files)), @"
    F.framework/Versions/A: it has no seal: _CodeSignature/CodeResources is missing
    info-of-nobody.app/Contents/MacOS/App: its signature has no hash of Info.plist
    no-seal.app/Contents: it has no seal: _CodeSignature/CodeResources is missing
    plug-in.bundle/Contents: it has no seal: _CodeSignature/CodeResources is missing
    seal-of-nobody.app/Contents/MacOS/App: its signature has no hash of the seal
    stapled.app/Contents/_CodeSignature/more: it was added after signing
    ");
}

#[test]
fn nested_code_is_the_code_that_was_sealed() {
    let Some(fake) = FakeApple::get() else { return };
    let library = |by| Author { by, ..good(fake, Arch::Arm64, DYLIB) };
    let signed = library(good(fake, Arch::Arm64, DYLIB).by).thin();
    let slices = macho::slices(&signed).unwrap();
    let code = macho::code_signature::CodeSignature::parse(slices[0].signature.unwrap()).unwrap();
    let cdhash = &Hash::Sha256.digest(code.directories[0].bytes)[..20];
    let other = Author { contents: vec![0x90; 5000], ..library(good(fake, Arch::Arm64, DYLIB).by) }.thin();
    let entry = |path: &str| {
        let cdhash = BASE64_STANDARD.encode(cdhash);
        format!("<key>{path}</key><dict><key>cdhash</key><data>{cdhash}</data><key>requirement</key><string/></dict>")
    };
    let icon = format!("<key>Resources/icon</key><dict><key>hash2</key>{}</dict>", data(Hash::Sha256, "an icon"));
    let sealed = || {
        let nested = ["MacOS/a.dylib", "Frameworks/F.framework", "PlugIns/P.bundle"].map(entry).concat();
        Some(seal("", &format!("{icon}{nested}"), RULES))
    };
    let mut files = Vec::new();
    for (name, code) in [("good.app", &signed), ("exchanged.app", &other)] {
        files.extend(app(fake, name, &App { seal: sealed(), icon: "an icon", bound: &[1, 3] }));
        files.push((format!("{name}/Contents/MacOS/a.dylib"), code.clone()));
        files.push((format!("{name}/Contents/Frameworks/F.framework"), code.clone()));
        files.push((format!("{name}/Contents/PlugIns/P.bundle"), code.clone()));
    }
    insta::assert_snapshot!(said(&judge(&files)), @"
    exchanged.app/Contents/Frameworks/F.framework: it is not the code that was sealed
    exchanged.app/Contents/MacOS/a.dylib: it is not the code that was sealed
    exchanged.app/Contents/PlugIns/P.bundle: it is not the code that was sealed
    ");
}

#[test]
fn names_that_are_no_utf_8_stay_what_they_are() {
    let Some(fake) = FakeApple::get() else { return };
    let dir = tempfile::tempdir().unwrap();
    let unsigned = Author { signed: false, by: None, ..good(fake, Arch::X86_64, EXECUTE) }.thin();
    let file = |name: &[u8], bytes: &[u8]| {
        fs_err::write(dir.path().join(Path::new(std::ffi::OsStr::from_bytes(name))), bytes).unwrap();
    };
    file(b"evil\xfe", &unsigned);
    file(b"evil\xff", b"text");
    file("evil\u{fffd}".as_bytes(), b"text");
    let anchors = [Anchor::from_bytes(fake.root().pem.as_bytes()).unwrap()];
    let signer = pkgsign::SignatureExpectations {
        policy: SignaturePolicy::DeveloperId,
        anchors: &anchors,
        team: None,
        now: THEN,
    };
    let lint = of_root(dir.path(), &CodeExpectations { signer, entitlements: None }).unwrap();
    insta::assert_snapshot!(said(&lint), @"
    evil�fe: The binary is not signed.
    ");
}

/// A tar archive of files.
fn tar(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut tar = tar::Builder::new(Vec::new());
    for (name, bytes) in files {
        let mut header = tar::Header::new_ustar();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o755);
        header.set_cksum();
        tar.append_data(&mut header.clone(), name, *bytes).unwrap();
    }
    tar.into_inner().unwrap()
}

#[test]
fn code_in_archives_of_all_kinds() {
    let Some(fake) = FakeApple::get() else { return };
    let unsigned = Author { signed: false, by: None, ..good(fake, Arch::X86_64, EXECUTE) }.thin();
    let signed = good(fake, Arch::Arm64, DYLIB).thin();
    let gzip = |bytes: &[u8]| {
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(bytes).unwrap();
        gzip.finish().unwrap()
    };
    // The same name twice: the directory at the end of a zip archive is changed by hand.
    let mut twice = zip(&[("a.dylib", &unsigned), ("b.dylib", &signed)]);
    while let Some(at) = memchr::memmem::find(&twice, b"b.dylib") {
        twice[at] = b'a';
    }
    let mut cut = gzip(&unsigned);
    cut.truncate(cut.len() - 8);
    let program = [b"#!/usr/bin/python3\n".as_slice(), &zip(&[("x.so", &unsigned)])].concat();
    let sealed = app(fake, "S.app", &App { seal: None, icon: "an icon", bound: &[1] });
    let sealed: Vec<_> = sealed.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice())).collect();
    let files = [
        ("good.tar", tar(&[("lib/a.dylib", &signed)])),
        ("code.tar", tar(&[("lib/a.dylib", &unsigned)])),
        ("code.tgz", gzip(&tar(&[("./a.dylib", &unsigned)]))),
        ("twice.tar", tar(&[("a.dylib", &unsigned), ("a.dylib", &signed)])),
        ("twice.zip", twice),
        ("program.gz", gzip(&unsigned)),
        ("cut.gz", cut),
        ("tool.pyz", program),
        ("app.tar", tar(&sealed)),
        ("text", b"PK\x05\x06 and no archive".to_vec()),
    ];
    insta::assert_snapshot!(said(&lint(&files, SignaturePolicy::DeveloperId, None).unwrap()), @"
    app.tar/S.app/Contents: it has no seal: _CodeSignature/CodeResources is missing
    code.tar/lib/a.dylib: The binary is not signed.
    code.tgz/a.dylib: The binary is not signed.
    cut.gz: The binary is not signed.
    program.gz: The binary is not signed.
    tool.pyz/x.so: The binary is not signed.
    twice.tar/a.dylib: it is there twice, and who unpacks it takes one of them
    twice.tar/a.dylib: The binary is not signed.
    twice.zip: it counts 2 files and has 1 by name
    ");
}

#[test]
fn code_beside_the_payload_of_a_product() {
    let Some(fake) = FakeApple::get() else { return };
    let unsigned = Author { signed: false, by: None, ..good(fake, Arch::X86_64, EXECUTE) }.thin();
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("product.pkg");
    let mut writer = flatpkg::xar::Writer::new(&out, flatpkg::xar::Options::new(0)).unwrap();
    let mut add = |path: &[&str], bytes: &[u8]| {
        writer.add_file(path, bytes, flatpkg::xar::Encoding::Zlib).unwrap();
    };
    add(&["Distribution"], b"<installer-gui-script minSpecVersion=\"1\"/>");
    add(&["Resources", "helper"], &unsigned);
    add(&["Resources", "en.lproj", "more.zip"], &zip(&[("x", &unsigned)]));
    add(&["Plugins", "P.bundle", "Contents", "MacOS", "P"], &unsigned);
    writer.finish().unwrap();
    let anchors = [Anchor::from_bytes(fake.root().pem.as_bytes()).unwrap()];
    let signer = pkgsign::SignatureExpectations {
        policy: SignaturePolicy::DeveloperId,
        anchors: &anchors,
        team: None,
        now: THEN,
    };
    let package = flatpkg::package::Package::open(&out).unwrap();
    let lint = of_package(&package, &CodeExpectations { signer, entitlements: None }).unwrap();
    insta::assert_snapshot!(said(&lint), @"
    Plugins/P.bundle/Contents/MacOS/P: The binary is not signed.
    Resources/en.lproj/more.zip/x: The binary is not signed.
    Resources/helper: The binary is not signed.
    ");
}

/// A small package may state files of any size.
#[test]
fn a_package_that_is_too_large_for_the_disk_or_the_limit() {
    let Some(fake) = FakeApple::get() else { return };
    let mode = flatpkg::mode::Mode::PLAIN;
    let mut tree = flatpkg::tree::Tree::new(flatpkg::tree::Entry::directory(flatpkg::mode::Mode::EXECUTABLE));
    let file = flatpkg::tree::Entry::file(vec![0; 1 << 20], mode);
    tree.insert(flatpkg::tree::TreePath::new("zeros").unwrap(), file).unwrap();
    let component = flatpkg::component::Component {
        payload: Some(&tree),
        ..flatpkg::component::Component::new("org.example.zeros", "1")
    };
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("zeros.pkg");
    flatpkg::component::write(&component, &out, flatpkg::xar::Options::new(0), &|_| ()).unwrap();
    let anchors = [Anchor::from_bytes(fake.root().pem.as_bytes()).unwrap()];
    let signer = pkgsign::SignatureExpectations {
        policy: SignaturePolicy::DeveloperId,
        anchors: &anchors,
        team: None,
        now: THEN,
    };
    let package = flatpkg::package::Package::open(&out).unwrap();
    let judge = |max_size| {
        let options = flatpkg::laydown::Options { max_size, ..flatpkg::laydown::Options::default() };
        of_package_within(&package, options, &CodeExpectations { signer, entitlements: None })
    };
    assert!(judge(2 << 20).is_ok());
    let error = format!("{:#}", judge(1 << 20).unwrap_err());
    assert!(error.contains("more than 1048576 bytes would be written"), "{error}");
}

/// Code of more than a gigabyte is an error, whatever it is; other files of that size are nobody's business.
#[test]
fn files_that_are_too_large_to_be_looked_at() {
    let Some(fake) = FakeApple::get() else { return };
    let root = tempfile::tempdir().unwrap();
    let starts = [("code", b"\xcf\xfa\xed\xfe".as_slice()), ("more.zip", b"PK\x03\x04"), ("film", b"\0\0\0\x20")];
    for (name, start) in starts {
        let path = root.path().join(name);
        std::fs::write(&path, start).unwrap();
        // Without blocks on the disk.
        std::fs::File::options().write(true).open(&path).unwrap().set_len((1 << 30) + 1).unwrap();
    }
    let anchors = [Anchor::from_bytes(fake.root().pem.as_bytes()).unwrap()];
    let signer = pkgsign::SignatureExpectations {
        policy: SignaturePolicy::DeveloperId,
        anchors: &anchors,
        team: None,
        now: THEN,
    };
    let lint = of_root(root.path(), &CodeExpectations { signer, entitlements: None }).unwrap();
    let reasons: Vec<_> = lint.issues.iter().map(|issue| (issue.path.as_str(), issue.reason)).collect();
    assert_eq!(reasons, [("code", Reason::Invalid), ("more.zip", Reason::Archive)]);
}
