//! Fetching sources: from a folder, the cache, upstream, a Debian source package or the Python package index; in that
//! order, and whoever delivers, the digest decides.

mod debian;
mod pypi;
mod url;

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context as _, Result, anyhow};

use crate::context::Context;
use crate::digest::Sha256;
use crate::hint::{hinted, innermost, render};
use crate::recipe::Source;

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
pub fn all(cx: &Context, sources: &[&Source], folder: Option<&Path>) -> Result<Sources> {
    let cache = cx.paths.sources();
    fs_err::create_dir_all(&cache)?;
    let fetcher = Fetcher { cx, folder, cache: &cache };
    let missing: Vec<&Source> = sources.iter().copied().filter(|source| !fetcher.is_cached(source)).collect();
    let next = AtomicUsize::new(0);
    let failures = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..PARALLEL.min(missing.len()) {
            scope.spawn(|| {
                while let Some(source) = missing.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Err(failure) = fetcher.fetch(source)
                        && let Ok(mut failures) = failures.lock()
                    {
                        failures.push(failure);
                    }
                }
            });
        }
    });
    let failures = failures.into_inner().unwrap_or_default();
    if failures.is_empty() { Ok(Sources { cache }) } else { Err(summary(failures, cx.offline)) }
}

/// Why a source was not fetched.
enum Failure {
    /// Nobody had it: its name, and what each provider said.
    Nobody(String, Vec<String>),
    /// Somebody delivered something else, or it could not be kept.
    Fault(anyhow::Error),
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Failure::Fault(error)
    }
}

/// All failures as one error: faults as they are, then everything that nobody had.
fn summary(failures: Vec<Failure>, offline: bool) -> anyhow::Error {
    let (mut faults, mut missing) = (Vec::new(), Vec::new());
    for failure in failures {
        match failure {
            Failure::Fault(error) => faults.push(error),
            Failure::Nobody(file, said) => missing.push([vec![file], said].concat().join("\n  ")),
        }
    }
    missing.sort();
    match (faults.len(), missing.len()) {
        (1, 0) => faults.remove(0),
        (_, 0) => anyhow!("{}", faults.iter().map(render).collect::<Vec<_>>().join("\n")),
        (_, count) => {
            let texts = faults.iter().map(render).chain(missing);
            let error = anyhow!("{count} sources could not be had:\n{}", texts.collect::<Vec<_>>().join("\n"));
            let network = if offline {
                "run once without --offline"
            } else {
                "look at the network (proxy variables are honoured)"
            };
            hinted(error, format!("{network}, or name a folder that has these files with --sources DIR"))
        }
    }
}

/// The essence of what a provider said: its innermost cause, in a line.
fn essence(error: &anyhow::Error) -> String {
    let said = innermost(error);
    let line = said.split_once("\n").map_or(said.as_str(), |(first, _)| first);
    let line = line.rsplit_once("E: ").map_or(line, |(_, reason)| reason);
    line.chars().take(160).collect()
}

fn place(cache: &Path, source: &Source) -> PathBuf {
    cache.join(source.sha256.to_string()).join(&source.file)
}

/// Why a provider did not deliver.
enum Refusal {
    /// It has no such file; another may.
    Absent(anyhow::Error),
    /// It delivered something else.
    Wrong(anyhow::Error),
}

/// One provider's way to a file.
type Attempt<'a> = Box<dyn Fn() -> Result<PathBuf> + 'a>;

struct Fetcher<'a> {
    cx: &'a Context,
    folder: Option<&'a Path>,
    cache: &'a Path,
}

impl Fetcher<'_> {
    /// What is in the cache was checked when it came in, so a look at its size is enough.
    fn is_cached(&self, source: &Source) -> bool {
        place(self.cache, source).metadata().is_ok_and(|file| file.is_file() && file.len() == source.size)
    }

    fn fetch(&self, source: &Source) -> Result<(), Failure> {
        let task = self.cx.ui.task(format!("fetch {}", source.file), None);
        // In the cache's own file system, so that a finished file appears by a rename.
        let scratch = tempfile::Builder::new().prefix(".fetch-").tempdir_in(self.cache).map_err(anyhow::Error::from)?;
        let mut refusals = Vec::new();
        for (provider, attempt) in self.attempts(source, scratch.path()) {
            let delivered = attempt().map_err(Refusal::Absent).and_then(|file| self.check(source, &file, &provider));
            match delivered {
                Ok(file) => {
                    self.keep(source, &file)?;
                    task.done(format_args!(" from {provider}"));
                    return Ok(());
                }
                Err(Refusal::Absent(error)) => refusals.push(format!("{provider}: {}", essence(&error))),
                Err(Refusal::Wrong(error)) => return Err(Failure::Fault(error)),
            }
        }
        Err(Failure::Nobody(source.file.clone(), refusals))
    }

    /// The providers that may have the source, with a name each.
    fn attempts<'s>(&'s self, source: &'s Source, scratch: &'s Path) -> Vec<(String, Attempt<'s>)> {
        let mut attempts: Vec<(String, Attempt<'s>)> = Vec::new();
        if let Some(folder) = self.folder {
            let file = folder.join(&source.file);
            if file.is_file() {
                attempts.push((folder.display().to_string(), Box::new(move || Ok(file.clone()))));
            }
        }
        if self.cx.offline {
            return attempts;
        }
        for url in &source.urls {
            attempts.push((url.clone(), Box::new(move || url::download(&self.cx.ui, url, source.size, scratch))));
        }
        if let Some(package) = &source.debian {
            let name = format!("Debian's source package {} {}", package.package, package.version);
            attempts.push((name, Box::new(move || debian::download(self.cx, package, scratch))));
        }
        if let Some(wheel) = &source.pypi {
            let name = format!("the Python package index ({} {})", wheel.package, wheel.version);
            attempts.push((name, Box::new(move || pypi::download(wheel, scratch))));
        }
        attempts
    }

    fn check(&self, source: &Source, file: &Path, provider: &str) -> Result<PathBuf, Refusal> {
        let got = Sha256::of_file(file).map_err(|error| Refusal::Absent(error.into()))?;
        if got == source.sha256 {
            return Ok(file.to_owned());
        }
        let kept = self.set_aside(source, file).unwrap_or_else(|_| file.to_owned());
        let size = kept.metadata().map_or(0, |file| file.len());
        let error = anyhow!(
            "{} is not the file that was pinned\n  from     {provider}\n  got      sha256 {got}, {size} bytes\n  \
             expected sha256 {}, {} bytes",
            source.file,
            source.sha256,
            source.size
        );
        let kept = kept.display();
        let hint =
            format!("{kept} was set aside; if upstream replaced the file, check its signature before its digest");
        Err(Refusal::Wrong(hinted(error, hint)))
    }

    /// A wrong file is kept for a look at it, outside of where files are used from.
    fn set_aside(&self, source: &Source, file: &Path) -> Result<PathBuf> {
        let rejected = self.cx.paths.cache.join("rejected");
        fs_err::create_dir_all(&rejected)?;
        let kept = rejected.join(&source.file);
        fs_err::copy(file, &kept)?;
        Ok(kept)
    }

    fn keep(&self, source: &Source, file: &Path) -> Result<()> {
        let place = place(self.cache, source);
        let dir = place.parent().unwrap_or(self.cache);
        fs_err::create_dir_all(dir)?;
        let mut copy = tempfile::NamedTempFile::new_in(dir)?;
        std::io::copy(&mut fs_err::File::open(file)?, &mut copy)?;
        copy.as_file().sync_all()?;
        copy.persist(&place).with_context(|| format!("could not write {}", place.display()))?;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
