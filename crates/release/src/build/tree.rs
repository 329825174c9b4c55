//! Trees of files: copy, remove, prune, overlay, relative links.

use std::os::unix::fs::symlink;
use std::path::{Component, Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use walkdir::WalkDir;

/// Removes a file or tree; nothing there is fine.
///
/// # Errors
/// When something there can't be removed.
pub fn remove(path: &Path) -> Result<()> {
    match path.symlink_metadata() {
        Err(_) => Ok(()),
        Ok(found) if found.is_dir() => Ok(fs_err::remove_dir_all(path)?),
        Ok(_) => Ok(fs_err::remove_file(path)?),
    }
}

/// Copies a file, link or tree into a place that isn't there yet, or a tree over a folder. Links stay links; modes and
/// modification times are kept.
///
/// # Errors
/// When something can't be read or written, or is neither file, folder nor link.
pub fn copy(from: &Path, to: &Path) -> Result<()> {
    if let Some(parent) = to.parent() {
        fs_err::create_dir_all(parent)?;
    }
    for entry in WalkDir::new(from) {
        let entry = entry?;
        let inner = entry.path().strip_prefix(from)?;
        // Joining an empty path would add a slash, which a file doesn't survive.
        let target = if inner.as_os_str().is_empty() { to.to_owned() } else { to.join(inner) };
        let kind = entry.file_type();
        if kind.is_dir() {
            fs_err::create_dir_all(&target)?;
        } else if kind.is_symlink() {
            link(&fs_err::read_link(entry.path())?, &target)?;
        } else if kind.is_file() {
            fs_err::copy(entry.path(), &target)?;
            let times = entry.metadata()?.modified()?;
            fs_err::File::options()
                .write(true)
                .open(&target)
                .or_else(|_| fs_err::File::open(&target))?
                .set_modified(times)?;
        } else {
            bail!("{} is neither a file, a folder nor a link", entry.path().display());
        }
    }
    Ok(())
}

fn link(target: &Path, at: &Path) -> Result<()> {
    symlink(target, at).with_context(|| format!("could not link {}", at.display()))
}

/// Removes everything of a tree whose name is in the list; `*.pyc` stands for every name with that ending, `_test*` for
/// every one with that beginning.
///
/// # Errors
/// When something can't be removed.
pub fn prune(dir: &Path, names: &[String]) -> Result<()> {
    let mut walk = WalkDir::new(dir).into_iter();
    while let Some(entry) = walk.next() {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy();
        let unwanted = names.iter().any(|pattern| match pattern.split_once('*') {
            Some((beginning, ending)) => name.starts_with(beginning) && name.ends_with(ending),
            None => name == *pattern,
        });
        if unwanted {
            if entry.file_type().is_dir() {
                walk.skip_current_dir();
            }
            remove(entry.path())?;
        }
    }
    Ok(())
}

/// Lays a tree into another one: real folders, and a link for each file. Later layers win.
///
/// # Errors
/// When a file stands where another layer has a folder.
pub fn overlay(layer: &Path, into: &Path) -> Result<()> {
    for entry in WalkDir::new(layer) {
        let entry = entry?;
        let target = into.join(entry.path().strip_prefix(layer)?);
        if entry.file_type().is_dir() {
            fs_err::create_dir_all(&target)?;
        } else {
            remove(&target)?;
            link(entry.path(), &target)?;
        }
    }
    Ok(())
}

/// Fills a folder, which is emptied, with links to everything in a folder of `root`, as if `root` were `/`.
///
/// # Errors
/// When that folder can't be read, or the other one can't be filled.
pub fn link_all(root: &Path, dir: &str, into: &Path) -> Result<()> {
    remove(into)?;
    fs_err::create_dir_all(into)?;
    for entry in fs_err::read_dir(root.join(dir.trim_start_matches('/')))? {
        let name = entry?.file_name();
        link(&Path::new(dir).join(&name), &into.join(name))?;
    }
    Ok(())
}

/// Turns absolute links to what is inside the tree into relative ones.
///
/// # Errors
/// When a link can't be read or replaced.
pub fn relative_links(root: &Path) -> Result<()> {
    for entry in WalkDir::new(root) {
        let entry = entry?;
        if !entry.path_is_symlink() {
            continue;
        }
        let target = fs_err::read_link(entry.path())?;
        let Ok(inside) = target.strip_prefix("/") else { continue };
        if root.join(inside).symlink_metadata().is_err() {
            continue;
        }
        let here = entry.path().strip_prefix(root)?.parent().unwrap_or(Path::new(""));
        fs_err::remove_file(entry.path())?;
        link(&relative(here, inside), entry.path())?;
    }
    Ok(())
}

/// The way from one folder to a path, both relative to the same root.
fn relative(from: &Path, to: &Path) -> PathBuf {
    let (from, to): (Vec<Component<'_>>, Vec<Component<'_>>) = (from.components().collect(), to.components().collect());
    let shared = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let up = from.iter().skip(shared).map(|_| Component::ParentDir);
    up.chain(to.iter().skip(shared).copied()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;
    use std::time::{Duration, SystemTime};

    #[test]
    fn a_copy_keeps_links_modes_and_times() {
        let dir = tempfile::tempdir().unwrap();
        let from = dir.path().join("from");
        fs_err::create_dir_all(from.join("sub")).unwrap();
        fs_err::write(from.join("sub/file"), "x").unwrap();
        fs_err::set_permissions(from.join("sub/file"), std::fs::Permissions::from_mode(0o555)).unwrap();
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
        fs_err::File::open(from.join("sub/file")).unwrap().set_modified(time).unwrap();
        symlink("sub/file", from.join("link")).unwrap();
        let to = dir.path().join("deep/to");
        copy(&from, &to).unwrap();
        let copied = to.join("sub/file").metadata().unwrap();
        assert_eq!((copied.permissions().mode() & 0o777, copied.modified().unwrap()), (0o555, time));
        assert_eq!(fs_err::read_link(to.join("link")).unwrap(), Path::new("sub/file"));
        copy(&from.join("sub/file"), &dir.path().join("single")).unwrap();
        assert_eq!(fs_err::read(dir.path().join("single")).unwrap(), b"x");
    }

    #[test]
    fn prune_takes_names_beginnings_and_endings() {
        let dir = tempfile::tempdir().unwrap();
        for file in ["a/__pycache__/x.pyc", "a/y.pyc", "a/_testcapi.so", "a/keep.py"] {
            let path = dir.path().join(file);
            fs_err::create_dir_all(path.parent().unwrap()).unwrap();
            fs_err::write(path, "").unwrap();
        }
        prune(dir.path(), &["*.pyc".into(), "__pycache__".into(), "_test*".into()]).unwrap();
        let left: Vec<_> = WalkDir::new(dir.path()).min_depth(1).into_iter().map(|e| e.unwrap().into_path()).collect();
        assert_eq!(left, [dir.path().join("a"), dir.path().join("a/keep.py")]);
    }

    #[test]
    fn every_program_gets_a_link_and_nothing_else_stays() {
        let root = tempfile::tempdir().unwrap();
        let tools = root.path().join("usr/local/bin");
        for dir in ["usr/local/bin", "Library/F/bin"] {
            fs_err::create_dir_all(root.path().join(dir)).unwrap();
        }
        fs_err::write(tools.join("idle3"), "").unwrap();
        fs_err::write(root.path().join("Library/F/bin/python3.3"), "").unwrap();
        symlink("python3.3", root.path().join("Library/F/bin/python3")).unwrap();
        link_all(root.path(), "/Library/F/bin", &tools).unwrap();
        relative_links(root.path()).unwrap();
        let names = ["python3", "python3.3"];
        for name in names {
            let target = fs_err::read_link(tools.join(name)).unwrap();
            assert_eq!(target, Path::new("../../../Library/F/bin").join(name));
        }
        assert_eq!(fs_err::read_dir(&tools).unwrap().count(), names.len());
        assert!(link_all(root.path(), "/Library/G", &tools).is_err());
    }

    #[test]
    fn absolute_links_become_relative_only_inside() {
        let root = tempfile::tempdir().unwrap();
        for dir in ["usr/local/bin", "Library/F/bin"] {
            fs_err::create_dir_all(root.path().join(dir)).unwrap();
        }
        fs_err::write(root.path().join("Library/F/bin/python3"), "").unwrap();
        let links = ["usr/local/bin/python3", "Library/F/bin/python", "usr/local/bin/outside"];
        for (link, target) in links.iter().zip(["/Library/F/bin/python3", "/Library/F/bin/python3", "/bin/sh"]) {
            symlink(target, root.path().join(link)).unwrap();
        }
        relative_links(root.path()).unwrap();
        let targets = links.map(|link| fs_err::read_link(root.path().join(link)).unwrap().display().to_string());
        assert_eq!(targets, ["../../../Library/F/bin/python3", "python3", "/bin/sh"]);
    }

    #[test]
    fn later_layers_win() {
        let dir = tempfile::tempdir().unwrap();
        for (layer, text) in [("one", "1"), ("two", "2")] {
            fs_err::create_dir_all(dir.path().join(layer).join("include")).unwrap();
            fs_err::write(dir.path().join(layer).join("include/both.h"), text).unwrap();
            fs_err::write(dir.path().join(layer).join(format!("include/{layer}.h")), text).unwrap();
        }
        for layer in ["one", "two"] {
            overlay(&dir.path().join(layer), &dir.path().join("all/usr")).unwrap();
        }
        let read = |name: &str| fs_err::read_to_string(dir.path().join("all/usr/include").join(name)).unwrap();
        assert_eq!((read("both.h").as_str(), read("one.h").as_str()), ("2", "1"));
    }
}
