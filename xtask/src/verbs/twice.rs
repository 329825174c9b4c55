//! Two builds of one release, compared: a part of `cargo xtask ci --twice`.

use std::path::PathBuf;

use anyhow::Result;

use release::build::{OnFailure, tree};
use release::context::Context;
use release::fetch::Supply;
use release::plan::BuildOptions;
use release::planning::{planned_or_newest, ready};

/// Builds once more with a cache that is removed before and after, so that nothing is shared but the data and this program.
///
/// # Errors
/// When a build fails, or the two differ.
pub fn compare(cx: &Context) -> Result<()> {
    let folder = cx.paths.cache.join("twice");
    tree::remove(&folder)?;
    let (repo, dist) = (cx.paths.repo.clone(), folder.join("dist"));
    let other = Context::with_data(Some(repo), Some(folder.clone()), Some(dist), cx.offline, Some(cx.jobs))?;
    let first = root(cx)?;
    let second = root(&other)?;
    super::manifest::compare(cx, &first, &second)?;
    tree::remove(&folder)
}

fn root(cx: &Context) -> Result<PathBuf> {
    let plan = ready(cx, planned_or_newest(cx, None, &BuildOptions::default())?, &Supply::default())?.plan;
    let sources = release::fetch::all(cx, &plan.sources(), &Supply::default())?;
    Ok(release::staged::root(cx, &plan, &sources, OnFailure::Stop)?.root)
}
