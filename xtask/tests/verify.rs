//! `cargo xtask verify` as its user meets it: exit codes, and reports for programs.

#![allow(clippy::disallowed_methods, clippy::unwrap_used, clippy::indexing_slicing)]

use std::path::Path;
use std::process::{Command, Output};

use fake_apple::{Cms, FakeApple, Signing, TEAM};
use flatpkg::component::{self, Component};
use flatpkg::mode::Mode;
use flatpkg::tree::{Entry, Tree, TreePath};

fn verify(path: &Path, args: &[&str]) -> Output {
    let cache = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.arg("verify").arg(path).args(args).arg("--cache").arg(cache.path()).output().unwrap()
}

#[test]
fn a_root_without_a_framework_has_findings() {
    let dir = tempfile::tempdir().unwrap();
    let output = verify(dir.path(), &["--json"]);
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let findings = report["findings"].as_array().unwrap();
    let checks: std::collections::BTreeSet<_> =
        findings.iter().map(|finding| finding["check"].as_str().unwrap()).collect();
    assert!(checks.is_superset(&["layout", "licenses", "modules", "sysconfig"].into()), "{checks:?}");
    assert!(findings.iter().any(|finding| finding["path"].as_str().unwrap().ends_with("/_ssl.*.so")), "{report}");
}

#[test]
fn what_can_t_be_looked_at_is_no_finding() {
    let dir = tempfile::tempdir().unwrap();
    assert_eq!(verify(&dir.path().join("gone"), &[]).status.code(), Some(2));
    assert_eq!(verify(dir.path(), &["--no-such-flag"]).status.code(), Some(2));
}

#[test]
fn choices_are_refused_for_a_package() {
    let dir = tempfile::tempdir().unwrap();
    let package = dir.path().join("hello.pkg");
    std::fs::write(&package, "").unwrap();
    for choice in [&["--archs", "arm64"][..], &["--no-tests"], &["--release", "3.13.5"]] {
        let output = verify(&package, choice);
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(
            output.status.code() == Some(2) && said.contains("hello.pkg is a package, and package checks take no"),
            "{said}"
        );
    }
}

/// A component with one file, signed by a company that isn't Apple.
fn signed(fake: &FakeApple, dir: &Path, how: Signing) -> std::path::PathBuf {
    let mut tree = Tree::new(Entry::directory(Mode::EXECUTABLE));
    tree.insert(TreePath::new("hello").unwrap(), Entry::file(*b"hello\n", Mode::PLAIN)).unwrap();
    let component = Component { payload: Some(&tree), ..Component::new("org.example.hello", "1") };
    let out = dir.join("hello.pkg");
    component::write(&component, &out, flatpkg::xar::Options::new(0), &|_| ()).unwrap();
    std::fs::write(&out, fake.sign_package(&std::fs::read(&out).unwrap(), how)).unwrap();
    std::fs::write(dir.join("root.pem"), &fake.root().pem).unwrap();
    out
}

#[test]
fn signatures_are_held_against_a_policy() {
    let Some(fake) = FakeApple::get() else { return };
    let dir = tempfile::tempdir().unwrap();
    let package = signed(fake, dir.path(), Signing::default());
    let root = dir.path().join("root.pem");
    let root = root.to_str().unwrap();
    let judge = |args: &[&str]| {
        let output = verify(&package, args);
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    let (code, said) = judge(&["--policy", "gatekeeper", "--root", root, "--team-id", TEAM]);
    assert_eq!(code, Some(0), "{said}");
    let signer = "signature (policy gatekeeper): signed by Developer ID Installer: Example Foundation (FAKE123456), trusted root \
                  Fake Apple Root CA; time stamp ";
    assert!(said.contains(signer) && said.contains("; notarization ticket stapled"), "{said}");
    assert!(said.contains("nothing to reject in 0 Mach-O files"), "{said}");
    let (code, said) = judge(&["--policy", "gatekeeper"]);
    assert_eq!(code, Some(1));
    assert!(said.contains("x-signature: the root is \"Fake Apple Root CA\""), "{said}");
    let (code, said) = judge(&["--root", root, "--team-id", "OTHER12345"]);
    assert_eq!(code, Some(1));
    assert!(said.contains("the team is FAKE123456, expected OTHER12345"), "{said}");
    // Without a policy a signature by anybody is consistent, and nobody is believed.
    let (code, said) = judge(&[]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("but it was not checked against a trusted root"), "{said}");
    // A team asks for a Developer ID, and for Apple's root unless another one is named.
    let (code, said) = judge(&["--team-id", TEAM]);
    assert!(code == Some(1) && said.contains("x-signature: the root is \"Fake Apple Root CA\""), "{said}");
    assert_eq!(judge(&["--team-id", TEAM, "--root", root]).0, Some(0));
    for policy in ["unsigned", "self-signed"] {
        let (code, said) = judge(&["--team-id", TEAM, "--policy", policy]);
        assert!(code == Some(2) && said.contains("accepts any root"), "{said}");
    }
    assert_eq!(judge(&["--policy", "nonsense"]).0, Some(2));
}

#[test]
fn the_log_has_apple_s_shape() {
    let Some(fake) = FakeApple::get() else { return };
    let dir = tempfile::tempdir().unwrap();
    let package = signed(fake, dir.path(), Signing { cms: Some(Cms::default().unstamped()), ..Signing::default() });
    let root = dir.path().join("root.pem");
    let arguments = ["--policy", "developer-id", "--root", root.to_str().unwrap(), "--json=notary"];
    let output = verify(&package, &arguments);
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    let log: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&log["status"], &log["statusCode"]), (&"Invalid".into(), &4000.into()));
    let issue = &log["issues"][0];
    assert_eq!(issue["message"], "The signature does not include a secure timestamp.");
    assert_eq!((&issue["path"], &issue["severity"]), (&"hello.pkg".into(), &"error".into()));
}
