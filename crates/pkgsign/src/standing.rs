//! Whether one may believe who signed a package, and if not, why: the short answer, whatever policy it is held against.

use std::fmt;

use super::facts::{Facts, Signed};
use super::package::{TICKET, check};
use super::policy::{SignatureExpectations, SignaturePolicy};
use super::role::Role;
use super::{Anchor, Time, chain};
use flatpkg::shown::shown;
use flatpkg::verify::{Finding, Severity};
use flatpkg::xar::Archive;

/// Whether one may believe who signed a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// Nobody signed it.
    Unsigned,
    /// A root that is trusted vouches for who signed.
    Trusted {
        /// The name in the signer's certificate.
        signer: String,
        /// The name of the root.
        root: String,
    },
    /// Anybody may have made the signature, or it is not valid.
    Untrusted {
        /// The name in the signer's certificate, if one can be read; anybody can write any name there.
        signer: Option<String>,
        /// Why it is not trusted.
        why: Distrust,
    },
}

/// Why a signature is not trusted. As text it is the rest of a sentence that begins with `not trusted:`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Distrust {
    /// The chain ends at another root than the trusted ones.
    Root(String),
    /// The signer's certificate vouches for itself.
    SelfSigned,
    /// The chain breaks off before a root.
    Incomplete,
    /// A certificate was no longer valid, as far as anybody can tell when it was used.
    Expired {
        /// Its last second.
        at: Time,
        /// Whether a time stamp says when it was used.
        stamped: bool,
    },
    /// The signer's certificate is for something else than packages for everybody.
    Certificate(String),
    /// Nobody but the signer says when it was made.
    NoTimestamp,
    /// Another reason, as a finding has it; for instance that the signature is not this package's.
    Other(String),
}

impl Standing {
    /// Looks at the signature of a package, today.
    #[must_use]
    pub fn of(archive: &Archive, anchors: &[Anchor], now: Time) -> Self {
        if archive.signatures().is_empty() {
            return Self::Unsigned;
        }
        let report =
            check(archive, &SignatureExpectations { policy: SignaturePolicy::DeveloperId, anchors, team: None, now });
        let errors = report.findings.iter();
        let errors: Vec<&Finding> =
            errors.filter(|finding| finding.severity == Severity::Error && finding.place != TICKET).collect();
        let name = |signed: &Signed| signed.chain.first().map(|link| link.name.clone()).unwrap_or_default();
        match (&report.facts.signed, errors.first()) {
            (Some(signed), None) => {
                let root = signed.chain.last().map(|link| link.name.clone()).unwrap_or_default();
                Self::Trusted { signer: name(signed), root }
            }
            (signed, first) => {
                let known = signed.as_ref().and_then(|signed| distrust(signed, &report.facts, &errors, anchors, now));
                let other =
                    || Distrust::Other(first.map_or_else(|| "it cannot be read".to_owned(), |it| it.sentence()));
                Self::Untrusted { signer: signed.as_ref().map(name), why: known.unwrap_or_else(other) }
            }
        }
    }

    /// Whether it is trusted.
    #[must_use]
    pub fn is_trusted(&self) -> bool {
        matches!(self, Self::Trusted { .. })
    }
}

/// The reasons that have words of their own, the weightiest first.
fn distrust(signed: &Signed, facts: &Facts, errors: &[&Finding], anchors: &[Anchor], now: Time) -> Option<Distrust> {
    let (leaf, last) = (signed.chain.first()?, signed.chain.last()?);
    if anchors.iter().all(|anchor| anchor.fingerprint() != last.sha256) {
        return Some(match (errors.iter().any(|error| error.what == chain::ROOT), signed.chain.len()) {
            (false, _) => Distrust::Incomplete,
            (true, 1) => Distrust::SelfSigned,
            (true, _) => Distrust::Root(last.name.clone()),
        });
    }
    let at = signed.timestamp.as_ref().map_or(now, |stamp| stamp.time);
    if let Some(ended) = signed.chain.iter().map(|link| link.not_after).filter(|end| *end < at).min() {
        return Some(Distrust::Expired { at: ended, stamped: signed.timestamp.is_some() });
    }
    if signed.role != Some(Role::Installer) {
        return Some(Distrust::Certificate(leaf.name.clone()));
    }
    let alone = errors.len() == 1 && facts.cms.is_some() && signed.timestamp.is_none();
    alone.then_some(Distrust::NoTimestamp)
}

impl fmt::Display for Distrust {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root(name) => write!(f, "its root {} is not a trusted one", quoted(name)),
            Self::SelfSigned => f.write_str("the certificate vouches for itself"),
            Self::Incomplete => f.write_str("the chain of its certificates breaks off before a root"),
            Self::Expired { at, stamped } => {
                let day = at.to_string();
                let day = day.split('T').next().unwrap_or_default();
                let stamp = if *stamped { "before the time stamp" } else { "and there is no time stamp" };
                write!(f, "its certificate expired on {day}, {stamp}")
            }
            Self::Certificate(name) => write!(f, "{} is not a Developer ID Installer certificate", quoted(name)),
            Self::NoTimestamp => f.write_str("there is no time stamp"),
            Self::Other(sentence) => f.write_str(&shown(sentence)),
        }
    }
}

/// A name that somebody else chose: with quotes around it, no part of it can be taken for our words.
fn quoted(name: &str) -> String {
    format!("\"{}\"", shown(&name.replace('"', "'")))
}
