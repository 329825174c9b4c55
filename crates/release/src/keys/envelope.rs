//! Signed statements: DSSE, version 1 (<https://github.com/secure-systems-lab/dsse>), which in-toto's attestations are
//! kept in, too.

use anyhow::{Context as _, Result, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use super::{PublicKey, SigningKey};

/// A statement with the signatures of those who vouch for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Envelope {
    /// Base64.
    pub(super) payload: String,
    payload_type: String,
    pub(super) signatures: Vec<Signature>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Signature {
    /// Says who signed, and proves nothing.
    keyid: String,
    /// Base64.
    pub(super) sig: String,
}

impl Envelope {
    /// A statement that nobody has signed.
    pub fn new(kind: &str, statement: &[u8]) -> Self {
        Self { payload: STANDARD.encode(statement), payload_type: kind.to_owned(), signatures: Vec::new() }
    }

    /// Signs it.
    ///
    /// # Errors
    /// Its payload is no Base64.
    pub fn sign(&mut self, key: &SigningKey) -> Result<()> {
        let signature = key.sign(&self.signed_bytes()?);
        self.signatures.push(Signature { keyid: key.public().id().to_string(), sig: STANDARD.encode(signature) });
        Ok(())
    }

    /// From JSON.
    ///
    /// # Errors
    /// It is none, has another shape, or is about something of another kind.
    pub fn parse(bytes: &[u8], kind: &str) -> Result<Self> {
        let envelope: Self = serde_json::from_slice(bytes).context("it is no signed statement (DSSE)")?;
        ensure!(
            envelope.payload_type == kind,
            "it is a statement of the type {:?}, expected {kind:?}",
            envelope.payload_type
        );
        Ok(envelope)
    }

    /// As JSON.
    ///
    /// # Errors
    /// It can't be written.
    pub fn text(&self) -> Result<String> {
        Ok(format!("{}\n", serde_json::to_string_pretty(self)?))
    }

    /// What is stated. Whether somebody vouches for it is another question.
    ///
    /// # Errors
    /// Its payload is no Base64.
    pub fn statement(&self) -> Result<Vec<u8>> {
        STANDARD.decode(&self.payload).context("its payload is no Base64")
    }

    /// Which of some keys vouch for it, each once.
    ///
    /// # Errors
    /// Its payload is no Base64.
    pub fn vouched_by<'a>(&self, keys: &'a [PublicKey]) -> Result<Vec<&'a PublicKey>> {
        let message = self.signed_bytes()?;
        let signatures: Vec<_> = self.signatures.iter().filter_map(|one| STANDARD.decode(&one.sig).ok()).collect();
        let mut found: Vec<&PublicKey> = Vec::new();
        for key in keys {
            if !found.contains(&key) && signatures.iter().any(|signature| key.verifies(&message, signature)) {
                found.push(key);
            }
        }
        Ok(found)
    }

    /// Whose signatures it says it has: for people.
    pub fn claimed(&self) -> Vec<String> {
        self.signatures.iter().map(|one| one.keyid.chars().take(16).collect()).collect()
    }

    /// DSSE's pre-authentication encoding: the type is signed, too.
    fn signed_bytes(&self) -> Result<Vec<u8>> {
        let (kind, statement) = (&self.payload_type, self.statement()?);
        let mut bytes = format!("DSSEv1 {} {kind} {} ", kind.len(), statement.len()).into_bytes();
        bytes.extend(statement);
        Ok(bytes)
    }
}
