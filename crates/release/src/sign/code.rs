//! A staged root becomes a signed one: a copy, so that the root itself stays what was built.

use std::path::Path;

use anyhow::{Context as _, Result, bail};
use rayon::prelude::*;

use super::backend::CodeJob;
use super::identity::Identity;
use super::inventory::Inventory;
use super::party::{Party, Signing};
use super::plan::{CodeObject, SigningPlan, plan};
use super::rules::Rules;
use super::signed::SignedRoot;
use crate::build::tree;
use crate::context::Context;

/// How many signatures are made at a time: each asks the server of time stamps, which is others' too.
const AT_A_TIME: usize = 4;

/// What would be signed in a root.
///
/// # Errors
/// When it can't be read, or has code that the rules don't cover.
pub fn plan_of(rules: &Rules, root: &Path) -> Result<SigningPlan> {
    let found = Inventory::take(root).with_context(|| format!("{} can't be looked through", root.display()))?;
    plan(rules, &found)
}

/// Signs a copy of a staged root, from the inside out.
///
/// # Errors
/// When the rules don't cover it, a signature can't be made, or one that was made is not good.
pub fn sign_code(cx: &Context, signing: &Signing, staged: &Path) -> Result<SignedRoot> {
    let Some(party) = &signing.application else { bail!("no identity for signing code was given") };
    let task = cx.ui.task("sign code", None);
    let signed = copy_and_sign(cx, &signing.rules, party, staged)?;
    super::verdict::code(signing, &signed, &crate::package::assets_dir(cx))?;
    task.done(format_args!(": {} signatures by {}", signed.plan.objects.len(), signed.by));
    Ok(signed)
}

/// Asks for the signatures, and believes that they are good.
pub(super) fn copy_and_sign(cx: &Context, rules: &Rules, party: &Party, staged: &Path) -> Result<SignedRoot> {
    let plan = plan_of(rules, staged)?;
    fs_err::create_dir_all(cx.paths.work())?;
    let dir = tempfile::Builder::new().prefix("signed-").tempdir_in(cx.paths.work())?;
    let ad_hoc = matches!(party.identity, Identity::AdHoc);
    let signed = SignedRoot { dir, plan, by: party.identity.name(), ad_hoc };
    let root = signed.root();
    tree::copy(staged, &root)?;
    let assets = crate::package::assets_dir(cx);
    let sign = |object: &CodeObject| {
        let job = CodeJob { target: &root.join(&object.path), object, assets: &assets, identity: &party.identity };
        party.signer.sign_code(&job)
    };
    let (bundles, files): (Vec<_>, Vec<_>) = signed.plan.objects.iter().partition(|object| object.role.is_bundle());
    let pool = rayon::ThreadPoolBuilder::new().num_threads(cx.jobs.min(AT_A_TIME)).build()?;
    // All failures would be the same one: the first is enough.
    pool.install(|| files.into_par_iter().try_for_each(sign))?;
    bundles.into_iter().try_for_each(sign)?;
    Ok(signed)
}
