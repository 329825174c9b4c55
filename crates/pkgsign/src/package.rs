//! The signatures of a package, and its ticket.

use std::io::Read as _;

use serde::Serialize;

use super::certificate::Certificate;
use super::facts::{Facts, RsaForm, Signed, Vouched};
use super::hash::Hash;
use super::policy::{SignatureExpectations, SignaturePolicy};
use super::role::Role;
use super::signed;
use flatpkg::verify::{Finding, Findings, Severity, chain};
use flatpkg::xar::{Archive, Signature};

/// The longest signature we read: Apple's have about 10,000 bytes.
const MAX_SIGNATURE: u64 = 1 << 20;

/// What findings call the two signatures, and the ticket.
const RSA: &str = "signature";
const CMS: &str = "x-signature";
pub(super) const TICKET: &str = "ticket";

/// What there is to say about the signature of a package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SignatureReport {
    /// What it was held against.
    pub policy: SignaturePolicy,
    /// Who signed, when, and how.
    pub facts: Facts,
    /// Everything that is wrong, sorted by place.
    pub findings: Vec<Finding>,
}

impl SignatureReport {
    /// Whether there is no error; there may be notes.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.findings.iter().all(|finding| finding.severity == Severity::Note)
    }
}

/// Checks the signatures of a package.
///
/// That the table of contents tells the truth about the rest of the package is not checked here, but by
/// [`verify`](flatpkg::verify::verify), which every judgement needs as well.
#[must_use]
pub fn check(archive: &Archive, expect: &SignatureExpectations<'_>) -> SignatureReport {
    let mut findings = Findings::default();
    let checksum = archive.header().checksum;
    let mut facts = Facts { checksum, rsa: None, cms: None, signed: None, vouched: None, stapled: false };
    match (archive.toc_digest(), archive.stored_digest()) {
        (Some(digest), Ok(stored)) if digest == stored => {
            signatures(archive, digest, expect, &mut facts, &mut findings)
        }
        (_, Err(error)) => findings.unreadable(RSA, "the digest of the table of contents", chain(&error)),
        _ => findings.says(RSA, "the digest of the table of contents", "is not the one that is stored"),
    }
    ticket(archive, expect, &mut facts, &mut findings);
    let findings = findings.sorted();
    facts.vouched = facts.signed.as_ref().map(|_| vouched(expect.policy, &findings));
    SignatureReport { policy: expect.policy, facts, findings }
}

fn vouched(policy: SignaturePolicy, findings: &[Finding]) -> Vouched {
    let wrong = findings.iter().any(|finding| finding.severity == Severity::Error && finding.place != TICKET);
    match (policy.wants_developer_id(), wrong) {
        (false, _) => Vouched::Unchecked,
        (true, true) => Vouched::Refused,
        (true, false) => Vouched::Trusted,
    }
}

fn signatures(
    archive: &Archive,
    digest: &[u8],
    expect: &SignatureExpectations<'_>,
    facts: &mut Facts,
    findings: &mut Findings,
) {
    let all = archive.signatures();
    let (extended, classic): (Vec<_>, Vec<_>) = all.iter().partition(|signature| signature.extended);
    for (place, signatures) in [(RSA, &classic), (CMS, &extended)] {
        if signatures.len() > 1 {
            findings.error(place, "the number of signatures", signatures.len(), "1");
        }
    }
    if all.is_empty() {
        if expect.policy > SignaturePolicy::Unsigned {
            findings.says(RSA, "the package", "is not signed");
        }
        return;
    }
    if expect.policy.wants_developer_id() {
        for (place, signatures, why) in [
            (RSA, &classic, "is missing: macOS before 10.12 needs it"),
            (CMS, &extended, "is missing: no ticket can be stapled without it"),
        ] {
            if signatures.is_empty() {
                findings.says(place, "the signature", why);
            }
        }
    }
    let rsa = classic.first().map(|signature| key_info(signature, RSA, "RSA", findings));
    if let (Some(signature), Some(Some(certificates))) = (classic.first(), &rsa) {
        facts.rsa = rsa_form(archive, signature, certificates, digest, findings);
    }
    let cms = extended.first().map(|signature| key_info(signature, CMS, "CMS", findings));
    let Some(signature) = extended.first() else {
        facts.signed =
            rsa.flatten().zip(facts.rsa).and_then(|(listed, form)| rsa_only(archive, &listed, form, expect, findings));
        return;
    };
    let Some(bytes) = read(archive, signature, CMS, findings) else { return };
    let Some(outcome) = signed::check(&bytes, digest, Role::Installer, expect, CMS, findings) else { return };
    signed::note_unknown(outcome.attributes.iter(), CMS, findings);
    for (place, listed) in [(RSA, rsa.flatten()), (CMS, cms.flatten())] {
        let Some(listed) = listed else { continue };
        if listed.first() != Some(&outcome.leaf) {
            findings.says(place, "the first certificate listed", "is not that of the signer of the CMS signature");
        }
        let same = listed.len() == outcome.certificates.len()
            && listed.iter().all(|certificate| outcome.certificates.contains(certificate));
        if !same {
            findings.says(place, "the certificates listed", "are not those of the CMS signature");
        }
    }
    facts.cms = Some(outcome.form);
    facts.signed = Some(outcome.facts);
}

/// Who signed a package that has a good RSA signature and no other: the table of contents lists the certificates, and the digest
/// that was signed covers it. There can be no time stamp, so such a signature ends with its certificate.
fn rsa_only(
    archive: &Archive,
    listed: &[Certificate],
    form: RsaForm,
    expect: &SignatureExpectations<'_>,
    findings: &mut Findings,
) -> Option<Signed> {
    let (leaf, others) = listed.split_first()?;
    let (chain, team) = signed::party(leaf, others, Role::Installer, expect.now, expect, RSA, findings);
    let hash = hash_of(form, archive)?;
    Some(Signed { chain, role: leaf.role(), team, hash, claimed: None, timestamp: None })
}

/// The certificates that the table of contents lists for a signature.
fn key_info(signature: &Signature, place: &str, style: &str, findings: &mut Findings) -> Option<Vec<Certificate>> {
    if signature.style != style {
        findings.error(place, "the style", format!("{:?}", signature.style), style);
    }
    let parsed = signature.certificates.iter().map(|certificate| Certificate::parse(certificate.der()));
    match parsed.collect::<Result<Vec<_>, _>>() {
        Ok(certificates) if certificates.is_empty() => {
            findings.says(place, "the list of certificates", "is empty");
            None
        }
        Ok(certificates) => Some(certificates),
        Err(error) => {
            findings.unreadable(place, "a certificate listed", error);
            None
        }
    }
}

/// The bytes of a signature.
fn read(archive: &Archive, signature: &Signature, place: &str, findings: &mut Findings) -> Option<Vec<u8>> {
    if signature.size > MAX_SIGNATURE {
        findings.error(place, "its size in bytes", signature.size, format!("at most {MAX_SIGNATURE}"));
        return None;
    }
    let mut bytes = Vec::new();
    match archive.section(signature.offset, signature.size).read_to_end(&mut bytes) {
        Ok(count) if count as u64 == signature.size => Some(bytes),
        Ok(count) => {
            findings.error(place, "bytes in the heap", count, signature.size);
            None
        }
        Err(error) => {
            findings.unreadable(place, "its bytes", error);
            None
        }
    }
}

/// Which of its forms the RSA signature has.
fn rsa_form(
    archive: &Archive,
    signature: &Signature,
    certificates: &[Certificate],
    digest: &[u8],
    findings: &mut Findings,
) -> Option<RsaForm> {
    let bytes = read(archive, signature, RSA, findings)?;
    let key = &certificates.first()?.key;
    let form = RsaForm::ALL.into_iter().find(|form| {
        let Some(hash) = hash_of(*form, archive) else { return false };
        match form {
            RsaForm::Digest => key.verifies(hash, digest, &bytes),
            RsaForm::Sha1OfDigest | RsaForm::Sha256OfDigest => key.verifies(hash, &hash.digest(digest), &bytes),
        }
    });
    if form.is_none() {
        findings.says(RSA, "the signature", "does not match the table of contents");
    }
    form
}

/// What the RSA signature's last digest is made with.
fn hash_of(form: RsaForm, archive: &Archive) -> Option<Hash> {
    match form {
        RsaForm::Digest => Hash::from_style(archive.header().checksum),
        RsaForm::Sha1OfDigest => Some(Hash::Sha1),
        RsaForm::Sha256OfDigest => Some(Hash::Sha256),
    }
}

/// The form of the ticket, and that it is for this package.
fn ticket(archive: &Archive, expect: &SignatureExpectations<'_>, facts: &mut Facts, findings: &mut Findings) {
    /// How a ticket begins (apple-codesign's `ticket_lookup`, and every ticket seen).
    const MAGIC: &[u8] = b"s8ch";
    /// How much of a digest tickets are looked up by.
    const DIGEST: usize = 20;
    /// The longest ticket we read.
    const LONGEST: u64 = 1 << 24;
    let trailer = match archive.trailer() {
        Ok(trailer) => trailer,
        Err(error) => return findings.unreadable(TICKET, "what follows the heap", chain(&error)),
    };
    let Some(staple) = trailer.staple() else {
        if expect.policy == SignaturePolicy::Gatekeeper {
            findings.says(TICKET, "the stapled ticket", "is missing: notarize the package, then staple it");
        }
        return;
    };
    facts.stapled = true;
    if facts.cms.is_none() {
        findings.says(TICKET, "the stapled ticket", "is of no use: the package has no CMS signature that can be read");
    }
    let ticket = match archive.ticket(staple, LONGEST) {
        Ok(ticket) => ticket,
        Err(error) => return findings.unreadable(TICKET, "the stapled ticket", chain(&error)),
    };
    if !ticket.starts_with(MAGIC) {
        let got = ticket.get(..MAGIC.len()).unwrap_or(&ticket).escape_ascii();
        findings.error(TICKET, "the beginning of the ticket", got, "s8ch");
    }
    let digest = archive.toc_digest().and_then(|digest| digest.get(..DIGEST));
    if !digest.is_some_and(|digest| ticket.windows(DIGEST).any(|window| window == digest)) {
        findings.says(TICKET, "the stapled ticket", "is for another package: staple again after signing");
    }
}
