//! Keys that vouch for what was built: Ed25519, one a file, as OpenSSL writes and reads them.
//!
//! `FILE` has the private key (PKCS #8, RFC 8410, as PEM) and is its owner's alone; `FILE.pub` has the public one
//! (SubjectPublicKeyInfo, as PEM) and is for everybody. `openssl pkey -in FILE -text` shows either.

mod envelope;

use std::fmt;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, anyhow};
use ed25519_dalek::pkcs8::spki::der::pem::LineEnding;
use ed25519_dalek::pkcs8::spki::{DecodePublicKey as _, EncodePublicKey as _};
use ed25519_dalek::pkcs8::{DecodePrivateKey as _, EncodePrivateKey as _, KeypairBytes};
use ed25519_dalek::{Signer as _, VerifyingKey};
use fs_err::os::unix::fs::OpenOptionsExt as _;
use zeroize::Zeroizing;

use crate::digest::Sha256;
use crate::hint::WithHint as _;
use crate::sign::identity::read_private;

pub use envelope::Envelope;

/// Vouches for things. Wiped from memory when it is dropped, and never shown.
#[cfg_attr(test, derive(Clone))]
pub struct SigningKey(ed25519_dalek::SigningKey);

/// Tells whether a [`SigningKey`] has vouched for something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    key: VerifyingKey,
    id: Sha256,
}

impl SigningKey {
    /// Reads a private key.
    ///
    /// # Errors
    /// When others can read it, or it is no Ed25519 key.
    pub fn read(path: &Path) -> Result<Self> {
        let secret = read_private(path)?;
        let key = secret.text().ok().and_then(|text| ed25519_dalek::SigningKey::from_pkcs8_pem(text).ok());
        key.map(Self)
            .with_context(|| format!("{} is no private Ed25519 key in PEM", path.display()))
            .hint("`cargo xtask keys new FILE` makes one")
    }

    /// Makes a new one of the system's random bytes.
    ///
    /// # Errors
    /// When the system gives none.
    pub fn generate() -> Result<Self> {
        let mut seed = Zeroizing::new([0; 32]);
        getrandom::fill(seed.as_mut_slice()).map_err(|error| anyhow!("the system has no random bytes: {error}"))?;
        Ok(Self(ed25519_dalek::SigningKey::from_bytes(&seed)))
    }

    /// The key that everybody may know.
    pub fn public(&self) -> PublicKey {
        PublicKey::from(self.0.verifying_key())
    }

    /// 64 bytes.
    fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message).to_bytes()
    }

    /// Without the public key in it, which some programs don't read.
    fn pem(&self) -> Result<Zeroizing<String>> {
        let pair = KeypairBytes { secret_key: self.0.to_bytes(), public_key: None };
        pair.to_pkcs8_pem(LineEnding::LF).map_err(|error| anyhow!("the key can't be written as PEM: {error}"))
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "(the private half of {})", self.public())
    }
}

impl From<VerifyingKey> for PublicKey {
    fn from(key: VerifyingKey) -> Self {
        Self { id: Sha256::of(key.as_bytes()), key }
    }
}

impl PublicKey {
    /// Reads a public key.
    ///
    /// # Errors
    /// When it can't be read, or is no Ed25519 key.
    pub fn read(path: &Path) -> Result<Self> {
        let text = fs_err::read_to_string(path)?;
        let key = VerifyingKey::from_public_key_pem(text.trim()).ok().filter(|key| !key.is_weak());
        key.map(Self::from)
            .with_context(|| format!("{} is no public Ed25519 key in PEM", path.display()))
            .hint("name the file that ends with .pub")
    }

    /// The SHA-256 of the key's 32 bytes.
    pub fn id(&self) -> Sha256 {
        self.id
    }

    fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        ed25519_dalek::Signature::from_slice(signature)
            .is_ok_and(|signature| self.key.verify_strict(message, &signature).is_ok())
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.id.short())
    }
}

/// Makes a key: `path` and `path.pub`. Nothing that is there is replaced.
///
/// # Errors
/// When one of the files is there, or can't be written.
pub fn create(path: &Path) -> Result<PublicKey> {
    let key = SigningKey::generate()?;
    let public = key.public();
    let text = public.key.to_public_key_pem(LineEnding::LF);
    let text = text.map_err(|error| anyhow!("the key can't be written as PEM: {error}"))?;
    write_new(path, key.pem()?.as_bytes(), 0o600)?;
    write_new(&public_path(path), text.as_bytes(), 0o644).inspect_err(|_| {
        // A key without its other half is of no use.
        _ = fs_err::remove_file(path);
    })?;
    Ok(public)
}

/// Where the public half of a key is.
pub fn public_path(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".pub");
    PathBuf::from(name)
}

fn write_new(path: &Path, bytes: &[u8], mode: u32) -> Result<()> {
    let mut options = fs_err::OpenOptions::new();
    let mut file = options
        .write(true)
        .create_new(true)
        .mode(mode)
        .open(path)
        .hint("name a file that is not there yet: a key is never replaced")?;
    file.write_all(bytes)?;
    Ok(file.sync_all()?)
}

#[cfg(test)]
mod tests;
