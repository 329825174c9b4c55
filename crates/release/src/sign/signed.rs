//! What was signed: a copy of a root, a package.

use std::fmt;
use std::path::PathBuf;

use anyhow::Result;
use serde_json::Value;
use tempfile::TempDir;

use super::plan::SigningPlan;
use crate::digest::Sha256;
use crate::package::name::Mark;

/// A copy of a staged root with signed code. It is gone when this is dropped.
pub struct SignedRoot {
    pub(super) dir: TempDir,
    /// What was signed.
    pub plan: SigningPlan,
    /// Who signed.
    pub by: String,
    /// Whether nobody did: hashes without a signer.
    pub ad_hoc: bool,
}

impl SignedRoot {
    /// The folder.
    pub fn root(&self) -> PathBuf {
        self.dir.path().join("root")
    }
}

/// A package that was signed, and whose signature was found good.
#[derive(Debug, Clone)]
pub struct SignedPkg {
    /// The file.
    pub path: PathBuf,
    /// Bytes.
    pub len: u64,
    /// Of the file.
    pub sha256: Sha256,
    /// Of the package it was made from.
    pub unsigned_sha256: Sha256,
    /// Who signed.
    pub by: String,
    /// What the signature is worth.
    pub mark: Mark,
    /// All of that for programs.
    pub record: Value,
}

impl SignedPkg {
    /// Takes over the digest of the file as it is now, with `len`: a ticket was stapled to it.
    pub fn measured(&mut self, sha256: Sha256) {
        self.sha256 = sha256;
        if let Some(package) = self.record.get_mut("package").and_then(Value::as_object_mut) {
            package.insert("size".into(), self.len.into());
            package.insert("sha256".into(), sha256.to_string().into());
        }
    }

    /// The record as the file beside the package has it.
    ///
    /// # Errors
    /// Never: it is JSON already.
    pub fn record_text(&self) -> Result<String> {
        Ok(format!("{}\n", serde_json::to_string_pretty(&self.record)?))
    }
}

impl fmt::Display for SignedPkg {
    /// Who signed it, and what that is worth.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let worth = match self.mark {
            Mark::Signed => "trusted",
            Mark::NoTimestamp => "trusted until the certificate expires: there is no time stamp",
            _ => "NOT trusted: macOS does not know its root, and Gatekeeper will block it",
        };
        write!(f, "signed by {:?}, {worth}", self.by)
    }
}
