//! What a product is on any machine.
//!
//! Some files of a product have in them where it was made: the folder of the cache, which is another one on every machine.
//! In texts and in the targets of links a name takes its place ([`HERE`]) while they travel, and where they arrive that
//! machine's own folder. Python's caches of bytecode are left out when they have it: Python does without. Any other file
//! that has it can't leave its machine.
//!
//! The manifest that is compared between machines is of files in that form.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use anyhow::{Result, bail};
use memchr::memmem;
use rayon::prelude::*;
use walkdir::WalkDir;

use crate::digest::Sha256;
use crate::manifest::Manifest;

/// Stands for the folder of the cache.
pub const HERE: &str = "@cache-of-the-machine@";

/// The cache's folders that paths in products lead to.
const BELOW: [&str; 4] = ["steps", "work", "sources", "debs"];

/// A file's contents as they travel.
#[derive(Debug, PartialEq, Eq)]
pub enum Travelling<'a> {
    /// They are the same everywhere, or have the name in the place of the folder.
    As(Cow<'a, [u8]>),
    /// It stays at home, and isn't missed.
    LeftOut,
    /// It can't leave: what it has in it would be wrong elsewhere.
    Bound,
}

/// The contents of a file of a product.
pub fn leaving<'a>(path: &Path, contents: &'a [u8], cache: &Path) -> Travelling<'a> {
    match swap(contents, cache.as_os_str().as_bytes(), HERE.as_bytes()) {
        None if is_text(contents) && memmem::find(contents, HERE.as_bytes()).is_some() => Travelling::Bound,
        None => Travelling::As(Cow::Borrowed(contents)),
        Some(_) if path.extension().is_some_and(|ending| ending == "pyc") => Travelling::LeftOut,
        Some(swapped) if is_text(contents) => Travelling::As(Cow::Owned(swapped)),
        Some(_) => Travelling::Bound,
    }
}

/// The same for what has come.
pub fn arriving(contents: Vec<u8>, cache: &Path) -> Vec<u8> {
    if !is_text(&contents) {
        return contents;
    }
    swap(&contents, HERE.as_bytes(), cache.as_os_str().as_bytes()).unwrap_or(contents)
}

/// The target of a link of a product.
pub fn target_leaving(target: &Path, cache: &Path) -> Vec<u8> {
    let target = target.as_os_str().as_bytes();
    swap(target, cache.as_os_str().as_bytes(), HERE.as_bytes()).unwrap_or_else(|| target.to_vec())
}

/// The same for what has come.
pub fn target_arriving(target: &[u8], cache: &Path) -> Vec<u8> {
    swap(target, HERE.as_bytes(), cache.as_os_str().as_bytes()).unwrap_or_else(|| target.to_vec())
}

/// The manifest of a product, the same on every machine.
///
/// # Errors
/// When an entry can't be read, or is neither file, folder nor link.
pub fn manifest(root: &Path, cache: &Path) -> Result<Manifest> {
    let entries = WalkDir::new(root).min_depth(1).into_iter().collect::<Result<Vec<_>, _>>()?;
    let line = |entry: &walkdir::DirEntry| {
        let path = entry.path().strip_prefix(root)?.display();
        let kind = entry.file_type();
        if kind.is_dir() {
            return Ok(Some(format!("{path} folder")));
        }
        if kind.is_symlink() {
            let target = target_leaving(&fs_err::read_link(entry.path())?, cache);
            return Ok(Some(format!("{path} link {}", String::from_utf8_lossy(&target))));
        }
        if !kind.is_file() {
            bail!("{} is neither a file, a folder nor a link", entry.path().display());
        }
        let mode = entry.metadata()?.permissions().mode() & 0o7777;
        let contents = fs_err::read(entry.path())?;
        let digest = match leaving(entry.path(), &contents, cache) {
            Travelling::As(contents) => Sha256::of(&contents),
            Travelling::Bound => Sha256::of(&contents),
            Travelling::LeftOut => return Ok(None),
        };
        Ok(Some(format!("{path} file {mode:04o} {digest}")))
    };
    let lines: Vec<Option<String>> = entries.par_iter().map(line).collect::<Result<_>>()?;
    let lines: Vec<String> = lines.into_iter().flatten().collect();
    Ok(Manifest::parse(&without_emptied(lines).join("\n")))
}

/// Folders that have nothing but what is left out: they are there where bytecode was cached, and not elsewhere.
fn without_emptied(lines: Vec<String>) -> Vec<String> {
    let cached = |path: &str| path == "__pycache__" || path.ends_with("/__pycache__");
    let used: BTreeSet<String> =
        lines.iter().filter_map(|line| Some(line.split_once("/__pycache__/")?.0.to_owned() + "/__pycache__")).collect();
    let is_kept = |line: &String| match line.strip_suffix(" folder") {
        Some(path) if cached(path) => used.contains(path),
        _ => true,
    };
    lines.into_iter().filter(is_kept).collect()
}

/// No text has a byte of zero.
fn is_text(contents: &[u8]) -> bool {
    memchr::memchr(0, contents).is_none()
}

/// With one folder in the place of another, where a path leads below it; nothing when none does.
fn swap(contents: &[u8], from: &[u8], to: &[u8]) -> Option<Vec<u8>> {
    let mut swapped = Vec::new();
    let mut copied = 0;
    for found in memmem::find_iter(contents, from) {
        let after = contents.get(found + from.len()..)?;
        let leads_below = |folder: &&str| {
            let rest = after.strip_prefix(b"/").and_then(|rest| rest.strip_prefix(folder.as_bytes()));
            rest.is_some_and(|rest| rest.starts_with(b"/"))
        };
        if BELOW.iter().any(leads_below) {
            swapped.extend_from_slice(contents.get(copied..found)?);
            swapped.extend_from_slice(to);
            copied = found + from.len();
        }
    }
    if copied == 0 {
        return None;
    }
    swapped.extend_from_slice(contents.get(copied..)?);
    Some(swapped)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_gets_the_folder_of_where_it_is() {
        let (here, there) = (Path::new("/home/a/cache"), Path::new("/b"));
        let text = b"-I/home/a/cache/steps/xz-1/include:/home/a/cache-other/steps/x /home/a/cache/sources/y";
        let Travelling::As(travelling) = leaving(Path::new("x.pc"), text, here) else { panic!("it is a text") };
        let expected = format!("-I{HERE}/steps/xz-1/include:/home/a/cache-other/steps/x {HERE}/sources/y");
        assert_eq!(String::from_utf8_lossy(&travelling), expected);
        let arrived = arriving(travelling.into_owned(), there);
        assert_eq!(arrived, b"-I/b/steps/xz-1/include:/home/a/cache-other/steps/x /b/sources/y");
    }

    #[test]
    fn a_binary_with_the_folder_in_it_stays_and_bytecode_is_left_out() {
        let cache = Path::new("/c");
        assert_eq!(leaving(Path::new("a.so"), b"\0/c/steps/x", cache), Travelling::Bound);
        assert_eq!(leaving(Path::new("a.pyc"), b"\0/c/debs/x", cache), Travelling::LeftOut);
        for same in [&b"\0/c/other/x"[..], b"\0@cache-of-the-machine@", b"/cc/steps/"] {
            assert_eq!(leaving(Path::new("a.so"), same, cache), Travelling::As(Cow::Borrowed(same)));
        }
        let taken = format!("what is {HERE}?");
        assert_eq!(leaving(Path::new("a"), taken.as_bytes(), cache), Travelling::Bound, "it would be changed");
        let binary = format!("\0{HERE}/steps/x").into_bytes();
        assert_eq!(arriving(binary.clone(), cache), binary);
    }

    #[test]
    fn manifests_agree_wherever_a_product_was_made() {
        let dir = tempfile::tempdir().unwrap();
        let make = |cache: &str| {
            let (cache, root) = (dir.path().join(cache), dir.path().join(cache).join("steps/a-1"));
            fs_err::create_dir_all(root.join("lib/__pycache__")).unwrap();
            fs_err::write(root.join("lib/x.pc"), format!("prefix={}", root.display())).unwrap();
            fs_err::write(root.join("lib/same"), "same").unwrap();
            std::os::unix::fs::symlink(cache.join("steps/b-2/file"), root.join("link")).unwrap();
            (cache, root)
        };
        let ((one, root), (other, other_root)) = (make("one"), make("longer/other"));
        fs_err::write(root.join("lib/__pycache__/a.pyc"), format!("\0{}", root.display())).unwrap();
        fs_err::remove_dir(other_root.join("lib/__pycache__")).unwrap();
        let made = manifest(&root, &one).unwrap();
        assert_eq!(made.to_string(), manifest(&other_root, &other).unwrap().to_string());
        fs_err::write(other_root.join("lib/same"), "Same").unwrap();
        assert_eq!(made.differences(&manifest(&other_root, &other).unwrap()).len(), 2);
    }
}
