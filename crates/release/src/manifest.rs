//! What a tree is, as text: two builds of the same plan are equal when their manifests are.

use std::collections::BTreeSet;
use std::fmt;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use anyhow::{Result, anyhow, bail};
use rayon::prelude::*;
use walkdir::WalkDir;

use crate::digest::Sha256;
use crate::hint::WithHint as _;

/// Every entry of a tree in the order of their paths: folders, links with what they point to, files with mode and digest.
/// Owners and times are left out: packages take them from policy, never from the disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// One for each entry; the path comes first, so that sorted lines are sorted paths.
    lines: Vec<String>,
}

/// The manifest of a tree.
///
/// # Errors
/// When an entry can't be read, or is neither file, folder nor link.
pub fn manifest(root: &Path) -> Result<Manifest> {
    if !root.is_dir() {
        return Err(anyhow!("{} is not a folder", root.display()))
            .hint("name a staged root: `cargo xtask build` prints where one is");
    }
    let entries = WalkDir::new(root).min_depth(1).into_iter().collect::<Result<Vec<_>, _>>()?;
    let line = |entry: &walkdir::DirEntry| {
        let path = entry.path().strip_prefix(root)?.display();
        let kind = entry.file_type();
        Ok(if kind.is_dir() {
            format!("{path} folder")
        } else if kind.is_symlink() {
            format!("{path} link {}", fs_err::read_link(entry.path())?.display())
        } else if kind.is_file() {
            let mode = entry.metadata()?.permissions().mode() & 0o7777;
            format!("{path} file {mode:04o} {}", Sha256::of_file(entry.path())?)
        } else {
            bail!("{} is neither a file, a folder nor a link", entry.path().display())
        })
    };
    let mut lines: Vec<String> = entries.par_iter().map(line).collect::<Result<_>>()?;
    lines.sort();
    Ok(Manifest { lines })
}

impl Manifest {
    /// One digest for the whole tree.
    pub fn digest(&self) -> Sha256 {
        Sha256::of(self.to_string().as_bytes())
    }

    /// From its text.
    pub fn parse(text: &str) -> Self {
        let mut lines: Vec<String> = text.lines().map(ToOwned::to_owned).collect();
        lines.sort();
        Self { lines }
    }

    /// The folders of `dir` that links of the tree point into, by name.
    pub fn folders_led_to(&self, dir: &Path) -> BTreeSet<String> {
        let before = format!(" link {}/", dir.display());
        let names = self.lines.iter().filter_map(|line| line.split_once(&before)?.1.split('/').next());
        names.map(ToOwned::to_owned).collect()
    }

    /// Lines that only one of two manifests has: `-` before ours, `+` before the other's.
    pub fn differences(&self, other: &Self) -> Vec<String> {
        let only = |sign: char, lines: &[String], others: &[String]| -> Vec<String> {
            let missing = lines.iter().filter(|line| others.binary_search(line).is_err());
            missing.map(|line| format!("{sign} {line}")).collect()
        };
        let mut found = only('-', &self.lines, &other.lines);
        found.extend(only('+', &other.lines, &self.lines));
        found.sort_by(|a, b| a.get(2..).cmp(&b.get(2..)));
        found
    }
}

impl fmt::Display for Manifest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.lines.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_no_tree() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let text = crate::hint::render(&manifest(file.path()).unwrap_err());
        assert!(text.contains("is not a folder\n  hint: name a staged root"), "{text}");
    }

    #[test]
    fn every_difference_shows() {
        let dir = tempfile::tempdir().unwrap();
        let file = |name: &str| dir.path().join(name);
        fs_err::create_dir(file("lib")).unwrap();
        fs_err::write(file("lib/a"), "a").unwrap();
        fs_err::write(file("lib/b"), "b").unwrap();
        fs_err::os::unix::fs::symlink("a", file("lib/link")).unwrap();
        let before = manifest(dir.path()).unwrap();
        assert_eq!(before.digest(), manifest(dir.path()).unwrap().digest());
        fs_err::write(file("lib/a"), "other").unwrap();
        fs_err::set_permissions(file("lib/b"), std::fs::Permissions::from_mode(0o755)).unwrap();
        fs_err::remove_file(file("lib/link")).unwrap();
        let after = manifest(dir.path()).unwrap();
        let digest = |text: &str| Sha256::of(text.as_bytes());
        assert_eq!(
            before.differences(&after),
            [
                format!("- lib/a file 0644 {}", digest("a")),
                format!("+ lib/a file 0644 {}", digest("other")),
                format!("- lib/b file 0644 {}", digest("b")),
                format!("+ lib/b file 0755 {}", digest("b")),
                "- lib/link link a".to_owned(),
            ]
            .map(|line| line)
        );
    }
}
