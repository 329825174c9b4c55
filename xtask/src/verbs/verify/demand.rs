//! What is demanded of signatures, on the command line.

use std::path::PathBuf;

use anyhow::{Context as _, Result, anyhow};
use clap::Args;
use pkgsign::{Anchor, SignaturePolicy};

use release::demand::Demand;
use release::hint::{Unusable, WithHint as _};
use release::verify::code::Entitlements;

/// The flags.
#[derive(Debug, Args, Default)]
pub struct DemandFlags {
    /// What is demanded of the signature of a package and of all code: `gatekeeper` (Developer ID, time stamp, ticket),
    /// `developer-id` (the same without the ticket: what is sent to Apple), `self-signed` (consistent, by anybody) or
    /// `unsigned` (nothing; what is there must be consistent). The last two accept any root, so they don't prove who signed
    /// [default: a package need not be signed, but a signature must be trusted; code is not looked at].
    #[arg(long, value_name = "POLICY")]
    policy: Option<SignaturePolicy>,

    /// Trust this root (DER or PEM) instead of Apple's; may be repeated.
    #[arg(long = "trust-root", alias = "root", value_name = "FILE")]
    roots: Vec<PathBuf>,

    /// The team that must have signed. Only a Developer ID proves a team: the policy is `developer-id` unless `gatekeeper` is asked for.
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
        let roots = self.roots.iter().map(|path| {
            let bytes = fs_err::read(path)?;
            Anchor::from_bytes(&bytes)
                .with_context(|| format!("{} has no certificate", path.display()))
                .hint("give a root certificate as DER or as PEM text")
        });
        let policy = self.policy.or(self.team_id.as_ref().map(|_| SignaturePolicy::DeveloperId));
        if let (Some(policy), Some(team)) = (policy, &self.team_id)
            && !policy.wants_developer_id()
        {
            let what = format!("--policy {policy} accepts any root, and anybody can make one that says {team}");
            return Err(anyhow!(Unusable(what))).hint("leave out --policy, or ask for developer-id or gatekeeper");
        }
        Ok(Demand {
            policy,
            trusted: policy.is_none(),
            code: policy.is_some(),
            ours: false,
            roots: roots.collect::<Result<_>>()?,
            team: self.team_id.clone(),
            entitlements: self.entitlements.as_deref().map(Entitlements::read).transpose()?,
        })
    }
}
