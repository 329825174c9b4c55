//! What is demanded of signatures, on the command line.

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use clap::Args;
use flatpkg::signature::{Anchor, Policy};

use release::demand::Demand;
use release::hint::WithHint as _;
use release::verify::code::Entitlements;

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
