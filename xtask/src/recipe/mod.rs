//! What is built: the data below `Mac/`, read and checked.

mod library;
mod linux;
mod release;
mod source;

use std::path::Path;

use anyhow::{Context as _, Result, bail, ensure};
use serde::de::DeserializeOwned;

pub use library::{Library, Prefix, System, Universal};
pub use linux::LinuxTools;
pub use release::{LeftOut, Release};
pub use source::{DebianSource, PypiFile, Source};

use crate::hint::WithHint as _;
use crate::version::PythonVersion;

/// A release together with the recipes of its libraries.
#[derive(Debug, Clone)]
pub struct Recipes {
    /// `Mac/releases/3.13.5.toml`.
    pub release: Release,
    /// In the order of the release's list.
    pub libraries: Vec<Library>,
}

impl Recipes {
    /// Reads a release and its recipes.
    ///
    /// # Errors
    /// When there is no such release (the known ones are named), or a file is malformed: then with its line.
    pub fn load(mac: &Path, version: PythonVersion) -> Result<Self> {
        let path = mac.join("releases").join(format!("{version}.toml"));
        if !path.is_file() {
            let known = known_releases(mac)?;
            let known: Vec<String> = known.iter().map(ToString::to_string).collect();
            return Err(anyhow::anyhow!("there is no release {version}: {} does not exist", path.display()))
                .hint(format!("known releases: {}", known.join(", ")));
        }
        let release: Release = read_toml(&path)?;
        ensure!(release.python == version, "{} says python = \"{}\"", path.display(), release.python);
        let libraries = release
            .libraries
            .iter()
            .map(|name| {
                let path = mac.join("recipes").join(format!("{name}.toml"));
                let library: Library = read_toml(&path)?;
                if format!("{}-{}", library.name, library.version) != *name {
                    bail!("{} describes {} {}", path.display(), library.name, library.version);
                }
                Ok(library)
            })
            .collect::<Result<_>>()?;
        Ok(Self { release, libraries })
    }

    /// Seconds since 1970 of the release's day, at midnight UTC.
    ///
    /// # Errors
    /// When the day is malformed.
    pub fn source_date(&self) -> Result<u32> {
        let day: jiff::civil::Date = self.release.released.parse().with_context(|| {
            format!("Mac/releases/{}.toml: `released` must be a day such as 2025-06-11", self.release.python)
        })?;
        let seconds = day.to_zoned(jiff::tz::TimeZone::UTC)?.timestamp().as_second();
        Ok(u32::try_from(seconds)?)
    }
}

/// The releases that there is data for, oldest first.
///
/// # Errors
/// When the folder can't be read.
pub fn known_releases(mac: &Path) -> Result<Vec<PythonVersion>> {
    let mut known = Vec::new();
    for entry in fs_err::read_dir(mac.join("releases"))? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            known.extend(stem.parse::<PythonVersion>().ok());
        }
    }
    known.sort();
    Ok(known)
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
mod tests {
    use super::release::Patch;
    use super::*;

    fn mac() -> std::path::PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../Mac")
    }

    #[test]
    fn every_release_loads_with_its_recipes() {
        let known = known_releases(&mac()).unwrap();
        assert!(!known.is_empty());
        for version in known {
            let recipes = Recipes::load(&mac(), version).unwrap();
            assert!(recipes.source_date().unwrap() > 1_000_000_000);
        }
    }

    #[test]
    fn an_unknown_release_names_the_known_ones() {
        let error = Recipes::load(&mac(), "3.13.99".parse().unwrap()).unwrap_err();
        let text = crate::hint::render(&error);
        assert!(text.contains("no release 3.13.99") && text.contains("hint: known releases: "), "{text}");
        assert!(text.contains("3.13.5"), "{text}");
    }

    #[test]
    fn an_unknown_key_is_an_error_that_shows_the_line() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("patch.toml");
        fs_err::write(&path, "file = \"a.patch\"\nwhy = \"because\"\nwen = \"cross\"\n").unwrap();
        let error = read_toml::<Patch>(&path).unwrap_err();
        let text = crate::hint::render(&error);
        assert!(text.contains("patch.toml") && text.contains("3 | wen = ") && text.contains("unknown field"), "{text}");
    }
}
