//! One certificate, and what it says about itself.

use sha2::Digest as _;
use x509_cert::der::asn1::ObjectIdentifier;
use x509_cert::der::{Decode as _, Encode as _};
use x509_cert::ext::pkix::{BasicConstraints, CertificatePolicies, ExtendedKeyUsage, KeyUsage, NameConstraints};
use x509_cert::name::Name;

use super::asn1::{Fields, Malformed};
use super::facts::Link;
use super::hash::Hash;
use super::role::Role;
use super::rsa::PublicKey;
use super::{Time, oid};

/// A certificate that was read, with its RSA key.
#[derive(Debug, Clone)]
pub(super) struct Certificate {
    der: Vec<u8>,
    /// The part that is signed.
    signed: Vec<u8>,
    parsed: x509_cert::Certificate,
    /// What its signature is made with.
    hash: Option<Hash>,
    pub(super) key: PublicKey,
}

impl PartialEq for Certificate {
    fn eq(&self, other: &Self) -> bool {
        self.der == other.der
    }
}

impl Certificate {
    /// Reads one. Bytes that the certificate would not be encoded to are refused.
    pub(super) fn parse(der: &[u8]) -> Result<Self, Malformed> {
        let parsed = x509_cert::Certificate::from_der(der).map_err(Malformed::because("certificate"))?;
        if parsed.to_der().ok().as_deref() != Some(der) {
            return Err(Malformed::new("certificate: it is not in DER"));
        }
        let mut fields = Fields::of_sequence("certificate", der)?;
        let (_, signed) = fields.any("tbsCertificate")?;
        let algorithm = fields.algorithm("signatureAlgorithm")?;
        if parsed.tbs_certificate.signature != parsed.signature_algorithm {
            return Err(Malformed::new("certificate: its two signature algorithms differ"));
        }
        let key = PublicKey::new(&parsed.tbs_certificate.subject_public_key_info)
            .ok_or_else(|| Malformed::new("certificate: its key is not an RSA key"))?;
        Ok(Self { der: der.to_vec(), signed: signed.whole.to_vec(), hash: Hash::from_rsa_oid(algorithm), key, parsed })
    }

    pub(super) fn der(&self) -> &[u8] {
        &self.der
    }

    /// SHA-256 of its bytes, in lower-case hexadecimal.
    pub(super) fn fingerprint(&self) -> String {
        hex::encode(sha2::Sha256::digest(&self.der))
    }

    pub(super) fn subject(&self) -> &Name {
        &self.parsed.tbs_certificate.subject
    }

    pub(super) fn issuer(&self) -> &Name {
        &self.parsed.tbs_certificate.issuer
    }

    /// `issuerAndSerialNumber` of RFC 5652, its contents.
    pub(super) fn issuer_and_serial(&self) -> Vec<u8> {
        let tbs = &self.parsed.tbs_certificate;
        let parts = [tbs.issuer.to_der(), tbs.serial_number.to_der()];
        // What was read can be written.
        parts.into_iter().flat_map(Result::unwrap_or_default).collect()
    }

    /// The values of an attribute of the subject.
    pub(super) fn attribute(&self, oid: ObjectIdentifier) -> impl Iterator<Item = String> {
        let attributes = self.subject().0.iter().flat_map(|set| set.0.iter());
        attributes
            .filter(move |attribute| attribute.oid == oid)
            .filter_map(|attribute| String::from_utf8(attribute.value.value().to_vec()).ok())
    }

    /// The common name, or all of the name.
    pub(super) fn name(&self) -> String {
        self.attribute(oid::COMMON_NAME).next().unwrap_or_else(|| self.subject().to_string())
    }

    /// The team: the organizational unit, which a Developer ID has exactly one of, with the same text as its user id.
    pub(super) fn team(&self) -> Option<String> {
        let mut units = self.attribute(oid::ORGANIZATIONAL_UNIT);
        let team = units.next()?;
        let agreed = units.next().is_none() && self.attribute(oid::USER_ID).all(|user| user == team);
        agreed.then_some(team)
    }

    /// What it is for, by Apple's marks.
    pub(super) fn role(&self) -> Option<Role> {
        [Role::Installer, Role::Application]
            .into_iter()
            .find(|role| role.mark().is_some_and(|mark| self.has_mark(mark)))
    }

    pub(super) fn not_before(&self) -> Time {
        self.parsed.tbs_certificate.validity.not_before.into()
    }

    pub(super) fn not_after(&self) -> Time {
        self.parsed.tbs_certificate.validity.not_after.into()
    }

    /// What its signature is made with; nothing when that isn't RSA with a known digest.
    pub(super) fn hash(&self) -> Option<Hash> {
        self.hash
    }

    /// Whether another one's key made its signature.
    pub(super) fn is_signed_by(&self, issuer: &Self) -> bool {
        let (Some(hash), Some(signature)) = (self.hash, self.parsed.signature.as_bytes()) else { return false };
        issuer.key.verifies(hash, &hash.digest(&self.signed), signature)
    }

    /// The object identifiers of critical extensions.
    pub(super) fn critical(&self) -> impl Iterator<Item = ObjectIdentifier> {
        self.extensions().filter(|extension| extension.critical).map(|extension| extension.extn_id)
    }

    /// Object identifiers of extensions that are there twice.
    pub(super) fn repeated(&self) -> Option<ObjectIdentifier> {
        let mut seen: Vec<_> = self.extensions().map(|extension| extension.extn_id).collect();
        seen.sort_unstable();
        seen.windows(2).find_map(|pair| if let [a, b] = pair { (a == b).then_some(*a) } else { None })
    }

    /// Whether one of Apple's marks is there: an extension with the value NULL.
    pub(super) fn has_mark(&self, oid: ObjectIdentifier) -> bool {
        self.extension(oid).is_some_and(|(_, value)| value == [0x05, 0x00])
    }

    /// Whether there is an extension, by the bytes of its object identifier.
    pub(super) fn has_extension(&self, oid: &[u8]) -> bool {
        self.extensions().any(|extension| extension.extn_id.as_bytes() == oid)
    }

    /// Whether it was issued under a policy, by the bytes of its object identifier.
    pub(super) fn has_policy(&self, oid: &[u8]) -> bool {
        let policies =
            self.extension(oid::CERTIFICATE_POLICIES).and_then(|(_, value)| CertificatePolicies::from_der(value).ok());
        policies.is_some_and(|policies| policies.0.iter().any(|policy| policy.policy_identifier.as_bytes() == oid))
    }

    /// Whether it may vouch for others, and for how many levels below the next.
    pub(super) fn authority(&self) -> Option<Option<u8>> {
        let (critical, value) = self.extension(oid::BASIC_CONSTRAINTS)?;
        let constraints = BasicConstraints::from_der(value).ok()?;
        (critical && constraints.ca).then_some(constraints.path_len_constraint)
    }

    /// Its key usage, if it states one.
    pub(super) fn key_usage(&self) -> Option<KeyUsage> {
        KeyUsage::from_der(self.extension(oid::KEY_USAGE)?.1).ok()
    }

    /// Whether it may be used for one thing only, this one, and says so in a critical extension.
    pub(super) fn is_only_for(&self, usage: ObjectIdentifier) -> bool {
        self.extension(oid::EXTENDED_KEY_USAGE).is_some_and(|(critical, value)| {
            critical && ExtendedKeyUsage::from_der(value).is_ok_and(|usages| usages.0 == [usage])
        })
    }

    /// Whether it may vouch for certificates with that usage: it states no usages, or this one, or any.
    pub(super) fn may_vouch_for(&self, usage: ObjectIdentifier) -> bool {
        self.extension(oid::EXTENDED_KEY_USAGE).is_none_or(|(_, value)| {
            let usages = ExtendedKeyUsage::from_der(value).map(|usages| usages.0).unwrap_or_default();
            usages.contains(&usage) || usages.contains(&oid::ANY_USAGE)
        })
    }

    /// The names that it is an authority for, if they are restricted.
    pub(super) fn name_constraints(&self) -> Option<NameConstraints> {
        NameConstraints::from_der(self.extension(oid::NAME_CONSTRAINTS)?.1).ok()
    }

    /// Whether there is such an extension.
    pub(super) fn has(&self, oid: ObjectIdentifier) -> bool {
        self.extension(oid).is_some()
    }

    /// Extensions that matter here and can't be read.
    pub(super) fn unreadable(&self) -> impl Iterator<Item = &'static str> {
        let bad = |oid, reads: fn(&[u8]) -> bool| self.extension(oid).is_some_and(|(_, value)| !reads(value));
        let all = [
            ("key usage", bad(oid::KEY_USAGE, |value| KeyUsage::from_der(value).is_ok())),
            ("extended key usage", bad(oid::EXTENDED_KEY_USAGE, |value| ExtendedKeyUsage::from_der(value).is_ok())),
            ("basic constraints", bad(oid::BASIC_CONSTRAINTS, |value| BasicConstraints::from_der(value).is_ok())),
            ("name constraints", bad(oid::NAME_CONSTRAINTS, |value| NameConstraints::from_der(value).is_ok())),
        ];
        all.into_iter().filter_map(|(name, bad)| bad.then_some(name))
    }

    fn extension(&self, oid: ObjectIdentifier) -> Option<(bool, &[u8])> {
        let extension = self.extensions().find(|extension| extension.extn_id == oid)?;
        Some((extension.critical, extension.extn_value.as_bytes()))
    }

    fn extensions(&self) -> impl Iterator<Item = &x509_cert::ext::Extension> {
        self.parsed.tbs_certificate.extensions.iter().flatten()
    }

    /// What a report says of it.
    pub(super) fn link(&self) -> Link {
        Link {
            name: self.name(),
            sha256: self.fingerprint(),
            not_before: self.not_before(),
            not_after: self.not_after(),
        }
    }
}

/// A certificate's name in a sentence.
pub(super) fn quoted(certificate: &Certificate) -> String {
    format!("\"{}\"", certificate.name().escape_debug())
}
