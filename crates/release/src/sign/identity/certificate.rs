//! What a certificate says about what it may sign.
//!
//! Apple marks what a certificate is for by extensions of its own: the numbers are those of Apple's certification practice
//! statements, and of `x509-oids` of apple-codesign.

use anyhow::{Context as _, Result};
use jiff::Timestamp;
use x509_cert::der::asn1::ObjectIdentifier as Oid;
use x509_cert::der::{Decode as _, Encode as _};
use x509_cert::ext::pkix::{BasicConstraints, ExtendedKeyUsage};

use crate::digest::Sha256;

/// Marks a Developer ID Application certificate.
const APPLICATION: Oid = Oid::new_unwrap("1.2.840.113635.100.6.1.13");
/// Marks a Developer ID Installer certificate.
const INSTALLER: Oid = Oid::new_unwrap("1.2.840.113635.100.6.1.14");
/// Marks the authority that issues both.
const AUTHORITY: Oid = Oid::new_unwrap("1.2.840.113635.100.6.2.6");
/// May sign code.
const CODE_SIGNING: Oid = Oid::new_unwrap("1.3.6.1.5.5.7.3.3");
/// May sign packages outside of the App Store.
const PACKAGE_SIGNING: Oid = Oid::new_unwrap("1.2.840.113635.100.4.13");
const COMMON_NAME: Oid = Oid::new_unwrap("2.5.4.3");
const UNIT: Oid = Oid::new_unwrap("2.5.4.11");
const BASIC_CONSTRAINTS: Oid = Oid::new_unwrap("2.5.29.19");
const KEY_USAGE: Oid = Oid::new_unwrap("2.5.29.37");
const RSA: Oid = Oid::new_unwrap("1.2.840.113549.1.1.1");

/// What an identity is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Purpose {
    /// Code: programs and libraries.
    Application,
    /// Packages.
    Installer,
}

impl Purpose {
    /// As flags and profiles name it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Application => "application",
            Self::Installer => "installer",
        }
    }

    /// As Apple names the certificate.
    pub fn title(self) -> &'static str {
        match self {
            Self::Application => "Developer ID Application",
            Self::Installer => "Developer ID Installer",
        }
    }

    /// Apple's mark, and the usage that goes with it.
    fn marks(self) -> (Oid, Oid) {
        match self {
            Self::Application => (APPLICATION, CODE_SIGNING),
            Self::Installer => (INSTALLER, PACKAGE_SIGNING),
        }
    }
}

/// An X.509 certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    der: Vec<u8>,
    parsed: x509_cert::Certificate,
}

impl Certificate {
    /// From its DER bytes.
    ///
    /// # Errors
    /// When they are none.
    pub fn from_der(der: &[u8]) -> Result<Self> {
        let parsed = x509_cert::Certificate::from_der(der).context("a certificate is malformed")?;
        Ok(Self { der: der.to_vec(), parsed })
    }

    /// SHA-256 of its DER bytes: the fingerprint.
    pub fn fingerprint(&self) -> Sha256 {
        Sha256::of(&self.der)
    }

    /// `Developer ID Installer: Somebody (TEAMID)`.
    pub fn common_name(&self) -> String {
        self.attribute(COMMON_NAME).unwrap_or_else(|| self.parsed.tbs_certificate.subject.to_string())
    }

    /// Apple's number of the team, or of the individual: the organizational unit of a leaf.
    pub fn unit(&self) -> Option<String> {
        self.attribute(UNIT)
    }

    /// The name of who issued it.
    pub fn issuer(&self) -> String {
        self.parsed.tbs_certificate.issuer.to_string()
    }

    fn attribute(&self, oid: Oid) -> Option<String> {
        let sets = self.parsed.tbs_certificate.subject.0.iter();
        let attribute = sets.flat_map(|set| set.0.iter()).find(|attribute| attribute.oid == oid)?;
        String::from_utf8(attribute.value.value().to_vec()).ok()
    }

    /// The first and the last moment it is valid at.
    pub fn validity(&self) -> (Timestamp, Timestamp) {
        let validity = &self.parsed.tbs_certificate.validity;
        let moment = |time: x509_cert::time::Time| {
            i64::try_from(time.to_unix_duration().as_secs()).ok().and_then(|second| Timestamp::from_second(second).ok())
        };
        (moment(validity.not_before).unwrap_or(Timestamp::MAX), moment(validity.not_after).unwrap_or(Timestamp::MIN))
    }

    /// Whether it names itself as its issuer.
    pub fn is_self_issued(&self) -> bool {
        self.parsed.tbs_certificate.subject == self.parsed.tbs_certificate.issuer
    }

    /// Whether the other one's name is that of this one's issuer.
    pub fn is_issued_by(&self, other: &Self) -> bool {
        self.parsed.tbs_certificate.issuer == other.parsed.tbs_certificate.subject
    }

    /// Whether it may vouch for others.
    pub fn is_authority(&self) -> bool {
        let value = self.extension(BASIC_CONSTRAINTS);
        value.and_then(|der| BasicConstraints::from_der(der).ok()).is_some_and(|constraints| constraints.ca)
    }

    /// Whether it is Apple's authority for Developer IDs, or marked like it.
    pub fn is_developer_id_authority(&self) -> bool {
        self.extension(AUTHORITY).is_some()
    }

    /// What Apple marked it for.
    pub fn purposes(&self) -> Vec<Purpose> {
        let both = [Purpose::Application, Purpose::Installer];
        both.into_iter().filter(|purpose| self.extension(purpose.marks().0).is_some()).collect()
    }

    /// Whether its extended key usage has what the purpose needs.
    pub fn has_usage(&self, purpose: Purpose) -> bool {
        let value = self.extension(KEY_USAGE);
        let usages = value.and_then(|der| ExtendedKeyUsage::from_der(der).ok());
        usages.is_some_and(|usages| usages.0.contains(&purpose.marks().1))
    }

    /// The RSA public key: PKCS #1 bytes; nothing for keys of other kinds.
    pub fn rsa_key(&self) -> Option<Vec<u8>> {
        let key = &self.parsed.tbs_certificate.subject_public_key_info;
        (key.algorithm.oid == RSA).then(|| key.subject_public_key.as_bytes().map(<[u8]>::to_vec)).flatten()
    }

    /// The same as text between `-----BEGIN CERTIFICATE-----` and its end.
    pub fn pem(&self) -> String {
        super::pem::text("CERTIFICATE", &self.der)
    }

    fn extension(&self, oid: Oid) -> Option<&[u8]> {
        let extensions = self.parsed.tbs_certificate.extensions.as_deref().unwrap_or_default();
        extensions.iter().find(|extension| extension.extn_id == oid).map(|extension| extension.extn_value.as_bytes())
    }
}

/// The public part of an RSA private key (PKCS #8), as [`Certificate::rsa_key`] gives it.
///
/// # Errors
/// When the key is malformed or not RSA.
pub fn public_part(pkcs8: &[u8]) -> Result<Vec<u8>> {
    let key = pkcs8::PrivateKeyInfo::from_der(pkcs8).context("the key is malformed")?;
    if key.algorithm.oid != RSA {
        anyhow::bail!("the key is not RSA: Apple issues no certificates for others");
    }
    let key = pkcs1::RsaPrivateKey::from_der(key.private_key).context("the RSA key is malformed")?;
    Ok(key.public_key().to_der()?)
}
