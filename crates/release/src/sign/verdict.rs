//! Whether what was signed is good. Nothing here trusts the program that signed.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, Result, anyhow, bail};
use flatpkg::package::Package;
use flatpkg::signature::{self, Anchor, Policy, Time};
use flatpkg::verify::{Finding, Options, Severity, verify};
use serde_json::Value;

use super::backend::Timestamps;
use super::identity::Identity;
use super::preflight::Request;
use super::{SignedRoot, Signing};
use crate::hint::WithHint as _;
use crate::package::name::Mark;
use crate::verify::code::{self, Decided, Entitlements};

/// What a good signature is.
#[derive(Debug, Clone)]
pub struct Demands {
    policy: Policy,
    anchors: Vec<Anchor>,
    team: Option<String>,
    mark: Mark,
}

impl Demands {
    /// What is demanded of signatures by an identity.
    pub(super) fn new(request: &Request, identity: Option<&Identity>, timestamps: &Timestamps) -> Result<Self> {
        let (anchors, real) = match &request.root {
            Some(path) => (vec![anchor(path)?], false),
            None => (vec![Anchor::apple()?], true),
        };
        let anchored = match identity {
            Some(Identity::Material(material)) => {
                let root = material.chain.last().map(|root| root.fingerprint().to_string());
                anchors.iter().any(|anchor| Some(anchor.fingerprint()) == root)
            }
            Some(Identity::Keychain(_)) => true,
            Some(Identity::AdHoc) | None => false,
        };
        let stamped = *timestamps != Timestamps::None;
        let policy = if anchored && stamped { Policy::DeveloperId } else { Policy::SelfSigned };
        let mark = match (anchored && real, stamped) {
            (true, true) => Mark::Signed,
            (true, false) => Mark::NoTimestamp,
            (false, _) => Mark::SelfSigned,
        };
        Ok(Self { policy, anchors, team: request.team.clone(), mark })
    }

    /// What a signature that fulfils them is worth.
    pub fn mark(&self) -> Mark {
        self.mark
    }

    fn expectations(&self) -> Result<signature::Expectations<'_>> {
        let now = u64::try_from(super::now()?.as_second()).context("this machine's clock is before 1970")?;
        let team = self.team.as_deref();
        Ok(signature::Expectations { policy: self.policy, anchors: &self.anchors, team, now: Time::from_unix(now) })
    }
}

fn anchor(path: &Path) -> Result<Anchor> {
    let bytes = fs_err::read(path)?;
    Anchor::from_bytes(&bytes)
        .with_context(|| format!("{} has no certificate", path.display()))
        .hint("give a root certificate as DER or as PEM text")
}

/// Looks at a package that was signed: all of it, then its signature. Gives back who signed, when and how.
///
/// # Errors
/// Everything that is wrong with it.
pub(super) fn package(path: &Path, demands: &Demands) -> Result<Value> {
    let package = Package::open(path)?;
    let whole = verify(&package, Options { strict: true });
    let report = signature::check(package.archive(), &demands.expectations()?);
    let wrong = whole.findings.iter().chain(&report.findings).filter(|finding| finding.severity != Severity::Note);
    let wrong: Vec<String> = wrong.map(Finding::to_string).collect();
    if !wrong.is_empty() {
        bail!("{}", wrong.join("\n"));
    }
    if report.facts.signed.is_none() {
        bail!("it is not signed");
    }
    Ok(serde_json::to_value(&report.facts)?)
}

/// Looks at a package as the notary service will: who signed it, and all code in it.
///
/// # Errors
/// Everything that the service would reject.
pub fn judge_unstapled(path: &Path, root: Option<&Path>) -> Result<()> {
    let anchors = vec![root.map_or_else(|| Ok(Anchor::apple()?), anchor)?];
    let demands = Demands { policy: Policy::DeveloperId, anchors, team: None, mark: Mark::Signed };
    package(path, &demands)?;
    let expect = code::Expectations { signer: demands.expectations()?, entitlements: None };
    let lint = code::of_package(&Package::open(path)?, &expect)?;
    if !lint.is_clean() {
        bail!("{lint}");
    }
    Ok(())
}

/// Looks at a package with its ticket.
///
/// # Errors
/// Everything that is wrong with it.
pub fn judge_stapled(path: &Path, root: Option<&Path>) -> Result<()> {
    let anchors = vec![root.map_or_else(|| Ok(Anchor::apple()?), anchor)?];
    package(path, &Demands { policy: Policy::Gatekeeper, anchors, team: None, mark: Mark::Signed }).map(|_| ())
}

/// Looks at all code of a root that was signed.
///
/// # Errors
/// Everything that is wrong with it.
pub(super) fn code(signing: &Signing, signed: &SignedRoot, assets: &Path) -> Result<()> {
    let mut signer = signing.demands.expectations()?;
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
