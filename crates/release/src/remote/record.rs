//! What is said of a step's product, and who says it.

use anyhow::{Context as _, Result, ensure};
use serde::{Deserialize, Serialize};

use crate::digest::Sha256;
use crate::keys::Envelope;

/// The type of a record, as its signature covers it. Changes when the meaning of a field does.
pub const KIND: &str = "application/vnd.cpython-macos-release.step.v1+json";

/// No record comes near it, bytes.
pub const LIMIT: u64 = 64 << 10;

/// What a step's product is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Record {
    /// The step's name: `openssl.arm64`.
    pub step: String,
    /// The step's key: the digest of all that decides its product.
    pub key: Sha256,
    /// Of its manifest, as every machine computes it ([`super::portable`]).
    pub manifest: Sha256,
    /// Of the archive.
    pub archive: Sha256,
    /// The archive's size, bytes.
    pub size: u64,
    /// The size of all files in it, bytes.
    pub unpacked: u64,
    /// What made it.
    pub made_by: Maker,
}

/// What made a product: nothing that says where or for whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Maker {
    /// The version of this program.
    pub release_tool: String,
    /// The kind of machine: `x86_64-pc-linux-gnu`, `macOS`.
    pub host: String,
}

impl Record {
    /// A statement that is to be signed.
    ///
    /// # Errors
    /// It can't be written.
    pub fn envelope(&self) -> Result<Envelope> {
        Ok(Envelope::new(KIND, &serde_json::to_vec(self)?))
    }

    /// What an envelope states of a step.
    ///
    /// # Errors
    /// It is no record, or another step's.
    pub fn of(envelope: &Envelope, step: &str, key: Sha256) -> Result<Self> {
        let record: Self = serde_json::from_slice(&envelope.statement()?).context("it is no record of a step")?;
        ensure!(
            record.step == step && record.key == key,
            "it is the record of another step: {} {}, expected {step} {}",
            record.step,
            record.key.short(),
            key.short()
        );
        Ok(record)
    }
}
