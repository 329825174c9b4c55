//! Name constraints (RFC 5280 §4.2.1.10): an authority may be one for some names only, and then what it vouches for outside of
//! them is worth nothing.
//!
//! Apple's authorities have none. An authority that is named with `--root` may: then every certificate below it must have a
//! subject inside one of its permitted directory names and outside all that it excludes. Alternative names of other kinds are
//! not compared: a certificate that has some, below an authority with constraints, is refused.

use x509_cert::attr::AttributeTypeAndValue;
use x509_cert::der::{Tag, Tagged as _};
use x509_cert::ext::pkix::NameConstraints;
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::name::{Name, RelativeDistinguishedName};

use super::certificate::{Certificate, quoted};
use super::oid;
use flatpkg::verify::Findings;

/// Holds every certificate of a chain against the constraints of all above it. The first certificate of the path is the signer's.
pub(super) fn check(path: &[&Certificate], place: &str, findings: &mut Findings) {
    for (depth, authority) in path.iter().enumerate() {
        let Some(constraints) = authority.name_constraints() else { continue };
        for (below, certificate) in path.iter().take(depth).enumerate() {
            // An authority's new certificate of the same name is exempt (RFC 5280 §6.1.3 (b)), the signer's never.
            let renewed = below > 0 && certificate.subject() == certificate.issuer();
            if !renewed && let Err(why) = allowed(certificate, &constraints) {
                let what = format!("the certificate {}", quoted(certificate));
                findings.says(place, &what, format_args!("{why} {}", quoted(authority)));
            }
        }
    }
}

/// Whether a certificate is inside the constraints, and if not, how the sentence that says so begins.
fn allowed(certificate: &Certificate, constraints: &NameConstraints) -> Result<(), &'static str> {
    let names = |subtrees: &Option<Vec<_>>| -> Option<Vec<Name>> {
        Some(subtrees.as_ref()?.iter().filter_map(directory_name).collect())
    };
    if certificate.has(oid::SUBJECT_ALT_NAME) {
        return Err("has alternative names, which can't be held against the name constraints of");
    }
    let subject = certificate.subject();
    let excluded = names(&constraints.excluded_subtrees).unwrap_or_default();
    if excluded.iter().any(|base| is_below(subject, base)) {
        return Err("has a name that is excluded by the name constraints of");
    }
    // Constraints on other kinds of names say nothing about a subject.
    let permitted = names(&constraints.permitted_subtrees).filter(|names| !names.is_empty());
    if permitted.is_some_and(|permitted| !permitted.iter().any(|base| is_below(subject, base))) {
        return Err("has a name that is not permitted by the name constraints of");
    }
    Ok(())
}

fn directory_name(subtree: &x509_cert::ext::pkix::constraints::name::GeneralSubtree) -> Option<Name> {
    if let GeneralName::DirectoryName(name) = &subtree.base { Some(name.clone()) } else { None }
}

/// Whether a name begins with all of another one.
fn is_below(name: &Name, base: &Name) -> bool {
    base.0.len() <= name.0.len() && base.0.iter().zip(&name.0).all(|(a, b)| same(a, b))
}

fn same(a: &RelativeDistinguishedName, b: &RelativeDistinguishedName) -> bool {
    a.0.len() == b.0.len() && a.0.iter().all(|a| b.0.iter().any(|b| a.oid == b.oid && text(a) == text(b)))
}

/// A value as it is compared (RFC 5280 §7.1): letters without case, runs of blanks as one.
fn text(attribute: &AttributeTypeAndValue) -> Result<String, &[u8]> {
    let bytes = attribute.value.value();
    match (attribute.value.tag(), std::str::from_utf8(bytes)) {
        (Tag::Utf8String | Tag::PrintableString | Tag::Ia5String, Ok(text)) => {
            Ok(text.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" "))
        }
        _ => Err(bytes),
    }
}
