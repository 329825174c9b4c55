//! One file from one provider, into a place of ours.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Result;

use super::failure::{self, Failure, Refused, Wrong};
use super::part::Part;
use super::provider::Provider;
use super::refusal::Refusal;
use super::url::Client;
use crate::context::Context;
use crate::recipe::Source;

/// How long a server that could not answer is left alone before it is asked again.
pub const PAUSE: Duration = Duration::from_secs(1);

/// Where a source lies in the cache.
pub fn place(cache: &Path, source: &Source) -> PathBuf {
    cache.join(source.pin.folder()).join(&source.file)
}

/// Takes files from providers.
pub struct Delivery<'a> {
    /// What is known of this run.
    pub cx: &'a Context,
    /// Asks servers.
    pub client: Client,
}

impl<'a> Delivery<'a> {
    /// With a pause before a server that could not answer is asked again.
    pub fn new(cx: &'a Context, pause: Duration) -> Self {
        Self { cx, client: Client::new(pause) }
    }

    /// Where wrong files are kept for a look at them.
    pub fn rejected(&self, source: &Source) -> PathBuf {
        self.cx.paths.cache.join("rejected").join(&source.file)
    }

    /// Puts a file that the user gives into a place.
    pub fn deliver(&self, source: &Source, provider: &Provider<'_>, place: &Path) -> Result<()> {
        let mut part = Part::open(place)?;
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
    pub fn take(&self, source: &Source, provider: &Provider<'_>, part: &mut Part) -> Result<Option<Wrong>, Refusal> {
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
