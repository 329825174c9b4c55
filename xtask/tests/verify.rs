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
    let mut command = Command::new(env!("CARGO_BIN_EXE_cpython-macos-release"));
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
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    let (code, said) = judge(&["--policy", "gatekeeper", "--trust-root", root, "--team-id", TEAM, "--verbose"]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("signature: RSA and CMS; time stamp "), "{said}");
    assert!(said.contains("code: nothing to reject in 0 Mach-O files"), "{said}");
    let verdict = "hello.pkg: component package, intact; signed by \"Developer ID Installer: Example Foundation (FAKE123456)\", trusted: \
                   Fake Apple Root CA vouches for it; notarization ticket stapled; meets the policy gatekeeper\n";
    assert!(said.ends_with(verdict), "{said}");
    let (code, said) = judge(&["--policy", "gatekeeper"]);
    assert_eq!(code, Some(1));
    assert!(said.contains("the root is not as expected\n    x-signature: \"Fake Apple Root CA\""), "{said}");
    let (code, said) = judge(&["--root", root, "--team-id", "OTHER12345"]);
    assert_eq!(code, Some(1));
    assert!(said.contains("the team is FAKE123456, expected OTHER12345"), "{said}");
    // Without a policy a package may be unsigned, but a signature that anybody can make is a false claim.
    let (code, said) = judge(&[]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("NOT trusted: its root \"Fake Apple Root CA\" is not a trusted one; notarization"), "{said}");
    assert_eq!(judge(&["--trust-root", root]).0, Some(0));
    let (code, said) = judge(&["--policy", "self-signed"]);
    assert!(code == Some(0) && said.contains("NOT trusted: its root"), "{said}");
    // A team asks for a Developer ID, and for Apple's root unless another one is named.
    let (code, said) = judge(&["--team-id", TEAM]);
    assert!(
        code == Some(1) && said.contains("the root is not as expected\n    x-signature: \"Fake Apple Root CA\""),
        "{said}"
    );
    assert_eq!(judge(&["--team-id", TEAM, "--root", root]).0, Some(0));
    for policy in ["unsigned", "self-signed"] {
        let (code, said) = judge(&["--team-id", TEAM, "--policy", policy]);
        assert!(code == Some(2) && said.is_empty(), "{said}");
    }
    assert_eq!(judge(&["--policy", "nonsense"]).0, Some(2));
}

#[test]
fn several_files_have_a_verdict_each_and_the_worst_decides() {
    let Some(fake) = FakeApple::get() else { return };
    let dir = tempfile::tempdir().unwrap();
    let package = signed(fake, dir.path(), Signing::default());
    let bytes = std::fs::read(&package).unwrap();
    let put = |name: &str, bytes: &[u8]| {
        std::fs::write(dir.path().join(name), bytes).unwrap();
        name.to_owned()
    };
    let cut = put("cut.pkg", &bytes[..bytes.len() - 700]);
    let text = put("text.pkg", b"no package");
    let cache = tempfile::tempdir().unwrap();
    let run = |files: &[&str], more: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cpython-macos-release"));
        command.current_dir(dir.path()).env("CARGO_MANIFEST_DIR", env!("CARGO_MANIFEST_DIR"));
        let output = command.arg("verify").args(files).args(more).arg("--cache").arg(cache.path()).output().unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
    };
    let (code, said, hint) = run(&["hello.pkg", &cut, &text], &[]);
    assert_eq!(code, Some(2), "{said}");
    let verdicts: Vec<&str> = said.lines().rev().take(3).collect();
    assert!(verdicts[2].starts_with("hello.pkg: component package, intact; signed by "), "{said}");
    assert!(verdicts[1].starts_with("cut.pkg: component package, DAMAGED: the file was cut off: it has"), "{said}");
    assert!(verdicts[0].starts_with("text.pkg: "), "{said}");
    assert_eq!(said.matches("was cut off").count(), 2, "one finding, and the verdict: {said}");
    assert!(hint.contains("hint: --trust-root FILE"), "{hint}");
    assert_eq!(run(&["hello.pkg", "hello.pkg"], &["--trust-root", "root.pem"]).0, Some(0));
    // The same for programs: a list of what one file gives.
    let (code, said, _) = run(&["hello.pkg", &text], &["--json"]);
    let list: serde_json::Value = serde_json::from_str(&said).unwrap();
    assert_eq!((code, &list[0]["format"], &list[1]["format"]), (Some(2), &1.into(), &1.into()));
    assert_eq!(list[0]["verdict"]["signature"]["is_trusted"], false);
    assert!(list[1]["verdict"]["unreadable"].as_str().unwrap().contains("text.pkg"), "{list}");
    let (_, said, _) = run(&["hello.pkg"], &["--json"]);
    assert_eq!(serde_json::from_str::<serde_json::Value>(&said).unwrap(), list[0]);
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
