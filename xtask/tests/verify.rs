//! `cargo xtask verify` as its user meets it: exit codes, and reports for programs.

#![allow(clippy::disallowed_methods, clippy::unwrap_used, clippy::indexing_slicing)]

use std::path::Path;
use std::process::{Command, Output};

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
