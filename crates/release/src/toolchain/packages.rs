//! Debian packages unpacked into a folder: a relocatable tree, made without root and without installing anything.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, anyhow, ensure};

use crate::context::Context;
use crate::digest::Sha256;
use crate::exec::{cmd, read, shell};
use crate::hint::WithHint as _;
use crate::recipe::LockedPackage;

/// The record of what a tree is made of, at its top: a JSON object of package names and versions.
const VERSIONS: &str = "versions.json";

/// Where programs of LLVM find Apple's tools by Apple's names: a folder beside `usr`, given to clang with `-B`.
pub(super) const LIBEXEC: &str = "libexec";

/// The folder of the LLVM in a tree, whatever its major version.
pub(super) const LLVM: &str = "llvm";

/// Unpacks packages that [`lock::fetch`](super::lock::fetch) has downloaded. `out/versions.json` names every one with its
/// version.
///
/// A tree with LLVM in it gets links: `out/llvm` to its folder (`usr/lib/llvm-19`), and in `out/libexec` the programs
/// that clang runs by Apple's names. `dsymutil` does nothing there: no debugging information outlives the linker.
///
/// # Errors
/// When a package is not there or is not the one that was pinned, or can't be unpacked.
pub fn unpack_packages(cx: &Context, locked: &[LockedPackage], out: &Path) -> Result<()> {
    if locked.is_empty() {
        return Err(anyhow!("no lock file says which packages to unpack")).hint("run `cargo xtask toolchain --update`");
    }
    fs_err::create_dir_all(out)?;
    unpack(cx, locked, out)?;
    let versions: BTreeMap<&str, &str> =
        locked.iter().map(|package| (package.name.as_str(), package.version.as_str())).collect();
    fs_err::write(out.join(VERSIONS), serde_json::to_string_pretty(&versions)? + "\n")?;
    // Manuals and licences: the tree is a tool, and nothing of it is shipped.
    for below in ["usr/share/doc", "usr/share/man", "usr/share/lintian"] {
        if out.join(below).exists() {
            fs_err::remove_dir_all(out.join(below))?;
        }
    }
    if let Some(llvm) = find_llvm(out)? {
        link_llvm(&llvm, out)?;
    }
    Ok(())
}

/// Where a package lies: several steps may unpack it, so it stays.
pub fn downloaded(cx: &Context, package: &LockedPackage) -> PathBuf {
    cx.paths.cache.join("debs").join(format!("{}.deb", package.sha256))
}

/// Unpacks one after the other: packages share folders, and `dpkg-deb` decompresses with several threads itself.
fn unpack(cx: &Context, packages: &[LockedPackage], out: &Path) -> Result<()> {
    let sh = shell(out)?;
    for package in packages {
        let (name, file) = (&package.name, downloaded(cx, package));
        let got = Sha256::of_file(&file).with_context(|| format!("the package {name} was not downloaded"))?;
        ensure!(got == package.sha256, "{} does not match the pinned checksum of {name}", file.display());
        read(cmd!(sh, "dpkg-deb --extract {file} {out}")).with_context(|| format!("failed to unpack {name}"))?;
    }
    Ok(())
}

/// `usr/lib/llvm-19`, relative to the tree.
fn find_llvm(out: &Path) -> Result<Option<PathBuf>> {
    let lib = out.join("usr/lib");
    if !lib.is_dir() {
        return Ok(None);
    }
    for entry in fs_err::read_dir(lib)? {
        let name = entry?.file_name();
        let below = Path::new("usr/lib").join(&name);
        if name.to_string_lossy().starts_with("llvm-") && out.join(&below).join("bin/clang").exists() {
            return Ok(Some(below));
        }
    }
    Ok(None)
}

fn link_llvm(llvm: &Path, out: &Path) -> Result<()> {
    fs_err::os::unix::fs::symlink(llvm, out.join(LLVM))?;
    fs_err::create_dir_all(out.join(LIBEXEC))?;
    let lipo = Path::new("..").join(LLVM).join("bin/llvm-lipo");
    fs_err::os::unix::fs::symlink(lipo, out.join(LIBEXEC).join("lipo"))?;
    fs_err::os::unix::fs::symlink("/bin/true", out.join(LIBEXEC).join("dsymutil"))?;
    Ok(())
}
