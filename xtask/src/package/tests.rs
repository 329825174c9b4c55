use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex;

use flatpkg::package::Package;

use super::*;
use crate::arch::Arch;
use crate::context::Paths;
use crate::ui::Ui;
use crate::version::DeploymentTarget;

/// A root with a little of everything that the components are made of.
fn root() -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    let framework = root.path().join("Library/Frameworks/Python.framework/Versions/3.13");
    let write = |path: std::path::PathBuf, text: &str| {
        fs_err::create_dir_all(path.parent().unwrap()).unwrap();
        fs_err::write(path, text).unwrap();
    };
    write(framework.join("share/doc/python3.13/licenses/python.txt"), "the licence\n");
    write(framework.join("bin/python3.13"), "#!/bin/sh\n");
    let program = std::os::unix::fs::PermissionsExt::from_mode(0o700);
    fs_err::set_permissions(framework.join("bin/python3.13"), program).unwrap();
    write(root.path().join("Applications/Python 3.13/License.txt"), "the licence\n");
    fs_err::create_dir_all(root.path().join("usr/local/bin")).unwrap();
    let target = "../../../Library/Frameworks/Python.framework/Versions/3.13/bin/python3.13";
    std::os::unix::fs::symlink(target, root.path().join("usr/local/bin/python3.13")).unwrap();
    root
}

fn plan() -> Plan {
    let minimum = DeploymentTarget { major: 10, minor: 13 };
    Plan {
        python: "3.13.5".parse().unwrap(),
        variant: "macos11".into(),
        choices: crate::plan::Choices::default(),
        archs: BTreeMap::from([(Arch::X86_64, minimum), (Arch::Arm64, DeploymentTarget::BIG_SUR)]),
        source_date: 1_749_600_000,
        steps: vec![],
        keys: BTreeMap::new(),
        expected_modules: vec![],
        left_out: vec![],
    }
}

fn context(dist: &Path) -> Context {
    let repo = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let paths = Paths { repo, cache: dist.join("cache"), dist: dist.to_owned() };
    Context { paths, ui: Ui::new(), offline: true, jobs: 1, apt: Mutex::default() }
}

#[test]
fn the_product_has_the_names_that_other_peoples_scripts_depend_on() {
    let (root, dist) = (root(), tempfile::tempdir().unwrap());
    let made = package(&context(dist.path()), &plan(), &[], root.path()).unwrap();
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
    let made = package(&context(dist.path()), &plan(), &[], root.path()).unwrap();
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
    let error = package(&context(dist.path()), &plan(), &[], root.path()).unwrap_err();
    assert!(crate::hint::render(&error).contains("no folder usr/local/bin, which Python_Command_Line_Tools.pkg"));
    assert!(fs_err::read_dir(dist.path()).unwrap().next().is_none());
}

#[test]
fn two_packages_of_one_root_are_equal() {
    let (root, other) = (root(), root());
    let bytes = [root, other].map(|root| {
        let dist = tempfile::tempdir().unwrap();
        fs_err::read(package(&context(dist.path()), &plan(), &[], root.path()).unwrap().path).unwrap()
    });
    assert!(bytes[0] == bytes[1]);
}
