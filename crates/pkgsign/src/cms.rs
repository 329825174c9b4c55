//! SignedData (RFC 5652), in the few forms that signatures of packages, of code and of time stamps have: one signer, named by
//! issuer and serial number.
//!
//! What the signer's key signs has two forms (RFC 5652 §5.4): a SET of signed attributes, one of which is the digest of the
//! content; or, when there are none, the content itself. §5.3 allows the second for plain data only. `productsign` made it at
//! least from 2015 to 2024. The two can't be taken for one another here: what a package signs is a digest of 20 to 64 bytes and
//! code begins with its magic number, and neither is a SET of attributes.

use x509_cert::der::asn1::ObjectIdentifier;
use x509_cert::der::{Tag, TagNumber};

use super::asn1::{Fields, Malformed, Value, context, name};
use super::certificate::Certificate;
use super::facts::CmsForm;
use super::hash::Hash;
use super::{Time, ber, oid};

/// More certificates than anybody adds.
const MOST_CERTIFICATES: usize = 16;

/// What is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Content {
    /// Data that are not part of the value.
    Detached,
    /// A `TSTInfo` that is.
    TimeStamp,
}

impl Content {
    fn oid(self) -> ObjectIdentifier {
        match self {
            Self::Detached => oid::DATA,
            Self::TimeStamp => oid::TST_INFO,
        }
    }

    /// RFC 5652, 5.1: 1 for data with a signer named by issuer and serial number, 3 for other content.
    fn version(self) -> u8 {
        match self {
            Self::Detached => 1,
            Self::TimeStamp => 3,
        }
    }
}

/// A SignedData that was read.
#[derive(Debug)]
pub(super) struct SignedData {
    /// The content, when it is part of the value.
    pub(super) content: Option<Vec<u8>>,
    /// The certificates, in their order.
    pub(super) certificates: Vec<Certificate>,
    /// Who signed.
    pub(super) signer: Signer,
    /// Whether the outermost values don't state their lengths: so Apple's encoder writes them, and OpenSSL doesn't.
    pub(super) has_indefinite_lengths: bool,
}

/// One `SignerInfo`.
#[derive(Debug)]
pub(super) struct Signer {
    /// Issuer and serial number of the certificate.
    issuer_and_serial: Vec<u8>,
    /// What the content and the attributes are digested with.
    pub(super) hash: Hash,
    /// Whether the signature algorithm names that digest too.
    pub(super) names_digest: bool,
    /// The signed attributes; without them the signature is over the content.
    attributes: Option<Attributes>,
    /// The signature's value.
    pub(super) value: Vec<u8>,
    /// The time-stamp token.
    pub(super) token: Option<Vec<u8>>,
}

/// Signed attributes.
#[derive(Debug)]
struct Attributes {
    /// As they are signed: as a SET.
    signed: Vec<u8>,
    /// The digest of the content that the signer saw.
    digest: Vec<u8>,
    /// When, as the signer says.
    time: Option<Time>,
    /// Apple's, and a time stamp's.
    others: Vec<Attribute>,
}

/// A signed attribute that not every signature has.
#[derive(Debug, Clone)]
pub(super) struct Attribute {
    /// Its object identifier's bytes.
    pub(super) oid: Vec<u8>,
    /// Its values, each whole.
    pub(super) values: Vec<Vec<u8>>,
}

impl SignedData {
    /// Reads a `ContentInfo` with a SignedData, padded with zeros or not.
    pub(super) fn parse(bytes: &[u8], content: Content) -> Result<Self, Malformed> {
        let der = ber::to_der(bytes)?;
        let mut info = Fields::of_sequence("ContentInfo", &der)?;
        info.exactly("contentType", Tag::ObjectIdentifier, oid::SIGNED_DATA.as_bytes())?;
        let mut explicit = info.take("content", context(TagNumber::N0))?.fields("content")?;
        info.end()?;
        let mut data = explicit.take("SignedData", Tag::Sequence)?.fields("SignedData")?;
        explicit.end()?;

        data.exactly("version", Tag::Integer, &[content.version()])?;
        let mut digests = data.take("digestAlgorithms", Tag::Set)?.fields("digestAlgorithms")?;
        let announced = digests.algorithm("digestAlgorithm")?;
        digests.end()?;
        let encapsulated = data.take("encapContentInfo", Tag::Sequence)?;
        let certificates = data.take("certificates", context(TagNumber::N0))?;
        let mut signers = data.take("signerInfos", Tag::Set)?.fields("signerInfos")?;
        data.end()?;
        let signer = Signer::parse(signers.take("SignerInfo", Tag::Sequence)?, content)?;
        signers.end()?;
        if Hash::from_oid(announced) != Some(signer.hash) {
            return Err(Malformed::new("SignedData: the digest algorithm announced is not the signer's"));
        }
        let has_indefinite_lengths = bytes.get(1) == Some(&0x80);
        let (content, certificates) = (encapsulation(encapsulated, content)?, parse_all(certificates)?);
        Ok(Self { content, certificates, signer, has_indefinite_lengths })
    }

    /// The signer's certificate, and the others.
    pub(super) fn split(&self) -> Option<(&Certificate, Vec<Certificate>)> {
        let is_signer = |certificate: &&Certificate| certificate.issuer_and_serial() == self.signer.issuer_and_serial;
        let mut leaves = self.certificates.iter().filter(is_signer);
        let leaf = leaves.next()?;
        let position = self.certificates.iter().position(|certificate| certificate == leaf)?;
        let others = self.certificates.iter().enumerate().filter(|(index, _)| *index != position);
        Some((leaf, others.map(|(_, certificate)| certificate.clone()).collect()))
    }
}

fn encapsulation(value: Value<'_>, content: Content) -> Result<Option<Vec<u8>>, Malformed> {
    let mut fields = value.fields("encapContentInfo")?;
    fields.exactly("eContentType", Tag::ObjectIdentifier, content.oid().as_bytes())?;
    let octets = match content {
        Content::Detached => None,
        Content::TimeStamp => {
            let mut explicit = fields.take("eContent", context(TagNumber::N0))?.fields("eContent")?;
            let octets = explicit.take("eContent", Tag::OctetString)?.contents.to_vec();
            explicit.end()?;
            Some(octets)
        }
    };
    fields.end()?;
    Ok(octets)
}

fn parse_all(set: Value<'_>) -> Result<Vec<Certificate>, Malformed> {
    let mut fields = set.fields("certificates")?;
    let mut certificates = Vec::new();
    while !fields.is_finished() {
        if certificates.len() == MOST_CERTIFICATES {
            return Err(Malformed::new(format_args!("certificates: more than {MOST_CERTIFICATES}")));
        }
        certificates.push(Certificate::parse(fields.take("certificate", Tag::Sequence)?.whole)?);
    }
    Ok(certificates)
}

impl Signer {
    fn parse(value: Value<'_>, content: Content) -> Result<Self, Malformed> {
        let mut fields = value.fields("SignerInfo")?;
        fields.exactly("version", Tag::Integer, &[1])?;
        let issuer_and_serial = fields.take("issuerAndSerialNumber", Tag::Sequence)?.contents.to_vec();
        let algorithm = fields.algorithm("digestAlgorithm")?;
        let hash = Hash::from_oid(algorithm)
            .ok_or_else(|| Malformed::new(format_args!("SignerInfo: the digest algorithm is {}", name(algorithm))))?;
        let attributes = match content {
            Content::Detached => fields.take_if("signedAttrs", context(TagNumber::N0))?,
            Content::TimeStamp => Some(fields.take("signedAttrs", context(TagNumber::N0))?),
        };
        let algorithm = fields.algorithm("signatureAlgorithm")?;
        // OpenSSL and Apple's tools until 2019 say RSA, rcodesign and Apple's since 2021 say RSA with the digest. RSA with SHA-1
        // is one bit away from plain RSA: who knows what is signed asks which it is.
        let names_digest = Hash::from_rsa_oid(algorithm) == Some(hash);
        let stamped_so = content == Content::TimeStamp && hash == Hash::Sha1;
        if algorithm != oid::RSA.as_bytes() && (!names_digest || stamped_so) {
            return Err(Malformed::new(format_args!("SignerInfo: the signature algorithm is {}", name(algorithm))));
        }
        let value = fields.take("signature", Tag::OctetString)?.contents.to_vec();
        let unsigned = fields.take_if("unsignedAttrs", context(TagNumber::N1))?;
        fields.end()?;
        Ok(Self {
            issuer_and_serial,
            hash,
            names_digest,
            attributes: attributes.map(|attributes| Attributes::parse(attributes, content)).transpose()?,
            value,
            token: unsigned.map(token).transpose()?,
        })
    }

    /// Which form it has.
    pub(super) fn form(&self) -> CmsForm {
        if self.attributes.is_some() { CmsForm::Attributes } else { CmsForm::Content }
    }

    /// When, as the signer says.
    pub(super) fn time(&self) -> Option<Time> {
        self.attributes.as_ref()?.time
    }

    /// Signed attributes that not every signature has.
    pub(super) fn others(&self) -> &[Attribute] {
        self.attributes.as_ref().map(|attributes| attributes.others.as_slice()).unwrap_or_default()
    }

    /// Whether this is the content that the attributes name. Without attributes [`Signer::is_by`] says so.
    pub(super) fn names(&self, content: &[u8]) -> bool {
        self.attributes.as_ref().is_none_or(|attributes| attributes.digest == self.hash.digest(content))
    }

    /// Whether the key of that certificate made this signature: over the attributes, or over this content.
    pub(super) fn is_by(&self, certificate: &Certificate, content: &[u8]) -> bool {
        let signed = self.attributes.as_ref().map_or(content, |attributes| &attributes.signed);
        certificate.key.verifies(self.hash, &self.hash.digest(signed), &self.value)
    }
}

impl Attributes {
    fn parse(set: Value<'_>, content: Content) -> Result<Self, Malformed> {
        let mut parsed = Self { signed: as_set(set.whole), digest: Vec::new(), time: None, others: Vec::new() };
        let mut content_type = false;
        let mut seen: Vec<Vec<u8>> = Vec::new();
        for attribute in attributes(set, "signedAttrs")? {
            if seen.contains(&attribute.oid) {
                return Err(Malformed::new(format_args!("signedAttrs: {} is there twice", name(&attribute.oid))));
            }
            seen.push(attribute.oid.clone());
            let single = |tag| {
                let [value] = attribute.values.as_slice() else {
                    return Err(Malformed::new(format_args!("{} has not one value", name(&attribute.oid))));
                };
                let mut fields = Fields::new("signed attribute", value)?;
                let contents = fields.take("value", tag)?.contents.to_vec();
                fields.end()?;
                Ok(contents)
            };
            if attribute.oid == oid::CONTENT_TYPE.as_bytes() {
                content_type = single(Tag::ObjectIdentifier)? == content.oid().as_bytes();
            } else if attribute.oid == oid::MESSAGE_DIGEST.as_bytes() {
                parsed.digest = single(Tag::OctetString)?;
            } else if attribute.oid == oid::SIGNING_TIME.as_bytes() {
                let whole = attribute.values.first().map(Vec::as_slice).unwrap_or_default();
                parsed.time = Some(Time::from_der(Value { whole, contents: &[] })?);
            } else {
                parsed.others.push(attribute);
            }
        }
        if !content_type {
            return Err(Malformed::new("signedAttrs: the content type is missing or another one"));
        }
        if parsed.digest.is_empty() {
            return Err(Malformed::new("signedAttrs: there is no digest of the content"));
        }
        Ok(parsed)
    }
}

/// Attributes are signed as the SET that they are in the specification, not with the tag that they have in the value.
fn as_set(attributes: &[u8]) -> Vec<u8> {
    let mut set = attributes.to_vec();
    if let Some(tag) = set.first_mut() {
        *tag = Tag::Set.octet();
    }
    set
}

/// The only unsigned attribute that there may be.
fn token(set: Value<'_>) -> Result<Vec<u8>, Malformed> {
    match attributes(set, "unsignedAttrs")?.as_slice() {
        [Attribute { oid, values }] if oid == oid::TIMESTAMP_TOKEN.as_bytes() => match values.as_slice() {
            [token] => Ok(token.clone()),
            _ => Err(Malformed::new("unsignedAttrs: not one time-stamp token")),
        },
        _ => Err(Malformed::new("unsignedAttrs: something else than a time-stamp token")),
    }
}

fn attributes(set: Value<'_>, what: &'static str) -> Result<Vec<Attribute>, Malformed> {
    let mut fields = set.fields(what)?;
    let mut attributes = Vec::new();
    while !fields.is_finished() {
        let mut attribute = fields.take("Attribute", Tag::Sequence)?.fields("Attribute")?;
        let oid = attribute.take("attrType", Tag::ObjectIdentifier)?.contents.to_vec();
        let mut set = attribute.take("attrValues", Tag::Set)?.fields("attrValues")?;
        attribute.end()?;
        let mut values = Vec::new();
        while !set.is_finished() {
            values.push(set.any("value")?.1.whole.to_vec());
        }
        attributes.push(Attribute { oid, values });
    }
    Ok(attributes)
}
