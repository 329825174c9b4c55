#![doc = include_str!("../README.md")]

mod paths;
mod tree;
mod walls;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use tree::Tree;

pub use tree::Needs;
pub use walls::{Manifest, broken_walls, crossings, manifests};

/// Reads the sources below a folder, the one of `lib.rs` or `main.rs`.
///
/// # Panics
/// When a file can't be read or is no Rust: it is meant for tests.
pub fn needs(src_dir: impl AsRef<Path>) -> Needs {
    Tree::read(src_dir.as_ref()).needs()
}

/// Files that need each other: each circle with all of its files, in order of their names.
///
/// # Panics
/// As [`needs`].
pub fn circles(src_dir: impl AsRef<Path>) -> Vec<Vec<String>> {
    let needs = needs(src_dir);
    let reach: BTreeMap<&str, BTreeSet<&str>> =
        needs.keys().map(|file| (file.as_str(), reached(&needs, file))).collect();
    let mut circles = BTreeSet::new();
    for (file, others) in &reach {
        let back = |other: &&&str| reach.get(**other).is_some_and(|files| files.contains(file));
        let circle: Vec<String> = others.iter().filter(back).map(|&other| other.to_owned()).collect();
        if !circle.is_empty() {
            circles.insert(circle);
        }
    }
    circles.into_iter().collect()
}

/// All that a file needs, directly or not. It is among them when it lies on a circle.
fn reached<'a>(needs: &'a Needs, file: &str) -> BTreeSet<&'a str> {
    let mut found = BTreeSet::new();
    let mut next: Vec<&str> = needs.get(file).into_iter().flatten().map(String::as_str).collect();
    while let Some(file) = next.pop() {
        if found.insert(file) {
            next.extend(needs.get(file).into_iter().flatten().map(String::as_str));
        }
    }
    found
}

#[cfg(test)]
mod tests;
