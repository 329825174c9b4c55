//! Signatures by RSA keys: PKCS #1 v1.5, the only kind that Apple's certificates make. Public keys only.

use rsa::pkcs1::DecodeRsaPublicKey as _;
use rsa::traits::PublicKeyParts as _;
use rsa::{Pkcs1v15Sign, RsaPublicKey};
use x509_cert::spki::SubjectPublicKeyInfoOwned;

use super::hash::Hash;
use super::oid;

/// The shortest key that may sign, in bits: Apple's are of 2048.
pub(super) const SHORTEST: usize = 2048;

/// A public key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PublicKey(RsaPublicKey);

impl PublicKey {
    /// The key of a certificate; nothing when it is of another kind.
    pub(super) fn new(info: &SubjectPublicKeyInfoOwned) -> Option<Self> {
        let null = info.algorithm.parameters.as_ref().is_some_and(x509_cert::der::Any::is_null);
        let bits = info.subject_public_key.as_bytes()?;
        (info.algorithm.oid == oid::RSA && null).then_some(())?;
        RsaPublicKey::from_pkcs1_der(bits).ok().map(Self)
    }

    /// Its length.
    pub(super) fn bits(&self) -> usize {
        self.0.n().bits()
    }

    /// Whether the signature is over that digest.
    pub(super) fn verifies(&self, hash: Hash, digest: &[u8], signature: &[u8]) -> bool {
        let scheme = Pkcs1v15Sign { hash_len: Some(hash.size()), prefix: hash.digest_info().into() };
        self.0.verify(scheme, digest, signature).is_ok()
    }
}
