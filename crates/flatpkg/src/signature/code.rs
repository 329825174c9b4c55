//! The signature of code: a SignedData over the first code directory of a Mach-O slice.
//!
//! A slice may have several code directories, with different digests. Two signed attributes of Apple's name them all
//! (seen in a signature of 2021): a property list with the first 20 bytes of each directory's digest, and a set of whole digests.

use base64::Engine as _;
use serde::Serialize;
use x509_cert::der::Tag;

use super::asn1::{Fields, Malformed};
use super::certificate::Role;
use super::cms::Attribute;
use super::facts::Signed;
use super::hash::Hash;
use super::policy::{Expectations, Policy};
use super::{oid, signed};
use crate::verify::{Finding, Findings};
use crate::xml;

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

/// What there is to say about a code signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CodeReport {
    /// Who signed and when; nothing when it can't be read, or is ad hoc.
    pub signed: Option<Signed>,
    /// Everything that is wrong.
    pub findings: Vec<Finding>,
}

/// Checks the SignedData of a slice against its code directories, the first one first. An ad-hoc signature has none, or one
/// of no bytes. `place` is what findings call it.
#[must_use]
pub fn check_code(
    cms: Option<&[u8]>,
    directories: &[CodeDirectory<'_>],
    expect: &Expectations<'_>,
    place: &str,
) -> CodeReport {
    let mut findings = Findings::default();
    let signed = match (cms, directories.first()) {
        (None | Some([]), _) => {
            if expect.policy > Policy::Unsigned {
                findings.error(place, "the signature", "ad hoc: by nobody", "by somebody");
            }
            None
        }
        (Some(_), None) => {
            findings.error(place, "the code directory", "missing", "there");
            None
        }
        (Some(cms), Some(first)) => check(cms, first.bytes, directories, expect, place, &mut findings),
    };
    CodeReport { signed, findings: findings.sorted() }
}

fn check(
    cms: &[u8],
    content: &[u8],
    directories: &[CodeDirectory<'_>],
    expect: &Expectations<'_>,
    place: &str,
    findings: &mut Findings,
) -> Option<Signed> {
    let outcome = signed::check(cms, content, Role::Application, expect, place, findings)?;
    let digests: Vec<Vec<u8>> = directories.iter().map(|directory| directory.hash.digest(directory.bytes)).collect();
    let is = |attribute: &&Attribute, oid: x509_cert::der::asn1::ObjectIdentifier| attribute.oid == oid.as_bytes();
    let mut differ = |what: &str| findings.error(place, what, "others", "those of the code directories");
    if let Some(attribute) = outcome.attributes.iter().find(|attribute| is(attribute, oid::CDHASHES_PLIST))
        && !plist_names(attribute, &digests)
    {
        differ("the code directories that the signature lists");
    }
    if let Some(attribute) = outcome.attributes.iter().find(|attribute| is(attribute, oid::CDHASHES))
        && !set_names(attribute, directories, &digests).unwrap_or(false)
    {
        differ("the digests of code directories that the signature lists");
    }
    let known = |attribute: &&Attribute| is(attribute, oid::CDHASHES) || is(attribute, oid::CDHASHES_PLIST);
    signed::note_unknown(outcome.attributes.iter().filter(|attribute| !known(attribute)), place, findings);
    Some(outcome.facts)
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
