//! What can be removed of the cache and of the folder of products, and what finished steps are now.
//!
//! Everything in the cache can be made again. Nothing outside of the two folders is ever touched, and no link is followed.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::ValueEnum;
use rayon::prelude::*;
use walkdir::WalkDir;

use crate::build::finished::{self, State};
use crate::context::Context;
use crate::plan::BuildOptions;
use crate::planning::{Planned, planned};
use crate::recipe::{Recipes, known_releases};

/// What there is to remove.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum What {
    /// Finished steps that no release's plan has any more, as `plan` shows it without options.
    Old,
    /// Unfinished steps.
    Work,
    /// All finished steps.
    Steps,
    /// Finished steps that have changed since they were made.
    Damaged,
    /// Downloads.
    Sources,
    /// Downloads with a wrong digest.
    Rejected,
    /// Logs of steps.
    Logs,
    /// Lists of Debian's packages.
    Apt,
    /// Finished products.
    Dist,
    /// All of it.
    All,
}

/// A file or folder that can be removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Where it is.
    pub path: PathBuf,
    /// Bytes of all files in it.
    pub bytes: u64,
}

/// What there is of what is meant, in the order of the paths.
///
/// # Errors
/// When the data of a release, or a finished step, can't be read.
pub fn find(cx: &Context, what: &[What]) -> Result<Vec<Item>> {
    Ok(paths(cx, what)?.into_iter().map(|path| Item { bytes: size_of(&path), path }).collect())
}

/// Removes them.
///
/// # Errors
/// When a build or release is at work in the folders, or something can't be removed.
pub fn remove(cx: &Context, items: &[Item]) -> Result<()> {
    let aside = "try again when it is done";
    let _build = cx.paths.cache.is_dir().then(|| crate::lock::take(&cx.paths.cache, "build", aside)).transpose()?;
    let _release =
        cx.paths.dist.is_dir().then(|| crate::lock::take_folder(&cx.paths.dist, "release", aside)).transpose()?;
    for item in items {
        remove_path(&item.path)?;
        if item.path.parent() == Some(&cx.paths.steps()) {
            for known in [cx.paths.manifests(), cx.paths.taken()] {
                let known = known.join(item.path.file_name().unwrap_or_default());
                known.exists().then(|| remove_path(&known)).transpose()?;
            }
        }
    }
    Ok(())
}

/// Every finished step, by the name of its folder, and what it is now.
///
/// # Errors
/// When one can't be read.
pub fn states(cx: &Context) -> Result<Vec<(String, State)>> {
    let steps = entries(&cx.paths.steps());
    let names: Vec<&str> = steps.iter().filter_map(|path| path.file_name()?.to_str()).collect();
    let states = names.par_iter().map(|name| Ok(((*name).to_owned(), finished::look(cx, name)?)));
    let mut states: Vec<_> = states.collect::<Result<_>>()?;
    states.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(states)
}

/// What is meant, as far as it is there, sorted and once each. Only names that this tool gives.
fn paths(cx: &Context, what: &[What]) -> Result<BTreeSet<PathBuf>> {
    let has = |kind: What| what.contains(&kind) || what.contains(&What::All);
    let mut paths = BTreeSet::new();
    if has(What::Steps) {
        paths.extend(entries(&cx.paths.steps()));
    } else if has(What::Old) {
        let used = used(cx)?;
        let unused = |path: &PathBuf| path.file_name().is_some_and(|name| !used.contains(&*name.to_string_lossy()));
        paths.extend(entries(&cx.paths.steps()).into_iter().filter(unused));
    }
    if what.contains(&What::Damaged) && !has(What::Steps) {
        let damaged = states(cx)?.into_iter().filter(|(_, state)| matches!(state, State::Changed(_)));
        paths.extend(damaged.map(|(name, _)| cx.paths.steps().join(name)));
    }
    let folders = [
        (What::Work, cx.paths.work()),
        (What::Sources, cx.paths.sources()),
        (What::Rejected, cx.paths.rejected()),
        (What::Logs, cx.paths.logs()),
        (What::Apt, cx.paths.cache.join("apt")),
        (What::Apt, cx.paths.cache.join("debs")),
    ];
    for (kind, folder) in folders {
        if has(kind) {
            paths.extend(entries(&folder));
        }
    }
    if has(What::Dist) {
        // People put files of their own there: only ours go.
        let ours = |path: &PathBuf| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            name == "SHA256SUMS"
                || (name.starts_with("python-") && [".pkg", ".dmg"].iter().any(|ending| name.contains(ending)))
        };
        paths.extend(entries(&cx.paths.dist).into_iter().filter(ours));
    }
    Ok(paths)
}

/// Folder names of all steps of all releases.
fn used(cx: &Context) -> Result<BTreeSet<String>> {
    let mut used = BTreeSet::new();
    for version in known_releases(&cx.paths.mac())? {
        Recipes::load(&cx.paths.mac(), version)?;
        // What this machine can't make whole has no steps here.
        if let Ok(Planned { plan, .. }) = planned(cx, Some(version), &BuildOptions::default()) {
            used.extend(plan.steps.iter().map(|step| plan.folder(&step.name)));
        }
    }
    Ok(used)
}

/// What lies in a folder; nothing when there is none, or only a link to one.
fn entries(folder: &Path) -> Vec<PathBuf> {
    if folder.is_symlink() {
        return Vec::new();
    }
    let entries = fs_err::read_dir(folder).into_iter().flatten();
    entries.filter_map(|entry| Some(entry.ok()?.path())).collect()
}

/// Bytes of all files at a path, links not followed.
pub(crate) fn size_of(path: &Path) -> u64 {
    let files = WalkDir::new(path).into_iter().flatten();
    files.filter_map(|entry| Some(entry.metadata().ok()?.len())).sum()
}

fn remove_path(path: &Path) -> Result<()> {
    if path.is_dir() && !path.is_symlink() {
        // Folders of sources may be read-only.
        for entry in WalkDir::new(path).into_iter().flatten().filter(|entry| entry.file_type().is_dir()) {
            use std::os::unix::fs::PermissionsExt as _;
            _ = fs_err::set_permissions(entry.path(), std::fs::Permissions::from_mode(0o755));
        }
        fs_err::remove_dir_all(path)?;
    } else {
        fs_err::remove_file(path)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
