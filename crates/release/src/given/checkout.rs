//! A developer's own copy of CPython's sources.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, anyhow};
use serde::Serialize;
use walkdir::WalkDir;

use crate::digest::Sha256;
use crate::exec::{cmd, read, shell};
use crate::hint::WithHint as _;
use crate::version::PythonVersion;

/// A folder with CPython's sources. It is read and never written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Checkout {
    /// The folder.
    pub dir: PathBuf,
    /// What `Include/patchlevel.h` says.
    pub python: PythonVersion,
    /// Of all files that a build may read.
    pub digest: Sha256,
}

impl Checkout {
    /// Looks at a folder.
    ///
    /// # Errors
    /// When it isn't CPython's, or a build was made inside it that git doesn't know apart.
    pub fn open(dir: &Path) -> Result<Self> {
        let dir = std::path::absolute(dir)?;
        let header = dir.join("Include/patchlevel.h");
        let text = fs_err::read_to_string(&header)
            .with_context(|| format!("{} holds no sources of CPython", dir.display()))
            .hint("--source-dir takes the folder that has `configure` and `Include`")?;
        let python = patchlevel(&text).with_context(|| format!("{} names no version", header.display()))?;
        let digest = super::digest(&dir, &files(&dir)?)?;
        Ok(Self { dir, python, digest })
    }

    /// The files that a build may read, relative to the folder, sorted: all that git tracks, and new ones that it doesn't
    /// ignore. Without git, all.
    ///
    /// # Errors
    /// As [`Checkout::open`].
    pub fn files(&self) -> Result<Vec<PathBuf>> {
        files(&self.dir)
    }
}

fn files(dir: &Path) -> Result<Vec<PathBuf>> {
    let mut files: Vec<PathBuf> = if dir.join(".git").exists() {
        let sh = shell(dir)?;
        let names = read(cmd!(sh, "git ls-files -z --cached --others --exclude-standard"))?;
        // What is deleted and not committed is still listed.
        let names = names.split('\0').filter(|name| !name.is_empty()).map(PathBuf::from);
        names.filter(|name| dir.join(name).symlink_metadata().is_ok()).collect()
    } else {
        if dir.join("Makefile").exists() {
            return Err(anyhow!("{} holds a build, and is no git checkout that could tell it apart", dir.display()))
                .hint("run `make distclean` there first");
        }
        let entries = WalkDir::new(dir).into_iter().collect::<Result<Vec<_>, _>>()?;
        let files = entries.iter().filter(|entry| !entry.file_type().is_dir());
        files.map(|entry| Ok(entry.path().strip_prefix(dir)?.to_owned())).collect::<Result<_>>()?
    };
    files.sort();
    files.dedup();
    Ok(files)
}

/// The version that the text of `Include/patchlevel.h` states.
pub fn patchlevel(text: &str) -> Option<PythonVersion> {
    let stated = text.lines().find_map(|line| line.trim().strip_prefix("#define PY_VERSION"))?;
    stated.trim().trim_matches('"').parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATCHLEVEL: &str = "/* Version */\n#define PY_MAJOR_VERSION\t3\n#define PY_MINOR_VERSION        13\n\
        #define PY_MICRO_VERSION        7\n#define PY_VERSION \"3.13.7+\"\n";

    fn checkout() -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        for (file, text) in [("Include/patchlevel.h", PATCHLEVEL), ("configure", "#!/bin/sh\n"), ("Lib/os.py", "")] {
            let path = dir.path().join(file);
            fs_err::create_dir_all(path.parent().unwrap()).unwrap();
            fs_err::write(path, text).unwrap();
        }
        dir
    }

    #[test]
    fn the_version_is_read_and_every_change_counts() {
        let dir = checkout();
        let before = Checkout::open(dir.path()).unwrap();
        assert_eq!(before.python, "3.13.7+".parse().unwrap());
        assert_eq!(before.files().unwrap().len(), 3);
        assert_eq!(Checkout::open(dir.path()).unwrap(), before);
        fs_err::write(dir.path().join("Lib/os.py"), "import sys\n").unwrap();
        assert_ne!(Checkout::open(dir.path()).unwrap().digest, before.digest);
    }

    #[test]
    fn git_tells_sources_from_products() {
        let dir = checkout();
        let sh = shell(dir.path()).unwrap();
        if read(cmd!(sh, "git init -q")).is_err() {
            oracle::missing("git is not installed");
            return;
        }
        fs_err::write(dir.path().join(".gitignore"), "*.o\nMakefile\n").unwrap();
        let before = Checkout::open(dir.path()).unwrap();
        for product in ["Makefile", "python.o"] {
            fs_err::write(dir.path().join(product), "").unwrap();
        }
        assert_eq!(Checkout::open(dir.path()).unwrap().digest, before.digest);
    }

    #[test]
    fn other_folders_are_refused() {
        let empty = tempfile::tempdir().unwrap();
        let said = |dir: &Path| crate::hint::render(&Checkout::open(dir).unwrap_err());
        let text = said(empty.path());
        assert!(text.contains("holds no sources of CPython") && text.contains("hint: --source-dir"), "{text}");
        let built = checkout();
        fs_err::write(built.path().join("Makefile"), "").unwrap();
        let text = said(built.path());
        assert!(text.contains("holds a build") && text.contains("make distclean"), "{text}");
    }
}
