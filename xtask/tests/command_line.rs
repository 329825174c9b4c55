//! What is said of a command line that can't be understood.

#![allow(clippy::disallowed_methods, reason = "tests run the program itself")]
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may fail")]

use std::process::Command;

/// The complaint, read by a program and not on a terminal.
fn complaint(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_cpython-macos-release")).args(arguments).output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{arguments:?}");
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn complaints_have_the_colours_that_are_asked_for() {
    for asked in
        [&["--color", "always", "verfiy"][..], &["verfiy", "--color=always"], &["--color=never", "--color=always", "x"]]
    {
        assert!(complaint(asked).contains('\u{1b}'), "{asked:?}");
    }
    for asked in
        [&["verfiy"][..], &["--color", "never", "verfiy"], &["verfiy", "--color"], &["verfiy", "--", "--color=always"]]
    {
        assert!(!complaint(asked).contains('\u{1b}'), "{asked:?}");
    }
}
