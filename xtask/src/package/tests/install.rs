//! Installing what was packaged, as the Installer does it: every path of each bill of materials is laid down, nothing is
//! removed, folders that are there stay.

use std::path::Path;

use flatpkg::bom::Node;
use flatpkg::package::Package;

use super::*;

/// Installs the payloads of some components below a volume.
pub fn install(package: &Path, volume: &Path, chosen: &dyn Fn(&str) -> bool) {
    let work = tempfile::tempdir().unwrap();
    let expanded = work.path().join("expanded");
    let package = Package::open(package).unwrap();
    flatpkg::expand::expand(&package, &expanded, true).unwrap();
    for component in package.components().filter(|component| chosen(component.directory())) {
        let location = component.package_info().unwrap().install_location.unwrap();
        let to = volume.join(location.trim_start_matches('/'));
        for record in component.bom().unwrap().map(|bom| bom.records).unwrap_or_default() {
            let from = expanded.join(component.member("Payload")).join(record.path.as_path());
            let to = if record.path.is_root() { to.clone() } else { to.join(record.path.as_path()) };
            match &record.node {
                Node::Directory => fs_err::create_dir_all(&to).unwrap(),
                Node::Symlink { target, .. } => {
                    _ = fs_err::remove_file(&to);
                    std::os::unix::fs::symlink(String::from_utf8(target.clone()).unwrap(), &to).unwrap();
                }
                _ => _ = fs_err::copy(&from, &to).unwrap(),
            }
        }
    }
}

#[test]
fn an_upgrade_keeps_what_users_put_into_the_framework() {
    let (first, dist, disk) = (root(), tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let library = "Library/Frameworks/Python.framework/Versions/3.13/lib/python3.13";
    for (file, text) in [("os.py", "old\n"), ("site-packages/README.txt", "ours\n")] {
        let path = first.path().join(library).join(file);
        fs_err::create_dir_all(path.parent().unwrap()).unwrap();
        fs_err::write(path, text).unwrap();
    }
    let volume = disk.path();
    let all = |_: &str| true;
    let make = || package(&context(dist.path()), &plan(), &[], first.path(), Ownership::Parity).unwrap();
    install(&make().path, volume, &all);
    let sentinel = volume.join(library).join("site-packages/mine/__init__.py");
    fs_err::create_dir_all(sentinel.parent().unwrap()).unwrap();
    fs_err::write(&sentinel, "mine\n").unwrap();

    fs_err::write(first.path().join(library).join("os.py"), "new\n").unwrap();
    install(&make().path, volume, &all);
    assert_eq!(fs_err::read_to_string(volume.join(library).join("os.py")).unwrap(), "new\n");
    assert_eq!(fs_err::read_to_string(&sentinel).unwrap(), "mine\n");
    assert!(volume.join("usr/local/bin/python3.13").exists(), "links lead to what is installed");
    let applications = volume.join("Applications/Python 3.13");
    for command in ["Install Certificates.command", "Update Shell Profile.command"] {
        let text = fs_err::read_to_string(applications.join(command)).unwrap();
        assert!(text.starts_with("#!/bin/sh\n") && text.contains("/Python.framework/Versions/3.13'"), "{command}");
    }
}
