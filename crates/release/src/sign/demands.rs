//! What a good signature is.

use std::path::Path;

use anyhow::{Context as _, Result};
use pkgsign::{Anchor, SignaturePolicy};

use super::backend::Timestamps;
use super::identity::Identity;
use super::request::Request;
use crate::demand::Demand;
use crate::hint::WithHint as _;
use crate::package::name::Mark;

/// What a good signature is.
#[derive(Debug)]
pub struct Demands {
    pub(super) demand: Demand,
    mark: Mark,
}

impl Demands {
    /// What is demanded of signatures by an identity.
    pub(super) fn new(request: &Request, identity: Option<&Identity>, timestamps: &Timestamps) -> Result<Self> {
        let demand = Demand { roots: roots(request.root.as_deref())?, team: request.team.clone(), ..Demand::default() };
        let anchored = match identity {
            Some(Identity::Material(material)) => {
                let root = material.chain.last().map(|root| root.fingerprint().to_string());
                demand.anchors()?.iter().any(|anchor| Some(anchor.fingerprint()) == root)
            }
            Some(Identity::Keychain(_)) => true,
            Some(Identity::AdHoc) | None => false,
        };
        let stamped = *timestamps != Timestamps::None;
        let policy = if anchored && stamped { SignaturePolicy::DeveloperId } else { SignaturePolicy::SelfSigned };
        let mark = match (anchored && request.root.is_none(), stamped) {
            (true, true) => Mark::Signed,
            (true, false) => Mark::NoTimestamp,
            (false, _) => Mark::SelfSigned,
        };
        Ok(Self { demand: Demand { policy: Some(policy), ..demand }, mark })
    }

    /// What a signature that fulfils them is worth.
    pub fn mark(&self) -> Mark {
        self.mark
    }
}

/// The root to trust instead of Apple's, if one was named.
pub(super) fn roots(path: Option<&Path>) -> Result<Vec<Anchor>> {
    path.map(anchor).into_iter().collect()
}

fn anchor(path: &Path) -> Result<Anchor> {
    let bytes = fs_err::read(path)?;
    Anchor::from_bytes(&bytes)
        .with_context(|| format!("{} has no certificate", path.display()))
        .hint("give a root certificate as DER or as PEM text")
}
