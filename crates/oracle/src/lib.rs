#![doc = include_str!("../README.md")]
#![allow(clippy::disallowed_methods, reason = "runs other people's programs and reads their files")]
#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs, reason = "for tests: whatever goes wrong is a panic")]

pub mod archive;
pub mod hostile;
pub mod sample;

use std::ffi::OsStr;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Says that a test leaves something out for want of a program, a fixture or a validator. In CI, which sets `XTASK_NO_SKIP`,
/// that is a failure: nothing passes there without being tried.
pub fn missing(what: impl std::fmt::Display) {
    assert!(std::env::var_os("XTASK_NO_SKIP").is_none(), "{what}; nothing may be skipped under XTASK_NO_SKIP");
    println!("skipped: {what}");
}

/// Whether a program is in `PATH`; [`missing`] otherwise.
#[must_use]
pub fn has(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).any(|folder| folder.join(program).is_file());
    if !found {
        missing(format_args!("{program} is not installed"));
    }
    found
}

/// What a program prints, or nothing, and a line that says so, when it is not installed. Failing is a test failure.
pub fn run<S: AsRef<OsStr>>(program: &str, arguments: impl IntoIterator<Item = S>) -> Option<Vec<u8>> {
    fed(program, arguments, b"")
}

/// The same for a program that reads its input.
pub fn fed<S: AsRef<OsStr>>(program: &str, arguments: impl IntoIterator<Item = S>, input: &[u8]) -> Option<Vec<u8>> {
    let mut command = Command::new(program);
    command.args(arguments).env("LC_ALL", "C").env("TZ", "UTC");
    let mut child = match command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn() {
        Ok(child) => child,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            missing(format_args!("{program} is not installed"));
            return None;
        }
        Err(error) => panic!("failed to start {program}: {error}"),
    };
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    let writer = std::thread::spawn(move || stdin.write_all(&input));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} failed with {}: {stderr}", output.status);
    assert_eq!(stderr.trim(), "", "{program} complains");
    Some(output.stdout)
}

/// The same as text.
pub fn text(program: &str, arguments: &[&str], input: &[u8]) -> Option<String> {
    fed(program, arguments, input).map(|output| String::from_utf8_lossy(&output).into_owned())
}

/// A file made by Apple's tools, if the folder with them is there.
pub fn fixture(name: &str) -> Option<PathBuf> {
    let beside = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/fixtures")).to_owned();
    let folders = std::env::var_os("FLATPKG_FIXTURES").map(PathBuf::from).into_iter().chain([beside]);
    let found = folders.map(|folder| folder.join(name)).find(|path| path.is_file());
    if found.is_none() {
        missing(format_args!("{name} is not in the folder of fixtures"));
    }
    found
}

/// The same, its bytes.
pub fn fixture_bytes(name: &str) -> Option<Vec<u8>> {
    fixture(name).map(|path| std::fs::read(path).unwrap())
}

/// A member of a package that Apple's tools made, read by `apple-xar`.
pub fn member(package: &str, path: &str) -> Option<Vec<u8>> {
    let bytes = std::io::Cursor::new(fixture_bytes(package)?);
    let mut xar = apple_xar::reader::XarReader::new(bytes).unwrap();
    Some(xar.get_file_data_from_path(path).unwrap().unwrap())
}
