//! Prebuilt Tcl and Tk, for `_tkinter` and IDLE: in the place of those that are made.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, anyhow, bail};
use serde::Serialize;
use walkdir::WalkDir;

use crate::digest::Sha256;
use crate::hint::WithHint as _;
use macho::Arch;
use macho::OsVersion;

use crate::verify::{DylibSlice, dylib};

/// A folder with `include/` and `lib/`, as `make install` of Tcl and Tk fills one, and with `licenses/`, which is shipped.
///
/// The libraries must have every slice that is built, and their install names must lead into the framework, where they
/// are shipped: [`TclTk::unfit`]. The audit of the staged root looks at the rest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TclTk {
    /// The folder.
    pub dir: PathBuf,
    /// `8.6`, from `tcl.h`.
    pub version: String,
    /// Tcl and Tk.
    pub parts: [TclTkPart; 2],
    /// What is shipped: files and folders of `lib/`.
    pub ship: Vec<String>,
    /// Of all that is read.
    pub digest: Sha256,
}

/// One of the two.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TclTkPart {
    /// `Tcl` or `Tk`.
    pub name: &'static str,
    /// `8.6.16`, from its header.
    pub version: String,
    /// The name of the library as the linker takes it: `tcl8.6`.
    pub library: String,
    /// What the library says of itself.
    pub slices: Vec<DylibSlice>,
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
            .hint(
                "--tcltk takes a folder with include/tcl.h, include/tk.h, lib/libtcl8.6.dylib, lib/libtk8.6.dylib, and, because \
                 they are shipped, licenses/tcl.txt and licenses/tk.txt: the files `license.terms` of their sources",
            )
    }

    fn read(dir: &Path) -> Result<Self> {
        let needed = ["include/tcl.h", "include/tk.h", "lib", "licenses/tcl.txt", "licenses/tk.txt"];
        let missing: Vec<&str> = needed.into_iter().filter(|below| !dir.join(below).exists()).collect();
        if !missing.is_empty() {
            bail!("it has no {}", missing.join(", no "));
        }
        let tcl = version(dir, "tcl.h", "TCL_VERSION")?;
        let tk = version(dir, "tk.h", "TK_VERSION")?;
        if tcl != tk {
            bail!("include/tcl.h is of version {tcl}, include/tk.h of {tk}");
        }
        let version = tcl;
        let library = |names: &[String]| {
            let found = names.iter().find(|name| dir.join(format!("lib/lib{name}.dylib")).is_file());
            found.cloned().ok_or_else(|| anyhow!("it has no lib/lib{}.dylib", names.join(".dylib, no lib/lib")))
        };
        // Tk 9 for Tcl 9 has a name of its own.
        let tk = [format!("tk{version}"), format!("tcl{}tk{version}", version.split('.').next().unwrap_or_default())];
        let part = |name, header, macro_name, names: &[String]| -> Result<_> {
            let (library, version) = (library(names)?, self::version(dir, header, macro_name)?);
            Ok(TclTkPart { name, version, slices: slices(dir, &library)?, library })
        };
        let parts = [
            part("Tcl", "tcl.h", "TCL_PATCH_LEVEL", &[format!("tcl{version}")])?,
            part("Tk", "tk.h", "TK_PATCH_LEVEL", &tk)?,
        ];
        let mut ship: Vec<String> = parts.iter().map(|part| format!("lib{}.dylib", part.library)).collect();
        // Scripts that the libraries load when they start: lib/tcl8.6, lib/tk8.6, and modules in lib/tcl8; Tk's pictures.
        let major = version.split('.').next().unwrap_or_default();
        let scripts = [format!("tcl{major}"), format!("tcl{version}"), format!("tk{version}")];
        let beside = scripts.into_iter().chain(["Tk.icns", "Tk.tiff"].map(String::from));
        ship.extend(beside.filter(|name| dir.join("lib").join(name).exists()));
        let read = ship
            .iter()
            .map(|name| dir.join("lib").join(name))
            .chain(["include", "licenses"].map(|name| dir.join(name)));
        let digest = super::digest(dir, &files(dir, read)?)?;
        Ok(Self { dir: dir.to_owned(), version, parts, ship, digest })
    }

    /// Why the libraries can't be shipped in a framework whose version folder is `prefix`: one line each. `wanted` are the
    /// slices that are built, with the oldest macOS of each.
    pub fn unfit(&self, prefix: &str, wanted: &[(Arch, OsVersion)]) -> Vec<String> {
        let mut unfit = Vec::new();
        for TclTkPart { library: name, slices, .. } in &self.parts {
            let file = self.dir.join(format!("lib/lib{name}.dylib"));
            let file = file.display();
            for (arch, minimum) in wanted {
                match slices.iter().find(|slice| slice.arch == *arch) {
                    None => unfit.push(format!("{file} has no slice for {arch}")),
                    Some(slice) if slice.minimum != Some(*minimum) => {
                        let got = slice.minimum.map_or("no version".to_owned(), |version| version.to_string());
                        unfit.push(format!("{file} ({arch}) is made for macOS {got}, expected {minimum}"));
                    }
                    Some(_) => {}
                }
            }
            let expected = format!("{prefix}/lib/lib{name}.dylib");
            if let Some(slice) = slices.iter().find(|slice| slice.install_name != expected) {
                let got = &slice.install_name;
                unfit.push(format!("{file} calls itself {got}; `install_name_tool -id {expected}` mends that"));
            }
        }
        unfit
    }

    /// What the linker is told.
    pub fn link(&self) -> String {
        self.parts.each_ref().map(|part| format!("-l{}", part.library)).join(" ")
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

/// What a library says of itself.
fn slices(dir: &Path, name: &str) -> Result<Vec<DylibSlice>> {
    let file = format!("lib/lib{name}.dylib");
    dylib(&fs_err::read(dir.join(&file))?).map_err(|what| anyhow!("{file} is {what}"))
}

/// The text in `#define TCL_VERSION "8.6"`; there may be blanks after the `#`, as in Tcl 9.
fn version(dir: &Path, header: &str, name: &str) -> Result<String> {
    let text = fs_err::read_to_string(dir.join("include").join(header))?;
    let value = |line: &str| {
        let definition = line.trim_start().strip_prefix('#')?.trim_start().strip_prefix("define")?;
        let mut words = definition.split_whitespace();
        (words.next()? == name).then(|| words.next().unwrap_or_default().trim_matches('"').to_owned())
    };
    let version = text.lines().find_map(value).unwrap_or_default();
    if version.is_empty() || !version.chars().all(|c| c.is_ascii_digit() || c == '.') {
        bail!("include/{header} defines no {name}");
    }
    Ok(version)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A folder with files of the right names.
    pub fn folder() -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        let library = |name: &str| {
            let name = format!("/Library/Frameworks/Python.framework/Versions/3.13/lib/lib{name}.dylib");
            crate::verify::sample_dylib(&name, &[Arch::X86_64, Arch::Arm64])
        };
        let files = [
            (
                "include/tcl.h",
                b"#   define TCL_MAJOR_VERSION 8\n#define TCL_VERSION\t    \"8.6\"\n#define TCL_PATCH_LEVEL \"8.6.16\"\n".to_vec(),
            ),
            ("include/tk.h", b"#ifndef TK_VERSION\n#   define TK_VERSION\t\"8.6\"\n# define TK_PATCH_LEVEL \"8.6.15\"".to_vec()),
            ("licenses/tcl.txt", b"terms".to_vec()),
            ("licenses/tk.txt", b"terms".to_vec()),
            ("lib/libtcl8.6.dylib", library("tcl8.6")),
            ("lib/libtk8.6.dylib", library("tk8.6")),
            ("lib/tk8.6/tk.tcl", vec![]),
        ];
        for (file, bytes) in files {
            let path = dir.path().join(file);
            fs_err::create_dir_all(path.parent().unwrap()).unwrap();
            fs_err::write(path, bytes).unwrap();
        }
        dir
    }

    fn said(dir: &Path) -> String {
        crate::hint::render(&TclTk::open(dir).unwrap_err())
    }

    #[test]
    fn a_whole_folder_is_taken() {
        let dir = folder();
        let tcltk = TclTk::open(dir.path()).unwrap();
        assert_eq!((tcltk.version.as_str(), tcltk.link().as_str()), ("8.6", "-ltcl8.6 -ltk8.6"));
        assert_eq!(tcltk.ship, ["libtcl8.6.dylib", "libtk8.6.dylib", "tk8.6"]);
        assert_eq!(tcltk.parts.each_ref().map(|part| part.version.as_str()), ["8.6.16", "8.6.15"]);
        let digest = tcltk.digest;
        fs_err::write(dir.path().join("licenses/tk.txt"), "other terms").unwrap();
        assert_ne!(TclTk::open(dir.path()).unwrap().digest, digest, "licences are shipped, and so they count");
    }

    #[test]
    fn what_is_missing_is_named() {
        let empty = tempfile::tempdir().unwrap();
        assert!(
            said(empty.path()).contains("no include/tcl.h, no include/tk.h, no lib, no licenses/tcl.txt, no"),
            "{}",
            said(empty.path())
        );
        let dir = folder();
        fs_err::remove_file(dir.path().join("licenses/tk.txt")).unwrap();
        let text = said(dir.path());
        assert!(
            text.contains("it has no licenses/tk.txt") && text.contains("`license.terms` of their sources"),
            "{text}"
        );
        let dir = folder();
        fs_err::remove_file(dir.path().join("lib/libtk8.6.dylib")).unwrap();
        let text = said(dir.path());
        assert!(text.contains("no lib/libtk8.6.dylib, no lib/libtcl8tk8.6.dylib") && text.contains("hint"), "{text}");
    }

    #[test]
    fn parts_that_do_not_belong_together_are_refused() {
        let dir = folder();
        fs_err::write(dir.path().join("include/tk.h"), "#define TK_VERSION \"8.5\"\n").unwrap();
        assert!(said(dir.path()).contains("tcl.h is of version 8.6, include/tk.h of 8.5"), "{}", said(dir.path()));
        let dir = folder();
        fs_err::write(dir.path().join("lib/libtcl8.6.dylib"), "\x7fELF").unwrap();
        assert!(said(dir.path()).contains("lib/libtcl8.6.dylib is no Mach-O file"), "{}", said(dir.path()));
    }

    #[test]
    fn libraries_that_cannot_be_shipped_are_refused_before_any_work() {
        let dir = folder();
        let thin = crate::verify::sample_dylib("/usr/local/lib/libtk8.6.dylib", &[Arch::Arm64]);
        fs_err::write(dir.path().join("lib/libtk8.6.dylib"), thin).unwrap();
        let tcltk = TclTk::open(dir.path()).unwrap();
        let wanted = [(Arch::X86_64, "10.9".parse().unwrap()), (Arch::Arm64, "11.0".parse().unwrap())];
        let prefix = "/Library/Frameworks/Python.framework/Versions/3.13";
        let text = tcltk.unfit(prefix, &wanted).join("\n").replace(&dir.path().display().to_string(), "…");
        insta::assert_snapshot!(text, @"
        …/lib/libtcl8.6.dylib (x86_64) is made for macOS 10.13, expected 10.9
        …/lib/libtk8.6.dylib has no slice for x86_64
        …/lib/libtk8.6.dylib calls itself /usr/local/lib/libtk8.6.dylib; `install_name_tool -id /Library/Frameworks/Python.framework/Versions/3.13/lib/libtk8.6.dylib` mends that
        ");
    }
}
