//! What a signature says, whether one likes it or not.

use std::fmt;

use serde::Serialize;

use super::certificate::Role;
use super::{Hash, Time};
use crate::xar::Style;

/// A certificate of a chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Link {
    /// Its common name: `Developer ID Installer: Example Foundation (ABCDE12345)`.
    pub name: String,
    /// SHA-256 of its bytes, in lower-case hexadecimal.
    pub sha256: String,
    /// The first second it is valid.
    pub not_before: Time,
    /// The last one.
    pub not_after: Time,
}

/// A time stamp.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Stamp {
    /// When the authority saw the signature.
    pub time: Time,
    /// The authority's certificate first, the root last.
    pub chain: Vec<Link>,
}

/// A SignedData: who signed, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Signed {
    /// The signer's certificate first, the root last.
    pub chain: Vec<Link>,
    /// What the signer's certificate is for, by Apple's marks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// The team of the signer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub team: Option<String>,
    /// What it is made with.
    pub hash: Hash,
    /// When it was made, as the signer says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub claimed: Option<Time>,
    /// When it was made, as a time-stamp authority says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<Stamp>,
}

/// What the RSA signature of a package is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum RsaForm {
    /// The digest of the table of contents, as Apple's tools and xar make it.
    Digest,
    /// The digest of that digest, as `rcodesign` makes it.
    DigestOfDigest,
}

/// Everything that is known about the signature of a package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Facts {
    /// The digest of the table of contents.
    pub checksum: Style,
    /// The form of the RSA signature, when there is a good one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rsa: Option<RsaForm>,
    /// The CMS signature, when there is one that can be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signed: Option<Signed>,
    /// Whether there is a ticket.
    pub stapled: bool,
}

impl fmt::Display for Facts {
    /// One line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.signed {
            None => f.write_str("not signed")?,
            Some(signed) => write!(f, "{signed}")?,
        }
        if let Some(RsaForm::DigestOfDigest) = self.rsa {
            f.write_str(", RSA over the digest's digest as rcodesign makes it")?;
        }
        f.write_str(if self.stapled { ", with a ticket" } else { ", without a ticket" })
    }
}

impl fmt::Display for Signed {
    /// One line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let signer = self.chain.first().map_or("nobody", |link| link.name.as_str());
        write!(f, "signed by {}", signer.escape_debug())?;
        if let Some(root) = self.chain.get(1..).unwrap_or_default().last() {
            write!(f, " under {}", root.name.escape_debug())?;
        }
        match &self.timestamp {
            Some(stamp) => write!(f, ", time stamp of {}", stamp.time),
            None => f.write_str(", without a time stamp"),
        }
    }
}
