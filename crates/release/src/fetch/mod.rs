//! Fetching sources: from what the user gives, the cache, upstream, a Debian source package or the Python package index; in that
//! order, and whoever delivers, the digest decides.

mod debian;
mod delivery;
mod failure;
mod index;
mod pace;
mod part;
mod provider;
mod pypi;
mod refusal;
mod supply;
mod url;

use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::{Result, anyhow};
use rayon::prelude::*;

use crate::context::Context;
use crate::digest::Fingerprint;
use crate::hint::{hinted, innermost};
use crate::recipe::{Pin, Source};
use delivery::{Delivery, PAUSE, place};
use failure::{Failure, Refused};
pub use index::{Entry, FILE as INDEX, Index};
pub use pace::WHOLE;
use part::Part;
use provider::Provider;
use refusal::Refusal;
pub use supply::Supply;
use url::Client;

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

/// Why a server can't be reached; nothing when it answers, whatever it says.
pub fn unreachable(url: &str) -> Option<String> {
    Client::new(PAUSE).unreachable(url).map(|error| innermost(&error))
}

/// Who has a source for everybody, a line each.
pub fn publishers(source: &Source) -> Vec<String> {
    Provider::publishers(source).map(|provider| provider.to_string()).collect()
}

struct Fetcher<'a> {
    cx: &'a Context,
    supply: &'a Supply,
    delivery: Delivery<'a>,
    cache: PathBuf,
}

impl<'a> Fetcher<'a> {
    fn new(cx: &'a Context, supply: &'a Supply, pause: Duration) -> Self {
        Self { cx, supply, delivery: Delivery::new(cx, pause), cache: cx.paths.sources() }
    }

    /// Moves out of the cache what is no longer what it was.
    fn set_damaged_aside(&self, sources: &[&Source]) -> Result<()> {
        sources.par_iter().filter(|source| self.is_cached(source)).try_for_each(|source| {
            let place = place(&self.cache, source);
            if !source.pin.admits(Fingerprint::of_file(&place)?) {
                let kept = self.delivery.rejected(source);
                fs_err::create_dir_all(kept.parent().unwrap_or(&kept))?;
                flatpkg::output::replace(&place, &kept)?;
                self.cx.ui.say(format_args!("{} has changed in the cache: {}", source.file, kept.display()));
            }
            Ok(())
        })
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

    /// What is in the cache was checked when it came in, so a look at its size is enough.
    fn is_cached(&self, source: &Source) -> bool {
        place(&self.cache, source).metadata().is_ok_and(|file| file.is_file() && [0, file.len()].contains(&source.size))
    }

    /// Those that may have a source, the nearest first.
    fn providers<'s>(&self, source: &'s Source) -> Vec<Provider<'s>> {
        let mut providers: Vec<_> = self.supply.provider(source).into_iter().collect();
        if !self.cx.offline {
            providers.extend(Provider::publishers(source));
        }
        providers
    }

    fn fetch(&self, source: &Source) -> Result<(), Failure> {
        let providers = self.providers(source);
        if providers.is_empty() {
            return Err(Failure::nobody(source, vec![]));
        }
        let task = self.cx.ui.task(format!("fetch {}", source.file), None);
        let place = place(&self.cache, source);
        let mut part = Part::open(&place)?;
        if self.is_cached(source) {
            task.done(" by another run");
            return Ok(());
        }
        let mut refusals = Vec::new();
        for provider in &providers {
            match self.delivery.take(source, provider, &mut part) {
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
}

#[cfg(test)]
mod tests;
