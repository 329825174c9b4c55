//! Why a file did not come.

use anyhow::Error;

/// Why a provider did not deliver.
#[derive(Debug)]
pub enum Refusal {
    /// It has no such file; another may.
    Absent(Error),
    /// What it delivered can't be kept: nobody can help.
    Local(Error),
}
