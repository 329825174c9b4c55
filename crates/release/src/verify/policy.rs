//! What no installer may lay down: rubbish of other systems and tools, and modes that lock users out or let them in.

use super::expectations::Expectations;
use super::finding::{Check, Finding, Findings};
use super::tree::{Entry, NodeKind, Tree};
use crate::framework::Framework;

/// Names, modes and licences.
pub(super) fn check(tree: &Tree, expect: &Expectations, found: &mut Vec<Finding>) {
    for (path, entry) in tree.entries() {
        let mut findings = Findings::new(path, found);
        check_name(path, expect, &mut findings);
        check_mode(entry, &mut findings);
    }
    check_licenses(tree, expect, found);
}

fn check_name(path: &str, expect: &Expectations, findings: &mut Findings<'_>) {
    let name = path.rsplit('/').next().unwrap_or(path);
    if let Some(pattern) = expect.linkage.entries.forbidden.iter().find(|pattern| matches(name, pattern)) {
        findings.add(Check::Entries, format!("a name like {pattern}"), "no such thing in an installer");
    }
    let is_bytecode = name == "__pycache__" || name.ends_with(".pyc");
    if is_bytecode && !expect.bytecode {
        findings.add(Check::Entries, "bytecode", "none: it is compiled where Python is installed");
    }
}

/// Whether a name fits a pattern: the pattern itself, or with one `*` that stands for anything.
fn matches(name: &str, pattern: &str) -> bool {
    match pattern.split_once('*') {
        None => name == pattern,
        Some((start, end)) => name.len() >= start.len() + end.len() && name.starts_with(start) && name.ends_with(end),
    }
}

/// Everyone can read everything, and only owners and their group can write.
///
/// Whether the group may is the package's policy, not the root's.
fn check_mode(entry: &Entry, findings: &mut Findings<'_>) {
    let mode = entry.mode & 0o777;
    let (needed, what) = match entry.kind {
        NodeKind::Folder => (0o555, "a folder that everyone can enter"),
        NodeKind::File => (0o444, "a file that everyone can read"),
        NodeKind::Link(_) | NodeKind::Special(_) => return,
    };
    if mode & needed != needed {
        findings.add(Check::Permissions, format!("mode {mode:04o}"), what);
    }
    if mode & 0o002 != 0 {
        findings.add(Check::Permissions, format!("mode {mode:04o}"), "what only its owner and group can change");
    }
    let run = mode & 0o111;
    if entry.kind == NodeKind::File && run != 0 && run != 0o111 {
        findings.add(Check::Permissions, format!("mode {mode:04o}"), "a program for everyone, or for nobody");
    }
}

/// A program can be run: a linked one wherever it is, a script where programs are.
pub(super) fn check_program(bytes: &[u8], images: &[macho::Details], entry: &Entry, findings: &mut Findings<'_>) {
    let linked = images.iter().any(|image| image.file_type == macho::FileType::Executable);
    let script = bytes.starts_with(b"#!") && findings.path().rsplit('/').nth(1) == Some("bin");
    if (linked || script) && entry.mode & 0o111 == 0 {
        findings.add(Check::Permissions, format!("mode {:04o}", entry.mode & 0o777), "a program that can be run");
    }
}

/// The licences of what is shipped are shipped with it.
fn check_licenses(tree: &Tree, expect: &Expectations, found: &mut Vec<Finding>) {
    let prefix = expect.prefix_in_root(Framework::Python);
    let folder = format!("{prefix}/share/doc/python{}/licenses", expect.python.short());
    for name in &expect.licenses {
        let path = format!("{folder}/{name}.txt");
        let got = match tree.get(&path) {
            Some(Entry { kind: NodeKind::File, source, .. }) => match source.metadata() {
                Ok(file) if file.len() > 0 => continue,
                _ => "an empty file",
            },
            Some(_) => "no file",
            None => "nothing",
        };
        Findings::new(&path, found).add(Check::Licenses, got, format!("the licence of {name}"));
    }
}
