//! The audit of a staged root: what stands in for a Mac when none is there.
//!
//! [`root`] looks at every file, link and folder of a tree as an installer will lay it down, and reports every problem
//! at once. It reads bytes and runs nothing. It shares no code with what stages the tree, or it would agree with its
//! mistakes.
//!
//! Each check has a file of its own:
//!
//! | file | what it checks |
//! |---|---|
//! | `slices` | each Mach-O file has the expected architectures |
//! | `minimum` | each slice asks for the expected macOS |
//! | `dylibs` | install names, linked libraries, search paths |
//! | `header` | room for load commands, the interpreter's stack |
//! | `signature` | arm64 is signed; the hashes of pages and blobs are right |
//! | `leaks` | no file names a folder of the build machine |
//! | `closure` | each imported symbol exists; new ones are imported weakly |
//! | `modules` | the extension modules are there, and have their entry points |
//! | `layout` | the framework's files; links; kinds of entries |
//! | `policy` | no rubbish, readable by all, programs can be run, licences are there |
//! | `sysconfig`, `pyconfig` | what Python says about its own build, and believes about the system |
//!
//! [`code`] is about who signed, in a root or in a package.

mod bundles;
mod closure;
pub mod code;
mod dylib;
mod dylibs;
mod expectations;
mod finding;
mod header;
mod layout;
mod leaks;
mod linkage;
mod minimum;
mod modules;
mod payload;
mod policy;
mod pyconfig;
mod sdk;
mod signature;
mod slices;
mod sysconfig;
#[cfg(test)]
mod tests;
mod tree;

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Result;
use rayon::prelude::*;

pub use dylib::{DylibSlice, dylib};
pub use expectations::Expectations;
pub use finding::{AuditReport, Finding};
pub use linkage::Linkage;

use crate::version::PythonVersion;
use expectations::Binary;
use finding::{Check, Counts, Findings};
use tree::Tree;

/// The version of Python in a staged root, from its `patchlevel.h`; nothing when there isn't exactly one.
pub fn version_of(root: &Path) -> Option<PythonVersion> {
    let versions = root.join("Library/Frameworks/Python.framework/Versions");
    let mut found = fs_err::read_dir(versions).ok()?.filter_map(Result::ok).filter_map(|entry| {
        // Not `Current`: that is a link.
        let short = entry.file_type().ok()?.is_dir().then(|| entry.file_name())?.into_string().ok()?;
        let header = entry.path().join(format!("include/python{short}/patchlevel.h"));
        let text = fs_err::read_to_string(header).ok()?;
        let version = text.lines().find_map(|line| line.trim().strip_prefix("#define PY_VERSION"))?;
        version.trim().trim_matches('"').parse().ok()
    });
    found.next().filter(|_| found.next().is_none())
}

/// Audits a staged root: a folder with `Library`, `Applications`, … as they will be on the user's disk.
///
/// # Errors
/// When something can't be read. Whatever is wrong with what was read is a finding.
pub fn root(root: &Path, expect: &Expectations) -> Result<AuditReport> {
    let tree = Tree::read(root)?;
    let leaks = leaks::Search::new(&expect.forbidden_paths);

    let examined: Vec<_> = tree
        .files()
        .collect::<Vec<_>>()
        .into_par_iter()
        .map(|(path, file)| {
            let bytes = fs_err::read(&file.source)?;
            Ok(examine(path, file, &bytes, &tree, expect, &leaks))
        })
        .collect::<Result<_>>()?;

    let mut findings = Vec::new();
    let mut binaries = BTreeMap::new();
    for (found, binary) in examined {
        findings.extend(found);
        binaries.extend(binary.map(|binary| (binary.path.clone(), binary)));
    }
    layout::check(&tree, expect, &leaks, &mut findings);
    bundles::check(&tree, expect, &mut findings)?;
    policy::check(&tree, expect, &mut findings);
    sysconfig::check(&tree, expect, &mut findings)?;
    pyconfig::check(&tree, expect, &mut findings)?;
    let modules = modules::check(&tree, &binaries, expect, &mut findings);
    let mut counts = Counts {
        files: tree.files().count(),
        links: tree.links().count(),
        machos: binaries.len(),
        slices: binaries.values().map(|binary| binary.images.len()).sum(),
        shared_modules: modules.len(),
        ..Counts::default()
    };
    closure::check(&tree, &binaries, expect, &mut counts, &mut findings)?;

    findings.sort();
    findings.dedup();
    Ok(AuditReport { findings, counts, modules })
}

/// Everything that can be said about a file by looking at its own bytes.
fn examine(
    path: &str,
    entry: &tree::Entry,
    bytes: &[u8],
    tree: &Tree,
    expect: &Expectations,
    leaks: &leaks::Search,
) -> (Vec<Finding>, Option<Binary>) {
    let mut found = Vec::new();
    let mut findings = Findings::new(path, &mut found);
    leaks.check(bytes, &mut findings);
    slices::check_foreign(bytes, &mut findings);
    if !macho::is_macho(bytes) {
        policy::check_program(bytes, &[], entry, &mut findings);
        return (found, None);
    }
    let mut images = Vec::new();
    match macho::slices(bytes) {
        Err(error) => findings.add(Check::MachO, error, "a Mach-O file"),
        Ok(slices) => {
            slices::check(&slices, expect, &mut findings);
            for slice in slices {
                if let Ok(image) = &slice.details {
                    signature::check(&slice, tree, &mut findings.of_slice(image.arch));
                }
                let Ok(image) = slice.details else { continue };
                let mut findings = findings.of_slice(image.arch);
                minimum::check(&image, expect, &mut findings);
                dylibs::check(&image, tree, expect, &mut findings);
                header::check(&image, expect, &mut findings);
                leaks::check_debug_paths(&image, &mut findings);
                images.push(image);
            }
        }
    }
    policy::check_program(bytes, &images, entry, &mut findings);
    let binary = Binary { path: path.to_owned(), images };
    (found, Some(binary))
}

/// A dynamic library with nothing in it, for other modules' tests.
#[cfg(test)]
pub use tests::sample_dylib;
