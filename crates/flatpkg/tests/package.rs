//! Packages that we make, read by others and by us.

#![allow(clippy::disallowed_methods, reason = "tests run other people's programs and read their files")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs, reason = "a test may fail")]

use std::ffi::OsStr;
use std::path::Path;
use std::sync::Mutex;

use flatpkg::OsVersion;
use flatpkg::component::{self, Component, ListedBundle};
use flatpkg::distribution::{Choice, Distribution, Line, Outline, Page, PkgRef};
use flatpkg::package::{Package, PackageError, PackageKind};
use flatpkg::package_info::Bundle;
use flatpkg::payload::{Compression, Progress};
use flatpkg::product::{self, Product, ProductPart};
use flatpkg::tree::Entry;
use flatpkg::verify;
use flatpkg::xar;
use oracle::sample::{self, TIMESTAMP, mode, tree, trees};

fn clean(out: &Path) {
    assert_eq!(findings(out), "");
}

fn findings(out: &Path) -> String {
    verify::verify_file(out, verify::Options { strict: true }).unwrap().to_string()
}

#[test]
fn a_product_is_complete() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("python.pkg");
    let trees = trees();
    let product = sample::product(&trees);
    sample::write(&product, &out);
    clean(&out);

    let package = Package::open(&out).unwrap();
    assert_eq!(package.kind(), PackageKind::Product);
    assert_eq!(package.distribution().unwrap().unwrap(), product.completed_distribution());
    let directories: Vec<_> = package.components().map(|component| component.directory()).collect();
    assert_eq!(directories, ["Python_Framework.pkg", "Python_Install_Pip.pkg"]);
    let component = package.component("Python_Framework.pkg").unwrap();
    let info = component.package_info().unwrap();
    assert_eq!(info, sample::framework(&trees).package_info());
    assert_eq!(info.payload.unwrap().number_of_files, 8);
    assert_eq!(component.bom().unwrap().unwrap().records.len(), 8);
    let scripts_alone = package.component("Python_Install_Pip.pkg").unwrap();
    assert!(!scripts_alone.has_bom() && !scripts_alone.has_payload() && scripts_alone.has_scripts());
    assert_eq!(scripts_alone.package_info().unwrap().payload, None);
}

#[test]
fn bsdtar_and_7zz_and_cpio_read_a_product() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("python.pkg");
    sample::write(&sample::product(&trees()), &out);
    if let Some(listing) = oracle::run("bsdtar", ["-tvf".as_ref(), out.as_os_str()]) {
        insta::assert_snapshot!(without_sizes(&listing), @r"
        drwx------ 2 root wheel Python_Framework.pkg
        -rw-r--r-- 1 root wheel Python_Framework.pkg/Payload
        -rw-r--r-- 1 root wheel Python_Framework.pkg/Bom
        -rw-r--r-- 1 root wheel Python_Framework.pkg/Scripts
        -rw-r--r-- 1 root wheel Python_Framework.pkg/PackageInfo
        drwx------ 2 root wheel Python_Install_Pip.pkg
        -rw-r--r-- 1 root wheel Python_Install_Pip.pkg/Scripts
        -rw-r--r-- 1 root wheel Python_Install_Pip.pkg/PackageInfo
        drwx------ 3 root wheel Resources
        -rw-r--r-- 1 root wheel Resources/Welcome.rtf
        -rw-r--r-- 1 root wheel Resources/background.png
        drwx------ 2 root wheel Resources/de.lproj
        -rw-r--r-- 1 root wheel Resources/de.lproj/License.rtf
        -rw-r--r-- 1 root wheel Resources/de.lproj/Welcome.rtf
        -rw-r--r-- 1 root wheel Distribution
        ");
    }
    let extracted = dir.path().join("x");
    std::fs::create_dir(&extracted).unwrap();
    if oracle::run("bsdtar", ["-xf".as_ref(), out.as_os_str(), "-C".as_ref(), extracted.as_os_str()]).is_some() {
        let package = Package::open(&out).unwrap();
        let distribution = std::fs::read(extracted.join("Distribution")).unwrap();
        assert_eq!(distribution, package.distribution_xml().unwrap().unwrap());
    }
    if let Some(report) = oracle::run("7zz", ["t".as_ref(), out.as_os_str()]) {
        let report = String::from_utf8(report).unwrap();
        assert!(report.contains("Everything is Ok") && !report.contains("WARNING"), "{report}");
    }
    if let Some(listing) = listed_by_cpio(&out, "Python_Framework.pkg/Payload") {
        insta::assert_snapshot!(listing, @r#"
        drwxrwxr-x 3 0 80 0 .
        drwxrwxr-x 4 0 80 0 ./Versions
        drwxrwxr-x 5 0 80 0 ./Versions/3.14
        drwxrwxr-x 3 0 80 0 ./Versions/3.14/bin
        -rwxrwxr-x 1 0 80 128 ./Versions/3.14/bin/python3.14
        -rw-rw-r-- 1 0 80 0 ./Versions/3.14/empty
        -rw-rw-r-- 1 0 80 14 ./Versions/3.14/spam & "eggs".py
        lrwxr-xr-x 1 0 80 4 ./Versions/Current -> 3.14
        "#);
    }
    if let Some(listing) = listed_by_cpio(&out, "Python_Install_Pip.pkg/Scripts") {
        assert_eq!(listing.lines().count(), 4);
    }
}

/// Sizes of members depend on the compressor; dates on the current year.
fn without_sizes(listing: &[u8]) -> String {
    let keep = |line: &str| {
        let words: Vec<_> = line.split_whitespace().collect();
        [&words[..4], &words[8..]].concat().join(" ")
    };
    String::from_utf8(listing.to_vec()).unwrap().lines().map(keep).collect::<Vec<_>>().join("\n")
}

/// `bsdtar -xOf PACKAGE MEMBER | gzip -d | cpio -itv`: modes, owners, sizes and names.
fn listed_by_cpio(out: &Path, member: &str) -> Option<String> {
    let payload = oracle::run("bsdtar", [OsStr::new("-xOf"), out.as_os_str(), member.as_ref()])?;
    let archive = oracle::fed("gzip", ["-dc"], &payload)?;
    let listing = String::from_utf8(oracle::fed("cpio", ["-itv", "--quiet", "--numeric-uid-gid"], &archive)?).unwrap();
    let line = |line: &str| {
        let words: Vec<_> = line.split_whitespace().collect();
        [&words[..5], &words[8..]].concat().join(" ")
    };
    Some(listing.lines().map(line).collect::<Vec<_>>().join("\n"))
}

#[test]
fn components() {
    let dir = tempfile::tempdir().unwrap();
    let trees = trees();
    let empty = tree([]);
    let bundle = Bundle { path: Some("./Versions/3.14".to_owned()), id: Some("x".to_owned()), ..Bundle::default() };
    let components = [
        ("payload and scripts", sample::framework(&trees)),
        ("scripts alone", sample::install_pip(&trees)),
        ("empty payload", Component { payload: Some(&empty), ..Component::new("a", "1") }),
        (
            "pbzx",
            Component {
                compression: Compression::Pbzx,
                min_os: Some(OsVersion::new(10, 10)),
                ..sample::framework(&trees)
            },
        ),
        (
            "bundles",
            Component {
                bundles: vec![ListedBundle { bundle, version_checked: true, strict_identifier: true }],
                script_timeout: Some(600),
                ..sample::framework(&trees)
            },
        ),
    ];
    for (what, component) in components {
        let out = dir.path().join("a.pkg");
        component::write(&component, &out, xar::Options::new(TIMESTAMP), &|_| ()).unwrap();
        clean(&out);
        let package = Package::open(&out).unwrap();
        assert_eq!(package.kind(), PackageKind::Component, "{what}");
        assert_eq!(package.component("").unwrap().package_info().unwrap(), component.package_info(), "{what}");
        assert!(package.distribution().unwrap().is_none(), "{what}");
    }
}

#[test]
fn without_choices_everything_is_offered() {
    let trees = trees();
    let product = Product { distribution: Distribution::new("Python"), ..sample::product(&trees) };
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("a.pkg");
    sample::write(&product, &out);
    // It says nothing about processors.
    assert!(
        findings(&out).starts_with("note: Distribution: hostArchitectures is missing")
            && findings(&out).lines().count() == 1
    );
    insta::assert_snapshot!(product.completed_distribution().to_xml().unwrap(), @r#"
    <?xml version="1.0" encoding="utf-8"?>
    <installer-gui-script minSpecVersion="1">
        <title>Python</title>
        <choices-outline>
            <line choice="default">
                <line choice="org.python.Python.PythonFramework-3.14"/>
                <line choice="org.python.Python.PythonInstallPip-3.14"/>
            </line>
        </choices-outline>
        <choice id="default"/>
        <choice id="org.python.Python.PythonFramework-3.14" visible="false">
            <pkg-ref id="org.python.Python.PythonFramework-3.14"/>
        </choice>
        <choice id="org.python.Python.PythonInstallPip-3.14" visible="false">
            <pkg-ref id="org.python.Python.PythonInstallPip-3.14"/>
        </choice>
        <pkg-ref id="org.python.Python.PythonFramework-3.14" version="3.14.0" onConclusion="none" installKBytes="3">#Python_Framework.pkg</pkg-ref>
        <pkg-ref id="org.python.Python.PythonInstallPip-3.14" version="3.14.0" onConclusion="none" installKBytes="0">#Python_Install_Pip.pkg</pkg-ref>
    </installer-gui-script>
    "#);
}

#[test]
fn one_tree_one_package() {
    let dir = tempfile::tempdir().unwrap();
    let other = tempfile::tempdir().unwrap();
    let (first, second) = (dir.path().join("a.pkg"), other.path().join("b.pkg"));
    sample::write(&sample::product(&trees()), &first);
    let one_core = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    one_core.install(|| sample::write(&sample::product(&trees()), &second));
    assert_eq!(std::fs::read(&first).unwrap(), std::fs::read(&second).unwrap());
}

#[test]
fn progress_covers_the_whole_product() {
    let dir = tempfile::tempdir().unwrap();
    let trees = trees();
    let seen = Mutex::new(Vec::new());
    let report = |progress: Progress| seen.lock().unwrap().push(progress);
    let product = sample::product(&trees);
    product::write(&product, &dir.path().join("a.pkg"), xar::Options::new(TIMESTAMP), &report).unwrap();
    let seen = seen.into_inner().unwrap();
    let last = seen.last().unwrap();
    assert_eq!((last.entries_done, last.bytes_done), (last.entries, last.bytes));
    assert_eq!(last.entries, 8);
    assert!(seen.is_sorted_by_key(|progress| (progress.entries_done, progress.bytes_done)));
}

#[test]
fn all_problems_of_a_product_at_once() {
    let trees = trees();
    let scripts = tree([("preinstall", Entry::file(*b"", mode(0o644))), ("postinstall", Entry::symlink(*b"x"))]);
    let nothing = tree([("install.sh", Entry::file(*b"", mode(0o755)))]);
    let clash = tree([("A", Entry::file(*b"", mode(0o644))), ("a", Entry::file(*b"", mode(0o644)))]);
    let resources = tree([("Welcome.rtf", Entry::symlink(*b"x")), ("en.lproj", Entry::directory(mode(0o755)))]);
    let bundle = Bundle { path: Some("./No.app".to_owned()), ..Bundle::default() };
    let part = |file_name: &str, component| ProductPart { file_name: file_name.to_owned(), component };
    let line = |choice: &str| Line { choice: choice.to_owned(), lines: Vec::new() };
    let choice = |id: &str, pkg_refs| Choice { id: id.to_owned(), pkg_refs, ..Choice::default() };
    let product = Product {
        components: vec![
            part("A.pkg", Component { compression: Compression::Pbzx, ..sample::framework(&trees) }),
            part("a.PKG", Component::new("", "")),
            part("a.pkg", Component { scripts: Some(&scripts), ..Component::new("b", "1") }),
            part("Resources", Component { scripts: Some(&nothing), ..Component::new("b", "1") }),
            part(
                "x/y.pkg",
                Component {
                    payload: Some(&clash),
                    install_location: "Library".to_owned(),
                    compression: Compression::Pbzx,
                    min_os: Some(OsVersion::new(10, 9)),
                    bundles: vec![ListedBundle { bundle, ..ListedBundle::default() }],
                    ..Component::new("c", "1")
                },
            ),
        ],
        distribution: Distribution {
            choices_outline: Some(Outline { lines: vec![line("one"), line("one"), line("two")] }),
            choices: vec![
                choice("one", vec![PkgRef::to("b"), PkgRef::to("nobody")]),
                choice("one", vec![PkgRef { version: Some("9".to_owned()), ..PkgRef::to("b") }]),
                choice("three", vec![]),
            ],
            pkg_refs: vec![PkgRef { install_kbytes: Some(1), location: Some("#x".to_owned()), ..PkgRef::to("d") }],
            license: vec![Page { file: "License.rtf".to_owned(), ..Page::default() }],
            ..Distribution::new("x")
        },
        resources: Some(&resources),
    };
    let dir = tempfile::tempdir().unwrap();
    let error = product::write(&product, &dir.path().join("a.pkg"), xar::Options::new(0), &|_| ()).unwrap_err();
    insta::assert_snapshot!(error, @r#"
    component "org.python.Python.PythonFramework-3.14": pbzx for any macOS, expected a minimum of macOS 10.10 or later, or gzip
    component "": file name "a.PKG", expected a name that ends in .pkg
    component "": file name "a.PKG" is taken, expected another one
    component "": no identifier, expected one, such as org.python.Python.PythonFramework-3.14
    component "": no version, expected one, such as 3.14.0
    component "": neither payload nor scripts, expected one of them
    component "b": file name "a.pkg" is taken, expected another one
    component "b": preinstall has mode 0644, expected an executable script
    component "b": postinstall is no regular file, expected a script
    component "b": file name "Resources", expected a name that ends in .pkg
    component "b": the identifier is taken, expected another one
    component "b": scripts without preinstall and postinstall, expected one of them at the top
    component "c": file name "x/y.pkg", expected a name that ends in .pkg
    component "c": install location "Library", expected an absolute path
    component "c": pbzx for macOS 10.9, expected macOS 10.10 or later, or gzip
    component "c": paths A, a, expected paths that differ in more than case and the composition of letters
    component "c": bundle "./No.app" is no directory in the payload, expected a path in the payload
    choice "one": 2 lines in the outline, expected one
    choice "one": pkg-ref "nobody", expected the identifier of a component
    choice "one": the id is taken, expected another one
    choice "one": 2 lines in the outline, expected one
    choice "three": no line in the outline, expected one
    outline: line "two", expected the id of a choice
    component "": no choice installs it, expected one
    component "c": no choice installs it, expected one
    component "org.python.Python.PythonFramework-3.14": no choice installs it, expected one
    pkg-ref "d": it states installKBytes, expected nothing: it comes from the component
    pkg-ref "d": it states a location, expected nothing: it comes from the component
    pkg-ref "b": it states version, expected nothing: it comes from the component
    pkg-ref "d": unknown, expected the identifier of a component
    resource Welcome.rtf: a symbolic link, expected a file: archives hold no links
    <license>: "License.rtf" is missing, expected a file at the top of the resources or in a language's .lproj
    "#);
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
    let nothing = Product { components: vec![], ..product };
    let error = product::write(&nothing, &dir.path().join("a.pkg"), xar::Options::new(0), &|_| ()).unwrap_err();
    assert!(error.to_string().starts_with("product: no component, expected at least one\n"), "{error}");
}

#[test]
fn the_output_appears_whole_or_not_at_all() {
    let dir = tempfile::tempdir().unwrap();
    let source = dir.path().join("file");
    std::fs::write(&source, "12345").unwrap();
    let contents = flatpkg::tree::Contents::OnDisk { path: source, size: 6 };
    let file = Entry { kind: flatpkg::tree::EntryKind::File(contents), ..Entry::file(*b"", mode(0o644)) };
    let changed = tree([("file", file)]);
    let out = dir.path().join("a.pkg");
    std::fs::write(&out, "what was there").unwrap();
    let component = Component { payload: Some(&changed), ..Component::new("a", "1") };
    component::write(&component, &out, xar::Options::new(0), &|_| ()).unwrap_err();
    assert_eq!(std::fs::read(&out).unwrap(), b"what was there");
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 2);
    let nowhere = dir.path().join("missing/a.pkg");
    let empty = tree([]);
    let component = Component { payload: Some(&empty), ..Component::new("a", "1") };
    component::write(&component, &nowhere, xar::Options::new(0), &|_| ()).unwrap_err();
}

#[test]
fn other_archives_are_no_packages() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("a.xar");
    let mut writer = xar::Writer::new(&out, xar::Options::new(0)).unwrap();
    writer.add_file(&["x", "PackageInfo"], &b""[..], xar::Encoding::Stored).unwrap();
    writer.finish().unwrap();
    assert!(matches!(Package::open(&out), Err(PackageError::NotAPackage)));
    assert!(matches!(Package::open(dir.path()), Err(PackageError::Xar(xar::XarError::Io { .. }))));
    assert!(matches!(Package::open(&dir.path().join("none")), Err(PackageError::Xar(xar::XarError::Io { .. }))));
}
