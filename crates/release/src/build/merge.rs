//! Merging one tree for each architecture into a universal one, and taking one slice of a universal one.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use macho::{Arch, Form};
use walkdir::WalkDir;

use super::tree;

/// Merges trees: equal files once, binaries by `lipo`, the named headers by an architecture switch.
///
/// # Errors
/// All files that differ and are neither, or are missing from a tree, at once.
pub fn merge(
    trees: &BTreeMap<Arch, PathBuf>,
    headers: &[String],
    into: &Path,
    lipo: &dyn Fn(&[PathBuf], &Path) -> Result<()>,
) -> Result<()> {
    let mut paths = BTreeSet::new();
    for tree in trees.values() {
        for entry in WalkDir::new(tree).min_depth(1) {
            let entry = entry?;
            if !entry.file_type().is_dir() {
                paths.insert(entry.path().strip_prefix(tree)?.to_owned());
            }
        }
    }
    let mut problems = Vec::new();
    for path in paths {
        let files: BTreeMap<Arch, PathBuf> = trees.iter().map(|(arch, tree)| (*arch, tree.join(&path))).collect();
        let missing: Vec<&str> =
            files.iter().filter(|(_, file)| file.symlink_metadata().is_err()).map(|(arch, _)| arch.name()).collect();
        if !missing.is_empty() {
            problems.push(format!("{}: missing for {}", path.display(), missing.join(" and ")));
            continue;
        }
        let Some(first) = files.values().next() else { continue };
        let target = into.join(&path);
        if all_equal(&files)? {
            tree::copy(first, &target)?;
            continue;
        }
        fs_err::create_dir_all(target.parent().unwrap_or(into))?;
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if headers.contains(&name) {
            fs_err::write(&target, switch(&files)?)?;
        } else if is_code(&fs_err::read(first)?) {
            lipo(&files.into_values().collect::<Vec<_>>(), &target)?;
        } else {
            problems.push(format!("{}: differs between architectures", path.display()));
        }
    }
    if !problems.is_empty() {
        bail!("the trees of the architectures can't be merged:\n{}", problems.join("\n"));
    }
    Ok(())
}

/// Keeps one slice of every universal binary of a tree. `lipo` makes a file of one slice from a universal one.
///
/// # Errors
/// When a file can't be read, or `lipo` fails, as for a binary without the slice.
pub fn thin(dir: &Path, lipo: &dyn Fn(&Path, &Path) -> Result<()>) -> Result<()> {
    for entry in WalkDir::new(dir) {
        let entry = entry?;
        if !entry.file_type().is_file() || Form::of(&start_of(entry.path())?) != Some(Form::Fat) {
            continue;
        }
        let thinned = entry.path().with_extension("thinned");
        lipo(entry.path(), &thinned)?;
        fs_err::set_permissions(&thinned, entry.metadata()?.permissions())?;
        flatpkg::output::replace(&thinned, entry.path())?;
    }
    Ok(())
}

/// The first 8 bytes of a file, as far as it has them.
fn start_of(file: &Path) -> Result<Vec<u8>> {
    let mut start = Vec::new();
    fs_err::File::open(file)?.take(8).read_to_end(&mut start)?;
    Ok(start)
}

/// Links are equal when they point alike, files when their bytes are.
fn all_equal(files: &BTreeMap<Arch, PathBuf>) -> Result<bool> {
    let mut contents = files.values().map(|file| {
        let link = file.is_symlink();
        let bytes =
            if link { fs_err::read_link(file)?.into_os_string().into_encoded_bytes() } else { fs_err::read(file)? };
        Ok::<_, std::io::Error>((link, bytes))
    });
    let Some(first) = contents.next().transpose()? else { return Ok(true) };
    for other in contents {
        if other? != first {
            return Ok(false);
        }
    }
    Ok(true)
}

/// A Mach-O file or a static library.
fn is_code(bytes: &[u8]) -> bool {
    macho::is_macho(bytes) || macho::is_archive(bytes)
}

/// One header that holds all: the compiler's own macro chooses.
fn switch(files: &BTreeMap<Arch, PathBuf>) -> Result<String> {
    let mut text = String::from("/* One part for each architecture of a universal build. */\n");
    for (index, (arch, file)) in files.iter().enumerate() {
        let word = if index == 0 { "if" } else { "elif" };
        _ = writeln!(text, "#{word} defined({})\n{}", arch.macro_name(), fs_err::read_to_string(file)?.trim_end());
    }
    text.push_str("#else\n#error \"this library was not built for this architecture\"\n#endif\n");
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trees(files: &[(&str, &str, &[u8])]) -> (tempfile::TempDir, BTreeMap<Arch, PathBuf>) {
        let dir = tempfile::tempdir().unwrap();
        for (arch, path, bytes) in files {
            let path = dir.path().join(arch).join(path);
            fs_err::create_dir_all(path.parent().unwrap()).unwrap();
            fs_err::write(path, bytes).unwrap();
        }
        let trees = [Arch::X86_64, Arch::Arm64].map(|arch| (arch, dir.path().join(arch.name())));
        (dir, trees.into())
    }

    fn no_lipo(_: &[PathBuf], _: &Path) -> Result<()> {
        bail!("not expected to run lipo")
    }

    #[test]
    fn equal_files_are_copied_and_headers_switched() {
        let (dir, trees) = trees(&[
            ("x86_64", "lib/a.pc", b"same"),
            ("arm64", "lib/a.pc", b"same"),
            ("x86_64", "include/ffi.h", b"#define INTEL\n"),
            ("arm64", "include/ffi.h", b"#define ARM\n"),
        ]);
        let into = dir.path().join("all");
        merge(&trees, &["ffi.h".into()], &into, &no_lipo).unwrap();
        assert_eq!(fs_err::read(into.join("lib/a.pc")).unwrap(), b"same");
        insta::assert_snapshot!(fs_err::read_to_string(into.join("include/ffi.h")).unwrap(), @r#"
        /* One part for each architecture of a universal build. */
        #if defined(__x86_64__)
        #define INTEL
        #elif defined(__aarch64__)
        #define ARM
        #else
        #error "this library was not built for this architecture"
        #endif
        "#);
    }

    #[test]
    fn binaries_go_to_lipo() {
        let (dir, trees) = trees(&[("x86_64", "lib/a.a", b"!<arch>\nintel"), ("arm64", "lib/a.a", b"!<arch>\narm")]);
        let into = dir.path().join("all");
        merge(&trees, &[], &into, &|slices, target| Ok(fs_err::write(target, format!("{} slices", slices.len()))?))
            .unwrap();
        assert_eq!(fs_err::read(into.join("lib/a.a")).unwrap(), b"2 slices");
    }

    #[test]
    fn only_universal_files_are_thinned() {
        let dir = tempfile::tempdir().unwrap();
        let file = |name: &str| dir.path().join(name);
        let class = [&[0xca, 0xfe, 0xba, 0xbe, 0, 0, 0, 52], &b"class"[..]].concat();
        fs_err::write(file("fat.so"), [0xca, 0xfe, 0xba, 0xbe, 0, 0, 0, 2]).unwrap();
        fs_err::write(file("class"), &class).unwrap();
        fs_err::write(file("short"), [0xca, 0xfe]).unwrap();
        thin(dir.path(), &|from, to| {
            assert_eq!(from, file("fat.so"));
            Ok(fs_err::write(to, "one slice")?)
        })
        .unwrap();
        assert_eq!(fs_err::read(file("fat.so")).unwrap(), b"one slice");
        assert_eq!(fs_err::read(file("class")).unwrap(), class);
        assert_eq!(fs_err::read_dir(dir.path()).unwrap().count(), 3);
    }

    #[test]
    fn every_difference_is_reported_at_once() {
        let (dir, trees) =
            trees(&[("x86_64", "include/a.h", b"1"), ("arm64", "include/a.h", b"2"), ("arm64", "include/b.h", b"2")]);
        let error = merge(&trees, &[], &dir.path().join("all"), &no_lipo).unwrap_err().to_string();
        assert!(error.contains("include/a.h: differs") && error.contains("include/b.h: missing for x86_64"), "{error}");
    }
}
