//! The whole of a release, in order: fetch, build, audit, package, sign, verify, notarize, evidence.
//!
//! Each stage takes what the one before it gives; what is finished is kept, so that the same order goes on where it was.

use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::build::OnFailure;
use crate::context::Context;
use crate::evidence::timings::Clock;
use crate::evidence::{self, Subject};
use crate::fetch::Supply;
use crate::keys::SigningKey;
use crate::lock::{self, Lock};
use crate::making::Making;
use crate::notarize::{self, Desk};
use crate::package::{Format, Ownership};
use crate::plan::{Plan, STAGE};
use crate::planning::Planned;
use crate::product::Product;
use crate::remote::Remote;
use crate::sign::Signing;
use crate::{attest, pgp, sigstore};

/// What is to be released, and how.
pub struct Order {
    /// What is built.
    pub planned: Planned,
    /// What the user gives: it is looked into before anybody is asked.
    pub supply: Supply,
    /// A cache that several machines share.
    pub remote: Option<Remote>,
    /// Who owns what is installed.
    pub ownership: Ownership,
    /// The kind of package.
    pub format: Format,
    /// Who signs; without one the product is unsigned.
    pub signing: Option<Signing>,
    /// Who asks Apple for a ticket, once the product is signed.
    pub notary: Option<Desk>,
    /// Who vouches for it, at the end.
    pub vouching: Vouching,
}

/// Who vouches for what is published.
#[derive(Debug, Default)]
pub struct Vouching {
    /// By an attestation.
    pub key: Option<SigningKey>,
    /// By OpenPGP signatures: the name of one of the user's keys.
    pub pgp: Option<String>,
    /// By Sigstore bundles: the program that makes them.
    pub sigstore: Option<sigstore::Client>,
}

impl Vouching {
    /// Over the final bytes; gives back the files.
    fn vouch(&self, plan: &Plan, product: &Path, evidence: &[PathBuf]) -> Result<Vec<PathBuf>> {
        let mut files = Vec::new();
        let dir = product.parent().unwrap_or(Path::new("."));
        files.extend(self.key.as_ref().map(|key| attest::write(plan, product, dir, key)).transpose()?);
        let published: Vec<&Path> = evidence.iter().map(PathBuf::as_path).chain([product]).collect();
        if let Some(pgp) = &self.pgp {
            files.extend(pgp::sign(&published, pgp)?);
        }
        if let Some(client) = &self.sigstore {
            files.extend(client.sign(&published)?);
        }
        Ok(files)
    }
}

/// What came of it.
pub struct Released {
    /// What was built.
    pub planned: Planned,
    /// The product, in its place.
    pub product: Product,
    /// The files beside it.
    pub evidence: Vec<PathBuf>,
    /// Who vouches for all of these.
    pub vouched: Vec<PathBuf>,
}

/// Makes a release.
///
/// # Errors
/// The first stage that fails; what is finished is kept for the next run. When Apple refuses a signed product, it and its
/// evidence are there all the same.
pub fn release(cx: &Context, order: Order) -> Result<Released> {
    let _lock = lock(cx)?;
    let mut clock = Clock::start();
    let making = Making { supply: &order.supply, remote: order.remote.as_ref() };
    let ready = if making.remote.is_some() { "remote cache and toolchain" } else { "toolchain" };
    let planned = clock.time(ready, || making.ready(cx, order.planned, STAGE))?;
    let plan = &planned.plan;
    let sources = clock.time("fetch", || making.sources(cx, plan, STAGE))?;
    let built = clock.time("build and audit", || making.root(cx, plan, &sources, OnFailure::Stop))?;
    let mut product = match &order.signing {
        None => {
            let product =
                clock.time("package", || Product::unsigned(cx, plan, &built.root, order.ownership, order.format))?;
            clock.time("verify", || product.verify(cx))?;
            product
        }
        Some(signing) => {
            clock.time("sign and package", || Product::signed(cx, plan, &built.root, signing, order.ownership))?
        }
    };
    let notarized = match order.notary.as_ref().filter(|_| product.signed.is_some()) {
        Some(desk) => clock.time("notarize", || notarize::submit(cx, desk, product.path()).map(drop)),
        None => Ok(()),
    };
    product.measure()?;
    let (has_pgp, has_sigstore) = (order.vouching.pgp.is_some(), order.vouching.sigstore.is_some());
    let subject = Subject { planned: &planned, product: &product, has_pgp, has_sigstore };
    let evidence = clock.time("evidence", || evidence::write(cx, &subject))?;
    clock.write(cx, plan, product.path())?;
    notarized?;
    let vouched = order.vouching.vouch(&planned.plan, product.path(), &evidence)?;
    Ok(Released { planned, product, evidence, vouched })
}

/// Signs what a build has staged: code, then the package around it.
///
/// # Errors
/// What can't be signed or packaged, or isn't good afterwards.
pub fn sign(cx: &Context, planned: Planned, root: &Path, signing: &Signing, ownership: Ownership) -> Result<Released> {
    let _lock = lock(cx)?;
    let product = Product::signed(cx, &planned.plan, root, signing, ownership)?;
    let subject = Subject { planned: &planned, product: &product, has_pgp: false, has_sigstore: false };
    let evidence = evidence::write(cx, &subject)?;
    Ok(Released { planned, product, evidence, vouched: vec![] })
}

/// One release at a time in the folder of products.
fn lock(cx: &Context) -> Result<Lock> {
    lock::take_folder(&cx.paths.dist, "release", "choose another folder with --dist DIR")
}
