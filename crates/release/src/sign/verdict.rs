//! Whether what was signed is good. Nothing here trusts the program that signed.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Result, anyhow};
use pkgsign::{Facts, SignaturePolicy};
use serde_json::Value;

use super::demands::{Demands, roots};
use super::party::Signing;
use super::signed::SignedRoot;
use crate::demand::Demand;
use crate::flat;
use crate::judgement::Judgement;
use crate::verify::code::{self, Decided, Entitlements};

/// Judges a package that was signed. Gives back who signed, when and how. It must be as ours are, unless the one that it was made
/// from wasn't: signing leaves nothing behind.
///
/// # Errors
/// Everything that is wrong with it.
pub(super) fn package(path: &Path, unsigned: &Path, demands: &Demands) -> Result<Value> {
    let as_ours = Demand { ours: true, ..demands.demand.clone() };
    let facts = accepted(path, &as_ours).or_else(|error| {
        let before = Judgement::of(&flat::open(unsigned)?, &Demand { ours: true, ..Demand::default() }, &|_| ())?;
        if before.is_clean() { Err(error) } else { accepted(path, &demands.demand) }
    })?;
    Ok(serde_json::to_value(facts)?)
}

/// Judges a package as the notary service will: who signed it, and all code in it.
///
/// # Errors
/// Everything that the service would reject.
pub fn judge_unstapled(path: &Path, root: Option<&Path>) -> Result<()> {
    let policy = Some(SignaturePolicy::DeveloperId);
    accepted(path, &Demand { policy, roots: roots(root)?, code: true, ..Demand::default() }).map(|_| ())
}

/// Judges a package with its ticket. Its code was judged before the ticket was asked for.
///
/// # Errors
/// Everything that is wrong with it.
pub fn judge_stapled(path: &Path, root: Option<&Path>) -> Result<()> {
    let policy = Some(SignaturePolicy::Gatekeeper);
    accepted(path, &Demand { policy, roots: roots(root)?, ..Demand::default() }).map(|_| ())
}

fn accepted(path: &Path, demand: &Demand) -> Result<Facts> {
    let judgement = Judgement::of(&flat::open(path)?, demand, &|_| ())?;
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
        signer.policy = SignaturePolicy::Unsigned;
    }
    let asking = signed.plan.objects.iter().filter_map(|object| Some((object, object.entitlements.as_ref()?)));
    let asked: BTreeMap<String, Entitlements> = asking
        .map(|(object, file)| Ok((object.program.clone(), Entitlements::read(&assets.join(file))?)))
        .collect::<Result<_>>()?;
    let expect = code::CodeExpectations { signer, entitlements: Some(Decided::ByPath(&asked)) };
    let lint = code::of_root(&signed.root(), &expect)?;
    if !lint.is_clean() {
        return Err(anyhow!("the code that was signed is not good\n{lint}"));
    }
    Ok(())
}
