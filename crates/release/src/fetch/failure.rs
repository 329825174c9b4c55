//! What is said when sources could not be had.

use std::path::PathBuf;

use anyhow::{Error, anyhow};

use super::provider::Provider;
use crate::digest::Fingerprint;
use crate::hint::{hinted, innermost, render};
use crate::recipe::{Pin, Source};

/// Why a source was not fetched.
pub enum Failure {
    /// Nobody had it.
    Nobody(Missing),
    /// Somebody delivered something else, or it could not be kept.
    Fault(Error),
}

/// A source that nobody had, and what each provider said.
pub struct Missing {
    file: String,
    /// The file, and what it must be.
    what: String,
    /// Who has it for everybody.
    publishers: Vec<String>,
    refusals: Vec<Refused>,
}

/// What a provider said.
pub enum Refused {
    /// It hasn't got the file: a line.
    Absent(String),
    /// It has another one.
    Wrong(Wrong),
}

/// A file that is not the one that was pinned.
pub struct Wrong {
    file: String,
    provider: String,
    got: (Pin, u64),
    expected: (Pin, u64),
    /// Where it is kept for a look at it.
    pub kept: PathBuf,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Failure::Fault(error)
    }
}

impl From<Wrong> for Refused {
    fn from(wrong: Wrong) -> Self {
        Refused::Wrong(wrong)
    }
}

impl Failure {
    /// Nobody had a source; one that was delivered wrong is a fault.
    pub fn nobody(source: &Source, refusals: Vec<Refused>) -> Self {
        let what = format!("{}, {}, {}", source.file, bytes(source.size), source.pin);
        let publishers = Provider::publishers(source).map(|provider| provider.to_string()).collect();
        Failure::Nobody(Missing { file: source.file.clone(), what, publishers, refusals })
    }
}

impl Refused {
    /// The essence of what a provider said: its innermost cause, in a line.
    pub fn new(provider: &Provider<'_>, error: &Error) -> Self {
        let said = innermost(error);
        let line = said.split_once('\n').map_or(said.as_str(), |(first, _)| first);
        let line = line.rsplit_once("E: ").map_or(line, |(_, reason)| reason);
        Refused::Absent(format!("{provider}: {}", line.chars().take(160).collect::<String>()))
    }
}

impl Wrong {
    /// A provider's file, with what it was and where it went.
    pub fn new(source: &Source, provider: &Provider<'_>, found: Fingerprint, len: u64, kept: PathBuf) -> Self {
        let (got, expected) = ((source.pin.of(found), len), (source.pin, source.size));
        Self { file: source.file.clone(), provider: provider.to_string(), got, expected, kept }
    }

    /// As an error, with what to do about it.
    pub fn error(&self) -> Error {
        let hint = format!(
            "{} was set aside; if upstream replaced the file, check its signature before its digest",
            self.kept.display()
        );
        hinted(anyhow!("{}", self.text()), hint)
    }

    fn text(&self) -> String {
        let ((got, len), (expected, size)) = (self.got, self.expected);
        format!(
            "{} does not match the pinned checksum\n  from     {}\n  got      {got}, {len} bytes\n  \
             expected {expected}, {}",
            self.file,
            self.provider,
            bytes(size)
        )
    }
}

impl Missing {
    /// The file, then what was said, and who was not asked.
    fn lines(&self) -> String {
        let mut lines = vec![self.what.clone()];
        for refused in &self.refusals {
            match refused {
                Refused::Absent(line) => lines.push(line.clone()),
                Refused::Wrong(wrong) => lines.push(wrong.text().replace("\n  ", "\n    ")),
            }
        }
        let told = lines.join("\n");
        lines.extend(self.publishers.iter().filter(|publisher| !told.contains(publisher.as_str())).cloned());
        lines.join("\n  ")
    }
}

/// A size, where one is known.
fn bytes(size: u64) -> String {
    if size == 0 { "of any size".to_owned() } else { format!("{size} bytes") }
}

/// All failures as one error: faults as they are, then everything that nobody had.
pub fn summary(failures: Vec<Failure>, offline: bool) -> Error {
    let (mut faults, mut missing, mut first) = (Vec::new(), Vec::new(), None);
    for failure in failures {
        match failure {
            Failure::Fault(error) => faults.push(error),
            // The only one that had it had another one: that is the news.
            Failure::Nobody(Missing { refusals, .. }) if matches!(refusals[..], [Refused::Wrong(_)]) => {
                faults.extend(refusals.iter().filter_map(|refused| match refused {
                    Refused::Wrong(wrong) => Some(wrong.error()),
                    Refused::Absent(_) => None,
                }));
            }
            Failure::Nobody(source) => {
                first = first.or_else(|| Some((source.file.clone(), source.publishers.first()?.clone())));
                missing.push(source.lines());
            }
        }
    }
    missing.sort();
    match (faults.len(), missing.len()) {
        (1, 0) => faults.remove(0),
        (_, 0) => anyhow!("{}", faults.iter().map(render).collect::<Vec<_>>().join("\n")),
        (_, count) => {
            let texts = faults.iter().map(render).chain(missing);
            let by_hand = match &first {
                Some((file, publisher)) if count == 1 => {
                    format!(
                        "put {file}, which is at {publisher}, into a folder by other means and name that with --sources DIR"
                    )
                }
                _ => "name a folder that has these files with --sources DIR".to_owned(),
            };
            let sources = if count == 1 { "a source" } else { &format!("{count} sources") };
            let error = anyhow!("could not fetch {sources}:\n{}", texts.collect::<Vec<_>>().join("\n"));
            let network = if offline {
                "run once without --offline"
            } else {
                "look at the network (proxy variables are honoured)"
            };
            hinted(error, format!("{network}, or {by_hand}"))
        }
    }
}
