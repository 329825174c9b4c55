//! From a certificate to a root.
//!
//! No general verifier can be used: Apple's certificates have critical extensions that only Apple knows, and a verifier must
//! refuse a certificate with a critical extension that it doesn't know. So ours knows them.

use x509_cert::der::asn1::ObjectIdentifier;

use super::certificate::{Certificate, quoted};
use super::facts::Link;
use super::hash::Hash;
use super::policy::Trust;
use super::role::Role;
use super::{Time, constraints, oid, rsa};
use flatpkg::verify::Findings;

/// More certificates than any chain has: Apple's have three.
const LONGEST: usize = 6;

/// What a finding about a root that is not pinned is about.
pub(super) const ROOT: &str = "the root";

/// The critical extensions that we understand.
const UNDERSTOOD: [ObjectIdentifier; 7] = [
    oid::KEY_USAGE,
    oid::BASIC_CONSTRAINTS,
    oid::EXTENDED_KEY_USAGE,
    oid::NAME_CONSTRAINTS,
    oid::DEVELOPER_ID_APPLICATION,
    oid::DEVELOPER_ID_INSTALLER,
    oid::DEVELOPER_ID_KERNEL,
];

/// What a chain has to be.
pub(super) struct Demands<'a> {
    /// Where it may end.
    pub(super) trust: Trust<'a>,
    /// When all of it must be valid.
    pub(super) at: Time,
    /// What its first certificate must be for: a Developer ID, by an authority of those. Time-stamp authorities must always be.
    pub(super) role: Option<Role>,
}

/// Walks from the first certificate to a root through the others, and checks every step. Gives back the chain.
pub(super) fn check(
    leaf: &Certificate,
    others: &[Certificate],
    demands: &Demands<'_>,
    place: &str,
    findings: &mut Findings,
) -> Vec<Link> {
    let path = walk(leaf, others, demands.trust, place, findings);
    for (depth, certificate) in path.iter().enumerate() {
        validity(certificate, demands.at, place, findings);
        form(certificate, place, findings);
        if depth == 0 {
            end(certificate, demands.role, place, findings);
        } else {
            authority(certificate, depth, demands.role, place, findings);
        }
        // A root's own signature proves nothing.
        if depth + 1 < path.len() && certificate.hash() == Some(Hash::Sha1) {
            findings.error(place, &signature_of(certificate), "made with SHA-1", "made with SHA-256 or better");
        }
    }
    if matches!(demands.role, Some(Role::Installer | Role::Application))
        && let Some(issuer) = path.get(1)
        && !issuer.has_mark(oid::DEVELOPER_ID_AUTHORITY)
    {
        let what = format!("the authority {}", quoted(issuer));
        findings.says(place, &what, "is not an authority for Developer ID certificates");
    }
    constraints::check(&path, place, findings);
    unused(leaf, others, &path, demands.trust, place, findings);
    path.into_iter().map(Certificate::link).collect()
}

/// The certificates from the first to the last that could be found.
fn walk<'a>(
    leaf: &'a Certificate,
    others: &'a [Certificate],
    trust: Trust<'a>,
    place: &str,
    findings: &mut Findings,
) -> Vec<&'a Certificate> {
    let mut path = vec![leaf];
    while let Some(current) = path.last().copied() {
        if trust.anchor(current).is_some() {
            break;
        }
        if let Some(anchor) = trust.anchors().find(|anchor| issued(anchor, current)) {
            path.push(anchor);
            break;
        }
        if current.issuer() == current.subject() {
            root(current, trust, place, findings);
            break;
        }
        let next = others.iter().find(|other| issued(other, current) && !path.contains(other));
        match next {
            Some(next) if path.len() < LONGEST => path.push(next),
            Some(_) => {
                findings.error(place, "the chain", format!("longer than {LONGEST} certificates"), "shorter");
                break;
            }
            None => {
                missing(current, others, trust, place, findings);
                break;
            }
        }
    }
    path
}

/// Whether the first vouches for the second.
fn issued(issuer: &Certificate, certificate: &Certificate) -> bool {
    issuer.subject() == certificate.issuer() && certificate.is_signed_by(issuer)
}

/// A root that is not pinned.
fn root(root: &Certificate, trust: Trust<'_>, place: &str, findings: &mut Findings) {
    if let Trust::Pinned(anchors) = trust {
        let names: Vec<_> =
            anchors.iter().map(|anchor| format!("{} {}", anchor.name(), anchor.fingerprint())).collect();
        let got = format!("{} {}", quoted(root), root.fingerprint());
        findings.error(place, ROOT, got, names.join(" or "));
    } else if !root.is_signed_by(root) {
        findings.error(place, &signature_of(root), "wrong", "by its own key");
    }
}

/// The chain breaks off.
fn missing(current: &Certificate, others: &[Certificate], trust: Trust<'_>, place: &str, findings: &mut Findings) {
    let mut known = others.iter().chain(trust.anchors());
    if let Some(issuer) = known.find(|other| other.subject() == current.issuer()) {
        let expected = format!("by the key of {}", quoted(issuer));
        findings.error(place, &signature_of(current), "wrong", expected);
    } else {
        let what = format!("the certificate that vouches for {}", quoted(current));
        findings.says(place, &what, format_args!("is missing: {}", current.issuer()));
    }
}

fn validity(certificate: &Certificate, at: Time, place: &str, findings: &mut Findings) {
    let (from, to) = (certificate.not_before(), certificate.not_after());
    if at < from || at > to {
        let what = format!("the certificate {}", quoted(certificate));
        findings.error(place, &what, format!("valid from {from} to {to}"), format!("valid at {at}"));
    }
}

/// What every certificate must be.
fn form(certificate: &Certificate, place: &str, findings: &mut Findings) {
    let name = quoted(certificate);
    if certificate.key.bits() < rsa::SHORTEST {
        let expected = format!("at least {} bits", rsa::SHORTEST);
        findings.error(place, &format!("the key of {name}"), format!("{} bits", certificate.key.bits()), expected);
    }
    for oid in certificate.critical().filter(|oid| !UNDERSTOOD.contains(oid)) {
        let what = format!("the critical extension {oid} of {name}");
        findings.says(place, &what, "is not understood");
    }
    if let Some(oid) = certificate.repeated() {
        findings.says(place, &format!("the extension {oid} of {name}"), "occurs twice");
    }
    for extension in certificate.unreadable() {
        findings.says(place, &format!("the {extension} of {name}"), "cannot be read");
    }
}

/// The first certificate.
fn end(certificate: &Certificate, role: Option<Role>, place: &str, findings: &mut Findings) {
    let name = quoted(certificate);
    if certificate.key_usage().is_some_and(|usage| !usage.digital_signature()) {
        findings.says(place, &format!("the key usage of {name}"), "does not include digitalSignature");
    }
    let Some(role) = role else { return };
    if let Some(mark) = role.mark()
        && !certificate.has_mark(mark)
    {
        let what = format!("the certificate {name}");
        match certificate.role() {
            Some(other) => {
                findings.error(place, &what, format!("a {other} certificate"), format!("a {role} certificate"))
            }
            None => findings.says(place, &what, format_args!("is not a {role} certificate")),
        }
    }
    if !certificate.is_only_for(role.usage()) {
        let what = format!("the extended key usage of {name}");
        findings.says(place, &what, format_args!("must be {}, nothing else, and critical", role.usage()));
    }
    if role.mark().is_some() && certificate.authority().is_some() {
        findings.says(place, &format!("the certificate {name}"), "is a CA certificate, not a signing certificate");
    }
}

/// A certificate that vouches for others, so many steps above the first.
fn authority(certificate: &Certificate, depth: usize, role: Option<Role>, place: &str, findings: &mut Findings) {
    let name = quoted(certificate);
    // Apple's authorities state no usages; one that does vouches for nothing else (as browsers and Apple's own evaluation see it).
    if let Some(role) = role
        && !certificate.may_vouch_for(role.usage())
    {
        let what = format!("the extended key usage of {name}");
        findings.says(
            place,
            &what,
            format_args!("does not include {}, so it can't vouch for a {role} certificate", role.usage()),
        );
    }
    match certificate.authority() {
        None => {
            findings.says(place, &format!("the certificate {name}"), "is not a CA certificate, but vouches for another")
        }
        Some(Some(limit)) if depth > usize::from(limit) + 1 => {
            let what = format!("levels below {name}");
            findings.error(place, &what, depth - 1, format!("at most {limit}"));
        }
        Some(_) => {}
    }
    if certificate.key_usage().is_some_and(|usage| !usage.key_cert_sign()) {
        findings.says(
            place,
            &format!("the key usage of {name}"),
            "does not include keyCertSign, but it vouches for another",
        );
    }
}

/// Certificates that nobody needs could be changed without anybody noticing.
fn unused(
    leaf: &Certificate,
    others: &[Certificate],
    path: &[&Certificate],
    trust: Trust<'_>,
    place: &str,
    findings: &mut Findings,
) {
    for (index, other) in others.iter().enumerate() {
        let repeated = others.iter().take(index).any(|before| before == other) || other == leaf;
        if repeated || !(path.contains(&other) || trust.anchor(other).is_some()) {
            let what = format!("the certificate {}", quoted(other));
            findings.says(place, &what, if repeated { "is listed twice" } else { "is not part of the chain" });
        }
    }
}

fn signature_of(certificate: &Certificate) -> String {
    format!("the signature of the certificate {}", quoted(certificate))
}
