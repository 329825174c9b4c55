//! The open SDK: a macOS sysroot made of parts that anyone may use.
//!
//! macOS's C headers and the list of what libSystem exports come from the `ziglang` wheel, whose project
//! redistributes what Apple publishes under an open licence. The rest is in `Mac/sdk`: headers written for this
//! project, and lists of the symbols that other system libraries export.
//!
//! `Mac/sdk` holds `sdk.toml` ([`Spec`]), `stubs/*.toml` (a [`Stub`] each), `include/` (goes to `usr/include`) and
//! `frameworks/NAME/*.h` (go to the framework's `Headers`). `cocoa/` has the same folders once more: a layer with what only Tcl
//! and Tk need, so that a change in it changes nothing that is built without them.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::{Component, Path, PathBuf};

use anyhow::{Context as _, Result, bail, ensure};
use serde::Deserialize;
use walkdir::WalkDir;

use super::runtime;
use super::tbd::Stub;
use crate::digest::Sha256;

/// The largest file that is taken from the wheel, bytes. The largest there is has about 1 MB.
const LARGEST: u64 = 16 << 20;

/// `Mac/sdk/sdk.toml`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Spec {
    /// Folders and files of the wheel, and where they go in the SDK.
    wheel: BTreeMap<String, String>,
    /// Links in the SDK, and what they point to.
    links: BTreeMap<String, String>,
    /// The version of macOS whose headers these are: recorded in binaries as the SDK they were built with.
    version: String,
}

/// Makes the SDK in an empty folder. The result depends on the two inputs alone.
///
/// # Errors
/// When an input can't be read or isn't as expected, or the disk is full.
pub fn generate(spec: &Path, wheel: &Path, out: &Path) -> Result<()> {
    let text = fs_err::read_to_string(spec.join("sdk.toml"))?;
    let Spec { wheel: parts, links, version } = toml::from_str(&text).context("Mac/sdk/sdk.toml is wrong")?;
    copy_from_wheel(wheel, &parts, out).with_context(|| format!("can't use {}", wheel.display()))?;
    copy_tree(&spec.join("include"), &out.join("usr/include"))?;
    for (path, stub) in stubs(spec)? {
        write_stub(&stub, out).with_context(|| format!("{} is wrong", path.display()))?;
    }
    copy_framework_headers(&spec.join("frameworks"), out)?;
    for (at, target) in links {
        symlink(Path::new(&target), &inside(out, &at)?)?;
    }
    let settings = serde_json::json!({
        "CanonicalName": format!("macosx{version}"),
        "Version": version,
        "MaximumDeploymentTarget": format!("{version}.99"),
    });
    fs_err::write(out.join("SDKSettings.json"), settings.to_string() + "\n")?;
    Ok(())
}

/// The layer's folder, and the list that it is made of.
const LAYER: [&str; 2] = ["cocoa", "wanted.toml"];

/// Lays `Mac/sdk/cocoa` over an SDK. What is there is replaced, and never written to: it may be a link to another SDK's file.
/// A stub beside one of the same name adds to it.
///
/// # Errors
/// When the layer can't be read or isn't as expected, or the disk is full.
pub fn add_cocoa(spec: &Path, out: &Path) -> Result<()> {
    let layer = spec.join("cocoa");
    for path in files_below(&layer.join("include"))? {
        replace(&out.join("usr/include").join(path.strip_prefix(layer.join("include"))?), &fs_err::read(&path)?)?;
    }
    for (path, mut stub) in stubs(&layer)? {
        let base = spec.join("stubs").join(path.file_name().unwrap_or_default());
        if base.is_file() {
            let base: Stub = toml::from_str(&fs_err::read_to_string(base)?)?;
            stub.symbols.extend(base.symbols);
            stub.classes.extend(base.classes);
        }
        for at in &stub.paths {
            remove_file(&inside(out, at)?)?;
        }
        write_stub(&stub, out).with_context(|| format!("{} is wrong", path.display()))?;
    }
    for path in files_below(&layer.join("frameworks"))? {
        let below = path.strip_prefix(layer.join("frameworks"))?;
        let (Some(name), mut rest) = (below.iter().next(), below.iter()) else { continue };
        rest.next();
        let framework = out.join("System/Library/Frameworks").join(name).with_extension("framework");
        let headers = framework.join("Headers");
        if !headers.exists() {
            let version = if framework.join("Versions/C").is_dir() { "Versions/C" } else { "Versions/A" };
            fs_err::create_dir_all(framework.join(version).join("Headers"))?;
            symlink(&Path::new(version).join("Headers"), &headers)?;
        }
        replace(&headers.join(rest.as_path()), &fs_err::read(&path)?)?;
    }
    Ok(())
}

/// A digest of all that [`add_cocoa`] reads but the SDK, and of what it does.
///
/// # Errors
/// When `Mac/sdk` can't be read.
pub fn cocoa_digest(spec: &Path) -> Result<Sha256> {
    let mut text = format!("{}\n", spec_digest(spec)?);
    for path in files_below(&spec.join("cocoa"))? {
        text += &format!("{} {}\n", Sha256::of_file(&path)?, path.strip_prefix(spec)?.display());
    }
    Ok(Sha256::of(text.as_bytes()))
}

/// A digest of all that [`generate`] reads but the wheel, and of what it does.
///
/// # Errors
/// When `Mac/sdk` can't be read.
pub fn spec_digest(spec: &Path) -> Result<Sha256> {
    let own = [include_str!("open_sdk.rs"), include_str!("tbd.rs"), runtime::SOURCE, include_str!("runtime/mod.rs")];
    let mut text: String = own.iter().map(|source| format!("{}\n", Sha256::of(source.as_bytes()))).collect();
    for path in files_below(spec)? {
        let below = path.strip_prefix(spec)?;
        if !LAYER.iter().any(|own| below.starts_with(own)) {
            text += &format!("{} {}\n", Sha256::of_file(&path)?, below.display());
        }
    }
    Ok(Sha256::of(text.as_bytes()))
}

/// The stubs, by the file that describes them.
fn stubs(spec: &Path) -> Result<Vec<(PathBuf, Stub)>> {
    let files = files_below(&spec.join("stubs"))?;
    files
        .into_iter()
        .map(|path| {
            let stub = toml::from_str(&fs_err::read_to_string(&path)?);
            let stub = stub.with_context(|| format!("{} is wrong", path.display()))?;
            Ok((path, stub))
        })
        .collect()
}

fn write_stub(stub: &Stub, out: &Path) -> Result<()> {
    let (first, others) = stub.paths.split_first().context("it has no `paths`")?;
    write(&inside(out, first)?, stub.to_tbd().as_bytes())?;
    for other in others {
        symlink(&relative(other, first), &inside(out, other)?)?;
    }
    Ok(())
}

/// Headers of a framework lie in the folder of its version, with a link above, as on a Mac.
fn copy_framework_headers(from: &Path, out: &Path) -> Result<()> {
    for entry in fs_err::read_dir(from)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let framework = out.join(format!("System/Library/Frameworks/{name}.framework"));
        // Those without a library of their own are at version A.
        let version = if framework.join("Versions/C").is_dir() { "Versions/C" } else { "Versions/A" };
        copy_tree(&entry.path(), &framework.join(version).join("Headers"))?;
        symlink(&Path::new(version).join("Headers"), &framework.join("Headers"))?;
    }
    Ok(())
}

fn copy_from_wheel(wheel: &Path, parts: &BTreeMap<String, String>, out: &Path) -> Result<()> {
    let mut archive = zip::ZipArchive::new(fs_err::File::open(wheel)?)?;
    let names: Result<Vec<_>, _> = archive.file_names().map(|name| name.map(|name| name.into_owned())).collect();
    let mut names = names?;
    names.sort();
    for (from, to) in parts {
        let mut any = false;
        for name in &names {
            let Some(below) = name.strip_prefix(from.as_str()) else { continue };
            if name.ends_with('/') || !(below.is_empty() || from.ends_with('/')) {
                continue;
            }
            let file = archive.by_name(name)?;
            ensure!(file.size() <= LARGEST, "{name} has {} bytes; no header is that large", file.size());
            let mut bytes = Vec::new();
            file.take(LARGEST + 1).read_to_end(&mut bytes)?;
            write(&inside(out, &format!("{to}{below}"))?, &bytes)?;
            any = true;
        }
        ensure!(any, "it has no {from}");
    }
    Ok(())
}

fn copy_tree(from: &Path, to: &Path) -> Result<()> {
    for path in files_below(from)? {
        write(&to.join(path.strip_prefix(from)?), &fs_err::read(&path)?)?;
    }
    Ok(())
}

fn files_below(dir: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in WalkDir::new(dir).sort_by_file_name() {
        let entry = entry?;
        if entry.file_type().is_file() {
            files.push(entry.into_path());
        }
    }
    Ok(files)
}

/// A path in the SDK; names from archives and lists must not lead out of it.
fn inside(out: &Path, below: &str) -> Result<PathBuf> {
    let plain = Path::new(below).components().all(|part| matches!(part, Component::Normal(_)));
    if below.is_empty() || !plain {
        bail!("`{below}` is not a path inside the SDK");
    }
    Ok(out.join(below))
}

fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    fs_err::create_dir_all(path.parent().unwrap_or(path))?;
    Ok(fs_err::write(path, bytes)?)
}

/// Writes a file in the place of whatever is there.
fn replace(path: &Path, bytes: &[u8]) -> Result<()> {
    remove_file(path)?;
    write(path, bytes)
}

fn remove_file(path: &Path) -> Result<()> {
    match fs_err::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}

fn symlink(target: &Path, at: &Path) -> Result<()> {
    fs_err::create_dir_all(at.parent().unwrap_or(at))?;
    Ok(fs_err::os::unix::fs::symlink(target, at)?)
}

/// How to get from one path to another, both relative to the same folder.
fn relative(from: &str, to: &str) -> PathBuf {
    let (from, to): (Vec<&str>, Vec<&str>) = (from.split('/').collect(), to.split('/').collect());
    let shared = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let up = std::iter::repeat_n("..", from.len().saturating_sub(shared + 1));
    up.chain(to.into_iter().skip(shared)).collect()
}

#[cfg(test)]
mod tests;
