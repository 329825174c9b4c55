//! The signature of code: a SignedData over the first code directory of a Mach-O slice.
//!
//! A slice may have several code directories, with different digests: the one in slot 0, and alternates. Two signed attributes of
//! Apple's name them all (seen in signatures of 2021 and 2022): a property list with the first 20 bytes of each directory's digest
//! (1.2.840.113635.100.9.1), and a set of whole digests (1.2.840.113635.100.9.2). Alternates that neither lists are nobody's.

use base64::Engine as _;
use serde::Serialize;
use x509_cert::der::Tag;
use x509_cert::der::asn1::ObjectIdentifier;

use super::asn1::{Fields, Malformed};
use super::cms::Attribute;
use super::facts::Signed;
use super::hash::Hash;
use super::oid;
use super::policy::{SignatureExpectations, SignaturePolicy};
use super::requirement::{self, Subject};
use super::role::Role;
use super::signed::{self, Outcome};
use flatpkg::verify::{Finding, Findings};
use flatpkg::xml;

/// Bytes of a digest by which macOS names code.
const CDHASH: usize = 20;

/// A code directory: its bytes, and what its own digest is made with.
#[derive(Debug, Clone, Copy)]
pub struct CodeDirectory<'a> {
    /// The whole blob.
    pub bytes: &'a [u8],
    /// What its hash type stands for.
    pub hash: Hash,
}

/// What a slice has of a signature.
#[derive(Debug, Clone, Copy)]
pub struct Code<'a> {
    /// The SignedData. An ad-hoc signature has none, or one of no bytes.
    pub cms: Option<&'a [u8]>,
    /// The code directories, the one in slot 0 first.
    pub directories: &'a [CodeDirectory<'a>],
    /// What the first of them calls the code.
    pub identifier: &'a [u8],
    /// The blob with its requirements.
    pub requirements: Option<&'a [u8]>,
}

/// What there is to say about a code signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CodeReport {
    /// Who signed and when; nothing when it can't be read, or is ad hoc.
    pub signed: Option<Signed>,
    /// Everything that is wrong.
    pub findings: Vec<Finding>,
}

/// Checks the SignedData of a slice against its code directories, and its designated requirement against who signed. `place` is
/// what findings call it.
#[must_use]
pub fn check_code(code: &Code<'_>, expect: &SignatureExpectations<'_>, place: &str) -> CodeReport {
    let mut findings = Findings::default();
    let digests: Vec<_> = code.directories.iter().map(|directory| directory.hash.digest(directory.bytes)).collect();
    let outcome = match (code.cms, code.directories.first()) {
        (None | Some([]), _) => {
            if expect.policy > SignaturePolicy::Unsigned {
                findings.says(place, "the signature", "is ad hoc: nobody vouches for it");
            }
            None
        }
        (Some(_), None) => {
            findings.says(place, "the code directory", "is missing");
            None
        }
        (Some(cms), Some(first)) => {
            let outcome = signed::check(cms, first.bytes, Role::Application, expect, place, &mut findings);
            if let Some(outcome) = &outcome {
                listed(&outcome.attributes, code.directories, &digests, place, &mut findings);
            }
            outcome
        }
    };
    if let Some(requirements) = code.requirements {
        designated(requirements, code.identifier, outcome.as_ref(), &digests, expect, place, &mut findings);
    }
    CodeReport { signed: outcome.map(|outcome| outcome.facts), findings: findings.sorted() }
}

/// The signer signs the first directory; the others are signed by being listed in the signed attributes.
fn listed(
    attributes: &[Attribute],
    directories: &[CodeDirectory<'_>],
    digests: &[Vec<u8>],
    place: &str,
    findings: &mut Findings,
) {
    let find = |oid: ObjectIdentifier| attributes.iter().find(|attribute| attribute.oid == oid.as_bytes());
    let (plist, set) = (find(oid::CDHASHES_PLIST), find(oid::CDHASHES));
    let mut differ = |what: &str| findings.says(place, what, "are not those that are here");
    if plist.is_some_and(|attribute| !plist_names(attribute, digests)) {
        differ("the code directories that the signature lists");
    }
    if set.is_some_and(|attribute| !set_names(attribute, directories, digests).unwrap_or(false)) {
        differ("the digests of code directories that the signature lists");
    }
    if plist.is_none() && set.is_none() && directories.len() > 1 {
        findings.says(place, "a second code directory", "is not listed in the signature");
    }
    let known =
        |attribute: &&Attribute| [oid::CDHASHES, oid::CDHASHES_PLIST].iter().any(|oid| attribute.oid == oid.as_bytes());
    signed::note_unknown(attributes.iter().filter(|attribute| !known(attribute)), place, findings);
}

/// Code must be what it demands of its own updates: else macOS takes the next one for somebody else's.
fn designated(
    requirements: &[u8],
    identifier: &[u8],
    outcome: Option<&Outcome>,
    digests: &[Vec<u8>],
    expect: &SignatureExpectations<'_>,
    place: &str,
    findings: &mut Findings,
) {
    let requirement = match requirement::designated(requirements) {
        Ok(requirement) => requirement,
        Err(error) => {
            return findings.says(place, "the code's requirements", format_args!("cannot be evaluated: {error}"));
        }
    };
    let Some(requirement) = requirement else { return };
    let certificates = || {
        let own = outcome.into_iter().flat_map(|outcome| &outcome.certificates);
        own.chain(expect.trust().anchors())
    };
    let links = outcome.map(|outcome| outcome.facts.chain.as_slice()).unwrap_or_default();
    let chain: Vec<_> = links
        .iter()
        .filter_map(|link| certificates().find(|certificate| certificate.fingerprint() == link.sha256))
        .collect();
    let subject = Subject {
        identifier,
        anchored: chain.last().is_some_and(|root| expect.trust().anchor(root).is_some()),
        chain,
        cdhashes: digests.iter().filter_map(|digest| digest.get(..CDHASH).map(<[u8]>::to_vec)).collect(),
    };
    if !requirement.is_met_by(&subject) {
        findings.says(
            place,
            "the designated requirement",
            format_args!("is not met by the code itself: {requirement}"),
        );
    }
}

/// Whether the property list has the digests, cut, in the order of the directories.
fn plist_names(attribute: &Attribute, digests: &[Vec<u8>]) -> bool {
    let listed = || {
        let [value] = attribute.values.as_slice() else { return None };
        let mut fields = Fields::new("cdhashes", value).ok()?;
        let text = fields.take("property list", Tag::OctetString).ok()?.contents;
        let plist = xml::parse(xml::text(text).ok()?).ok()?;
        let dict = plist.child("dict")?;
        let hashes = dict.child("array")?.children_named("data").map(|data| {
            let text: String = data.text.split_whitespace().collect();
            base64::engine::general_purpose::STANDARD.decode(text).ok()
        });
        hashes.collect::<Option<Vec<_>>>()
    };
    listed().is_some_and(|listed| {
        listed.len() == digests.len() && listed.iter().zip(digests).all(|(got, all)| all.get(..CDHASH) == Some(got))
    })
}

/// Whether the set has the digests and nothing else.
fn set_names(attribute: &Attribute, directories: &[CodeDirectory<'_>], digests: &[Vec<u8>]) -> Result<bool, Malformed> {
    let mut listed = Vec::new();
    for value in &attribute.values {
        let mut fields = Fields::of_sequence("cdhash", value)?;
        let oid = fields.take("algorithm", Tag::ObjectIdentifier)?.contents;
        let digest = fields.take("digest", Tag::OctetString)?.contents;
        fields.end()?;
        listed.push((Hash::from_oid(oid), digest));
    }
    let all = directories.iter().zip(digests).all(|(directory, digest)| {
        listed.iter().any(|(hash, listed)| *hash == Some(directory.hash) && digest.as_slice() == *listed)
    });
    Ok(all && listed.len() == directories.len())
}
