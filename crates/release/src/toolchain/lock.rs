//! Which packages the toolchain is made of: `Mac/toolchains/bookworm-amd64.lock`.
//!
//! A package that no mirror has any more is replaced by the newest of the same name, which carries the major version. The
//! lock file of that is kept in the cache, stands in for the one in `Mac/`, and gives the steps that use it new keys.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, anyhow};

use super::packages::downloaded;
use crate::apt::Apt;
use crate::context::Context;
use crate::digest::Sha256;
use crate::fetch::{self, Supply};
use crate::hint::WithHint as _;
use crate::network;
use crate::output::write_whole;
use crate::plan::{Op, Plan};
use crate::recipe::{LinuxTools, LockedPackage, PackageLock, Upstream, read_toml};

/// What a lock file begins with.
const HEADING: &str =
    "# The Debian packages that the toolchain is made of, by step. Written by `cargo xtask toolchain --update`.\n\n";

/// The lock for this machine: the cache's when it stands in for the one in `Mac/`, or when there is none there. Empty where
/// nobody has made one yet.
///
/// # Errors
/// When one is malformed.
pub fn read(cx: &Context) -> Result<PackageLock> {
    let Some(name) = file_name() else { return Ok(PackageLock::default()) };
    let (own, made) = (cx.paths.mac().join("toolchains").join(&name), cx.paths.cache.join("toolchains").join(&name));
    let pinned = own.is_file().then(|| Sha256::of_file(&own)).transpose()?;
    if made.is_file() {
        let lock: PackageLock = read_toml(&made)?;
        if lock.replaces == pinned {
            return Ok(lock);
        }
    }
    if own.is_file() { read_toml(&own) } else { Ok(PackageLock::default()) }
}

/// `bookworm-amd64.lock`: what this machine's lock file is called. Nothing where there are no Debian packages.
pub fn file_name() -> Option<String> {
    let text = fs_err::read_to_string("/etc/os-release").ok()?;
    let codename = text.lines().find_map(|line| line.strip_prefix("VERSION_CODENAME="))?.trim_matches(['"', '\'']);
    let architecture = match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    };
    (!codename.is_empty()).then(|| format!("{codename}-{architecture}.lock"))
}

/// Asks the machine's mirror for the newest packages that the toolchain's data name, with all that they need.
///
/// # Errors
/// Unknown package, no network.
pub fn resolve(cx: &Context) -> Result<PackageLock> {
    let tools: LinuxTools = read_toml(&cx.paths.mac().join("toolchains/linux.toml"))?;
    let mut lock = PackageLock::default();
    let steps = tools.tools.iter().map(|(name, tool)| (name.as_str(), &tool.packages));
    for (step, packages) in [("llvm", &tools.llvm.packages)].into_iter().chain(steps) {
        lock.steps.insert(step.to_owned(), cx.with_apt(|apt| apt.resolve(packages))?);
    }
    Ok(lock)
}

/// Writes the lock file into `Mac/toolchains/`; gives back its place.
///
/// # Errors
/// When this is no Debian or Ubuntu, or it can't be written.
pub fn write(cx: &Context, lock: &PackageLock) -> Result<PathBuf> {
    let name = file_name().context("this machine is no Debian or Ubuntu: it has no toolchain packages")?;
    let path = cx.paths.mac().join("toolchains").join(name);
    write_whole(&path, text(lock)?.as_bytes(), 0o644)?;
    Ok(path)
}

/// A lock file's text.
///
/// # Errors
/// When it can't be written as TOML.
pub fn text(lock: &PackageLock) -> Result<String> {
    Ok(format!("{HEADING}{}", toml::to_string(lock)?))
}

/// What became of packages that a plan needs.
pub enum Packages {
    /// They are here.
    Here,
    /// Some were nowhere to be had, and another lock was written: plan again.
    Replaced,
}

/// Of which steps packages are wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Steps {
    /// Of those that are still to be made.
    Unfinished,
    /// Of all.
    All,
    /// Of these.
    Named(BTreeSet<String>),
}

impl Steps {
    /// Whether a step is one of them.
    pub fn mean(&self, cx: &Context, plan: &Plan, step: &str) -> bool {
        match self {
            Self::All => true,
            Self::Unfinished => !cx.paths.steps().join(plan.folder(step)).is_dir(),
            Self::Named(names) => names.contains(step),
        }
    }
}

/// Fetches what the plan's steps unpack: from what the user gives, else from the machine's mirrors. Where packages are gone, or
/// none are pinned, writes another lock into the cache.
///
/// # Errors
/// No network, a full disk.
pub fn fetch(cx: &Context, plan: &Plan, supply: &Supply, steps: &Steps) -> Result<Packages> {
    let steps = plan.steps.iter().filter(|step| steps.mean(cx, plan, &step.name));
    let locked: Vec<&Vec<LockedPackage>> = steps.flat_map(|step| step.ops.iter().filter_map(packages)).collect();
    let unpinned = locked.iter().any(|locked| locked.is_empty());
    let mut wanted: Vec<&LockedPackage> = Vec::new();
    for package in locked.into_iter().flatten().collect::<BTreeSet<_>>() {
        if !is_here(cx, package) && !fetch::listed(cx, supply, package.sha256, &downloaded(cx, package))? {
            wanted.push(package);
        }
    }
    if wanted.is_empty() && !unpinned {
        return Ok(Packages::Here);
    }
    if supplied(cx, supply)? {
        return Ok(Packages::Replaced);
    }
    let gone = download(cx, "the packages of clang and lld", &wanted)?;
    if gone.is_empty() && !unpinned {
        return Ok(Packages::Here);
    }
    replace(cx, &gone)?;
    Ok(Packages::Replaced)
}

/// Downloads packages that are not here; gives back those that no mirror of this machine's has, in any suite.
///
/// # Errors
/// No network, a full disk.
pub fn download<'a>(cx: &Context, what: &str, wanted: &[&'a LockedPackage]) -> Result<Vec<&'a LockedPackage>> {
    let missing: Vec<_> = wanted.iter().copied().filter(|package| !is_here(cx, package)).collect();
    if missing.is_empty() {
        return Ok(missing);
    }
    if cx.offline {
        return Err(anyhow!("{what} are not in the cache ({} missing), and --offline was given", missing.len()))
            .hint("run the same command once without --offline");
    }
    cx.with_apt(|apt| network::check(&apt.servers()))?;
    let folder = cx.paths.cache.join("debs");
    fs_err::create_dir_all(&folder)?;
    let task = cx.ui.task(format!("fetch {what}"), None);
    let gone = cx.with_apt(|apt| apt.download_locked(&missing, &folder))?;
    let gone = elsewhere(cx, gone, &folder)?;
    task.done(format_args!(": {} packages", missing.len() - gone.len()));
    Ok(gone)
}

/// The packages that an operation unpacks.
pub fn packages(op: &Op) -> Option<&Vec<LockedPackage>> {
    match op {
        Op::DebianPackages { locked, .. } => Some(locked),
        _ => None,
    }
}

/// Looks for packages in other suites, by their digests; gives back those that are nowhere.
fn elsewhere<'a>(cx: &Context, mut gone: Vec<&'a LockedPackage>, folder: &Path) -> Result<Vec<&'a LockedPackage>> {
    let suites = if gone.is_empty() { vec![] } else { Upstream::read(&cx.paths.mac())?.debian.suites };
    for suite in suites {
        let find = |apt: &mut Apt, package: &LockedPackage| match apt.package_place(&suite, package) {
            Ok(pool) => Ok(apt.download_locked(&[&LockedPackage { pool, ..package.clone() }], folder)?.is_empty()),
            Err(_) => Ok(false),
        };
        let mut nowhere = Vec::new();
        for package in gone {
            match cx.with_apt(|apt| find(apt, package))? {
                true => cx.ui.say(format_args!("{} {} comes from {suite}", package.name, package.version)),
                false => nowhere.push(package),
            }
        }
        gone = nowhere;
    }
    Ok(gone)
}

/// Takes the lock of what the user gives, when that is another one; whether it is.
fn supplied(cx: &Context, supply: &Supply) -> Result<bool> {
    let Some(name) = file_name() else { return Ok(false) };
    let Some(lock) =
        fetch::supplied_lock(cx, supply, &name)?.filter(|lock| read(cx).is_ok_and(|ours| ours.steps != lock.steps))
    else {
        return Ok(false);
    };
    keep(cx, &name, lock)?;
    cx.ui.say("the packages of the toolchain are those of --sources, with keys of their own");
    Ok(true)
}

/// Writes a lock into the cache, where it stands in for the one in `Mac/`.
fn keep(cx: &Context, name: &str, mut lock: PackageLock) -> Result<()> {
    let own = cx.paths.mac().join("toolchains").join(name);
    lock.replaces = own.is_file().then(|| Sha256::of_file(&own)).transpose()?;
    let path = cx.paths.cache.join("toolchains").join(name);
    if let Some(dir) = path.parent() {
        fs_err::create_dir_all(dir)?;
    }
    write_whole(&path, text(&lock)?.as_bytes(), 0o644)
}

fn is_here(cx: &Context, package: &LockedPackage) -> bool {
    Sha256::of_file(&downloaded(cx, package)).is_ok_and(|digest| digest == package.sha256)
}

/// Makes a lock of what there is now, and says what it changes.
fn replace(cx: &Context, gone: &[&LockedPackage]) -> Result<()> {
    let name = file_name().context("this machine is no Debian or Ubuntu: it has no toolchain packages")?;
    let lock = resolve(cx)?;
    for package in gone {
        let now = lock.steps.values().flatten().find(|now| now.name == package.name);
        let now = now.map_or_else(|| "nothing".to_owned(), |now| now.version.clone());
        let LockedPackage { name, version, .. } = package;
        cx.ui.say(format_args!("{name} {version} is gone from the mirror: {now} takes its place, with new keys"));
    }
    if gone.is_empty() {
        cx.ui.say(format_args!("there is no Mac/toolchains/{name}: the newest packages are taken"));
    }
    keep(cx, &name, lock)
}
