//! Prebuilt Tcl and Tk: what `_tkinter` and IDLE need, and can't be compiled without Apple's Cocoa headers.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, anyhow, bail};
use serde::Serialize;
use walkdir::WalkDir;

use crate::digest::Sha256;
use crate::hint::WithHint as _;

/// A folder with `include/` and `lib/`, as `make install` of Tcl and Tk fills one.
///
/// The libraries must be universal, and their install names must lead into the framework, where they are shipped: the
/// audit of the staged root looks at both.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TclTk {
    /// The folder.
    pub dir: PathBuf,
    /// `8.6`, from `tcl.h`.
    pub version: String,
    /// The names of the libraries as the linker takes them, Tk's last: `tcl8.6`, `tk8.6`.
    pub libraries: [String; 2],
    /// What is shipped: files and folders of `lib/`.
    pub ship: Vec<String>,
    /// Of all that is read.
    pub digest: Sha256,
}

impl TclTk {
    /// Looks at a folder.
    ///
    /// # Errors
    /// All that is missing.
    pub fn open(dir: &Path) -> Result<Self> {
        let dir = std::path::absolute(dir)?;
        Self::read(&dir)
            .with_context(|| format!("{} can't be used as Tcl and Tk", dir.display()))
            .hint("--tcltk takes a folder with include/tcl.h, include/tk.h, lib/libtcl8.6.dylib and lib/libtk8.6.dylib")
    }

    fn read(dir: &Path) -> Result<Self> {
        let missing: Vec<&str> =
            ["include/tcl.h", "include/tk.h", "lib"].into_iter().filter(|below| !dir.join(below).exists()).collect();
        if !missing.is_empty() {
            bail!("it has no {}", missing.join(", no "));
        }
        let version = version(&fs_err::read_to_string(dir.join("include/tcl.h"))?)
            .context("include/tcl.h defines no TCL_VERSION")?;
        let library = |names: &[String]| {
            let found = names.iter().find(|name| dir.join(format!("lib/lib{name}.dylib")).is_file());
            found.cloned().ok_or_else(|| anyhow!("it has no lib/lib{}.dylib", names.join(".dylib, no lib/lib")))
        };
        // Tk 9 for Tcl 9 has a name of its own.
        let tk = [format!("tk{version}"), format!("tcl{}tk{version}", version.split('.').next().unwrap_or_default())];
        let libraries = [library(&[format!("tcl{version}")])?, library(&tk)?];
        let mut ship: Vec<String> = libraries.iter().map(|name| format!("lib{name}.dylib")).collect();
        // Scripts that the libraries load when they start: lib/tcl8.6, lib/tk8.6, and modules in lib/tcl8.
        let major = version.split('.').next().unwrap_or_default();
        let scripts = [format!("tcl{major}"), format!("tcl{version}"), format!("tk{version}")];
        ship.extend(scripts.into_iter().filter(|name| dir.join("lib").join(name).is_dir()));
        let read = ship.iter().map(|name| dir.join("lib").join(name)).chain([dir.join("include")]);
        let digest = super::digest(dir, &files(dir, read)?)?;
        Ok(Self { dir: dir.to_owned(), version, libraries, ship, digest })
    }

    /// What the linker is told.
    pub fn link(&self) -> String {
        self.libraries.each_ref().map(|name| format!("-l{name}")).join(" ")
    }
}

fn files(dir: &Path, tops: impl Iterator<Item = PathBuf>) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for top in tops {
        for entry in WalkDir::new(top).sort_by_file_name() {
            let entry = entry?;
            if !entry.file_type().is_dir() {
                files.push(entry.path().strip_prefix(dir)?.to_owned());
            }
        }
    }
    Ok(files)
}

/// The text in `#define TCL_VERSION "8.6"`.
fn version(header: &str) -> Option<String> {
    let words = |line: &str| line.split_whitespace().map(ToOwned::to_owned).collect::<Vec<_>>();
    let line = header.lines().map(words).find(|words| words.get(1).is_some_and(|word| word == "TCL_VERSION"))?;
    let version = line.get(2)?.trim_matches('"').to_owned();
    (!version.is_empty() && version.chars().all(|c| c.is_ascii_digit() || c == '.')).then_some(version)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A folder with files of the right names.
    pub fn folder() -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        let files = [
            ("include/tcl.h", "#   define TCL_MAJOR_VERSION 8\n#define TCL_VERSION\t    \"8.6\"\n"),
            ("include/tk.h", ""),
            ("lib/libtcl8.6.dylib", ""),
            ("lib/libtk8.6.dylib", ""),
            ("lib/tk8.6/tk.tcl", ""),
        ];
        for (file, text) in files {
            let path = dir.path().join(file);
            fs_err::create_dir_all(path.parent().unwrap()).unwrap();
            fs_err::write(path, text).unwrap();
        }
        dir
    }

    #[test]
    fn a_whole_folder_is_taken() {
        let dir = folder();
        let tcltk = TclTk::open(dir.path()).unwrap();
        assert_eq!((tcltk.version.as_str(), tcltk.link().as_str()), ("8.6", "-ltcl8.6 -ltk8.6"));
        assert_eq!(tcltk.ship, ["libtcl8.6.dylib", "libtk8.6.dylib", "tk8.6"]);
    }

    #[test]
    fn what_is_missing_is_named() {
        let said = |dir: &Path| crate::hint::render(&TclTk::open(dir).unwrap_err());
        let empty = tempfile::tempdir().unwrap();
        assert!(said(empty.path()).contains("no include/tcl.h, no include/tk.h, no lib"), "{}", said(empty.path()));
        let dir = folder();
        fs_err::remove_file(dir.path().join("lib/libtk8.6.dylib")).unwrap();
        let text = said(dir.path());
        assert!(text.contains("no lib/libtk8.6.dylib, no lib/libtcl8tk8.6.dylib") && text.contains("hint"), "{text}");
    }
}
