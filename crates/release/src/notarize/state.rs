//! Where a package is on its way: `X.pkg.notary.json` beside it.

use std::fmt;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};

use crate::digest::Sha256;

/// Changes when the meaning of a key does.
const FORMAT: u32 = 1;

/// The file's contents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct State {
    format: u32,
    /// Of the package that is submitted.
    pub sha256: Sha256,
    /// The service's number of the submission.
    pub submission: Option<String>,
    /// How far it has come.
    pub stage: Stage,
    /// Of the package with its ticket.
    pub stapled_sha256: Option<Sha256>,
}

/// How far a package has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// Not submitted.
    New,
    /// The submission exists; how much of the package has arrived is not known.
    Uploading,
    /// The upload was cut off.
    UploadFailed,
    /// The service has all of it.
    Submitted,
    /// There is a ticket.
    Accepted,
    /// The service refused it.
    Invalid,
    /// The service refused it.
    Rejected,
    /// The ticket is stapled.
    Stapled,
}

impl Stage {
    /// Whether the service has judged.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Accepted | Self::Invalid | Self::Rejected | Self::Stapled)
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::New => "new",
            Self::Uploading => "uploading",
            Self::UploadFailed => "cut off",
            Self::Submitted => "submitted",
            Self::Accepted => "Accepted",
            Self::Invalid => "Invalid",
            Self::Rejected => "Rejected",
            Self::Stapled => "stapled",
        })
    }
}

impl State {
    /// Of a package that nothing was done with.
    pub fn new(sha256: Sha256) -> Self {
        Self { format: FORMAT, sha256, submission: None, stage: Stage::New, stapled_sha256: None }
    }

    /// Reads a state; nothing when there is none.
    ///
    /// # Errors
    /// When it is there and can't be read.
    pub fn read(path: &Path) -> Result<Option<Self>> {
        if !path.exists() {
            return Ok(None);
        }
        let state = serde_json::from_slice(&fs_err::read(path)?);
        state
            .with_context(|| format!("{} is malformed; without it the package would be uploaded again", path.display()))
    }
}

/// The state's place.
pub fn path_beside(package: &Path) -> PathBuf {
    beside(package, ".notary.json")
}

/// The place of the service's log.
pub fn log_beside(package: &Path) -> PathBuf {
    beside(package, ".notary-log.json")
}

fn beside(package: &Path, ending: &str) -> PathBuf {
    let mut name = package.file_name().unwrap_or_default().to_owned();
    name.push(ending);
    package.with_file_name(name)
}
