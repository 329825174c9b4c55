//! The folder that a package is laid down in: never the system that runs, and nothing that somebody uses.

use std::os::unix::fs::MetadataExt as _;
use std::path::{Component, Path};

use anyhow::{Result, anyhow};

use crate::hint::WithHint as _;

/// Folders of Linux and macOS that are the system's with all that is in them.
const SYSTEM: &[&str] = &[
    "bin", "boot", "dev", "etc", "lib", "lib32", "lib64", "libx32", "proc", "run", "sbin", "sys", "usr", "System",
    "Library", "cores",
];

/// Folders that the system, or everybody, needs; what is in them may be anybody's.
const SHARED: &[&str] =
    &["Applications", "Users", "Volumes", "home", "mnt", "opt", "private", "root", "srv", "tmp", "var"];

/// Refuses the running system, whatever name leads to it; and without `force`, a folder that has something in it.
///
/// # Errors
/// When it is one of these, or can't be looked at.
pub fn check(root: &Path, force: bool) -> Result<()> {
    let Some(there) = std::path::absolute(root)?.ancestors().find(|dir| dir.exists()).map(fs_err::canonicalize) else {
        return Ok(());
    };
    let (there, is_new) = (there?, !root.exists());
    if is_running(&there, is_new)? {
        return Err(anyhow!("{} is part of the system that runs here", root.display()))
            .hint("name a new or an empty folder: it stands for the disk");
    }
    let is_filled = !is_new && there.is_dir() && fs_err::read_dir(&there)?.next().is_some();
    if is_filled && !force {
        return Err(anyhow!(
            "{} is not empty: what is in it would be replaced or mixed with the package",
            root.display()
        ))
        .hint("name a new or an empty folder, or add --force");
    }
    Ok(())
}

/// Whether a folder is `/`, by whatever way, or one of the system's; a new folder may be below those that are shared.
fn is_running(there: &Path, is_new: bool) -> Result<bool> {
    let (one, top) = (fs_err::metadata(there)?, fs_err::metadata("/")?);
    let is_top = (one.dev(), one.ino()) == (top.dev(), top.ino());
    Ok(is_top && !is_new || is_of_system(there, is_new))
}

/// The same by the name alone. On macOS, `/etc`, `/tmp` and `/var` lead into `/private`.
fn is_of_system(there: &Path, is_new: bool) -> bool {
    let there = there.strip_prefix("/private").ok().filter(|rest| rest.components().next().is_some()).unwrap_or(there);
    let mut names = there.components().filter_map(|component| match component {
        Component::Normal(name) => name.to_str(),
        _ => None,
    });
    let (first, is_deeper) = (names.next(), names.next().is_some());
    let is_one_of = |names: &[&str]| first.is_some_and(|first| names.contains(&first));
    is_one_of(SYSTEM) || is_one_of(SHARED) && !is_deeper && !is_new
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(root: &Path, force: bool) -> String {
        check(root, force).map_or_else(|error| crate::hint::render(&error), |()| String::new())
    }

    #[test]
    fn the_running_system_is_refused_whatever_leads_to_it() {
        let dir = tempfile::tempdir().unwrap();
        let link = dir.path().join("link");
        std::os::unix::fs::symlink("/", &link).unwrap();
        for root in
            [Path::new("/"), Path::new("/usr"), Path::new("/etc/new"), Path::new("/tmp/.."), Path::new("/tmp"), &link]
        {
            assert!(refusal(root, true).contains("part of the system that runs here"), "{}", root.display());
        }
    }

    #[test]
    fn names_of_macos_are_known_everywhere() {
        let of_system = |path: &str, is_new| is_of_system(Path::new(path), is_new);
        for path in ["/private/etc/ssl", "/private/tmp", "/private", "/System/Volumes", "/Library", "/Users"] {
            assert!(of_system(path, false), "{path}");
        }
        for path in ["/private/tmp/x", "/private/var/folders/x", "/Users/jane/x", "/opt/x"] {
            assert!(!of_system(path, false) && !of_system(path, true), "{path}");
        }
        assert!(of_system("/private/etc", true) && !of_system("/private/tmp", true));
    }

    #[test]
    fn a_new_or_an_empty_folder_will_do() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(refusal(dir.path(), false), "");
        assert_eq!(refusal(&dir.path().join("new/deeper"), false), "");
        fs_err::write(dir.path().join("file"), "").unwrap();
        assert!(refusal(dir.path(), false).contains("hint: name a new or an empty folder, or add --force"));
        assert_eq!(refusal(dir.path(), true), "");
    }
}
