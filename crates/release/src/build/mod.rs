//! Doing what a plan says: every step whose product is not there yet, as many at a time as there are cores.

mod executor;
pub mod finished;
mod merge;
mod op;
mod outlook;
mod schedule;
mod scrub;
mod text;
pub mod tree;
mod unpack;
mod workers;

use std::path::PathBuf;

use anyhow::{Context as _, Result, anyhow};

use crate::context::Context;
use crate::fetch::Sources;
use crate::hint::WithHint as _;
use crate::lock::Lock;
use crate::plan::{Plan, STAGE};
use workers::Builder;

pub use executor::executor;
pub use finished::finished;
pub use outlook::Outlook;
pub use text::Names;
pub use tree::copy as copy_tree;
pub use workers::{Again, OnFailure};

/// A finished build.
#[derive(Debug, Clone)]
pub struct Built {
    /// The staged root: what the installer will lay down.
    pub root: PathBuf,
    /// Every step's folder that may have left its name in a file; none must be found in the root.
    pub folders: Vec<PathBuf>,
}

/// Builds a plan. What an earlier run finished is used as it is.
///
/// # Errors
/// The steps that failed; what they leave is started over the next time, everything finished is kept.
pub fn run(cx: &Context, plan: &Plan, sources: &Sources, on_failure: OnFailure) -> Result<Built> {
    let root = step(cx, plan, sources, STAGE, on_failure)?;
    Ok(Built { root, folders: vec![cx.paths.cache.clone()] })
}

/// Builds one step of a plan, and what it needs; gives back the folder of its product.
///
/// # Errors
/// As [`run`]; or when there is no such step.
pub fn step(cx: &Context, plan: &Plan, sources: &Sources, name: &str, on_failure: OnFailure) -> Result<PathBuf> {
    must_have(plan, name)?;
    let _lock = lock(cx)?;
    let builder = Builder::new(cx, plan, sources)?;
    finished::check(cx, plan, &finished::used(cx, plan, name))?;
    builder.run(name, on_failure)?;
    Ok(finished::product(cx, plan, name))
}

/// Refuses the name of a step that a plan doesn't have.
///
/// # Errors
/// It has none of that name.
pub fn must_have(plan: &Plan, step: &str) -> Result<()> {
    if plan.keys.contains_key(step) {
        return Ok(());
    }
    let names: Vec<&str> = plan.keys.keys().map(String::as_str).collect();
    Err(anyhow!("the plan has no step `{step}`")).hint(format!("its steps: {}", names.join(", ")))
}

/// Makes the product of a finished step once more, aside, and what it needs where that is missing.
///
/// # Errors
/// As [`step`].
pub fn again(cx: &Context, plan: &Plan, sources: &Sources, name: &str, on_failure: OnFailure) -> Result<Again> {
    let made = plan.step(name).with_context(|| format!("the plan has no step `{name}`"))?;
    for need in &made.needs {
        step(cx, plan, sources, need, on_failure)?;
    }
    let _lock = lock(cx)?;
    Builder::new(cx, plan, sources)?.again(made)
}

/// Two builds in one cache would step on each other's folders.
///
/// # Errors
/// When another one is at work there.
pub fn lock(cx: &Context) -> Result<Lock> {
    crate::lock::take(&cx.paths.cache, "build", "choose another folder with --cache DIR")
}

/// Small plans, and what builds them.
#[cfg(test)]
pub(crate) mod tests;
