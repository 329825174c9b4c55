mod removal;

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use flatpkg::package::Package;

use super::*;
use crate::context::Context;
use crate::package::Ownership;
use crate::package::tests::{context, plan, root};
use crate::plan::{BuildOptions, Plan};
use crate::planning::Planned;
use crate::product::Product;
use crate::recipe::Recipes;

/// A package of a small root with its evidence, in a folder of its own.
fn released(dist: &Path) -> (Context, Vec<PathBuf>, PathBuf) {
    released_with(dist, BuildOptions::default())
}

fn released_with(dist: &Path, options: BuildOptions) -> (Context, Vec<PathBuf>, PathBuf) {
    let root = root();
    let library = root.path().join("Library/Frameworks/Python.framework/Versions/3.13/lib/python3.13");
    fs_err::create_dir_all(library.join("ensurepip/_bundled")).unwrap();
    fs_err::write(library.join("ensurepip/_bundled/pip-25.1.1-py3-none-any.whl"), "wheel\n").unwrap();
    fs_err::write(library.join("os.py"), "import sys\n").unwrap();
    let cx = context(dist);
    let plan = Plan { options, ..plan() };
    let recipes = Recipes::load(&cx.paths.mac(), plan.python).unwrap();
    let planned = Planned { release: plan.python, plan, recipes };
    let package = crate::package::tests::flat(&cx, &planned.plan, root.path(), Ownership::Parity).unwrap();
    let product = Product { package, signed: None };
    let files =
        write(&cx, &Subject { planned: &planned, product: &product, has_pgp: false, has_sigstore: false }).unwrap();
    (cx, files, product.package.path)
}

fn named(files: &[PathBuf], ending: &str) -> String {
    let found = files.iter().find(|path| path.to_string_lossy().ends_with(ending)).unwrap();
    fs_err::read_to_string(found).unwrap()
}

fn json(files: &[PathBuf], ending: &str) -> Value {
    serde_json::from_str(&named(files, ending)).unwrap()
}

#[test]
fn two_releases_have_the_same_evidence() {
    let texts = [(); 2].map(|()| {
        let dist = tempfile::tempdir().unwrap();
        let (_, files, _) = released(dist.path());
        let text = |path: &PathBuf| (path.file_name().unwrap().to_owned(), fs_err::read_to_string(path).unwrap());
        files.iter().map(text).collect::<Vec<_>>()
    });
    assert_eq!(texts[0], texts[1]);
    let names: Vec<_> = texts[0].iter().map(|(name, _)| name.to_string_lossy().into_owned()).collect();
    insta::assert_snapshot!(names.join("\n"), @r"
    python-3.13.5-macos11-unsigned.pkg.receipt.json
    python-3.13.5-macos11-unsigned.pkg.spdx.json
    python-3.13.5-macos11-unsigned.pkg.mtree
    python-3.13.5-macos11-unsigned.pkg.uninstall
    python-3.13.5-macos11-unsigned.pkg.choices-everything.plist
    python-3.13.5-macos11-unsigned.pkg.choices-framework-only.plist
    python-3.13.5-macos11-unsigned.pkg.choices-no-profile.plist
    SHA256SUMS
    ");
    for (name, text) in &texts[0] {
        for personal in [env!("CARGO_MANIFEST_DIR"), "/home/", "/root", "/tmp"] {
            assert!(!text.contains(personal), "{} names {personal}", name.display());
        }
    }
}

#[test]
fn sums_are_those_that_sha256sum_finds() {
    let dist = tempfile::tempdir().unwrap();
    let (_, files, _) = released(dist.path());
    assert_eq!(named(&files, "SHA256SUMS").lines().count(), files.len(), "the package, and all but itself");
    let output =
        Command::new("sha256sum").args(["--check", "--strict", "SHA256SUMS"]).current_dir(dist.path()).output();
    match output {
        Ok(output) => assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr)),
        Err(_) => oracle::missing("sha256sum is not installed"),
    }
}

#[test]
fn the_manifest_is_what_bsdtar_finds_on_the_disk() {
    let dist = tempfile::tempdir().unwrap();
    let (_, files, package) = released(dist.path());
    let manifest = named(&files, ".mtree");
    insta::assert_snapshot!(manifest.lines().filter(|line| line.contains("bin")).collect::<Vec<_>>().join("\n"));
    if !oracle::has("bsdtar") {
        return;
    }
    let volume = tempfile::tempdir().unwrap();
    crate::install::tests::everything(&package, volume.path());
    let path = files.iter().find(|path| path.to_string_lossy().ends_with(".mtree")).unwrap();
    let list = Command::new("bsdtar").arg("-tf").arg(path).current_dir(volume.path()).output().unwrap();
    let listed: BTreeSet<String> =
        String::from_utf8(list.stdout).unwrap().lines().map(|line| line.trim_end_matches('/').to_owned()).collect();
    let on_disk: BTreeSet<String> = walkdir::WalkDir::new(volume.path())
        .min_depth(1)
        .into_iter()
        .map(|entry| format!("./{}", entry.unwrap().path().strip_prefix(volume.path()).unwrap().display()))
        // Folders above the places of the components belong to macOS.
        .filter(|path| !["./Library", "./Library/Frameworks", "./usr", "./usr/local"].contains(&path.as_str()))
        .collect();
    assert_eq!(listed, on_disk);
}

#[test]
fn the_bill_says_what_the_package_contains() {
    let dist = tempfile::tempdir().unwrap();
    let (cx, files, package) = released(dist.path());
    let bill = json(&files, ".spdx.json");
    let packages = bill["packages"].as_array().unwrap();
    let names: Vec<&str> = packages.iter().map(|package| package["name"].as_str().unwrap()).collect();
    let recipes = Recipes::load(&cx.paths.mac(), plan().python).unwrap();
    let libraries = recipes.libraries.iter().map(|library| library.name.as_str());
    let file = package.file_name().unwrap().to_str().unwrap();
    let expected: Vec<&str> = [file, "Python"].into_iter().chain(libraries).chain(["pip"]).collect();
    assert_eq!(names, expected);
    let ids: BTreeSet<&str> = packages.iter().map(|package| package["SPDXID"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), packages.len(), "identifiers are unique");
    assert!(ids.iter().all(|id| id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-.".contains(&byte))));
    for relationship in bill["relationships"].as_array().unwrap() {
        for end in ["spdxElementId", "relatedSpdxElement"] {
            let id = relationship[end].as_str().unwrap();
            assert!(ids.contains(id) || id == "SPDXRef-DOCUMENT", "{id}");
        }
    }
    assert_eq!(bill["creationInfo"]["created"], "2025-06-11T00:00:00Z");
    let pip = packages.last().unwrap();
    assert_eq!(pip["externalRefs"][0]["referenceLocator"], "pkg:pypi/pip@25.1.1");
    assert_eq!(pip["checksums"][0]["checksumValue"], Sha256::of(b"wheel\n").to_string());
    match Command::new("pyspdxtools").arg("-i").arg(dist.path().join(format!("{file}.spdx.json"))).output() {
        Ok(output) => assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr)),
        Err(_) => oracle::missing("pyspdxtools is not installed (pip install spdx-tools)"),
    }
}

#[test]
fn libraries_that_were_given_are_in_the_bill() {
    let dist = tempfile::tempdir().unwrap();
    let given = crate::given::tcltk_folder();
    let tcltk = Some(crate::given::TclTk::open(given.path()).unwrap());
    let (_, files, _) = released_with(dist.path(), BuildOptions { tcltk, ..BuildOptions::default() });
    let bill = json(&files, ".spdx.json");
    let packages = bill["packages"].as_array().unwrap().iter();
    // What recipes name has a source.
    let given = packages.filter(|package| package["licenseDeclared"] == "TCL" && package["packageFileName"].is_null());
    let given: Vec<_> = given.map(|package| (package["name"].as_str(), package["versionInfo"].as_str())).collect();
    assert_eq!(given, [(Some("Tcl"), Some("8.6.16")), (Some("Tk"), Some("8.6.15"))]);
}

#[test]
fn the_receipt_names_inputs_options_and_what_is_missing() {
    let dist = tempfile::tempdir().unwrap();
    let (_, files, package) = released(dist.path());
    let receipt = json(&files, ".receipt.json");
    assert_eq!(receipt["package"]["sha256"], Sha256::of_file(&package).unwrap().to_string());
    assert_eq!(receipt["package"]["signed-by"], Value::Null);
    assert_eq!(receipt["package"]["components"][2]["overwrite-permissions"], false);
    assert_eq!(receipt["options"]["ownership"], "parity");
    assert_eq!(receipt["left-out"][0]["name"], "documentation");
    assert!(receipt["inputs"]["installer-assets"]["product.toml"].is_string());
}

#[test]
fn only_what_is_published_has_rows() {
    let dist = tempfile::tempdir().unwrap();
    let (cx, files, path) = released(dist.path());
    assert!(!files.iter().any(|file| file.to_string_lossy().ends_with("release-files.json")), "{files:?}");
    let recipes = Recipes::load(&cx.paths.mac(), plan().python).unwrap();
    let planned = Planned { release: plan().python, plan: plan(), recipes };
    let package = crate::package::tests::flat(&cx, &planned.plan, root().path(), Ownership::Parity).unwrap();
    let product = Product { package, signed: None };
    let subject = Subject { has_pgp: true, has_sigstore: true, planned: &planned, product: &product };
    let open = crate::install::open(&path, None).unwrap();
    let contents = Contents::read(open.installable().unwrap(), &product.package.components).unwrap();
    let assets = product_assets(&cx, &planned.plan.offer).unwrap();
    let file = "python-3.13.5-macos11.pkg".to_owned();
    let facts = Facts { subject: &subject, assets, sha256: Sha256::of(b""), file, contents };
    let outputs = outputs(&cx, &facts).unwrap();
    let rows = outputs.iter().find(|output| output.name.ends_with(".pkg.release-files.json")).unwrap();
    let row = &serde_json::from_str::<Value>(&rows.text).unwrap()[0];
    assert_eq!(row["filesize"], product.len());
    assert_eq!((&row["slug"], &row["download_button"]), (&"3135-macOS-installer".into(), &true.into()));
    assert_eq!(row["description"], "for macOS 10.13 and later");
}

#[test]
fn evidence_of_an_earlier_release_goes_and_other_files_stay() {
    let dist = tempfile::tempdir().unwrap();
    let (cx, _, path) = released(dist.path());
    let beside = |ending: &str| path.with_file_name(format!("{}{ending}", path.file_name().unwrap().to_str().unwrap()));
    let stale = [beside(".release-files.json"), beside(".choices-nobody.plist")];
    let other = [beside(".notes.txt"), beside(".html")];
    for file in stale.iter().chain(&other) {
        fs_err::write(file, "earlier").unwrap();
    }
    let output = Output { name: "python.pkg.receipt.json".into(), text: "{}".into(), mode: 0o644 };
    let files = put(&cx, &path, &[output]).unwrap();
    assert!(stale.iter().all(|file| !file.exists() && !files.contains(file)));
    assert!(other.iter().all(|file| file.exists()));
    let sums = fs_err::read_to_string(path.with_file_name(sums::NAME)).unwrap();
    assert!(!sums.contains("release-files") && !sums.contains("nobody"), "{sums}");
}

#[test]
fn choices_are_what_plutil_and_python_read() {
    let dist = tempfile::tempdir().unwrap();
    let (_, files, package) = released(dist.path());
    insta::assert_snapshot!(named(&files, "choices-no-profile.plist"));
    let package = Package::open(&package).unwrap();
    let offered: BTreeSet<String> =
        package.distribution().unwrap().unwrap().choices.into_iter().map(|choice| choice.id).collect();
    let script = "import plistlib, sys\nfor d in plistlib.load(open(sys.argv[1], 'rb')): print(d['choiceIdentifier'], d['choiceAttribute'], d['attributeSetting'])";
    for path in files.iter().filter(|path| path.extension().is_some_and(|ending| ending == "plist")) {
        let Ok(output) = Command::new("python3").args(["-c", script]).arg(path).output() else {
            oracle::missing("python3 is not installed");
            return;
        };
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(text.lines().count() >= 3, "{text}{}", String::from_utf8_lossy(&output.stderr));
        assert!(text.lines().all(|line| offered.contains(line.split(' ').next().unwrap())), "{text}");
    }
}
