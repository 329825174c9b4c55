//! Fetching sources: from what the user gives, the cache, upstream, a Debian source package or the Python package index; in that
//! order, and whoever delivers, the digest decides.

mod debian;
mod failure;
mod index;
mod pace;
mod part;
mod provider;
mod pypi;
mod refusal;
mod supply;
mod url;

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow};
use rayon::prelude::*;

use crate::context::Context;
use crate::digest::{Fingerprint, Sha256};
use crate::hint::{WithHint as _, hinted, innermost};
use crate::network;
use crate::recipe::{PackageLock, Pin, Source};
use failure::{Failure, Refused, Wrong};
pub use index::{Entry, FILE as INDEX, Index};
pub use pace::{Limits, WHOLE};
pub use part::PartialFile;
use provider::Provider;
pub use refusal::{Denial, Refusal};
pub use supply::Supply;
pub use url::Client;

/// The sources of a plan, all there and all right.
#[derive(Debug, Clone)]
pub struct Sources {
    cache: PathBuf,
}

impl Sources {
    /// Where a source lies.
    pub fn path(&self, source: &Source) -> PathBuf {
        place(&self.cache, source)
    }
}

/// How many sources are fetched at a time: networks, unlike cores, are worth sharing.
const PARALLEL: usize = 4;

/// How long a server that could not answer is left alone before it is asked again.
const PAUSE: Duration = Duration::from_secs(1);

/// Fetches what is not there yet.
///
/// # Errors
/// All sources that nobody could deliver, at once, with what each provider said.
pub fn all(cx: &Context, sources: &[&Source], supply: &Supply) -> Result<Sources> {
    Fetcher::new(cx, supply, PAUSE).all(sources)
}

/// The same, but reads first what the cache has: a disk may have changed it since it was checked.
///
/// # Errors
/// As [`all`]; and when something in the cache can't be read.
pub fn all_again(cx: &Context, sources: &[&Source], supply: &Supply) -> Result<Sources> {
    let fetcher = Fetcher::new(cx, supply, PAUSE);
    fetcher.set_damaged_aside(sources)?;
    fetcher.all(sources)
}

/// Looks at what the user gives: a folder, or the address of one on a server.
///
/// # Errors
/// When there is no such folder, or its index is malformed; when a server doesn't answer, or `--offline` was given.
pub fn supply(cx: &Context, given: Option<&str>) -> Result<Supply> {
    Supply::open(cx, &Client::new(PAUSE), given)
}

/// Puts a file with a digest that the index of what the user gives names into a place of ours; whether there is one.
///
/// # Errors
/// When it isn't there or isn't what it must be, or can't be kept.
pub fn listed(cx: &Context, supply: &Supply, sha256: Sha256, place: &Path) -> Result<bool> {
    let entry = supply.listed(sha256);
    entry.map_or(Ok(false), |entry| Fetcher::new(cx, supply, PAUSE).deliver(entry, place).map(|()| true))
}

/// The lock file of the toolchain in what the user gives.
///
/// # Errors
/// When it isn't what the index says, or malformed.
pub fn supplied_lock(cx: &Context, supply: &Supply, name: &str) -> Result<Option<PackageLock>> {
    let Some(entry) = supply.lock(name) else { return Ok(None) };
    let place = place(&cx.paths.sources(), &entry.source());
    Fetcher::new(cx, supply, PAUSE).deliver(entry, &place)?;
    let hint = "make the folder again with `cargo xtask vendor`";
    let lock = toml::from_str(&fs_err::read_to_string(&place)?);
    lock.with_context(|| format!("{} is malformed", entry.path)).hint(hint).map(Some)
}

/// Why a server can't be reached; nothing when it answers, whatever it says.
pub fn unreachable(url: &str) -> Option<String> {
    Client::new(PAUSE).unreachable(url).map(|error| innermost(&error))
}

/// A text of at most so many bytes, which a server has.
///
/// # Errors
/// When it can't be reached, has none, or a longer one.
pub fn text(url: &str, limit: u64) -> Result<String> {
    Client::new(PAUSE).text(url, limit)?.ok_or_else(|| anyhow!("404 Not Found"))
}

/// Who has a source for everybody, a line each.
pub fn publishers(source: &Source) -> Vec<String> {
    Provider::publishers(source).map(|provider| provider.to_string()).collect()
}

/// How many of these sources are not in the cache, and their bytes as far as they are known.
pub fn missing(cx: &Context, sources: &[&Source]) -> (usize, u64) {
    let missing = sources.iter().filter(|source| !place(&cx.paths.sources(), source).is_file());
    missing.fold((0, 0), |(count, bytes), source| (count + 1, bytes + source.size))
}

fn place(cache: &Path, source: &Source) -> PathBuf {
    cache.join(source.pin.folder()).join(&source.file)
}

struct Fetcher<'a> {
    cx: &'a Context,
    supply: &'a Supply,
    client: Client,
    cache: PathBuf,
}

impl<'a> Fetcher<'a> {
    fn new(cx: &'a Context, supply: &'a Supply, pause: Duration) -> Self {
        Self { cx, supply, client: Client::new(pause), cache: cx.paths.sources() }
    }

    /// Moves out of the cache what is no longer what it was.
    fn set_damaged_aside(&self, sources: &[&Source]) -> Result<()> {
        sources.par_iter().filter(|source| self.is_cached(source)).try_for_each(|source| {
            let place = place(&self.cache, source);
            if !source.pin.admits(Fingerprint::of_file(&place)?) {
                let kept = self.rejected(source);
                fs_err::create_dir_all(kept.parent().unwrap_or(&kept))?;
                flatpkg::output::replace(&place, &kept)?;
                self.cx.ui.say(format_args!("{} has changed in the cache: {}", source.file, kept.display()));
            }
            Ok(())
        })
    }

    /// Where wrong files are kept for a look at them.
    fn rejected(&self, source: &Source) -> PathBuf {
        self.cx.paths.rejected().join(&source.file)
    }

    /// An MD5 that nobody accepted proves nothing, and one that somebody accepted is named.
    fn check_trust(&self, sources: &[&Source]) -> Result<()> {
        let on_md5 = |wanted: bool| {
            let files =
                sources.iter().filter(|source| matches!(source.pin, Pin::Md5 { accepted, .. } if accepted == wanted));
            files.map(|source| source.file.as_str()).collect::<Vec<_>>().join(" and ")
        };
        let (refused, accepted) = (on_md5(false), on_md5(true));
        if !refused.is_empty() {
            let error = anyhow!("no SHA-256 is known of {refused}, only an MD5, and that can be forged");
            return Err(hinted(
                error,
                "add --accept-md5 to take it nevertheless: the plan and the receipt will say so; \
                 better, find a SHA-256 that was published, and add it to Mac/recipes",
            ));
        }
        if !accepted.is_empty() {
            self.cx.ui.say(format_args!("checked by MD5 alone, as --accept-md5 says: {accepted}"));
        }
        Ok(())
    }

    /// When everything is there, nothing is written: the cache may be read-only.
    fn all(self, sources: &[&Source]) -> Result<Sources> {
        self.check_trust(sources)?;
        let missing: Vec<&Source> = sources.iter().copied().filter(|source| !self.is_cached(source)).collect();
        self.check_network(&missing)?;
        let next = AtomicUsize::new(0);
        let failures = Mutex::new(Vec::new());
        std::thread::scope(|scope| {
            for _ in 0..PARALLEL.min(missing.len()) {
                scope.spawn(|| {
                    while let Some(source) = missing.get(next.fetch_add(1, Ordering::Relaxed)) {
                        if let Err(failure) = self.fetch(source)
                            && let Ok(mut failures) = failures.lock()
                        {
                            failures.push(failure);
                        }
                    }
                });
            }
        });
        let failures = failures.into_inner().unwrap_or_default();
        if failures.is_empty() {
            Ok(Sources { cache: self.cache })
        } else {
            Err(failure::summary(failures, self.cx.offline))
        }
    }

    /// Where nothing but servers has a file, one of them must be there to ask.
    fn check_network(&self, missing: &[&Source]) -> Result<()> {
        if self.cx.offline {
            return Ok(());
        }
        let published = missing.iter().filter(|source| self.supply.provider(source).is_none());
        let publishers = published.flat_map(|source| Provider::publishers(source));
        network::check(&publishers.flat_map(|provider| provider.addresses(self.cx)).collect())
    }

    /// What is in the cache was checked when it came in, so a look at its size is enough.
    fn is_cached(&self, source: &Source) -> bool {
        place(&self.cache, source).metadata().is_ok_and(|file| file.is_file() && [0, file.len()].contains(&source.size))
    }

    fn fetch(&self, source: &Source) -> Result<(), Failure> {
        let mut providers: Vec<Provider<'_>> = self.supply.provider(source).into_iter().collect();
        if !self.cx.offline {
            providers.extend(Provider::publishers(source));
        }
        if providers.is_empty() {
            return Err(Failure::nobody(source, vec![]));
        }
        let task = self.cx.ui.task(format!("fetch {}", source.file), None);
        let place = place(&self.cache, source);
        let mut part = PartialFile::open(&place)?;
        if self.is_cached(source) {
            task.done(" by another run");
            return Ok(());
        }
        let mut refusals = Vec::new();
        for provider in &providers {
            match self.take(source, provider, &mut part) {
                Ok(None) => {
                    part.keep(&place)?;
                    task.done(format_args!(" from {provider}"));
                    return Ok(());
                }
                // What the user gave by hand is not silently replaced.
                Ok(Some(wrong)) if matches!(provider, Provider::Folder { .. }) => {
                    return Err(Failure::Fault(wrong.error()));
                }
                Ok(Some(wrong)) => refusals.push(wrong.into()),
                Err(Refusal::Absent(error)) => refusals.push(Refused::new(provider, &error)),
                Err(Refusal::Local(error)) => return Err(Failure::Fault(error)),
            }
        }
        Err(Failure::nobody(source, refusals))
    }

    /// Puts a file that the user gives into a place.
    fn deliver(&self, entry: &Entry, place: &Path) -> Result<()> {
        let (source, provider) = (&entry.source(), &self.supply.at(&entry.path).context("an index is somewhere")?);
        let mut part = PartialFile::open(place)?;
        match self.take(source, provider, &mut part) {
            Ok(None) => part.keep(place),
            Ok(Some(wrong)) => Err(wrong.error()),
            Err(Refusal::Absent(error)) => {
                let missing = Failure::nobody(source, vec![Refused::new(provider, &error)]);
                Err(failure::summary(vec![missing], self.cx.offline))
            }
            Err(Refusal::Local(error)) => Err(error),
        }
    }

    /// Gets the file from a provider: nothing when it is the right one, else what is wrong with it.
    fn take(&self, source: &Source, provider: &Provider<'_>, part: &mut PartialFile) -> Result<Option<Wrong>, Refusal> {
        let began = part.len();
        provider.deliver(self.cx, &self.client, source, part)?;
        let mut got = part.fingerprint().map_err(Refusal::Local)?;
        if !source.pin.admits(got) && began > 0 && matches!(provider, Provider::Url(_)) {
            // Its beginning may have been another file's.
            part.restart().map_err(Refusal::Local)?;
            provider.deliver(self.cx, &self.client, source, part)?;
            got = part.fingerprint().map_err(Refusal::Local)?;
        }
        if source.pin.admits(got) {
            return Ok(None);
        }
        let wrong = Wrong::new(source, provider, got, part.len(), self.rejected(source));
        part.set_aside(&wrong.kept).map_err(Refusal::Local)?;
        self.cx.ui.say(format_args!(
            "{} from {provider} has the wrong checksum: {}",
            source.file,
            wrong.kept.display()
        ));
        Ok(Some(wrong))
    }
}

#[cfg(test)]
mod tests;
