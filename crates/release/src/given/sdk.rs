//! An SDK of Apple's that the user has, and may use by their own judgement of its licence.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use serde::{Deserialize, Serialize};

use crate::digest::Sha256;
use crate::hint::WithHint as _;

/// A folder such as `MacOSX14.5.sdk`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GivenSdk {
    /// The folder.
    pub dir: PathBuf,
    /// What it calls itself: `macosx14.5`.
    pub name: String,
    /// Of `SDKSettings.json`, which names the exact release.
    pub settings: Sha256,
}

/// The part of `SDKSettings.json` that is read here.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Settings {
    canonical_name: String,
}

/// What every SDK for macOS has, and a build needs.
const NEEDED: [&str; 3] = ["usr/include/stdio.h", "usr/lib/libSystem.tbd", "System/Library/Frameworks"];

impl GivenSdk {
    /// Looks at a folder.
    ///
    /// # Errors
    /// When it isn't an SDK for macOS: then all that is missing.
    pub fn open(dir: &Path) -> Result<Self> {
        let hint = "--sdk takes a folder such as MacOSX14.5.sdk; without it, the open SDK is used";
        Self::read(&std::path::absolute(dir)?)
            .with_context(|| format!("{} is not an SDK for macOS", dir.display()))
            .hint(hint)
    }

    fn read(dir: &Path) -> Result<Self> {
        let bytes = fs_err::read(dir.join("SDKSettings.json"))?;
        let settings: Settings = serde_json::from_slice(&bytes).context("its SDKSettings.json can't be read")?;
        let name = settings.canonical_name;
        if !name.starts_with("macosx") {
            bail!("it calls itself {name}");
        }
        let missing: Vec<&str> = NEEDED.into_iter().filter(|below| !dir.join(below).exists()).collect();
        if !missing.is_empty() {
            bail!("it has no {}", missing.join(", no "));
        }
        Ok(Self { dir: dir.to_owned(), name, settings: Sha256::of(&bytes) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_whole_sdk_for_macos_is_taken() {
        let dir = tempfile::tempdir().unwrap();
        let said = || crate::hint::render(&GivenSdk::open(dir.path()).unwrap_err());
        let settings = |text: &str| fs_err::write(dir.path().join("SDKSettings.json"), text).unwrap();
        assert!(said().contains("is not an SDK for macOS") && said().contains("hint: --sdk"), "{}", said());
        settings("{\"CanonicalName\": \"iphoneos17.5\"}");
        assert!(said().contains("it calls itself iphoneos17.5"), "{}", said());
        settings("{\"CanonicalName\": \"macosx14.5\", \"Version\": \"14.5\"}");
        assert!(said().contains("no usr/include/stdio.h, no usr/lib/libSystem.tbd"), "{}", said());
        for file in ["usr/include/stdio.h", "usr/lib/libSystem.tbd", "System/Library/Frameworks/x"] {
            let path = dir.path().join(file);
            fs_err::create_dir_all(path.parent().unwrap()).unwrap();
            fs_err::write(path, "").unwrap();
        }
        assert_eq!(GivenSdk::open(dir.path()).unwrap().name, "macosx14.5");
    }
}
