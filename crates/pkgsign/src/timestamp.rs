//! Time-stamp tokens (RFC 3161): an authority's signature over the digest of a signature, and over the time it saw it.

use x509_cert::der::Tag;

use super::asn1::{Fields, Malformed, Value};
use super::certificate::Certificate;
use super::chain::{self, Demands};
use super::cms::{Content, SignedData};
use super::facts::Stamp;
use super::hash::Hash;
use super::policy::SignatureExpectations;
use super::role::Role;
use super::{Time, oid};
use flatpkg::verify::Findings;

/// How far the authority's clock may be ahead of ours, in seconds.
const AHEAD: u64 = 600;

/// Checks the token that was made for a signature's value.
pub(super) fn check(
    token: &[u8],
    signature: &[u8],
    expect: &SignatureExpectations<'_>,
    place: &str,
    findings: &mut Findings,
) -> Option<Stamp> {
    let place = &format!("{place}: time stamp");
    let read = SignedData::parse(token, Content::TimeStamp)
        .and_then(|data| Ok((Info::parse(data.content.as_deref().unwrap_or_default())?, data)));
    let (info, data) = match read {
        Ok(read) => read,
        Err(error) => {
            findings.unreadable(place, "the token", error);
            return None;
        }
    };
    let content = data.content.as_deref().unwrap_or_default();
    if !data.signer.names(content) {
        findings.says(place, "the token", "is signed over other content");
    }
    if info.imprint != info.hash.digest(signature) {
        findings.says(place, "the token", "is for another signature");
    }
    // A note: Apple's tools have stamped every package like that that was seen, from 2015 to 2024. To cheat, a signer would have
    // to make two signatures with one SHA-1 and gain an earlier time for its own second one, nothing else.
    if info.hash == Hash::Sha1 {
        findings.note(place, "the digest of the signature", info.hash, "SHA-256 or better");
    }
    if data.signer.hash == Hash::Sha1 {
        findings.note(place, "the authority's signature", "made with SHA-1", "made with SHA-256 or better");
    }
    if info.time.to_unix() > expect.now.to_unix().saturating_add(AHEAD) {
        findings.error(place, "the time", info.time, format!("at most {}", expect.now));
    }
    let Some((leaf, others)) = data.split() else {
        findings.says(place, "the authority's certificate", "is missing");
        return None;
    };
    if !data.signer.is_by(leaf, content) {
        findings.says(place, "the token", "was not signed with the authority's key");
    }
    if !names(&data, leaf) {
        findings.says(place, "the token", "does not name the authority's certificate");
    }
    let demands = Demands { trust: expect.trust(), at: info.time, role: Some(Role::Timestamp) };
    Some(Stamp { time: info.time, chain: chain::check(leaf, &others, &demands, place, findings) })
}

/// The fields of `TSTInfo` that matter. What follows the time is signed, and says nothing that we ask for.
struct Info {
    hash: Hash,
    imprint: Vec<u8>,
    time: Time,
}

impl Info {
    fn parse(der: &[u8]) -> Result<Self, Malformed> {
        let mut fields = Fields::of_sequence("TSTInfo", der)?;
        fields.exactly("version", Tag::Integer, &[1])?;
        fields.take("policy", Tag::ObjectIdentifier)?;
        let mut imprint = fields.take("messageImprint", Tag::Sequence)?.fields("messageImprint")?;
        let hash = Hash::from_oid(imprint.algorithm("hashAlgorithm")?)
            .ok_or_else(|| Malformed::new("messageImprint: an unknown digest algorithm"))?;
        let digest = imprint.take("hashedMessage", Tag::OctetString)?.contents.to_vec();
        imprint.end()?;
        fields.take("serialNumber", Tag::Integer)?;
        let time = Time::from_der_with_fraction(fields.take("genTime", Tag::GeneralizedTime)?)?;
        Ok(Self { hash, imprint: digest, time })
    }
}

/// Whether the signed attribute that RFC 3161 demands names the signer's certificate.
fn names(data: &SignedData, leaf: &Certificate) -> bool {
    let named = |wanted: &[u8], default| {
        let attribute = data.signer.others().iter().find(|attribute| attribute.oid == wanted)?;
        let [value] = attribute.values.as_slice() else { return Some(false) };
        Some(certificate_digest(value, default).is_ok_and(|(hash, digest)| hash.digest(leaf.der()) == digest))
    };
    // Both may be there; then both must be right.
    let answers = [
        named(oid::SIGNING_CERTIFICATE_V2.as_bytes(), Hash::Sha256),
        named(oid::SIGNING_CERTIFICATE.as_bytes(), Hash::Sha1),
    ];
    answers.iter().flatten().count() > 0 && answers.into_iter().flatten().all(|right| right)
}

/// The first certificate of a `SigningCertificate` or `SigningCertificateV2`.
fn certificate_digest(value: &[u8], default: Hash) -> Result<(Hash, Vec<u8>), Malformed> {
    let mut outer = Fields::of_sequence("SigningCertificate", value)?;
    let mut certificates = outer.take("certs", Tag::Sequence)?.fields("certs")?;
    let first: Value<'_> = certificates.take("ESSCertID", Tag::Sequence)?;
    let mut fields = first.fields("ESSCertID")?;
    let mut hash = default;
    if let Some(algorithm) = fields.take_if("hashAlgorithm", Tag::Sequence)? {
        hash = Hash::from_oid(Fields::new("hashAlgorithm", algorithm.whole)?.algorithm("hashAlgorithm")?)
            .ok_or_else(|| Malformed::new("ESSCertID: an unknown digest algorithm"))?;
    }
    Ok((hash, fields.take("certHash", Tag::OctetString)?.contents.to_vec()))
}
