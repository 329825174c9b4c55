//! What is demanded of signatures, on the command line and inside the tool.

use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result};
use clap::Args;
use flatpkg::signature::{self, Anchor, Policy, Time};

use crate::hint::WithHint as _;
use crate::verify::code::{self, Decided, Entitlements};

/// The flags.
#[derive(Debug, Args, Default)]
pub struct DemandFlags {
    /// What is demanded of the signature of a package and of all code: `gatekeeper` (Developer ID, time stamp, ticket),
    /// `developer-id` (the same without the ticket: what is sent to Apple), `self-signed` (consistent, by anybody) or
    /// `unsigned` (nothing; what is there must be consistent) [default: unsigned, and code is not looked at].
    #[arg(long, value_name = "POLICY")]
    policy: Option<Policy>,

    /// Trust this root (DER or PEM) instead of Apple's; may be repeated.
    #[arg(long, value_name = "FILE")]
    root: Vec<PathBuf>,

    /// The team that must have signed.
    #[arg(long, value_name = "TEAM")]
    team_id: Option<String>,

    /// The entitlements that every program must have, and no others: a property list.
    #[arg(long, value_name = "FILE", requires = "policy")]
    entitlements: Option<PathBuf>,
}

impl DemandFlags {
    /// What they ask for.
    ///
    /// # Errors
    /// A file that can't be read, or is not what it should be.
    pub fn demand(&self) -> Result<Demand> {
        let roots = self.root.iter().map(|path| {
            let bytes = fs_err::read(path)?;
            Anchor::from_bytes(&bytes)
                .with_context(|| format!("{} has no certificate", path.display()))
                .hint("give a root certificate as DER or as PEM text")
        });
        Ok(Demand {
            policy: self.policy,
            roots: roots.collect::<Result<_>>()?,
            team: self.team_id.clone(),
            entitlements: self.entitlements.as_deref().map(Entitlements::read).transpose()?,
        })
    }
}

/// What is demanded.
#[derive(Debug, Default)]
pub struct Demand {
    /// Of a package and of its code; code is looked at only when there is one.
    pub policy: Option<Policy>,
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
    pub fn signer<'a>(&'a self, anchors: &'a [Anchor]) -> signature::Expectations<'a> {
        let policy = self.policy.unwrap_or(Policy::Unsigned);
        signature::Expectations { policy, anchors, team: self.team.as_deref(), now: now() }
    }

    /// What code is held against.
    pub fn code<'a>(&'a self, signer: signature::Expectations<'a>) -> code::Expectations<'a> {
        code::Expectations { signer, entitlements: self.entitlements.as_ref().map(Decided::Everywhere) }
    }
}

/// Today, for certificates that may have ended.
#[expect(clippy::disallowed_methods, reason = "certificates depend on the clock; no product does")]
fn now() -> Time {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Time::from_unix(now.as_secs())
}
