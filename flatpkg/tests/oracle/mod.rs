//! What several tests need: other people's programs, and files that Apple's tools made. Both may be missing.
#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::print_stdout,
    missing_docs,
    unreachable_pub,
    reason = "shared by the tests"
)]

pub mod hostile;
pub mod sample;

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What a program prints, or nothing, and a line that says so, when it is not installed. Failing is a test failure.
pub fn run<S: AsRef<OsStr>>(program: &str, arguments: impl IntoIterator<Item = S>) -> Option<Vec<u8>> {
    match Command::new(program).args(arguments).env("LC_ALL", "C").env("TZ", "UTC").output() {
        Ok(output) => {
            let stderr = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "{program} failed with {}: {stderr}", output.status);
            assert_eq!(stderr.trim(), "", "{program} complains");
            Some(output.stdout)
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            println!("skipped: {program} is not installed");
            None
        }
        Err(error) => panic!("failed to start {program}: {error}"),
    }
}

/// A file made by Apple's tools, if the folder with them is there.
pub fn fixture(name: &str) -> Option<PathBuf> {
    let beside = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/fixtures")).to_owned();
    let folders = std::env::var_os("FLATPKG_FIXTURES").map(PathBuf::from).into_iter().chain([beside]);
    let found = folders.map(|folder| folder.join(name)).find(|path| path.is_file());
    if found.is_none() {
        println!("skipped: {name} is not there");
    }
    found
}

/// The same, its bytes.
pub fn fixture_bytes(name: &str) -> Option<Vec<u8>> {
    fixture(name).map(|path| std::fs::read(path).unwrap())
}
