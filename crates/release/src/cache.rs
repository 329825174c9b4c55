//! Whether the cache can be trusted, and has a name that every program of a build can take.
//!
//! What lies in the cache is built into releases. So nobody but its owner may write there: a user who can, puts a link in
//! the place of a file that is written next, or another compiler in the place of a finished step.

use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use anyhow::{Result, anyhow};
use nix::sys::stat::{Mode, umask};

use crate::hint::WithHint as _;

/// Refuses a cache that a build must not or can't use. From now on, files that we make can't be written by others.
///
/// # Errors
/// Programs of a build can't take its name; or others may write into it, unless `shared` says that they may.
pub fn check(cache: &Path, shared: bool) -> Result<()> {
    name(cache)?;
    umask(umask(Mode::empty()) | Mode::S_IWGRP | Mode::S_IWOTH);
    if shared { Ok(()) } else { alone(cache) }
}

/// `make` and `configure` split at blanks, shells and compilers know quotes, `$` and `#`, and `:` parts the folders of a
/// `PATH`: what no program of a build trips over are letters, digits and a few marks.
fn name(cache: &Path) -> Result<()> {
    let text = cache.to_str();
    let odd = text.map(|text| text.chars().find(|c| !(c.is_ascii_alphanumeric() || "/._-+@,".contains(*c))));
    let what = match odd {
        Some(None) => return Ok(()),
        Some(Some(odd)) => format!("has {odd:?} in its name"),
        None => "has a name that is not UTF-8".into(),
    };
    Err(anyhow!("the cache {cache:?} {what}, and programs that a build runs stumble over it"))
        .hint("name a folder with --cache DIR that has only letters, digits and ._-+@, in its whole path")
}

fn alone(cache: &Path) -> Result<()> {
    // Links are those of whoever may write where they lie: that is looked at, too.
    let Some(there) = cache.ancestors().find(|dir| dir.exists()) else { return Ok(()) };
    let real = fs_err::canonicalize(there)?;
    for dir in [there, real.as_path()].into_iter().flat_map(|dir| dir.ancestors().skip(1)) {
        let found = fs_err::metadata(dir)?;
        // In a sticky folder, such as /tmp, only the owner of an entry can replace it.
        if found.mode() & 0o1002 == 0o002 {
            return Err(shared(cache, dir, "can be replaced by others", found.mode()));
        }
    }
    if there != cache {
        return Ok(());
    }
    if !real.is_dir() {
        return Err(anyhow!("the cache {} is not a folder", cache.display())).hint("name a folder with --cache DIR");
    }
    let below = ["sources", "steps", "manifests", "taken", "work", "logs", "apt", "debs"].map(|name| cache.join(name));
    for dir in [cache].into_iter().chain(below.iter().map(|dir| dir.as_path())).filter(|dir| dir.exists()) {
        let found = fs_err::metadata(dir)?;
        if found.mode() & 0o022 != 0 {
            return Err(shared(cache, dir, "can be written by others", found.mode()));
        }
        let ours = nix::unistd::geteuid().as_raw();
        if ![0, ours].contains(&found.uid()) {
            let what = format!("belongs to user {}", found.uid());
            return Err(shared(cache, dir, &what, found.mode()));
        }
    }
    Ok(())
}

fn shared(cache: &Path, dir: &Path, what: &str, mode: u32) -> anyhow::Error {
    let (name, mode) = (dir.display(), mode & 0o7777);
    let error = if dir == cache {
        anyhow!("the cache {name} {what} (mode {mode:04o}): what they put there would be built into a release")
    } else {
        anyhow!(
            "the cache {} {what}, by way of {name} (mode {mode:04o}): what they put there would be built into a release",
            cache.display()
        )
    };
    let hint = format!(
        "name another folder with --cache DIR; or, when nobody else has written there, `chmod go-w {name}`; or add \
         --allow-shared-cache when you trust everybody who can"
    );
    crate::hint::hinted(error, hint)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;
    use crate::hint::render;

    fn set(dir: &Path, mode: u32) {
        fs_err::set_permissions(dir, std::fs::Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn what_others_may_write_to_is_refused_unless_it_is_meant() {
        let dir = tempfile::tempdir().unwrap();
        let cache = dir.path().join("cache");
        check(&cache, false).expect("it is not there yet");
        fs_err::create_dir_all(cache.join("steps")).unwrap();
        set(&cache, 0o755);
        set(&cache.join("steps"), 0o755);
        check(&cache, false).unwrap();
        for (place, mode) in [("cache", 0o777), ("cache", 0o775), ("cache/steps", 0o757), (".", 0o777)] {
            let place = dir.path().join(place);
            let before = fs_err::metadata(&place).unwrap().mode();
            set(&place, mode);
            let text = render(&check(&cache, false).unwrap_err());
            assert!(text.contains("others") && text.contains(&format!("(mode {mode:04o})")), "{text}");
            assert!(text.contains("hint: name another folder") && text.contains("--allow-shared-cache"), "{text}");
            check(&cache, true).unwrap();
            set(&place, before);
        }
        set(dir.path(), 0o1777);
        check(&cache, false).expect("as /tmp is");
    }

    #[test]
    fn a_link_to_where_others_may_write_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let open = dir.path().join("open");
        fs_err::create_dir_all(open.join("inner")).unwrap();
        set(&open, 0o777);
        std::os::unix::fs::symlink(open.join("inner"), dir.path().join("cache")).unwrap();
        assert!(render(&check(&dir.path().join("cache"), false).unwrap_err()).contains("can be replaced"));
    }

    #[test]
    fn what_is_made_from_now_on_is_ours_alone() {
        let dir = tempfile::tempdir().unwrap();
        umask(Mode::empty());
        check(&dir.path().join("cache"), false).unwrap();
        fs_err::create_dir(dir.path().join("cache")).unwrap();
        check(&dir.path().join("cache"), false).unwrap();
    }

    #[test]
    fn names_that_a_build_stumbles_over_are_refused() {
        for odd in ["c blank", "c'q", "c\"q", "c$x", "c\nnl", "c:colon", "c#h", "c\\b", "c\u{e9}", "c;s", "c%p", "c=e"]
        {
            let text = render(&check(&Path::new("/cache").join(odd), true).unwrap_err());
            assert!(text.contains("in its name") && text.contains("hint: ") && !text.contains("c\nnl"), "{text}");
        }
        name(Path::new("/home/me/.cache/cpython-macos_release+1@x,y")).unwrap();
    }
}
