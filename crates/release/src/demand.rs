//! What is demanded of a package, and of signatures.

use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Result;
use pkgsign::{Anchor, SignaturePolicy, Time};

use crate::verify::code::{self, Decided, Entitlements};

/// What is demanded.
#[derive(Debug, Clone, Default)]
pub struct Demand {
    /// How a package and code must be signed; without one a signature that is there must be consistent.
    pub policy: Option<SignaturePolicy>,
    /// Whether a signature that is there must be trusted: one that anybody can make is an error.
    pub trusted: bool,
    /// Whether the code in a package is looked at as well.
    pub code: bool,
    /// Whether the package must be as ours are: what Apple's tools leave in packages and nobody needs is an error, not a note.
    pub ours: bool,
    /// The roots to trust; Apple's when there are none.
    pub roots: Vec<Anchor>,
    /// The team that must have signed, if it matters.
    pub team: Option<String>,
    /// What every program must ask for, if it matters.
    pub entitlements: Option<Entitlements>,
}

impl Demand {
    /// The roots to trust.
    ///
    /// # Errors
    /// Never: Apple's is part of the program.
    pub fn anchors(&self) -> Result<Vec<Anchor>> {
        if self.roots.is_empty() { Ok(vec![Anchor::apple()?]) } else { Ok(self.roots.clone()) }
    }

    /// What signatures are held against, today.
    pub fn signer<'a>(&'a self, anchors: &'a [Anchor]) -> pkgsign::SignatureExpectations<'a> {
        let policy = self.policy.unwrap_or(SignaturePolicy::Unsigned);
        pkgsign::SignatureExpectations { policy, anchors, team: self.team.as_deref(), now: now() }
    }

    /// What code is held against.
    pub fn expectations<'a>(&'a self, signer: pkgsign::SignatureExpectations<'a>) -> code::CodeExpectations<'a> {
        code::CodeExpectations { signer, entitlements: self.entitlements.as_ref().map(Decided::Everywhere) }
    }
}

/// Today, for certificates that may have ended.
#[expect(clippy::disallowed_methods, reason = "certificates depend on the clock; no product does")]
fn now() -> Time {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Time::from_unix(now.as_secs())
}
