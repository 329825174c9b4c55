//! Prebuilt documentation: an archive such as python.org's `python-3.13.5-docs-html.tar.bz2`.

use std::path::{Path, PathBuf};

use anyhow::{Result, anyhow};
use serde::Serialize;

use crate::digest::Sha256;
use crate::hint::WithHint as _;

/// An archive with one top folder that holds the pages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GivenDocs {
    /// The archive.
    pub file: PathBuf,
    /// Of the archive.
    pub digest: Sha256,
}

/// How an archive's name may end.
const ENDINGS: [&str; 4] = ["bz2", "gz", "tgz", "xz"];

impl GivenDocs {
    /// Looks at an archive's name, and reads it for its digest.
    ///
    /// # Errors
    /// When there is no such file, or it is of another kind.
    pub fn open(file: &Path) -> Result<Self> {
        let file = std::path::absolute(file)?;
        let ending = file.extension().unwrap_or_default();
        if !file.exists() {
            return Err(anyhow!("there is no {}", file.display()))
                .hint("--docs takes `sphinx`, or a tar archive such as python-3.13.5-docs-html.tar.bz2");
        }
        if !file.is_file() || !ENDINGS.iter().any(|known| ending == *known) {
            return Err(anyhow!("{} is not an archive of documentation", file.display()))
                .hint(format!("--docs takes `sphinx`, or a tar archive whose name ends in {}", ENDINGS.join(", ")));
        }
        Ok(Self { digest: Sha256::of_file(&file)?, file })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_files_are_refused() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("python-3.13.5-docs-html.tar.bz2");
        let said = |file: &Path| crate::hint::render(&GivenDocs::open(file).unwrap_err());
        assert!(said(&file).starts_with("error: there is no /"), "{}", said(&file));
        let text = said(dir.path());
        assert!(text.contains("is not an archive of documentation") && text.contains("hint: --docs takes"), "{text}");
        fs_err::write(&file, "x").unwrap();
        assert_eq!(GivenDocs::open(&file).unwrap().digest, Sha256::of(b"x"));
    }
}
