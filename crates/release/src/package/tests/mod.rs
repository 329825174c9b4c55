mod disk;
mod era;
mod free_threaded;
mod page;
mod profile;
mod scripts;

use std::collections::BTreeMap;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::sync::Mutex;

use flatpkg::package::Package;

use super::*;
use crate::context::Paths;
use crate::ui::Ui;
use crate::version::DeploymentTarget;
use macho::Arch;

/// `installer-assets/` of this checkout.
fn assets() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../installer-assets")
}

/// The names that the product's texts may use, but for `left-out`.
fn product_names(ownership: Ownership) -> Names {
    let product: ProductAssets = read_toml(&assets().join("product.toml")).unwrap();
    names(&plan(), &product, product.permissions(ownership))
}

/// A root with a little of everything that the components are made of.
pub fn root() -> tempfile::TempDir {
    let root = root_of("3.13");
    let framework = root.path().join("Library/Frameworks/PythonT.framework");
    let version = framework.join("Versions/3.13");
    fs_err::create_dir_all(version.join("bin")).unwrap();
    fs_err::create_dir_all(version.join("lib/python3.13t")).unwrap();
    fs_err::write(version.join("bin/python3.13t"), "#!/bin/sh\n").unwrap();
    fs_err::write(version.join("lib/python3.13t/os.py"), "").unwrap();
    symlink("3.13", framework.join("Versions/Current")).unwrap();
    let target = "../../../Library/Frameworks/PythonT.framework/Versions/3.13/bin/python3.13t";
    symlink(target, root.path().join("usr/local/bin/python3.13t")).unwrap();
    root
}

/// The same for any version of Python, without the free-threaded framework.
pub fn root_of(short: &str) -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    let framework = root.path().join(format!("Library/Frameworks/Python.framework/Versions/{short}"));
    let write = |path: std::path::PathBuf, text: &str| {
        fs_err::create_dir_all(path.parent().unwrap()).unwrap();
        fs_err::write(path, text).unwrap();
    };
    write(framework.join(format!("share/doc/python{short}/licenses/python.txt")), "the licence\n");
    write(framework.join(format!("bin/python{short}")), "#!/bin/sh\n");
    let program = std::os::unix::fs::PermissionsExt::from_mode(0o700);
    fs_err::set_permissions(framework.join(format!("bin/python{short}")), program).unwrap();
    write(root.path().join(format!("Applications/Python {short}/License.txt")), "the licence\n");
    fs_err::create_dir_all(root.path().join("usr/local/bin")).unwrap();
    let target = format!("../../../Library/Frameworks/Python.framework/Versions/{short}/bin/python{short}");
    symlink(target, root.path().join(format!("usr/local/bin/python{short}"))).unwrap();
    symlink(short, framework.parent().unwrap().join("Current")).unwrap();
    symlink(format!("include/python{short}"), framework.join("Headers")).unwrap();
    symlink("Versions/Current/Headers", root.path().join("Library/Frameworks/Python.framework/Headers")).unwrap();
    root
}

/// The plan of a release without the free-threaded framework.
pub fn plan_of_one() -> Plan {
    Plan { frameworks: vec![Framework::Python], ..plan() }
}

pub fn plan() -> Plan {
    let minimum = DeploymentTarget { major: 10, minor: 13 };
    Plan {
        python: "3.13.5".parse().unwrap(),
        variant: "macos11".into(),
        options: crate::plan::BuildOptions::default(),
        host: crate::plan::Host::Linux { triple: "x86_64-pc-linux-gnu".into() },
        archs: BTreeMap::from([(Arch::X86_64, minimum), (Arch::Arm64, DeploymentTarget::BIG_SUR)]),
        slices_left_out: Vec::new(),
        frameworks: vec![Framework::Python, Framework::PythonT],
        source_date: 1_749_600_000,
        steps: vec![],
        keys: BTreeMap::new(),
        libraries: vec![crate::plan::Included { name: "openssl".into(), version: "3.0.20".into() }],
        current: true,
        offer: Default::default(),
        expected_modules: vec![],
        left_out: vec![],
    }
}

pub fn context(dist: &Path) -> Context {
    let repo = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let paths = Paths { repo, cache: dist.join("cache"), dist: dist.to_owned() };
    Context { paths, ui: Ui::new(), offline: true, jobs: 1, apt: Mutex::default() }
}

/// Packages a root as a flat package.
pub fn flat(cx: &Context, plan: &Plan, root: &Path, ownership: Ownership) -> Result<UnsignedPkg> {
    package(cx, plan, root, ownership, Format::Flat)
}

#[test]
fn the_product_has_the_names_that_other_peoples_scripts_depend_on() {
    let (root, dist) = (root(), tempfile::tempdir().unwrap());
    let made = flat(&context(dist.path()), &plan(), root.path(), Ownership::Parity).unwrap();
    assert_eq!(made.path.file_name().unwrap(), "python-3.13.5-macos11-unsigned.pkg");
    let read = Package::open(&made.path).unwrap();
    let components: Vec<String> = read
        .components()
        .map(|component| {
            let about = component.package_info().unwrap();
            let location = about.install_location.unwrap();
            format!("{} {} {} {location}", component.directory(), about.identifier, about.version)
        })
        .collect();
    insta::assert_snapshot!("components", components.join("\n"));
    insta::assert_snapshot!("distribution", String::from_utf8(read.distribution_xml().unwrap().unwrap()).unwrap());
}

#[test]
fn owners_and_modes_come_from_the_policy() {
    let (root, dist) = (root(), tempfile::tempdir().unwrap());
    let made = flat(&context(dist.path()), &plan(), root.path(), Ownership::Parity).unwrap();
    let read = Package::open(&made.path).unwrap();
    let text = flatpkg::dump::dump(&read).unwrap();
    let paths: Vec<&str> =
        text.lines().filter(|line| line.starts_with(['d', '-', 'l']) && line.contains(" root ")).collect();
    insta::assert_snapshot!("owners", paths.join("\n"));
}

#[test]
fn a_root_without_a_component_is_refused_before_anything_is_written() {
    let (root, dist) = (root(), tempfile::tempdir().unwrap());
    fs_err::remove_dir_all(root.path().join("usr")).unwrap();
    let error = flat(&context(dist.path()), &plan(), root.path(), Ownership::Parity).unwrap_err();
    assert!(crate::hint::render(&error).contains("no folder usr/local/bin, which Python_Command_Line_Tools.pkg"));
    assert!(fs_err::read_dir(dist.path()).unwrap().next().is_none());
}

#[test]
fn two_packages_of_one_root_are_equal() {
    let (root, other) = (root(), root());
    let bytes = [root, other].map(|root| {
        let dist = tempfile::tempdir().unwrap();
        fs_err::read(flat(&context(dist.path()), &plan(), root.path(), Ownership::Parity).unwrap().path).unwrap()
    });
    assert!(bytes[0] == bytes[1]);
}

/// What is known of python.org's flat package: component, name in identifier and choice, where it goes, whether there is a
/// payload, how it is selected at first.
const OFFICIAL: [(&str, &str, &str, bool, &str); 7] = [
    ("Python_Framework.pkg", "PythonFramework", "/Library/Frameworks/Python.framework", true, "required"),
    ("Python_Applications.pkg", "PythonApplications", "/Applications", true, "selected"),
    ("Python_Command_Line_Tools.pkg", "PythonUnixTools", "/usr/local/bin", true, "selected"),
    (
        "Python_Documentation.pkg",
        "PythonDocumentation",
        "/Library/Frameworks/Python.framework/Versions/3.13/Resources/English.lproj/Documentation",
        true,
        "selected",
    ),
    (
        "Python_Shell_Profile_Updater.pkg",
        "PythonProfileChanges",
        "/Library/Frameworks/Python.framework",
        false,
        "selected",
    ),
    ("Python_Install_Pip.pkg", "PythonInstallPip", "/Library/Frameworks/Python.framework", false, "selected"),
    ("PythonT_Framework.pkg", "PythonTFramework", "/Library/Frameworks/PythonT.framework", true, "selected"),
];

#[test]
fn the_product_is_python_orgs_but_for_versions() {
    let (root, dist) = (root(), tempfile::tempdir().unwrap());
    let pages = "Library/Frameworks/Python.framework/Versions/3.13/Resources/English.lproj/Documentation";
    fs_err::create_dir_all(root.path().join(pages)).unwrap();
    fs_err::write(root.path().join(pages).join("index.html"), "pages\n").unwrap();
    let made = flat(&context(dist.path()), &plan(), root.path(), Ownership::Parity).unwrap();
    assert_eq!(made.left_out, []);
    let read = Package::open(&made.path).unwrap();
    let distribution = read.distribution().unwrap().unwrap();
    assert_eq!(distribution.choices.len(), OFFICIAL.len());
    for ((official, component), choice) in OFFICIAL.iter().zip(read.components()).zip(&distribution.choices) {
        let (file, name, location, payload, selection) = *official;
        let info = component.package_info().unwrap();
        let id = format!("org.python.Python.{name}-3.13");
        assert_eq!(
            (component.directory(), info.identifier.as_str(), choice.id.as_str()),
            (file, id.as_str(), id.as_str())
        );
        assert_eq!(info.install_location.as_deref(), Some(location));
        assert_eq!((component.has_payload(), component.has_bom()), (payload, payload), "{file}");
        // Theirs is 0, which no tool can compare.
        assert_eq!(info.version, "3.13.5");
        assert_eq!(choice.pkg_refs.first().map(|reference| reference.id.as_str()), Some(id.as_str()));
        let (selected, enabled) = (choice.selected.as_deref(), choice.enabled.as_deref());
        match selection {
            "required" => assert_eq!((selected, enabled), (Some("true"), Some("false"))),
            _ => assert_eq!((choice.start_selected.as_deref(), enabled), (Some("true"), None)),
        }
        assert_eq!(info.relocatable, Some(false));
        assert_eq!(info.auth.as_deref(), Some("root"));
        // Theirs is true everywhere; ours leaves the owner of /usr/local/bin alone.
        assert_eq!(info.overwrite_permissions, Some(file != "Python_Command_Line_Tools.pkg"));
        // No bundle is exchanged as a whole, relocated or compared: a user's site-packages must survive.
        let lists = [&info.upgrade_bundle, &info.update_bundle, &info.atomic_update_bundle, &info.relocate];
        assert!(
            info.bundles.is_empty()
                && lists.iter().all(|list| list.as_ref().is_none_or(|list| list.bundles.is_empty()))
        );
    }
}

/// Nothing of python.org's installer can be missing without being named.
#[test]
fn each_component_that_python_org_publishes_is_offered_or_left_out_by_name() {
    let product: ProductAssets = read_toml(&assets().join("product.toml")).unwrap();
    let name = |component: &ComponentAssets| {
        let identifier = component.identifier.strip_prefix("org.python.Python.").unwrap();
        identifier.strip_suffix("-@short@").unwrap().to_owned()
    };
    let mac = assets().join("../Mac");
    for version in crate::recipe::known_releases(&mac).unwrap() {
        let release = crate::recipe::Recipes::load(&mac, version).unwrap().release;
        assert_eq!(release.published.is_empty(), version < "3.13.0".parse().unwrap(), "{version}");
        let made = |component: &&ComponentAssets| !component.optional || release.free_threaded.is_some();
        let offered: Vec<String> = product.component.iter().filter(made).map(name).collect();
        let left_out: Vec<&str> = release.modules.left_out.iter().map(|item| item.name.as_str()).collect();
        let unnamed = release.published.iter().find(|name| offered.contains(name) == left_out.contains(&name.as_str()));
        assert_eq!(unnamed, None, "{version}: neither offered nor left out, or both");
        for name in left_out {
            let other = release.published.iter().any(|published| published == name);
            assert!(!other || product.lacking.contains_key(name), "the user is told of {name} in a sentence");
        }
    }
}

#[test]
fn what_is_left_out_is_said_on_the_first_page() {
    let (root, dist) = (root(), tempfile::tempdir().unwrap());
    let made = flat(&context(dist.path()), &plan(), root.path(), Ownership::Parity).unwrap();
    assert_eq!(made.left_out.iter().map(|item| item.name.as_str()).collect::<Vec<_>>(), ["documentation"]);
    let read = Package::open(&made.path).unwrap();
    let expanded = dist.path().join("expanded");
    flatpkg::expand::expand(&read, &expanded, true).unwrap();
    let welcome = fs_err::read_to_string(expanded.join("Resources/Welcome.rtf")).unwrap();
    assert!(welcome.contains("The documentation is not in it; it is at https://docs.python.org/."), "{welcome}");
    assert!(
        !welcome.contains("--docs") && !welcome.contains("Sphinx"),
        "what builds it is nothing to its user: {welcome}"
    );

    let why = "not asked for".to_owned();
    let plan = Plan { left_out: vec![LeftOut { name: "documentation".into(), why, sdk: None }], ..plan() };
    let made = flat(&context(dist.path()), &plan, root.path(), Ownership::Parity).unwrap();
    assert_eq!(made.left_out, plan.left_out, "said once, with the plan's reason");
}

#[test]
fn hardened_means_that_only_root_may_write() {
    let (root, dist) = (root(), tempfile::tempdir().unwrap());
    let made = flat(&context(dist.path()), &plan(), root.path(), Ownership::Hardened).unwrap();
    let read = Package::open(&made.path).unwrap();
    for component in read.components() {
        for record in component.bom().unwrap().map(|bom| bom.records).unwrap_or_default() {
            let applications = component.directory() == "Python_Applications.pkg" && record.path.is_root();
            let expected = if applications { (80, 0o020) } else { (0, 0) };
            let link = matches!(record.node, flatpkg::bom::Node::Symlink { .. });
            let writable = if link { expected.1 } else { record.mode.bits() & 0o022 };
            assert_eq!((record.uid, record.gid, writable), (0, expected.0, expected.1), "{}", record.path);
        }
    }
}

#[test]
fn a_path_that_no_component_holds_is_named() {
    let (root, dist) = (root(), tempfile::tempdir().unwrap());
    fs_err::create_dir_all(root.path().join("opt/python")).unwrap();
    symlink("../lib/elsewhere", root.path().join("usr/local/bin/other")).unwrap();
    let error = flat(&context(dist.path()), &plan(), root.path(), Ownership::Parity).unwrap_err();
    let text = crate::hint::render(&error);
    assert!(text.contains("no component holds opt, opt/python, usr/local/bin/other of the staged root"), "{text}");
}

#[test]
fn a_link_to_nothing_is_named() {
    let (root, dist) = (root(), tempfile::tempdir().unwrap());
    let target = "../../../Library/Frameworks/Python.framework/Versions/3.13/bin/idle3";
    symlink(target, root.path().join("usr/local/bin/idle3")).unwrap();
    let error = flat(&context(dist.path()), &plan(), root.path(), Ownership::Parity).unwrap_err();
    let text = crate::hint::render(&error);
    assert!(
        text.contains(
            "usr/local/bin/idle3 leads to Library/Frameworks/Python.framework/Versions/3.13/bin/idle3, which"
        )
    );
}

/// A copy of the assets with some files changed, and a context that uses it.
fn with_assets(changes: &[(&str, Option<&str>)], dist: &Path) -> Context {
    let repo = dist.join("repo");
    for entry in walkdir::WalkDir::new(assets()) {
        let entry = entry.unwrap();
        let to = repo.join("installer-assets").join(entry.path().strip_prefix(assets()).unwrap());
        if entry.file_type().is_dir() {
            fs_err::create_dir_all(to).unwrap();
        } else {
            fs_err::copy(entry.path(), to).unwrap();
        }
    }
    for (file, text) in changes {
        let path = repo.join("installer-assets").join(file);
        match text {
            Some(text) => {
                fs_err::create_dir_all(path.parent().unwrap()).unwrap();
                fs_err::write(path, text).unwrap();
            }
            None => fs_err::remove_file(path).unwrap(),
        }
    }
    let mut context = context(&dist.join("dist"));
    context.paths.repo = repo;
    context
}

#[test]
fn every_problem_of_the_assets_is_reported_at_once() {
    let (root, dist) = (root(), tempfile::tempdir().unwrap());
    let changes = [
        ("resources/Welcome.rtf", Some("{\\rtf1 @verson@}")),
        ("resources/Conclusion.rtf", Some("{\\rtf1 @shrt@}")),
        ("resources/notes.txt", Some("x")),
        ("resources/de.lproj/Wilkommen.rtf", Some("{\\rtf1 x}")),
        ("scripts/pip", None),
    ];
    let cx = with_assets(&changes, dist.path());
    let error = flat(&cx, &plan(), root.path(), Ownership::Parity).unwrap_err();
    let text = crate::hint::render(&error);
    for part in [
        "Welcome.rtf uses unknown names: verson",
        "Conclusion.rtf uses unknown names: shrt",
        "notes.txt is neither",
        "de.lproj/Wilkommen.rtf stands for no resources/Wilkommen.rtf",
        "scripts/pip",
        "no text of installer-assets/ uses the names left-out, minimum, version",
        "hint: installer-assets/README.md",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(!dist.path().join("dist").exists(), "nothing is written");
}

#[test]
fn pages_may_be_translated() {
    let (root, dist) = (root(), tempfile::tempdir().unwrap());
    let changes = [
        ("resources/de.lproj/Welcome.rtf", Some("{\\rtf1 Python @version@ f\\u252?r macOS}")),
        ("resources/de.lproj/Localizable.strings", Some("\"Python Framework\" = \"Python-Framework @short@\";\n")),
    ];
    let cx = with_assets(&changes, dist.path());
    let made = flat(&cx, &plan(), root.path(), Ownership::Parity).unwrap();
    let expanded = dist.path().join("expanded");
    flatpkg::expand::expand(&Package::open(&made.path).unwrap(), &expanded, false).unwrap();
    let read = |file: &str| fs_err::read_to_string(expanded.join("Resources/de.lproj").join(file)).unwrap();
    assert_eq!(read("Welcome.rtf"), "{\\rtf1 Python 3.13.5 f\\u252?r macOS}");
    assert_eq!(read("Localizable.strings"), "\"Python Framework\" = \"Python-Framework 3.13\";\n");
}

#[test]
fn pages_name_the_libraries_of_the_plan() {
    let (root, dist) = (root(), tempfile::tempdir().unwrap());
    let made = flat(&context(dist.path()), &plan(), root.path(), Ownership::Parity).unwrap();
    let expanded = dist.path().join("expanded");
    flatpkg::expand::expand(&Package::open(&made.path).unwrap(), &expanded, false).unwrap();
    let read_me = fs_err::read_to_string(expanded.join("Resources/ReadMe.rtf")).unwrap();
    assert!(read_me.contains("\nopenssl 3.0.20. Their licences are in"), "{read_me}");
}

#[test]
fn pages_are_rich_text_for_light_and_dark() {
    for entry in fs_err::read_dir(assets().join("resources")).unwrap() {
        let path = entry.unwrap().path();
        let bytes = fs_err::read(&path).unwrap();
        if path.extension().is_some_and(|ending| ending == "rtf") {
            let text = String::from_utf8(bytes).unwrap();
            assert!(text.is_ascii() && text.starts_with("{\\rtf1"), "{}", path.display());
            // The system's text colour, and no other: black text would vanish in dark mode.
            assert!(text.contains("\\cname textColor") && !text.contains("\\cf2") && !text.contains("\\cb"));
            let depth = text.replace("\\{", "").replace("\\}", "").chars().fold(0, |depth, c| match c {
                '{' => depth + 1,
                '}' => depth - 1,
                _ => depth,
            });
            assert_eq!(depth, 0, "{}", path.display());
        } else {
            assert!(bytes.starts_with(b"\x89PNG") && bytes.len() < 50_000, "{}", path.display());
        }
    }
}
