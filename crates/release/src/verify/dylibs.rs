//! What a slice is called by, what it is linked with, and where it searches.

use super::expectations::Expectations;
use super::finding::{Check, Findings};
use super::tree::{self, Tree};
use macho::{Details, FileType};

/// Install name, linked libraries and search paths.
pub(super) fn check(image: &Details, tree: &Tree, expect: &Expectations, findings: &mut Findings<'_>) {
    check_install_name(image, tree, findings);
    for dylib in &image.dylibs {
        let minimum = expect.minimum_of(image.arch);
        match expect.linkage.library(&dylib.path) {
            None if is_ours(&dylib.path, tree) => {}
            None => {
                let expected = "a library in the root, or one listed in Mac/linkage.toml";
                findings.add(Check::Linkage, format!("linked with {}", dylib.path), expected);
            }
            Some(library) => {
                if let Some(since) = library.since.filter(|since| *since > minimum && !dylib.weak) {
                    let got = format!("linked with {}, which came with macOS {since}", dylib.path);
                    findings.add(Check::Linkage, got, format!("a weak link: the slice is for macOS {minimum}"));
                }
            }
        }
    }
    for rpath in &image.rpaths {
        findings.add(Check::Rpath, format!("LC_RPATH {rpath}"), "no search path");
    }
}

/// A dylib's users look for it by its install name; that must lead to the file itself.
fn check_install_name(image: &Details, tree: &Tree, findings: &mut Findings<'_>) {
    let own = format!("/{}", findings.path());
    match (&image.install_name, image.file_type) {
        (Some(name), FileType::Dylib) => {
            let leads_here = name.starts_with('/') && tree.resolve(name).as_deref() == Ok(findings.path());
            if !leads_here {
                findings.add(Check::InstallName, name, own);
            }
        }
        (None, FileType::Dylib) => findings.add(Check::InstallName, "no install name", own),
        (Some(name), _) => findings.add(Check::InstallName, name, "none: this is no dylib"),
        (None, _) => {}
    }
}

/// Whether an absolute install name leads to a file of ours.
fn is_ours(install_name: &str, tree: &Tree) -> bool {
    let path = install_name.starts_with('/').then(|| tree.resolve(install_name).ok()).flatten();
    path.and_then(|path| tree.get(&path)).is_some_and(|entry| entry.kind == tree::NodeKind::File)
}
