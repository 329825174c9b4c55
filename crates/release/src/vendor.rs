//! A folder with all files that a plan takes of others, and an index of them.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use flatpkg::output::Output;

use crate::context::Context;
use crate::digest::Sha256;
use crate::fetch::{self, Entry, INDEX, Index, Supply};
use crate::output::write_whole;
use crate::plan::Plan;
use crate::planning::{Planned, with_packages};
use crate::recipe::LockedPackage;
use crate::toolchain::downloaded;
use crate::toolchain::lock::{self, Steps};

/// Where packages lie in it.
const PACKAGES: &str = "packages";

/// What is in the folder now.
pub struct Vendored {
    /// Its index.
    pub index: PathBuf,
    /// The index's digest: whoever knows that can trust all files.
    pub digest: Sha256,
    /// How many sources the plan takes.
    pub sources: usize,
    /// And how many packages.
    pub packages: usize,
    /// Of all these together.
    pub bytes: u64,
}

/// Fetches what a plan takes, checks it, and copies it into a folder. What is there of other plans stays.
///
/// # Errors
/// All that could not be had, or the folder can't be written.
pub fn vendor(cx: &Context, planned: Planned, supply: &Supply, dir: &Path) -> Result<Vendored> {
    fill(cx, &with_packages(cx, planned, supply, &Steps::All)?.plan, supply, dir)
}

/// The same, once the packages are here.
fn fill(cx: &Context, plan: &Plan, supply: &Supply, dir: &Path) -> Result<Vendored> {
    let sources = fetch::all_again(cx, &plan.sources(), supply)?;
    fs_err::create_dir_all(dir)?;
    let mut folder = Folder { dir, index: Index::of(dir)?.unwrap_or_default() };
    let (mut entries, mut packages) = (Vec::new(), Vec::new());
    for source in plan.sources() {
        entries.push(folder.copy(&source.file, &sources.path(source), fetch::publishers(source))?);
    }
    let locked = plan.steps.iter().flat_map(|step| &step.ops).filter_map(lock::packages).flatten();
    for package in locked.collect::<BTreeSet<_>>() {
        let LockedPackage { name, version, pool, .. } = package;
        let file = Path::new(pool).file_name().unwrap_or_default().to_string_lossy();
        let from = format!("Debian's package {name} {version} ({pool})");
        packages.push(folder.copy(&format!("{PACKAGES}/{file}"), &downloaded(cx, package), vec![from])?);
    }
    if let Some(name) = lock::file_name().filter(|_| !packages.is_empty()) {
        folder.lock(cx, &name)?;
    }
    let (of_sources, of_packages) = (entries.len(), packages.len());
    let bytes = entries.iter().chain(&packages).map(|entry| entry.size).sum();
    folder.index.add(entries.into_iter().chain(packages));
    let digest = folder.index.write(dir)?;
    Ok(Vendored { index: dir.join(INDEX), digest, sources: of_sources, packages: of_packages, bytes })
}

struct Folder<'a> {
    dir: &'a Path,
    index: Index,
}

impl Folder<'_> {
    /// Copies a file, unless the same is there.
    fn copy(&self, path: &str, from: &Path, publishers: Vec<String>) -> Result<Entry> {
        let sha256 = Sha256::of_file(from).with_context(|| format!("{path} was not fetched"))?;
        let path = self.index.place(path, sha256);
        let to = self.dir.join(&path);
        if Sha256::of_file(&to).ok() != Some(sha256) {
            fs_err::create_dir_all(to.parent().unwrap_or(self.dir))?;
            let mut output = Output::create(&to)?;
            io::copy(&mut fs_err::File::open(from)?, output.file())?;
            output.finish()?;
        }
        let (path, size) = (path.to_string_lossy().into_owned(), fs_err::metadata(&to)?.len());
        Ok(Entry { path, size, sha256, from: publishers })
    }

    /// Says which packages make the toolchain: those of the lock file, or those that took their place.
    fn lock(&mut self, cx: &Context, name: &str) -> Result<()> {
        let mut lock = lock::read(cx)?;
        lock.replaces = None;
        let (text, path) = (lock::text(&lock)?, format!("{PACKAGES}/{name}"));
        write_whole(&self.dir.join(&path), text.as_bytes(), 0o644)?;
        let (size, sha256) = (text.len() as u64, Sha256::of(text.as_bytes()));
        self.index.locks.retain(|entry| entry.path != path);
        self.index.locks.push(Entry { path, size, sha256, from: vec![] });
        Ok(())
    }
}

#[cfg(test)]
mod tests;
