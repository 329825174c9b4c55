//! What is built: the data below `Mac/`, read and checked.

mod check;
mod documentation;
mod layers;
mod library;
mod linux;
mod lock;
mod release;
mod source;
mod text;
mod upstream;

use std::path::Path;

use anyhow::{Context as _, Error, Result, anyhow};
use serde::de::DeserializeOwned;

pub use documentation::Documentation;
pub use library::{Build, Library, Prefix, Sdk, System, Universal};
pub use linux::LinuxTools;
pub use lock::{LockedPackage, PackageLock};
pub use release::{CrossBuild, FreeThreaded, LeftOut, Modules, Offer, Patch, Period, Pyc, Release, Variant};
pub use source::{DebianSource, Pin, PypiFile, Source};
pub use text::Day;
pub(crate) use text::inside;
pub use upstream::{Ending, Upstream};

use layers::Layers;

use crate::hint::{WithHint as _, causes, hinted};
use crate::version::PythonVersion;

/// A release together with the recipes of its libraries.
#[derive(Debug, Clone)]
pub struct Recipes {
    /// `Mac/releases/3.13.5.toml`, with `Mac/series/3.13.toml`.
    pub release: Release,
    /// In the order of the release's list.
    pub libraries: Vec<Library>,
    /// In their place when cross-compiling, unless there are none.
    pub cross_libraries: Vec<Library>,
    /// What makes its documentation, when somebody has written that down.
    pub documentation: Option<Documentation>,
}

impl Recipes {
    /// Reads a release and its recipes.
    ///
    /// # Errors
    /// When there is no such release: then the nearest ones are named. When files are malformed or contradict each other:
    /// everything that is wrong, with file and line where there is one.
    pub fn load(mac: &Path, version: PythonVersion) -> Result<Self> {
        let path = layers::release_path(mac, version);
        if !path.is_file() {
            return Err(unknown(mac, version)?);
        }
        let layers = Layers::read(mac, version)?;
        let release = layers.release()?;
        let tools: LinuxTools = read_toml(&mac.join("toolchains/linux.toml"))?;
        let wrong = check::release(&release, mac);
        let key = |line: &str| line.split([':', '.']).next().unwrap_or_default().to_owned();
        let mut wrong: Vec<String> =
            wrong.iter().map(|line| format!("{}: {line}", layers.with_key(&key(line)))).collect();
        if release.python != version {
            wrong.push(in_file(&path, &format!("python: is {}, which the file's name is not", release.python)));
        }
        let (mut libraries, mut cross_libraries) = (Vec::new(), Vec::new());
        let own = release.libraries.iter().map(|name| (name, false));
        for (name, cross) in own.chain(release.cross.libraries.iter().map(|name| (name, true))) {
            let path = mac.join("recipes").join(format!("{name}.toml"));
            if !path.is_file() {
                wrong.push(no_recipe(mac, name)?);
                continue;
            }
            match read_toml::<Library>(&path) {
                Err(error) => wrong.push(causes(&error)),
                Ok(library) => {
                    wrong.extend(check::library(&library, &tools).iter().map(|line| in_file(&path, line)));
                    let (own, version) = (&library.name, &library.version);
                    if format!("{own}-{version}") != *name {
                        wrong.push(in_file(&path, &format!("describes {own} {version}, which the file's name is not")));
                    }
                    if cross { cross_libraries.push(library) } else { libraries.push(library) }
                }
            }
        }
        match &wrong[..] {
            [] => {
                let path = mac.join("documentation").join(format!("{}.toml", version.short()));
                let documentation = path.is_file().then(|| read_toml(&path)).transpose()?;
                return Ok(Self { release, libraries, cross_libraries, documentation });
            }
            [one] => Err(anyhow!("{one}")),
            more => {
                Err(anyhow!("{}", more.join("\n"))).context(format!("{} things are wrong with the data", more.len()))
            }
        }
        .hint("Mac/releases/README.md and Mac/recipes/README.md explain every key")
    }

    /// Seconds since 1970 of the release's day, at midnight UTC.
    ///
    /// # Errors
    /// When there is no such number.
    pub fn source_date(&self) -> Result<u32> {
        self.release.released.seconds().context("the release is from before 1970")
    }
}

fn in_file(path: &Path, line: &str) -> String {
    format!("{}: {line}", path.display())
}

/// Names the releases nearest to one that isn't there.
fn unknown(mac: &Path, version: PythonVersion) -> Result<Error> {
    let mut known = known_releases(mac)?;
    let distance = |other: &PythonVersion| {
        (other.major.abs_diff(version.major), other.minor.abs_diff(version.minor), other.micro.abs_diff(version.micro))
    };
    known.sort_by_key(distance);
    let names: Vec<String> = known.iter().take(3).map(ToString::to_string).collect();
    let hint = match names.is_empty() {
        true => format!("{} has no release at all", mac.join("releases").display()),
        false => format!("the nearest ones are {}; a new release is a new file in Mac/releases", names.join(", ")),
    };
    Ok(hinted(anyhow!("Python {version} is not defined: there is no Mac/releases/{version}.toml"), hint))
}

/// Names the recipes of a library of which one is missing.
fn no_recipe(mac: &Path, name: &str) -> Result<String> {
    let library = name.split_once('-').map_or(name, |(library, _)| library);
    let mut known: Vec<String> = toml_stems(&mac.join("recipes"))?;
    known.retain(|other| other.split_once('-').is_some_and(|(other, _)| other == library));
    known.sort();
    let others = if known.is_empty() { String::new() } else { format!("; there is {}", known.join(", ")) };
    Ok(format!("libraries: there is no Mac/recipes/{name}.toml{others}"))
}

/// The releases that there is data for, oldest first.
///
/// # Errors
/// When the folder can't be read.
pub fn known_releases(mac: &Path) -> Result<Vec<PythonVersion>> {
    let stems = toml_stems(&mac.join("releases"))?;
    let mut known: Vec<PythonVersion> = stems.iter().filter_map(|stem| stem.parse().ok()).collect();
    known.sort();
    Ok(known)
}

/// The libraries that there are recipes for, with their versions.
///
/// # Errors
/// When the folder can't be read.
pub fn known_recipes(mac: &Path) -> Result<Vec<(String, String)>> {
    let stems = toml_stems(&mac.join("recipes"))?;
    Ok(stems
        .iter()
        .filter_map(|stem| stem.split_once('-'))
        .map(|(name, version)| (name.into(), version.into()))
        .collect())
}

/// The newest release that was seen to build and whose sources will stay: others are drafts or transient.
///
/// # Errors
/// When there is none, or the data can't be read.
pub fn newest_built(mac: &Path) -> Result<PythonVersion> {
    for version in known_releases(mac)?.into_iter().rev() {
        let release = Layers::read(mac, version)?.release()?;
        if release.built.is_some() && !release.transient {
            return Ok(version);
        }
    }
    Err(anyhow!("no release in {} has been built yet", mac.join("releases").display()))
}

/// The names of a folder's TOML files, without their ending.
fn toml_stems(dir: &Path) -> Result<Vec<String>> {
    let paths = fs_err::read_dir(dir)?.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    let tomls = paths.iter().filter(|path| path.extension().is_some_and(|extension| extension == "toml"));
    Ok(tomls.filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned())).collect())
}

/// Reads a TOML file into its type; unknown keys are errors that show the line.
///
/// # Errors
/// When the file is missing or doesn't fit.
pub fn read_toml<T: DeserializeOwned>(path: &Path) -> Result<T> {
    let text = fs_err::read_to_string(path)?;
    toml::from_str(&text).with_context(|| format!("{} is malformed", path.display()))
}

#[cfg(test)]
mod tests;
