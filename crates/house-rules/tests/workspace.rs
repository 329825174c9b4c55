//! The rules, held against all crates of this workspace.

#![allow(clippy::unwrap_used, missing_docs, reason = "a test may fail")]

use std::path::{Path, PathBuf};

/// Which crates of the workspace a crate may need: arrows go down only. Those for tests are in no list but their own.
const WALLS: &[(&str, &[&str])] = &[
    ("macho", &[]),
    ("flatpkg", &["macho"]),
    ("oldpkg", &["flatpkg"]),
    ("pkgsign", &["flatpkg", "macho"]),
    ("effect", &["flatpkg", "oldpkg"]),
    ("preview", &["effect", "flatpkg", "oldpkg"]),
    ("machorun", &["macho"]),
    ("release", &["effect", "flatpkg", "macho", "machorun", "oldpkg", "pkgsign", "preview"]),
    ("xtask", &["effect", "flatpkg", "macho", "oldpkg", "pkgsign", "preview", "release"]),
    ("sdkgen", &[]),
    ("house-rules", &[]),
    ("oracle", &["flatpkg"]),
    ("fake-apple", &["flatpkg", "oracle", "pkgsign"]),
];

/// Outside crates that few may name: who reads Mach-O, talks to servers, starts processes, has a command line or a progress bar.
const RESERVED: &[(&str, &[&str])] = &[
    ("object", &["macho"]),
    ("ureq", &["release"]),
    ("duct", &["release"]),
    ("xshell", &["release"]),
    ("indicatif", &["release"]),
    ("clap", &["release", "xtask"]),
    ("libc", &["machorun"]),
];

/// The folders of all crates.
fn crates() -> Vec<PathBuf> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut folders = vec![workspace.join("xtask")];
    for entry in workspace.join("crates").read_dir().unwrap() {
        folders.push(entry.unwrap().path());
    }
    folders.retain(|folder| folder.join("Cargo.toml").is_file());
    folders.sort();
    folders
}

#[test]
fn no_file_needs_one_that_needs_it() {
    for folder in crates() {
        let circles = house_rules::circles(folder.join("src"));
        assert!(circles.is_empty(), "{}: files that need each other: {circles:#?}", folder.display());
    }
}

#[test]
fn arrows_between_crates_go_down() {
    let manifests = house_rules::manifests(&crates());
    assert_eq!(manifests.len(), WALLS.len(), "every crate has a place in the list");
    let broken = house_rules::broken_walls(&manifests, WALLS, RESERVED);
    assert!(broken.is_empty(), "{broken:#?}");
}
