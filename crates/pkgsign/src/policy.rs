//! What is demanded of a signature.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

use super::certificate::Certificate;
use super::{Anchor, Time};

/// How much is demanded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum SignaturePolicy {
    /// Nothing; what is there must be consistent.
    Unsigned,
    /// A signature by anybody, consistent.
    SelfSigned,
    /// A Developer ID by a pinned root, with a time stamp.
    DeveloperId,
    /// The same, and a stapled ticket.
    Gatekeeper,
}

impl SignaturePolicy {
    const ALL: [Self; 4] = [Self::Unsigned, Self::SelfSigned, Self::DeveloperId, Self::Gatekeeper];

    /// Whether it demands a Developer ID.
    #[must_use]
    pub fn wants_developer_id(self) -> bool {
        self >= Self::DeveloperId
    }

    fn name(self) -> &'static str {
        match self {
            Self::Unsigned => "unsigned",
            Self::SelfSigned => "self-signed",
            Self::DeveloperId => "developer-id",
            Self::Gatekeeper => "gatekeeper",
        }
    }
}

impl fmt::Display for SignaturePolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for SignaturePolicy {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let names = Self::ALL.map(Self::name).join(", ");
        Self::ALL.into_iter().find(|policy| policy.name() == text).ok_or_else(|| format!("it must be one of {names}"))
    }
}

/// What a signature is held against.
#[derive(Debug, Clone, Copy)]
pub struct SignatureExpectations<'a> {
    /// How much is demanded.
    pub policy: SignaturePolicy,
    /// The roots that may vouch for a Developer ID and for a time stamp.
    pub anchors: &'a [Anchor],
    /// The team that must have signed, if it matters.
    pub team: Option<&'a str>,
    /// Today. A signature without a time stamp is judged by it.
    pub now: Time,
}

impl<'a> SignatureExpectations<'a> {
    /// Where chains may end.
    pub(super) fn trust(&self) -> Trust<'a> {
        if self.policy.wants_developer_id() { Trust::Pinned(self.anchors) } else { Trust::Any(self.anchors) }
    }
}

/// Where chains may end.
#[derive(Debug, Clone, Copy)]
pub(super) enum Trust<'a> {
    /// At one of these.
    Pinned(&'a [Anchor]),
    /// At one of these, or at any root that is there itself.
    Any(&'a [Anchor]),
}

impl<'a> Trust<'a> {
    pub(super) fn anchors(self) -> impl Iterator<Item = &'a Certificate> {
        let (Self::Pinned(anchors) | Self::Any(anchors)) = self;
        anchors.iter().map(|anchor| &anchor.0)
    }

    /// Whether a certificate is a root that is trusted.
    pub(super) fn anchor(self, certificate: &Certificate) -> Option<&'a Certificate> {
        self.anchors().find(|anchor| *anchor == certificate)
    }
}
