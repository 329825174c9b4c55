//! `cargo xtask doctor` as its user meets it.

#![allow(clippy::disallowed_methods, clippy::unwrap_used, clippy::indexing_slicing)]

use std::process::Command;

#[test]
fn a_machine_that_can_t_build_gets_exit_code_1() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_cpython-macos-release"));
    let output = command.args(["doctor", "--json", "--cache"]).arg(file.path().join("cache")).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["builds"], false);
    let cache = report["items"].as_array().unwrap().iter().find(|item| item["name"] == "cache").unwrap();
    assert_eq!((&cache["state"], cache["fix"].is_string()), (&"missing".into(), true), "{cache}");
}
