//! What a signature says, whether one likes it or not.

use std::fmt;

use serde::Serialize;

use super::role::Role;
use super::{Hash, Time};
use flatpkg::xar::Style;

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

/// What the RSA signature of a package is over. All three were seen in packages that macOS installs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum RsaForm {
    /// The digest of the table of contents, as xar and most of Apple's tools make it.
    Digest,
    /// SHA-1 of that digest, as Apple's tools made it in 2020 and 2021.
    Sha1OfDigest,
    /// SHA-256 of that digest, as `rcodesign` makes it.
    Sha256OfDigest,
}

impl RsaForm {
    /// All of them, the likeliest first.
    pub const ALL: [Self; 3] = [Self::Digest, Self::Sha1OfDigest, Self::Sha256OfDigest];
}

/// What a SignedData is over (RFC 5652 §5.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum CmsForm {
    /// Signed attributes, one of which is the digest of the content.
    Attributes,
    /// The content itself, as `productsign` made it at least from 2015 to 2024.
    Content,
}

/// Whether a root that is trusted vouches for who signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Vouched {
    /// Nobody asked: the policy takes any root, and anybody can make one with any name.
    Unchecked,
    /// The policy asks for one, and something is wrong.
    Refused,
    /// Yes, and nothing is wrong with the signatures.
    Trusted,
}

/// Everything that is known about the signature of a package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Facts {
    /// The digest of the table of contents.
    pub checksum: Style,
    /// The form of the RSA signature, when there is a good one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rsa: Option<RsaForm>,
    /// The form of the CMS signature, when there is one that can be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cms: Option<CmsForm>,
    /// Who signed: by the CMS signature, or by the RSA signature of a package that has no other.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signed: Option<Signed>,
    /// Whether somebody vouches for that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vouched: Option<Vouched>,
    /// Whether there is a ticket.
    pub stapled: bool,
}

impl fmt::Display for Facts {
    /// How it is signed, in one line. Who signed is for a [`Standing`](crate::Standing) to say: it knows whether that can be believed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ticket = if self.stapled { "notarization ticket stapled" } else { "no notarization ticket" };
        let Some(signed) = &self.signed else { return write!(f, "none; {ticket}") };
        f.write_str(match (self.rsa, self.cms) {
            (_, None) => "RSA only",
            (None, Some(_)) => "CMS only",
            (Some(_), Some(_)) => "RSA and CMS",
        })?;
        match self.rsa {
            Some(RsaForm::Sha1OfDigest) => f.write_str("; RSA over SHA-1 of the digest (Apple's form of 2020)")?,
            Some(RsaForm::Sha256OfDigest) => f.write_str("; RSA in rcodesign's double-hash form")?,
            Some(RsaForm::Digest) | None => {}
        }
        if self.cms == Some(CmsForm::Content) {
            f.write_str("; CMS without attributes")?;
        }
        match &signed.timestamp {
            Some(stamp) => write!(f, "; time stamp {}", stamp.time)?,
            None => f.write_str("; no time stamp")?,
        }
        write!(f, "; {ticket}")
    }
}
