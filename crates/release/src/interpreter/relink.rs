//! On a Mac, the programs of a copy are linked to the libraries of the copy.
//!
//! dyld looks for them where they are to be installed. There is nothing, or another Python, which would be tested instead. Variables
//! such as `DYLD_FRAMEWORK_PATH` don't help: macOS takes them from everything that a protected program starts, `/bin/sh` for one
//! (Apple, *System Integrity Protection Guide*, Runtime Protections). The new names are relative, so they are shorter than the old
//! ones and always fit.

use std::ffi::OsString;
use std::path::Path;

use anyhow::{Context as _, Result};
use macho::Dylib;
use walkdir::WalkDir;

use crate::exec::{Tool, find};

/// Changes names in a file, and signs it again: without a valid signature, Apple silicon starts nothing.
#[derive(Debug, PartialEq, Eq)]
pub struct Relink {
    /// The file, below the root.
    pub path: String,
    /// Old names and new ones.
    pub names: Vec<(String, String)>,
}

/// Links what is in a copy to the copy.
///
/// # Errors
/// When a file can't be read, a tool of Apple's is missing, or it fails.
pub fn link_to_copy(root: &Path) -> Result<()> {
    let (change, sign) = (find("install_name_tool")?, find("codesign")?);
    for relink in relinks(root)? {
        let purpose = format!("link {} to the copy", relink.path);
        let run = |program: &Path, args: &[OsString]| {
            Tool { purpose: &purpose, program, args, dir: root, input: None }.succeed().map(drop)
        };
        run(&change, &relink.change_args())?;
        run(&sign, &relink.sign_args())?;
    }
    Ok(())
}

/// What is to be changed in a tree, in the order of its paths.
fn relinks(root: &Path) -> Result<Vec<Relink>> {
    let mut relinks = Vec::new();
    for entry in WalkDir::new(root).sort_by_file_name() {
        let entry = entry?;
        if !entry.file_type().is_file() {
            continue;
        }
        let bytes = fs_err::read(entry.path())?;
        if !macho::is_macho(&bytes) {
            continue;
        }
        let Ok(slices) = macho::slices(&bytes) else { continue };
        let path = entry.path().strip_prefix(root)?.to_str().context("a path is not UTF-8")?.to_owned();
        let dylibs = slices.iter().filter_map(|slice| slice.details.as_ref().ok()).flat_map(|details| &details.dylibs);
        let names = names(&path, dylibs, &|library| root.join(library).is_file());
        if !names.is_empty() {
            relinks.push(Relink { path, names });
        }
    }
    Ok(relinks)
}

/// The libraries of the copy that a file is linked with: their names, and how they are reached from the file's folder.
fn names<'a>(
    path: &str,
    dylibs: impl Iterator<Item = &'a Dylib>,
    is_in_copy: &dyn Fn(&str) -> bool,
) -> Vec<(String, String)> {
    let mut names: Vec<(String, String)> = dylibs
        .filter_map(|dylib| Some((&dylib.path, dylib.path.strip_prefix('/')?)))
        .filter(|(_, below)| is_in_copy(below))
        .map(|(old, below)| (old.clone(), from_folder_of(path, below)))
        .collect();
    names.sort();
    names.dedup();
    names
}

/// `@loader_path/../Python`, of two paths below the same root.
fn from_folder_of(from: &str, to: &str) -> String {
    let shared = from.split('/').zip(to.split('/')).take_while(|(one, other)| one == other).count();
    let up = "../".repeat(from.matches('/').count().saturating_sub(shared));
    let rest: Vec<&str> = to.split('/').skip(shared).collect();
    format!("@loader_path/{up}{}", rest.join("/"))
}

impl Relink {
    /// As in `man install_name_tool`: `-change old new`, any number of them, and the file.
    pub fn change_args(&self) -> Vec<OsString> {
        let changes = self.names.iter().flat_map(|(old, new)| ["-change".into(), old.into(), new.into()]);
        changes.chain([OsString::from(&self.path)]).collect()
    }

    /// As in `man codesign`: `-` is nobody's identity.
    pub fn sign_args(&self) -> Vec<OsString> {
        ["--force", "--sign", "-", &self.path].map(OsString::from).to_vec()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VERSION: &str = "Library/Frameworks/Python.framework/Versions/3.13";

    fn names_of(path: &str, dylibs: &[&str]) -> Vec<(String, String)> {
        let dylib = |path: &&str| Dylib { path: (*path).to_owned(), reexported: false, weak: false };
        let dylibs: Vec<Dylib> = dylibs.iter().map(dylib).collect();
        names(&format!("{VERSION}/{path}"), dylibs.iter(), &|library| library.starts_with(VERSION))
    }

    #[test]
    fn libraries_of_the_copy_are_reached_from_the_file() {
        let python = format!("/{VERSION}/Python");
        let new = |path: &str| names_of(path, &[&python]).pop().unwrap().1;
        let paths =
            ["bin/python3.13", "Resources/Python.app/Contents/MacOS/Python", "lib/python3.13/lib-dynload/_ssl.so"];
        assert_eq!(
            paths.map(new),
            ["@loader_path/../Python", "@loader_path/../../../../Python", "@loader_path/../../../Python"]
        );
    }

    #[test]
    fn what_is_macos_s_stays_and_slices_ask_once() {
        let ssl = format!("/{VERSION}/lib/libssl.3.dylib");
        let names = names_of("lib/x.so", &["/usr/lib/libSystem.B.dylib", &ssl, &ssl, "@rpath/libx.dylib"]);
        assert_eq!(names, [(ssl, "@loader_path/libssl.3.dylib".to_owned())]);
    }

    #[test]
    fn new_names_are_never_longer() {
        let ssl = format!("/{VERSION}/lib/libssl.3.dylib");
        for path in ["Python", "bin/python3.13", "lib/python3.13/lib-dynload/_ssl.so"] {
            for (old, new) in names_of(path, &[&ssl]) {
                assert!(new.len() <= old.len(), "{new} has more bytes than {old}");
            }
        }
    }
}
