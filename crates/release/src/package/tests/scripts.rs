//! The scripts that the Installer runs, on a disk that is thrown away.

use std::process::Command;

use super::disk::{Disk, PREFIX, fails, said, succeeds};
use crate::package::{Escape, Ownership};

fn scripts() -> Vec<String> {
    let dir = super::assets().join("scripts");
    let mut names: Vec<String> =
        fs_err::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn scripts_are_sound_as_shell_scripts() {
    let disk = Disk::new();
    for shell in ["sh", "dash", "bash"] {
        if which::which(shell).is_err() {
            oracle::missing(format_args!("{shell} is not installed"));
            continue;
        }
        for name in scripts() {
            let script = disk.script(&name, "/Library");
            succeeds(&disk.run(Command::new(shell).arg("-n").arg(script)));
        }
    }
    if which::which("shellcheck").is_err() {
        oracle::missing("shellcheck is not installed");
        return;
    }
    for name in scripts() {
        succeeds(
            &disk.run(Command::new("shellcheck").args(["--shell=sh", "--norc"]).arg(disk.script(&name, "/Library"))),
        );
    }
}

#[test]
fn scripts_use_neither_network_nor_windows_and_stop_at_errors() {
    for name in scripts() {
        let text = fs_err::read_to_string(super::assets().join("scripts").join(&name)).unwrap();
        let code: Vec<&str> = text.lines().filter(|line| !line.trim_start().starts_with('#')).collect();
        assert!(text.starts_with("#!/bin/sh\n") && code.contains(&"set -eu"), "{name}");
        let words: Vec<&str> =
            code.iter().flat_map(|line| line.split(|c: char| !c.is_ascii_alphanumeric() && c != '-')).collect();
        for banned in ["curl", "wget", "open", "osascript", "eval", "chown", "chmod", "finger"] {
            assert!(!words.contains(&banned), "{name} uses {banned}");
        }
        assert_eq!(
            words.contains(&"install") && words.contains(&"pip"),
            name == "install-certificates",
            "{name}: network"
        );
    }
}

#[test]
fn the_framework_is_compiled_and_trusts_macos() {
    let disk = Disk::new();
    let before = disk.manifest();
    succeeds(&disk.postinstall("framework"));
    insta::assert_snapshot!(disk.log(), @r"
    python -E -s -Wi -m compileall -q -f -j0 -x /(bad_coding|badsyntax|site-packages|lib2to3/tests/data) PREFIX/lib/python3.13
    ");
    assert_eq!(
        disk.changes(&before),
        [
            format!("{PREFIX}/etc/openssl/cert.pem"),
            format!("{PREFIX}/lib/python3.13/__pycache__"),
            format!("{PREFIX}/lib/python3.13/__pycache__/os.cpython-313.pyc"),
        ]
    );
    assert_eq!(disk.target(&format!("{PREFIX}/etc/openssl/cert.pem")), "/etc/ssl/cert.pem");
    let after = disk.manifest();
    succeeds(&disk.postinstall("framework"));
    assert_eq!(disk.changes(&after), [""; 0], "a second time changes nothing");
}

#[test]
fn the_free_threaded_framework_is_compiled_and_has_a_pip_of_its_own() {
    let disk = Disk::new();
    fails(&disk.postinstall("free-threaded"), "bin/python3.13t is not there");
    let other = PREFIX.replace("Python.", "PythonT.");
    let log = disk.free_threaded(&other);
    let before = disk.manifest();
    succeeds(&disk.postinstall("free-threaded"));
    insta::assert_snapshot!(log(), @r"
    python -E -s -Wi -m compileall -q -f -j0 -x /(bad_coding|badsyntax|site-packages|lib2to3/tests/data) PREFIX/lib/python3.13t
    python -E -s -m ensurepip --upgrade
    ");
    let changes = disk.changes(&before);
    assert!(!changes.is_empty() && changes.iter().all(|path| path.starts_with(&other)), "no links: {changes:?}");
}

#[test]
fn files_that_scripts_make_have_the_modes_of_the_policy() {
    for (ownership, mode) in [(Ownership::Parity, "664"), (Ownership::Hardened, "644")] {
        let mut disk = Disk::new();
        disk.ownership = ownership;
        succeeds(&disk.postinstall("framework"));
        let file = format!("{PREFIX}/lib/python3.13/__pycache__/os.cpython-313.pyc");
        assert_eq!(disk.manifest()[&file], format!("file {mode} bytecode\n"));
    }
}

#[test]
fn an_upgrade_keeps_the_users_certificates_and_packages() {
    let disk = Disk::new();
    let list = format!("{PREFIX}/etc/openssl/cert.pem");
    // Even one that leads nowhere: the package it came from may come back.
    disk.link("../../lib/python3.13/site-packages/certifi/cacert.pem", &list);
    disk.write(&format!("{PREFIX}/lib/python3.13/site-packages/mine.py"), "x = 1\n");
    let before = disk.manifest();
    succeeds(&disk.postinstall("framework"));
    assert!(disk.changes(&before).iter().all(|path| path.contains("__pycache__")), "{:?}", disk.changes(&before));
}

#[test]
fn a_compilation_that_fails_or_hangs_does_not_fail_the_installation() {
    for what in ["fail", "hang"] {
        let disk = Disk::new();
        disk.python_will(what);
        let output = disk.postinstall("framework");
        succeeds(&output);
        assert!(said(&output).contains("not all of the library is compiled"), "{what}: {}", said(&output));
    }
}

#[test]
fn without_the_framework_scripts_say_so_and_change_nothing() {
    for script in ["framework", "pip"] {
        let disk = Disk::new();
        fs_err::remove_dir_all(disk.path("Library")).unwrap();
        let before = disk.manifest();
        fails(&disk.postinstall(script), "bin/python3.13 is not there");
        assert_eq!(disk.changes(&before), [""; 0]);
    }
}

const FRAMEWORK_LINK: &str = "../../../Library/Frameworks/Python.framework/Versions";

#[test]
fn pip_is_linked_where_python_is() {
    let disk = Disk::new();
    disk.link(&format!("{FRAMEWORK_LINK}/3.13/bin/python3.13"), "usr/local/bin/python3.13");
    disk.link(&format!("{FRAMEWORK_LINK}/3.12/bin/python3"), "usr/local/bin/python3");
    let before = disk.manifest();
    succeeds(&disk.postinstall("pip"));
    assert_eq!(disk.log(), "python -E -s -m ensurepip --upgrade\n");
    assert_eq!(disk.target("usr/local/bin/pip3.13"), format!("{FRAMEWORK_LINK}/3.13/bin/pip3.13"));
    assert!(!disk.path("usr/local/bin/pip3").exists(), "python3 is another version's, so pip3 would be");
    let outside = disk.changes(&before).into_iter().filter(|path| !path.starts_with(PREFIX)).collect::<Vec<_>>();
    assert_eq!(outside, ["usr/local/bin/pip3.13"]);
    let after = disk.manifest();
    succeeds(&disk.postinstall("pip"));
    assert_eq!(disk.changes(&after), [""; 0], "a second time changes nothing");
}

#[test]
fn pip_of_others_stays() {
    let disk = Disk::new();
    for name in ["python3", "python3.13"] {
        disk.link(&format!("{FRAMEWORK_LINK}/3.13/bin/{name}"), &format!("usr/local/bin/{name}"));
    }
    disk.link("../Cellar/python/bin/pip3", "usr/local/bin/pip3");
    disk.write("usr/local/bin/pip3.13", "mine\n");
    succeeds(&disk.postinstall("pip"));
    assert_eq!(disk.target("usr/local/bin/pip3"), "../Cellar/python/bin/pip3");
    assert_eq!(disk.read("usr/local/bin/pip3.13"), "mine\n");

    fs_err::remove_file(disk.path("usr/local/bin/pip3")).unwrap();
    disk.link(&format!("{FRAMEWORK_LINK}/3.12/bin/pip3"), "usr/local/bin/pip3");
    succeeds(&disk.postinstall("pip"));
    assert_eq!(disk.target("usr/local/bin/pip3"), format!("{FRAMEWORK_LINK}/3.13/bin/pip3"), "follows python3");
}

#[test]
fn pip_without_the_command_line_tools_makes_no_links() {
    let disk = Disk::new();
    let before = disk.manifest();
    succeeds(&disk.postinstall("pip"));
    assert!(disk.changes(&before).iter().all(|path| path.starts_with(PREFIX)));
    disk.python_will("fail");
    assert!(!disk.postinstall("pip").status.success(), "a pip that was asked for and isn't there is a failure");
}

#[test]
fn documentation_is_linked_where_there_is_a_place() {
    let disk = Disk::new();
    let before = disk.manifest();
    fails(&disk.postinstall("documentation"), "there is no documentation");
    assert_eq!(disk.changes(&before), [""; 0]);

    disk.write(&format!("{PREFIX}/Resources/English.lproj/Documentation/index.html"), "docs\n");
    let before = disk.manifest();
    succeeds(&disk.postinstall("documentation"));
    let html = format!("{PREFIX}/share/doc/python3.13/html");
    assert!(disk.path(&html).join("index.html").is_file());
    assert!(disk.changes(&before).iter().all(|path| path.starts_with(&format!("{PREFIX}/share"))), "no applications");

    let page = "Applications/Python 3.13/Python Documentation.html";
    fs_err::create_dir_all(disk.path("Applications/Python 3.13")).unwrap();
    disk.link("/somewhere/old", page);
    succeeds(&disk.postinstall("documentation"));
    assert_eq!(disk.target(page), format!("/{PREFIX}/Resources/English.lproj/Documentation/index.html"));
    fs_err::remove_file(disk.path(page)).unwrap();
    disk.write(page, "mine\n");
    succeeds(&disk.postinstall("documentation"));
    assert_eq!(disk.read(page), "mine\n");
}

#[test]
fn certificates_are_mozillas_else_macos_else_what_was_there() {
    let list = format!("{PREFIX}/etc/openssl/cert.pem");
    let disk = Disk::new();
    let system = disk.path("etc/ssl/cert.pem").display().to_string();
    let certificates = |disk: &Disk| disk.command("install-certificates", &[&system]);

    let before = disk.manifest();
    succeeds(&certificates(&disk));
    assert_eq!(disk.target(&list), "../../lib/python3.13/site-packages/certifi/cacert.pem");
    assert_eq!(disk.read(&list), "Mozilla\n");
    assert!(disk.changes(&before).iter().all(|path| path.starts_with(PREFIX)));
    let after = disk.manifest();
    succeeds(&certificates(&disk));
    assert_eq!(disk.changes(&after), [""; 0], "a second time changes nothing");

    let disk = Disk::new();
    disk.python_will("fail");
    succeeds(&certificates(&disk));
    assert_eq!(disk.target(&list), system, "no network: macOS's own list");
    fs_err::remove_file(disk.path(&list)).unwrap();
    disk.write(&list, "mine\n");
    succeeds(&certificates(&disk));
    assert_eq!(disk.read(&list), "mine\n", "no network: an earlier list stays");
}

#[test]
fn every_name_of_the_scripts_is_known() {
    let names = super::product_names(Ownership::Parity);
    for name in scripts().iter().filter(|name| *name != "uninstall") {
        let text = fs_err::read_to_string(super::assets().join("scripts").join(name)).unwrap();
        names.fill(&text, Escape::Shell, name).unwrap();
    }
}
