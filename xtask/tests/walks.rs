//! The walks of `docs/walks` that need nothing but this tool print what their transcripts say.

#![allow(clippy::disallowed_methods, reason = "tests run the program itself")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs, reason = "a test may fail")]

use std::fs;
use std::path::Path;
use std::process::Command;

use fake_apple::{FakeApple, Signing};
use flatpkg::component::{self, Component};
use flatpkg::mode::Mode;
use flatpkg::tree::{Entry, Tree, TreePath};

const WALKS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/walks");

/// Runs a walk in a folder, by the name of the installed program.
fn walked(name: &str, dir: &Path) {
    let bin = dir.join("bin");
    fs::create_dir(&bin).unwrap();
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_cpython-macos-release"), bin.join("cpython-macos-release")).unwrap();
    let place = dir.join("place");
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
    let mut shell = Command::new("sh");
    shell.arg(format!("{WALKS}/{name}.sh")).current_dir(&place).env_clear();
    shell.env("PATH", path).env("HOME", dir).env("LANG", "C.UTF-8").env("COLUMNS", "100");
    let output = shell.output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap().replace(&place.display().to_string(), "/place");
    let transcript = format!("{WALKS}/{name}.txt");
    if std::env::var_os("WALKS").is_some_and(|what| what == "write") {
        fs::write(&transcript, &said).unwrap();
    }
    assert_eq!(said, fs::read_to_string(&transcript).unwrap(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn an_administrator_with_a_stranger_s_package() {
    let Some(fake) = FakeApple::get() else { return };
    let dir = tempfile::tempdir().unwrap();
    let place = dir.path().join("place");
    fs::create_dir(&place).unwrap();
    let mut tree = Tree::new(Entry::directory(Mode::EXECUTABLE));
    tree.insert(TreePath::new("hello").unwrap(), Entry::file(*b"hello\n", Mode::PLAIN)).unwrap();
    let component = Component {
        payload: Some(&tree),
        install_location: "/usr/local".into(),
        ..Component::new("org.example.hello", "1.0")
    };
    let plain = place.join("plain.pkg");
    component::write(&component, &plain, flatpkg::xar::Options::new(0), &|_| ()).unwrap();
    let bytes = fs::read(&plain).unwrap();
    fs::write(place.join("half.pkg"), &bytes[..bytes.len() - 300]).unwrap();
    fs::write(place.join("stranger.pkg"), fake.sign_package(&bytes, Signing::default())).unwrap();
    fs::write(place.join("company.pem"), &fake.root().pem).unwrap();
    fs::write(place.join("notes.txt"), "to do\n").unwrap();
    walked("administrator", dir.path());
}

#[test]
fn a_newcomer() {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("place")).unwrap();
    walked("newcomer", dir.path());
}

#[test]
fn the_other_walks_are_scripts() {
    for name in ["manager", "developer"] {
        let checked = Command::new("sh").arg("-n").arg(format!("{WALKS}/{name}.sh")).status().unwrap();
        assert!(checked.success(), "{name}");
    }
}
