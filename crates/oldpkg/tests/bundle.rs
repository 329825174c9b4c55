//! Bundle packages: written by us, read by other people's programs and by us.

#![allow(clippy::disallowed_methods, reason = "tests run other people's programs and read their files")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs, reason = "a test may fail")]

use std::io::Read as _;
use std::path::Path;

use flatpkg::component::Component;
use flatpkg::distribution;
use flatpkg::payload::Compression;
use flatpkg::policy::Policy;
use flatpkg::product::Product;
use flatpkg::tree::{EntryKind, Tree};
use oldpkg::bundle::{self, Bundle, Phase, Selection};
use oracle::{run, sample, text};

/// The sample product with what the old format needs to know.
fn product(trees: &sample::Trees) -> Product<'_> {
    let mut product = sample::product(trees);
    let id = Some("org.python.Python".to_owned());
    product.distribution.product = Some(distribution::Product { id, version: Some("3.14.0".to_owned()) });
    product.distribution.choices[0].enabled = Some("false".to_owned());
    product
}

fn written(dir: &Path) -> std::path::PathBuf {
    let out = dir.join("Python.mpkg");
    bundle::write(&product(&sample::trees()), &out, &|_| ()).unwrap();
    out
}

fn opened(dir: &Path) -> Bundle {
    let tree = Tree::from_dir(dir, &Policy::standard(sample::TIMESTAMP)).unwrap();
    Bundle::of(&tree, &dir.file_name().unwrap().to_string_lossy()).unwrap()
}

/// Every file with its mode; texts in full.
fn listing(dir: &Path) -> String {
    let tree = Tree::from_dir(dir, &Policy::standard(0)).unwrap();
    let mut text = String::new();
    for (path, entry) in tree.iter() {
        text.push_str(&format!("{} {path}\n", entry.mode));
        if path.to_string().ends_with("Info.plist") {
            text.push_str(&std::fs::read_to_string(dir.join(path.as_path())).unwrap());
        }
    }
    text
}

#[test]
fn a_metapackage_is_laid_out_as_before() {
    let dir = tempfile::tempdir().unwrap();
    insta::assert_snapshot!(listing(&written(dir.path())));
    let again = tempfile::tempdir().unwrap();
    let (one, two) = (written(again.path()), dir.path().join("Python.mpkg"));
    let differences = run("diff", ["-r".as_ref(), one.as_os_str(), two.as_os_str()]);
    assert!(differences.is_none_or(|output| output.is_empty()));
}

#[test]
fn other_programs_read_the_archive() {
    let dir = tempfile::tempdir().unwrap();
    let contents = written(dir.path()).join("Contents/Packages/PythonFramework-3.14.pkg/Contents");
    let archive = contents.join("Archive.pax.gz");
    let path = archive.to_str().unwrap();
    let trees = sample::trees();
    let Some(plain) = run("gzip", ["-dc", path]) else { return };
    let Some(listed) = text("cpio", &["-itvn", "--quiet"], &plain) else { return };
    let modes: Vec<(String, String)> = listed
        .lines()
        .map(|line| {
            let words: Vec<&str> = line.split_whitespace().collect();
            (words[0].to_owned(), format!("{}:{}", words[2], words[3]))
        })
        .collect();
    let expected: Vec<(String, String)> = trees
        .framework
        .iter()
        .map(|(_, entry)| {
            let letter = match entry.kind {
                EntryKind::Directory => 'd',
                EntryKind::File(_) => '-',
                EntryKind::Symlink(_) => 'l',
            };
            (format!("{letter}{}", entry.mode.symbolic()), format!("{}:{}", entry.uid, entry.gid))
        })
        .collect();
    assert_eq!(modes, expected, "{listed}");
    let names = text("bsdtar", &["-tf", path], b"").unwrap_or_default();
    assert!(names.is_empty() || names.lines().count() == trees.framework.len(), "{names}");
}

#[test]
fn pythons_own_reader_reads_the_property_lists() {
    let dir = tempfile::tempdir().unwrap();
    let out = written(dir.path());
    let script = "import plistlib, sys\nfor p in sys.argv[1:]:\n    d = plistlib.load(open(p, 'rb'))\n    print(sorted((k, v) for k, v in d.items() if k.startswith('IF')))";
    let path = |inside: &str| out.join(inside).to_str().unwrap().to_owned();
    let framework = "Contents/Packages/PythonFramework-3.14.pkg/Contents";
    let plists = [
        path("Contents/Info.plist"),
        path("Contents/Resources/Description.plist"),
        path(&format!("{framework}/Info.plist")),
        path(&format!("{framework}/Resources/Description.plist")),
    ];
    let arguments = [&["-c".to_owned(), script.to_owned()], &plists[..]].concat();
    let Some(read) = run("python3", arguments) else { return };
    insta::assert_snapshot!(String::from_utf8(read).unwrap());
}

#[test]
fn our_reader_reads_it_back() {
    let dir = tempfile::tempdir().unwrap();
    let bundle = opened(&written(dir.path()));
    assert!(bundle.is_metapackage);
    let [framework, pip] = &bundle.members[..] else { panic!("{} members", bundle.members.len()) };
    assert_eq!((framework.selection, pip.selection), (Selection::Required, Selection::Unselected));
    assert_eq!((framework.title.as_str(), framework.info.version.as_str()), ("Python Framework", "3.14.0"));
    let trees = sample::trees();
    let records = framework.bom().unwrap().unwrap().records;
    assert_eq!(records.len(), trees.framework.len());
    let mut archive = framework.archive().unwrap().unwrap();
    let mut paths = 0;
    while let Some(mut entry) = archive.next().unwrap() {
        let own = trees.framework.get(entry.path()).unwrap();
        assert_eq!((entry.header().permissions(), entry.header().gid), (own.mode, own.gid));
        if let EntryKind::File(contents) = &own.kind {
            let (mut theirs, mut ours) = (Vec::new(), Vec::new());
            entry.read_to_end(&mut theirs).unwrap();
            contents.open().unwrap().read_to_end(&mut ours).unwrap();
            assert_eq!(theirs, ours);
        }
        paths += 1;
    }
    assert_eq!(paths, trees.framework.len());
    let phases: Vec<Phase> = framework.scripts().map(|(phase, _)| phase).collect();
    assert_eq!(phases, [Phase::Postflight]);
    assert!(pip.archive().unwrap().is_none() && pip.bom().unwrap().is_none());
}

#[test]
fn one_component_is_a_package() {
    let dir = tempfile::tempdir().unwrap();
    let trees = sample::trees();
    let out = dir.path().join("a.pkg");
    bundle::write_component(&sample::framework(&trees), &out, &|_| ()).unwrap();
    let bundle = opened(&out);
    assert!(!bundle.is_metapackage);
    assert_eq!(bundle.members[0].info.install_location, "/Library/Frameworks/Python.framework");
    let error = bundle::write_component(&sample::framework(&trees), &out, &|_| ()).unwrap_err();
    assert!(format!("{:?}", error).contains("is there already"));
}

#[test]
fn what_the_old_format_has_no_words_for_is_refused() {
    let trees = sample::trees();
    let dir = tempfile::tempdir().unwrap();
    let mut product = product(&trees);
    product.components[0].component.compression = Compression::Pbzx;
    product.distribution.choices[1].start_selected = Some("my.choice()".to_owned());
    let reference = product.distribution.choices[1].pkg_refs[0].clone();
    product.distribution.choices[0].pkg_refs.push(reference);
    let error = bundle::write(&product, &dir.path().join("a.mpkg"), &|_| ()).unwrap_err();
    insta::assert_snapshot!(error);
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
    let scripts = sample::tree([
        ("postinstall", flatpkg::tree::Entry::file(*b"#!/bin/sh\n", sample::mode(0o755))),
        ("package_version", flatpkg::tree::Entry::file(*b"1", sample::mode(0o644))),
    ]);
    let component = Component { scripts: Some(&scripts), ..Component::new("org.example.a", "1") };
    let error = bundle::write_component(&component, &dir.path().join("a.pkg"), &|_| ()).unwrap_err();
    assert!(error.to_string().contains("package_version lies beside its scripts"), "{error}");
}

#[test]
fn damaged_bundles_are_errors() {
    let dir = tempfile::tempdir().unwrap();
    let out = written(dir.path());
    let open = || {
        let tree = Tree::from_dir(&out, &Policy::standard(0)).unwrap();
        Bundle::of(&tree, "Python.mpkg").map(|_| ()).map_err(|error| error.to_string())
    };
    let packages = out.join("Contents/Packages");
    std::fs::rename(packages.join("PythonInstallPip-3.14.pkg"), packages.join("x.pkg")).unwrap();
    insta::assert_snapshot!(open().unwrap_err(), @r#"Python.mpkg lists "PythonInstallPip-3.14.pkg", which is not in Contents/Packages"#);
    std::fs::write(out.join("Contents/Info.plist"), "<plist><dict><key>IFPkgFlagPackageList</key></dict></plist>")
        .unwrap();
    insta::assert_snapshot!(open().unwrap_err(), @"failed to read Python.mpkg: Info.plist");
    std::fs::remove_file(out.join("Contents/Info.plist")).unwrap();
    insta::assert_snapshot!(open().unwrap_err(), @"Python.mpkg has no Contents/Info.plist, it is no bundle package");
}

/// A list may name the same package again and again: what is read for it must not grow with the square of the bundle.
#[test]
fn packages_that_are_listed_many_times_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let out = written(dir.path());
    let listed = |times: usize| {
        let one = "<dict><key>IFPkgFlagPackageLocation</key><string>PythonFramework-3.14.pkg</string></dict>";
        let list = format!("<key>IFPkgFlagPackageList</key><array>{}</array>", one.repeat(times));
        let plist = format!("<?xml version=\"1.0\"?>\n<plist version=\"1.0\"><dict>{list}</dict></plist>");
        std::fs::write(out.join("Contents/Info.plist"), plist).unwrap();
        Bundle::of(&Tree::from_dir(&out, &Policy::standard(0)).unwrap(), "Python.mpkg")
    };
    assert_eq!(listed(1).unwrap().members.len(), 1);
    for times in [100, 10_000] {
        assert!(matches!(listed(times), Err(bundle::BundleReadError::Repeated { .. })), "{times}");
    }
}

/// As PyPI's `bdist_mpkg` writes them: `./` before the folder, `IFMinorRevision`, sizes in a file, no bill of materials.
#[test]
fn a_metapackage_of_another_writer_is_read() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("Sample.mpkg");
    let write = |path: &str, text: &str| {
        let path = out.join("Contents").join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, format!("<?xml version=\"1.0\"?>\n<plist version=\"1.0\"><dict>{text}</dict></plist>"))
            .unwrap();
    };
    let string = |key: &str, value: &str| format!("<key>{key}</key><string>{value}</string>");
    let entry = |file: &str, selection: &str| {
        let location = string("IFPkgFlagPackageLocation", file);
        format!("<dict>{location}{}</dict>", string("IFPkgFlagPackageSelection", selection))
    };
    let list = [entry("Sample-lib.pkg", "required"), entry("Sample-scripts.pkg", "unselected")].concat();
    let folder = string("IFPkgFlagComponentDirectory", "./Contents/Packages");
    write("Info.plist", &format!("{folder}<key>IFPkgFlagPackageList</key><array>{list}</array>"));
    for (name, place) in [("Sample-lib", "/Library/Python/2.7/site-packages"), ("Sample-scripts", "/usr/local/bin")] {
        let inside = format!("Packages/{name}.pkg/Contents");
        let texts = [
            string("CFBundleIdentifier", &format!("org.pythonmac.{name}")),
            string("IFPkgFlagDefaultLocation", place),
            string("IFPkgFlagAuthorizationAction", "AdminAuthorization"),
            "<key>IFMajorVersion</key><integer>1</integer><key>IFMinorRevision</key><integer>2</integer>".to_owned(),
            "<key>IFPkgFlagFollowLinks</key><true/>".to_owned(),
        ];
        write(&format!("{inside}/Info.plist"), &texts.concat());
        let contents = out.join("Contents").join(inside);
        std::fs::create_dir(contents.join("Resources")).unwrap();
        std::fs::write(contents.join("Resources/Archive.sizes"), "NumFiles 1\nInstalledSize 1\nCompressedSize 0\n")
            .unwrap();
        let mut archive = std::fs::File::create(contents.join("Archive.pax.gz")).unwrap();
        let payload = sample::tree([("tool", flatpkg::tree::Entry::file(*b"#!/bin/sh\n", sample::mode(0o775)))]);
        flatpkg::payload::write(&payload, Compression::Gzip, &mut archive, &|_| ()).unwrap();
    }
    let offer = effect::Installable::Bundle(opened(&out)).offer().unwrap();
    for (part, place) in offer.parts.iter().zip(["Library/Python/2.7/site-packages", "usr/local/bin"]) {
        let paths: Vec<String> = part.paths.iter().flatten().map(|laid| laid.path.to_string()).collect();
        assert_eq!(paths, [place.to_owned(), format!("{place}/tool")]);
        assert_eq!((part.version.as_str(), part.companions.len(), part.scripts.len()), ("1.0", 0, 0));
        assert_eq!(part.policies[&effect::Policy::Authorization], "admin");
        assert!(part.follow_links && !part.overwrite_permissions);
    }
    let choices: Vec<_> =
        offer.choices.iter().map(|choice| (choice.id.as_str(), choice.required, choice.selected)).collect();
    assert_eq!(choices, [("org.pythonmac.Sample-lib", true, true), ("org.pythonmac.Sample-scripts", false, false)]);
}
