//! What others made: Apple's bytes, and programs that read ours.

#![allow(dead_code, reason = "each test program uses its own part")]

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// A file that Apple's tools made; `None`, and a line that says so, where these files aren't at hand.
pub(crate) fn fixture(name: &str) -> Option<Vec<u8>> {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/fixtures");
    let folders = std::env::var_os("FLATPKG_FIXTURES").into_iter().chain([beside.into()]);
    let found = folders.map(|folder| PathBuf::from(folder).join(name)).find(|path| path.exists());
    match found {
        Some(path) => Some(std::fs::read(path).unwrap()),
        None => {
            println!("skipped: the fixture {name} is not at hand");
            None
        }
    }
}

/// A member of a package that Apple's tools made, read by `apple-xar`.
pub(crate) fn member(package: &str, path: &str) -> Option<Vec<u8>> {
    let bytes = std::io::Cursor::new(fixture(package)?);
    let mut xar = apple_xar::reader::XarReader::new(bytes).unwrap();
    Some(xar.get_file_data_from_path(path).unwrap().unwrap())
}

/// What a program prints for some input; `None`, and a line that says so, when it isn't installed.
pub(crate) fn run(program: &str, arguments: &[&str], input: &[u8]) -> Option<String> {
    let mut command = Command::new(program);
    command.args(arguments).env("TZ", "UTC").env("LC_ALL", "C");
    let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut child = match child {
        Ok(child) => child,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            println!("skipped: {program} is not installed");
            return None;
        }
        Err(error) => panic!("{program}: {error}"),
    };
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    let writer = std::thread::spawn(move || stdin.write_all(&input));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    assert!(output.status.success(), "{program} failed: {}", String::from_utf8_lossy(&output.stderr));
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}
