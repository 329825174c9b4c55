//! What every verb needs to know: where things are, and how to talk to the user.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use anyhow::{Context as _, Result, anyhow};

use crate::apt::Apt;
use crate::hint::WithHint as _;
use crate::ui::Ui;

/// The folders of the tool. Inputs are never modified, the cache is disposable, only finished things reach `dist`.
#[derive(Debug, Clone)]
pub struct Paths {
    /// The checkout: `Mac/` and `installer-assets/` are read from here. Where there is none, the folder that we run in.
    pub repo: PathBuf,
    /// Everything that can be made again: downloads, the toolchain, finished steps, logs.
    pub cache: PathBuf,
    /// Finished products.
    pub dist: PathBuf,
}

impl Paths {
    /// `Mac/`, the data that says what is built.
    pub fn mac(&self) -> PathBuf {
        self.repo.join("Mac")
    }

    /// Downloads, by digest.
    pub fn sources(&self) -> PathBuf {
        self.cache.join("sources")
    }

    /// Finished steps, one folder each.
    pub fn steps(&self) -> PathBuf {
        self.cache.join("steps")
    }

    /// What finished steps were when they were made, one file each.
    pub fn manifests(&self) -> PathBuf {
        self.cache.join("manifests")
    }

    /// Who vouched for finished steps that were taken from a remote cache, one file each.
    pub fn taken(&self) -> PathBuf {
        self.cache.join("taken")
    }

    /// Downloads with a wrong digest, and what else was refused, for a look at it.
    pub fn rejected(&self) -> PathBuf {
        self.cache.join("rejected")
    }

    /// Steps at work. Thrown away when a step ends, or when it starts over.
    pub fn work(&self) -> PathBuf {
        self.cache.join("work")
    }

    /// One log a step.
    pub fn logs(&self) -> PathBuf {
        self.cache.join("logs")
    }
}

/// Handed to every verb.
pub struct Context {
    /// Where things are.
    pub paths: Paths,
    /// The user's terminal.
    pub ui: Ui,
    /// Never touch the network.
    pub offline: bool,
    /// How many commands may run at a time.
    pub jobs: usize,
    /// Debian's package client, once somebody asked for it: its state bears one user at a time.
    pub apt: Mutex<Option<Apt>>,
}

impl Context {
    /// Finds the checkout, if there is one around, and the cache.
    ///
    /// # Errors
    /// When no place for the cache is known.
    pub fn new(cache: Option<PathBuf>, dist: Option<PathBuf>, offline: bool, jobs: Option<usize>) -> Result<Self> {
        Self::with_data(None, cache, dist, offline, jobs)
    }

    /// The same, with the data of releases in a checkout that is named.
    ///
    /// # Errors
    /// When there is none, or no place for the cache is known.
    pub fn with_data(
        repo: Option<PathBuf>,
        cache: Option<PathBuf>,
        dist: Option<PathBuf>,
        offline: bool,
        jobs: Option<usize>,
    ) -> Result<Self> {
        let repo = match repo {
            Some(dir) => named_repo(&dir)?,
            None => find_repo()?,
        };
        let cache = match cache {
            Some(dir) => std::path::absolute(dir)?,
            None => default_cache()?,
        };
        let dist = dist.map_or_else(|| Ok(repo.join("dist")), std::path::absolute)?;
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Ok(Self {
            paths: Paths { repo, cache, dist },
            ui: Ui::new(),
            offline,
            jobs: jobs.unwrap_or(cores).max(1),
            apt: Mutex::default(),
        })
    }

    /// Makes sure that the data of releases are at hand: packages are looked at without.
    ///
    /// # Errors
    /// When there is no checkout in or above the folder that the program runs in.
    pub fn need_data(&self) -> Result<()> {
        if is_repo(&self.paths.repo) {
            return Ok(());
        }
        Err(anyhow!(
            "what releases are made of isn't here: {} is in no checkout of this project",
            self.paths.repo.display()
        ))
        .hint("name a checkout with --repo DIR; `inspect`, `verify`, `diff` and the like work on packages without one")
    }

    /// Does something with Debian's package client, alone.
    ///
    /// # Errors
    /// When there is none on this machine, or the work fails.
    pub fn with_apt<T>(&self, work: impl FnOnce(&mut Apt) -> Result<T>) -> Result<T> {
        let mut apt = self.apt.lock().unwrap_or_else(PoisonError::into_inner);
        match &mut *apt {
            Some(apt) => work(apt),
            none => work(none.insert(Apt::open(&self.paths.cache.join("apt"))?)),
        }
    }
}

fn named_repo(dir: &Path) -> Result<PathBuf> {
    let dir = std::path::absolute(dir)?;
    if is_repo(&dir) {
        return Ok(dir);
    }
    Err(anyhow!("{} is no checkout of this project: it has no `Mac/releases`", dir.display()))
        .hint("name its top folder with --repo DIR")
}

/// The checkout that `cargo xtask` was called in, else the one around the current folder, else that folder.
fn find_repo() -> Result<PathBuf> {
    let manifest = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let here = std::env::current_dir().context("the current folder is gone")?;
    let starts = manifest.iter().map(PathBuf::as_path).chain([here.as_path()]);
    for start in starts {
        if let Some(dir) = start.ancestors().find(|dir| is_repo(dir)) {
            return Ok(dir.to_owned());
        }
    }
    Ok(here)
}

fn is_repo(dir: &Path) -> bool {
    dir.join("Mac/releases").is_dir() && dir.join("Cargo.toml").is_file()
}

fn default_cache() -> Result<PathBuf> {
    let name = "cpython-macos-release";
    if let Some(dir) = std::env::var_os("XDG_CACHE_HOME").filter(|dir| Path::new(dir).is_absolute()) {
        return Ok(PathBuf::from(dir).join(name));
    }
    let home = std::env::var_os("HOME").map(PathBuf::from).filter(|home| home.is_absolute());
    let home = home.context("neither XDG_CACHE_HOME nor HOME is set").hint("name a folder with --cache DIR")?;
    Ok(if cfg!(target_os = "macos") { home.join("Library/Caches").join(name) } else { home.join(".cache").join(name) })
}
