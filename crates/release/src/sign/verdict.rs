//! Whether what was signed is good. Nothing here trusts the program that signed.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, Result, anyhow};
use pkgsign::{Anchor, Facts, Policy};
use serde_json::Value;

use super::backend::Timestamps;
use super::identity::Identity;
use super::preflight::Request;
use super::{SignedRoot, Signing};
use crate::demand::Demand;
use crate::hint::WithHint as _;
use crate::judgement::{self, Judgement};
use crate::package::name::Mark;
use crate::verify::code::{self, Decided, Entitlements};

/// What a good signature is.
#[derive(Debug)]
pub struct Demands {
    demand: Demand,
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
        let policy = if anchored && stamped { Policy::DeveloperId } else { Policy::SelfSigned };
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
fn roots(path: Option<&Path>) -> Result<Vec<Anchor>> {
    path.map(anchor).into_iter().collect()
}

fn anchor(path: &Path) -> Result<Anchor> {
    let bytes = fs_err::read(path)?;
    Anchor::from_bytes(&bytes)
        .with_context(|| format!("{} has no certificate", path.display()))
        .hint("give a root certificate as DER or as PEM text")
}

/// Judges a package that was signed. Gives back who signed, when and how. It must be as ours are, unless the one that it was made
/// from wasn't: signing leaves nothing behind.
///
/// # Errors
/// Everything that is wrong with it.
pub(super) fn package(path: &Path, unsigned: &Path, demands: &Demands) -> Result<Value> {
    let as_ours = Demand { ours: true, ..demands.demand.clone() };
    let facts = accepted(path, &as_ours).or_else(|error| {
        let before = Judgement::of(&judgement::open(unsigned)?, &Demand { ours: true, ..Demand::default() }, &|_| ())?;
        if before.is_clean() { Err(error) } else { accepted(path, &demands.demand) }
    })?;
    Ok(serde_json::to_value(facts)?)
}

/// Judges a package as the notary service will: who signed it, and all code in it.
///
/// # Errors
/// Everything that the service would reject.
pub fn judge_unstapled(path: &Path, root: Option<&Path>) -> Result<()> {
    let policy = Some(Policy::DeveloperId);
    accepted(path, &Demand { policy, roots: roots(root)?, code: true, ..Demand::default() }).map(|_| ())
}

/// Judges a package with its ticket. Its code was judged before the ticket was asked for.
///
/// # Errors
/// Everything that is wrong with it.
pub fn judge_stapled(path: &Path, root: Option<&Path>) -> Result<()> {
    let policy = Some(Policy::Gatekeeper);
    accepted(path, &Demand { policy, roots: roots(root)?, ..Demand::default() }).map(|_| ())
}

fn accepted(path: &Path, demand: &Demand) -> Result<Facts> {
    let judgement = Judgement::of(&judgement::open(path)?, demand, &|_| ())?;
    judgement.accept()?;
    Ok(judgement.signature.facts)
}

/// Looks at all code of a root that was signed.
///
/// # Errors
/// Everything that is wrong with it.
pub(super) fn code(signing: &Signing, signed: &SignedRoot, assets: &Path) -> Result<()> {
    let demand = &signing.demands.demand;
    let anchors = demand.anchors()?;
    let mut signer = demand.signer(&anchors);
    if signed.ad_hoc {
        signer.policy = Policy::Unsigned;
    }
    let asking = signed.plan.objects.iter().filter_map(|object| Some((object, object.entitlements.as_ref()?)));
    let asked: BTreeMap<String, Entitlements> = asking
        .map(|(object, file)| Ok((object.program.clone(), Entitlements::read(&assets.join(file))?)))
        .collect::<Result<_>>()?;
    let expect = code::Expectations { signer, entitlements: Some(Decided::ByPath(&asked)) };
    let lint = code::of_root(&signed.root(), &expect)?;
    if !lint.is_clean() {
        return Err(anyhow!("the code that was signed is not good\n{lint}"));
    }
    Ok(())
}
