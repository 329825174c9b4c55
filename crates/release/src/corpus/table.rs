//! The table: where each file comes from, and what is right to say of it.

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};

use super::Answer;
use crate::digest::Sha256;

/// All files of a corpus.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// The time that certificates are judged by, in seconds since 1970 (UTC), so that answers don't change with the date.
    pub now: u64,
    /// The files.
    #[serde(rename = "file")]
    pub files: Vec<Specimen>,
}

/// One file.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Specimen {
    /// The public repository that it is in: `owner/name` on GitHub.
    pub repository: String,
    /// A commit that has it.
    pub commit: String,
    /// Its path in that commit.
    pub path: String,
    /// Its name in the ZIP archive at `path`, if it is in one.
    pub member: Option<String>,
    /// Its length in bytes.
    pub size: u64,
    /// What it is known by.
    pub sha256: Sha256,
    /// The tool that made it, as far as its bytes tell.
    pub maker: String,
    /// When it was made, as far as its bytes tell.
    pub year: u16,
    /// What it is.
    pub what: String,
    /// What a careful person says of it.
    pub right: Answer,
    /// Why, where it is not plainly good.
    pub because: Option<String>,
}

impl Table {
    /// Reads a table.
    ///
    /// # Errors
    /// It can't be understood; the error names the line.
    pub fn parse(text: &str) -> Result<Self> {
        toml::from_str(text).context("this is not a table of a corpus")
    }
}

impl Specimen {
    /// The name of the file, without its folders.
    #[must_use]
    pub fn name(&self) -> String {
        let path = self.member.as_ref().unwrap_or(&self.path);
        // A bill of materials of a bundle package says nothing without the package's name.
        let path = path.strip_suffix("/Contents/Archive.bom").map_or(path.as_str(), |bundle| bundle);
        path.rsplit('/').next().unwrap_or(path).to_owned()
    }
}
