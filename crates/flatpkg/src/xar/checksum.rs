//! The digests a xar archive may use.

use std::fmt;

use serde::Serialize;
use sha1::Digest as _;

/// A digest by its name in the table of contents.
///
/// `productsign` makes SHA-1 and nothing else; SHA-256 is read by macOS 10.12 and later. Apple's libxar refuses `none` and
/// `md5` when it opens an archive, so we do not compute them; they are named here to be reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Style {
    /// No checksum: number 0 in the header.
    None,
    /// 20 bytes: number 1 in the header.
    Sha1,
    /// 16 bytes: number 2 in the header.
    Md5,
    /// 32 bytes: number 3 in the header (Apple's numbering).
    Sha256,
    /// 64 bytes: number 4 in the header (Apple's numbering).
    Sha512,
}

impl Style {
    /// The number in the archive's header.
    #[must_use]
    pub fn number(self) -> u32 {
        match self {
            Self::None => 0,
            Self::Sha1 => 1,
            Self::Md5 => 2,
            Self::Sha256 => 3,
            Self::Sha512 => 4,
        }
    }

    /// The style of a number in the header.
    #[must_use]
    pub fn from_number(number: u32) -> Option<Self> {
        [Self::None, Self::Sha1, Self::Md5, Self::Sha256, Self::Sha512].into_iter().find(|s| s.number() == number)
    }

    /// The style of a `style` attribute. Names are compared without regard to case: old tools wrote `SHA1`.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::None, Self::Sha1, Self::Md5, Self::Sha256, Self::Sha512]
            .into_iter()
            .find(|style| style.name().eq_ignore_ascii_case(name))
    }

    /// The name in a `style` attribute.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Sha1 => "sha1",
            Self::Md5 => "md5",
            Self::Sha256 => "sha256",
            Self::Sha512 => "sha512",
        }
    }

    /// The length of the digest in bytes.
    #[must_use]
    pub fn len(self) -> u64 {
        match self {
            Self::None => 0,
            Self::Sha1 => 20,
            Self::Md5 => 16,
            Self::Sha256 => 32,
            Self::Sha512 => 64,
        }
    }

    /// Whether the digest has no bytes at all.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self == Self::None
    }

    /// A running digest, or nothing for the styles that Apple refuses.
    #[must_use]
    pub fn digester(self) -> Option<Digester> {
        match self {
            Self::None | Self::Md5 => None,
            Self::Sha1 => Some(Digester(Inner::Sha1(sha1::Sha1::new()))),
            Self::Sha256 => Some(Digester(Inner::Sha256(sha2::Sha256::new()))),
            Self::Sha512 => Some(Digester(Inner::Sha512(Box::new(sha2::Sha512::new())))),
        }
    }
}

impl fmt::Display for Style {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A digest being computed.
#[derive(Debug, Clone)]
pub struct Digester(Inner);

#[derive(Debug, Clone)]
enum Inner {
    Sha1(sha1::Sha1),
    Sha256(sha2::Sha256),
    Sha512(Box<sha2::Sha512>),
}

impl Digester {
    /// Takes in more bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        match &mut self.0 {
            Inner::Sha1(digest) => digest.update(bytes),
            Inner::Sha256(digest) => digest.update(bytes),
            Inner::Sha512(digest) => digest.update(bytes),
        }
    }

    /// The digest's bytes.
    #[must_use]
    pub fn finish(self) -> Vec<u8> {
        match self.0 {
            Inner::Sha1(digest) => digest.finalize().to_vec(),
            Inner::Sha256(digest) => digest.finalize().to_vec(),
            Inner::Sha512(digest) => digest.finalize().to_vec(),
        }
    }

    /// The digest in lower-case hexadecimal, as the table of contents has it.
    #[must_use]
    pub fn finish_hex(self) -> String {
        hex::encode(self.finish())
    }
}
