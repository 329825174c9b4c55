//! The digests that signatures are made of.

use std::{fmt, io};

use serde::Serialize;
use sha2::Digest;
use x509_cert::der::asn1::ObjectIdentifier;

use flatpkg::xar::Style;

/// A digest algorithm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Hash {
    /// 20 bytes. Apple's time-stamp authority signed with it in 2021; nobody else may.
    Sha1,
    /// 32 bytes.
    Sha256,
    /// 48 bytes.
    Sha384,
    /// 64 bytes.
    Sha512,
}

impl Hash {
    const ALL: [Self; 4] = [Self::Sha1, Self::Sha256, Self::Sha384, Self::Sha512];

    /// The algorithm of an object identifier's bytes.
    pub(super) fn from_oid(oid: &[u8]) -> Option<Self> {
        Self::ALL.into_iter().find(|hash| hash.oid().as_bytes() == oid)
    }

    /// The algorithm that `…WithRSAEncryption` digests with, by that identifier's bytes.
    pub(super) fn from_rsa_oid(oid: &[u8]) -> Option<Self> {
        Self::ALL.into_iter().find(|hash| hash.rsa_oid().as_bytes() == oid)
    }

    /// The algorithm of a table of contents.
    pub(super) fn from_style(style: Style) -> Option<Self> {
        match style {
            Style::None | Style::Md5 => None,
            Style::Sha1 => Some(Self::Sha1),
            Style::Sha256 => Some(Self::Sha256),
            Style::Sha512 => Some(Self::Sha512),
        }
    }

    /// RFC 3279 and RFC 5754.
    fn oid(self) -> ObjectIdentifier {
        ObjectIdentifier::new_unwrap(match self {
            Self::Sha1 => "1.3.14.3.2.26",
            Self::Sha256 => "2.16.840.1.101.3.4.2.1",
            Self::Sha384 => "2.16.840.1.101.3.4.2.2",
            Self::Sha512 => "2.16.840.1.101.3.4.2.3",
        })
    }

    /// RFC 8017.
    fn rsa_oid(self) -> ObjectIdentifier {
        ObjectIdentifier::new_unwrap(match self {
            Self::Sha1 => "1.2.840.113549.1.1.5",
            Self::Sha256 => "1.2.840.113549.1.1.11",
            Self::Sha384 => "1.2.840.113549.1.1.12",
            Self::Sha512 => "1.2.840.113549.1.1.13",
        })
    }

    /// What precedes the digest inside a PKCS #1 v1.5 signature: the DER of a `DigestInfo` (RFC 8017, 9.2, note 1).
    pub(super) fn digest_info(self) -> Vec<u8> {
        let oid = self.oid();
        let (oid, size) = (oid.as_bytes(), self.size());
        // The longest is 83 bytes: every length fits one byte.
        let [all, algorithm, identifier, digest] =
            [oid.len() + size + 8, oid.len() + 4, oid.len(), size].map(|n| n as u8);
        [&[0x30, all, 0x30, algorithm, 0x06, identifier], oid, &[0x05, 0x00, 0x04, digest]].concat()
    }

    /// Bytes of a digest.
    #[must_use]
    pub fn size(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }

    /// The digest of some bytes.
    #[must_use]
    pub fn digest(self, bytes: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha1 => sha1::Sha1::digest(bytes).to_vec(),
            Self::Sha256 => sha2::Sha256::digest(bytes).to_vec(),
            Self::Sha384 => sha2::Sha384::digest(bytes).to_vec(),
            Self::Sha512 => sha2::Sha512::digest(bytes).to_vec(),
        }
    }

    /// The digest of all that is read, which needs no more memory than a buffer.
    ///
    /// # Errors
    /// Those of the reader.
    pub fn digest_all(self, input: impl io::Read) -> io::Result<Vec<u8>> {
        match self {
            Self::Sha1 => digest_all::<sha1::Sha1>(input),
            Self::Sha256 => digest_all::<sha2::Sha256>(input),
            Self::Sha384 => digest_all::<sha2::Sha384>(input),
            Self::Sha512 => digest_all::<sha2::Sha512>(input),
        }
    }
}

fn digest_all<D: Digest>(mut input: impl io::Read) -> io::Result<Vec<u8>> {
    let (mut digest, mut buffer) = (D::new(), vec![0; 1 << 16]);
    loop {
        match input.read(&mut buffer) {
            Ok(0) => return Ok(digest.finalize().to_vec()),
            Ok(count) => digest.update(buffer.get(..count).unwrap_or_default()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sha1 => "SHA-1",
            Self::Sha256 => "SHA-256",
            Self::Sha384 => "SHA-384",
            Self::Sha512 => "SHA-512",
        })
    }
}
