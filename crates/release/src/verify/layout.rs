//! The shape of the root: the framework's files, links, and kinds of entries.

use std::collections::BTreeMap;

use super::expectations::Expectations;
use super::finding::{Check, Finding, Findings};
use super::leaks;
use super::tree::{Astray, NodeKind, Tree};
use crate::framework::Framework;

/// The framework's files, every link, every entry.
pub(super) fn check(tree: &Tree, expect: &Expectations, leaks: &leaks::Search, found: &mut Vec<Finding>) {
    for framework in &expect.frameworks {
        check_framework(*framework, tree, expect, found);
    }
    for (path, text) in tree.links() {
        check_link(path, text, tree, expect, leaks, found);
    }
    check_entries(tree, found);
}

/// What every framework build of Python lays down, whatever its version.
fn check_framework(framework: Framework, tree: &Tree, expect: &Expectations, found: &mut Vec<Finding>) {
    let prefix = expect.prefix_in_root(framework);
    let python = framework.python(expect.python);
    let versions = prefix.rsplit_once('/').map_or("", |(versions, _)| versions);
    let top = versions.rsplit_once('/').map_or("", |(top, _)| top);
    let name = framework.name();
    let links = [
        (format!("{versions}/Current"), expect.python.short()),
        (format!("{top}/{name}"), format!("Versions/Current/{name}")),
        (format!("{top}/Headers"), "Versions/Current/Headers".to_owned()),
        (format!("{top}/Resources"), "Versions/Current/Resources".to_owned()),
    ];
    let [current, ..] = &links;
    if !expect.current && tree.get(&current.0).is_some() {
        Findings::new(&current.0, found).add(Check::Layout, "something", "nothing: another version's is not replaced");
    }
    for (path, expected) in links.iter().filter(|(path, _)| expect.current || *path != current.0) {
        let got = match tree.get(path).map(|entry| &entry.kind) {
            Some(NodeKind::Link(text)) if text == expected => continue,
            Some(NodeKind::Link(text)) => format!("a link to {text}"),
            Some(_) => "no link".to_owned(),
            None => "nothing".to_owned(),
        };
        Findings::new(path, found).add(Check::Layout, got, format!("a link to {expected}"));
    }
    let files = [
        name.to_owned(),
        "Headers/Python.h".to_owned(),
        "Headers/pyconfig.h".to_owned(),
        "Resources/Info.plist".to_owned(),
        "Resources/Python.app/Contents/Info.plist".to_owned(),
        format!("Resources/Python.app/Contents/MacOS/{name}"),
        format!("bin/{python}"),
        format!("lib/{python}/os.py"),
    ];
    for file in files {
        let path = format!("{prefix}/{file}");
        let got = match tree.resolve(&path) {
            Ok(target) if tree.get(&target).is_some_and(|entry| entry.kind == NodeKind::File) => continue,
            Ok(_) => "no file",
            Err(_) => "nothing",
        };
        Findings::new(&path, found).add(Check::Layout, got, "a file");
    }
}

/// A link leads to something in the root, and its text tells nothing about the build machine.
fn check_link(
    path: &str,
    text: &str,
    tree: &Tree,
    expect: &Expectations,
    leaks: &leaks::Search,
    found: &mut Vec<Finding>,
) {
    let mut findings = Findings::new(path, found);
    leaks.check(text.as_bytes(), &mut findings);
    let got = match tree.resolve(path) {
        Ok(_) => return,
        // It will lead to the version that owns it.
        Err(Astray::Missing(missing)) if !expect.current && missing.ends_with("/Versions/Current") => return,
        Err(Astray::Missing(_)) if text.starts_with('/') => format!("a link out of the root, to {text}"),
        Err(Astray::Missing(missing)) => format!("a dangling link to {text}: there is no /{missing}"),
        Err(Astray::Outside) => format!("a link out of the root, to {text}"),
        Err(Astray::Loop) => format!("a link to {text} that goes in circles"),
    };
    findings.add(Check::Links, got, "a link to something in the root");
}

fn check_entries(tree: &Tree, found: &mut Vec<Finding>) {
    let mut folded: BTreeMap<String, &str> = BTreeMap::new();
    for (path, entry) in tree.entries() {
        let mut findings = Findings::new(path, found);
        if let NodeKind::Special(what) = entry.kind {
            findings.add(Check::Entries, what, "a file, folder or link");
        }
        // Folders inherit setgid where we build; what they get on the user's disk is not taken from here.
        if entry.mode & 0o7000 != 0 && entry.kind == NodeKind::File {
            findings.add(Check::Entries, format!("mode {:04o}", entry.mode), "no setuid, setgid or sticky bit");
        }
        if path.contains(char::REPLACEMENT_CHARACTER) {
            findings.add(Check::Entries, "a name that isn't UTF-8", "one that macOS can store");
        }
        // The usual disk of a Mac takes `Readme` and `README` for the same name.
        if let Some(other) = folded.insert(path.to_lowercase(), path) {
            findings.add(Check::Entries, format!("a name that differs from {other} only in case"), "one of them");
        }
    }
}
