//! A detached SignedData with its time stamp and its chains: what packages and code have in common.

use super::certificate::{Certificate, quoted};
use super::chain::{self, Demands};
use super::cms::{Attribute, Content, SignedData};
use super::facts::{CmsForm, Link, Signed};
use super::hash::Hash;
use super::policy::SignatureExpectations;
use super::role::Role;
use super::{Time, asn1, timestamp};
use flatpkg::verify::{Findings, Severity};

/// What was read on the way, for those who know more about the content.
pub(super) struct Outcome {
    pub(super) facts: Signed,
    /// What the signature is over.
    pub(super) form: CmsForm,
    /// All certificates, in their order.
    pub(super) certificates: Vec<Certificate>,
    /// The signer's.
    pub(super) leaf: Certificate,
    /// Signed attributes that not every signature has.
    pub(super) attributes: Vec<Attribute>,
}

/// Checks a signature over some bytes by a signer of that role.
pub(super) fn check(
    bytes: &[u8],
    content: &[u8],
    role: Role,
    expect: &SignatureExpectations<'_>,
    place: &str,
    findings: &mut Findings,
) -> Option<Outcome> {
    let data = match SignedData::parse(bytes, Content::Detached) {
        Ok(data) => data,
        Err(error) => {
            findings.unreadable(place, "the signature", error);
            return None;
        }
    };
    let signer = &data.signer;
    if !signer.names(content) {
        findings.says(place, "the signature", "is over something else");
    }
    if signer.hash == Hash::Sha1 {
        // Nothing signs the name of the algorithm, so of each form only the name that was seen is good: RSA with SHA-1 is what
        // productsign has written since 2021, when it began to write attributes; RSA is what it wrote until 2019, and OpenSSL does.
        let has_attributes = signer.form() == CmsForm::Attributes;
        let named = role == Role::Installer && has_attributes && data.has_indefinite_lengths;
        if signer.names_digest != named {
            let expected = if named { "RSA with SHA-1" } else { "RSA" };
            findings.error(place, "the signature algorithm", "another one", expected);
        }
        findings.note(place, "the digest", signer.hash, "SHA-256 or better");
    }
    let Some((leaf, others)) = data.split() else {
        findings.says(place, "the signer's certificate", "is missing");
        return None;
    };
    if !signer.is_by(leaf, content) {
        findings.says(place, "the signature", format_args!("was not made with the key of {}", quoted(leaf)));
    }
    let stamp =
        signer.token.as_deref().and_then(|token| timestamp::check(token, &signer.value, expect, place, findings));
    if signer.token.is_none() && expect.policy.wants_developer_id() {
        findings.says(place, "the time stamp", "is missing: sign with --timestamp-url");
    }
    // A certificate may end after it signed: that is what time stamps are for.
    let at = stamp.as_ref().map_or(expect.now, |stamp| stamp.time);
    let (chain, team) = party(leaf, &others, role, at, expect, place, findings);
    let (claimed, form) = (signer.time(), signer.form());
    let facts = Signed { chain, role: leaf.role(), team, hash: signer.hash, claimed, timestamp: stamp };
    let attributes = signer.others().to_vec();
    Some(Outcome { facts, form, leaf: leaf.clone(), certificates: data.certificates, attributes })
}

/// Who signed: the chain of the certificates, and the team.
pub(super) fn party(
    leaf: &Certificate,
    others: &[Certificate],
    role: Role,
    at: Time,
    expect: &SignatureExpectations<'_>,
    place: &str,
    findings: &mut Findings,
) -> (Vec<Link>, Option<String>) {
    let developer_id = expect.policy.wants_developer_id();
    let demands = Demands { trust: expect.trust(), at, role: developer_id.then_some(role) };
    let chain = chain::check(leaf, others, &demands, place, findings);
    let team = leaf.team();
    if let Some(expected) = expect.team
        && team.as_deref() != Some(expected)
    {
        findings.error(place, "the team", team.as_deref().unwrap_or("none"), expected);
    } else if developer_id && team.is_none() {
        findings.says(place, "the certificate of the signer", "does not name one team");
    }
    (chain, team)
}

/// Signed attributes that are not known: they are signed, so they are only odd.
pub(super) fn note_unknown<'a>(attributes: impl Iterator<Item = &'a Attribute>, place: &str, findings: &mut Findings) {
    for attribute in attributes {
        let what = format!("the signed attribute {}", asn1::name(&attribute.oid));
        findings.push(Severity::Note, place, &what, "is not one that Apple's tools write", "");
    }
}
