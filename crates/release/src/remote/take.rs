//! Taking finished steps.

use std::collections::BTreeSet;
use std::time::Instant;

use anyhow::{Context as _, Result, anyhow, ensure};
use flatpkg::laydown::{self, Options};

use super::recheck::{lied, marker};
use super::record::{KIND, Record};
use super::{Remote, archive, each, is_shared, portable};
use crate::build::{finished, lock, tree};
use crate::context::Context;
use crate::digest::Sha256;
use crate::fetch::{Denial, PartialFile, Refusal};
use crate::hint::causes;
use crate::keys::Envelope;
use crate::output::write_whole;
use crate::plan::{Plan, Step};
use crate::ui::{brief, counted, size};

/// What became of a step that was asked for.
enum Outcome {
    /// It is finished; the bytes that came.
    Taken(u64),
    /// The cache hasn't got it.
    Absent,
    /// The cache doesn't answer.
    NoAnswer,
    /// What it has is wrong.
    Refused,
}

/// What is wrong with what came.
enum Fault {
    /// It is no good. What came is kept, for a look at it.
    Wrong(anyhow::Error),
    /// Its archive isn't there.
    Gone(anyhow::Error),
    /// The cache doesn't bring it.
    NoAnswer(anyhow::Error),
    /// This machine can't take it.
    Local(anyhow::Error),
}

impl Remote {
    /// Takes what some steps' products need: themselves, or where the cache hasn't got them, what they are made of.
    ///
    /// # Errors
    /// When the local cache can't be written. What is wrong with the remote one is said, and is no error.
    pub fn take(&self, cx: &Context, plan: &Plan, last: &[&str]) -> Result<()> {
        let missing = |name: &&str| plan.step(name).is_some() && !finished::is_made(cx, plan, name);
        let mut wanted: Vec<&str> = last.iter().copied().filter(missing).collect();
        let mut seen: BTreeSet<&str> = wanted.iter().copied().collect();
        if wanted.is_empty() || self.trust.is_empty() {
            return Ok(());
        }
        let _lock = lock(cx)?;
        let started = Instant::now();
        let (mut taken, mut absent, mut refused, mut bytes) = (0, 0, 0, 0);
        while !wanted.is_empty() {
            let steps: Vec<&Step> = wanted.iter().filter_map(|name| plan.step(name)).collect();
            let outcomes = each(&steps, |step| match is_shared(step) && !self.is_down() {
                true => self.take_one(cx, plan, step),
                false => Ok(Outcome::NoAnswer),
            });
            wanted.clear();
            for (step, outcome) in steps.iter().zip(outcomes) {
                match outcome? {
                    Outcome::Taken(came) => {
                        taken += 1;
                        bytes += came;
                        continue;
                    }
                    Outcome::Absent => absent += 1,
                    Outcome::Refused => refused += 1,
                    Outcome::NoAnswer => {}
                }
                let needs = step.needs.iter().map(String::as_str);
                wanted.extend(needs.filter(missing).filter(|name| seen.insert(name)));
            }
        }
        if taken + absent + refused > 0 {
            let (time, taken) = (brief(started.elapsed()), counted(taken, "step"));
            let refused = if refused > 0 { format!(", {refused} refused") } else { String::new() };
            let what = format!("{taken} taken, {}; {absent} not there{refused}", size(bytes));
            cx.ui.say(format_args!("{time:>7} remote cache {self}: {what}"));
        }
        Ok(())
    }

    fn take_one(&self, cx: &Context, plan: &Plan, step: &Step) -> Result<Outcome> {
        let Some(key) = plan.keys.get(&step.name).copied() else { return Ok(Outcome::Absent) };
        let text = match self.place.record(key) {
            Ok(Some(text)) => text,
            Ok(None) => return Ok(Outcome::Absent),
            Err(error) => {
                self.give_up(cx, &error);
                return Ok(Outcome::NoAnswer);
            }
        };
        let folder = plan.folder(&step.name);
        let fault = match self.believed(&text, &step.name, key) {
            Err(error) => Fault::Wrong(error),
            Ok(_) if lied(cx, &folder, &text) => Fault::Wrong(anyhow!("it was another one when it was made here")),
            Ok(record) => match self.receive(cx, plan, &folder, step, &record) {
                Ok(()) => {
                    fs_err::create_dir_all(cx.paths.taken())?;
                    write_whole(&cx.paths.taken().join(&folder), text.as_bytes(), 0o644)?;
                    tree::remove(&marker(cx, plan, &step.name))?;
                    return Ok(Outcome::Taken(record.size));
                }
                Err(fault) => fault,
            },
        };
        match fault {
            Fault::Local(error) => Err(error.context(format!("could not take {folder} from {self}"))),
            Fault::NoAnswer(error) => {
                self.give_up(cx, &error.context(format!("{folder} does not come")));
                Ok(Outcome::NoAnswer)
            }
            Fault::Gone(error) => {
                self.refuse(&folder);
                let why = causes(&error);
                cx.ui.say(format_args!("{folder} is made here: {self} has its record, but not its archive: {why}"));
                Ok(Outcome::Absent)
            }
            Fault::Wrong(error) => {
                self.refuse(&folder);
                let kept = cx.paths.rejected().join(format!("{folder}.record.json"));
                fs_err::create_dir_all(cx.paths.rejected())?;
                write_whole(&kept, text.as_bytes(), 0o644)?;
                let why = causes(&error);
                cx.ui.say(format_args!("{folder} of the remote cache {self} is refused, and made here: {why}"));
                cx.ui.say(format_args!("  it is kept as {}", kept.display()));
                Ok(Outcome::Refused)
            }
        }
    }

    /// The record, when it is the step's and somebody who is trusted has signed it.
    pub(super) fn believed(&self, text: &str, step: &str, key: Sha256) -> Result<Record> {
        let envelope = Envelope::parse(text.as_bytes(), KIND)?;
        if envelope.vouched_by(&self.trust)?.is_empty() {
            let claimed = envelope.claimed();
            let who = if claimed.is_empty() { "nobody".to_owned() } else { claimed.join(", ") };
            return Err(anyhow!("no trusted key has signed its record; it says that it is signed by {who}"));
        }
        Record::of(&envelope, step, key)
    }

    /// Downloads, unpacks and compares; at the end the step is finished.
    fn receive(&self, cx: &Context, plan: &Plan, folder: &str, step: &Step, record: &Record) -> Result<(), Fault> {
        let task = cx.ui.task(format!("take {}", step.name), None);
        let place = cx.paths.work().join(format!("{folder}.tar.zst"));
        let mut part = PartialFile::open(&place).map_err(Fault::Local)?;
        self.download(cx, record, &mut part)?;
        let got = part.fingerprint().map_err(Fault::Local)?.sha256;
        if got != record.archive {
            let kept = cx.paths.rejected().join(format!("{folder}.tar.zst"));
            part.set_aside(&kept).map_err(Fault::Local)?;
            let error = anyhow!("its archive has the SHA-256 {got}, and its record says {}", record.archive);
            return Err(Fault::Wrong(error));
        }
        part.keep(&place).map_err(Fault::Local)?;
        let work = cx.paths.work().join(folder);
        tree::remove(&work).map_err(Fault::Local)?;
        let unpacked = self.unpack(cx, &place, &work, record).and_then(|()| {
            let out = work.join("out");
            finished::record(cx, folder, &out).map_err(Fault::Local)?;
            let product = finished::product(cx, plan, &step.name);
            product.parent().map_or(Ok(()), fs_err::create_dir_all).map_err(|error| Fault::Local(error.into()))?;
            flatpkg::output::replace(&out, &product).map_err(|error| Fault::Local(error.into()))
        });
        tree::remove(&work).and_then(|()| tree::remove(&place)).map_err(Fault::Local)?;
        unpacked?;
        task.done(format_args!(" from {self}"));
        Ok(())
    }

    fn download(&self, cx: &Context, record: &Record, part: &mut PartialFile) -> Result<(), Fault> {
        let began = !part.is_empty();
        let get = |part: &mut PartialFile| match self.place.archive(&cx.ui, record.archive, record.size, part) {
            Ok(()) => Ok(()),
            Err(Refusal::Absent(error)) if error.downcast_ref().is_some_and(Denial::is_absence) => {
                Err(Fault::Gone(error))
            }
            Err(Refusal::Absent(error)) => Err(Fault::NoAnswer(error)),
            Err(Refusal::Local(error)) => Err(Fault::Local(error)),
        };
        get(part)?;
        let wrong = part.fingerprint().map_err(Fault::Local)?.sha256 != record.archive;
        if wrong && began {
            // Its beginning may have been another archive's.
            part.restart().map_err(Fault::Local)?;
            get(part)?;
        }
        Ok(())
    }

    fn unpack(
        &self,
        cx: &Context,
        archive: &std::path::Path,
        work: &std::path::Path,
        record: &Record,
    ) -> Result<(), Fault> {
        fs_err::create_dir_all(work).map_err(|error| Fault::Local(error.into()))?;
        let out = work.join("out");
        // Blocks of files that are nearly empty, and folders: as much again, and a gigabyte.
        let max_size = record.unpacked.saturating_mul(2).saturating_add(1 << 30).min(laydown::MAX_SIZE);
        let options = Options { max_size, ..Options::default() };
        archive::unpack(archive, &out, &cx.paths.cache, options)
            .context("its archive can't be unpacked")
            .map_err(Fault::Wrong)?;
        let found = portable::manifest(&out, &cx.paths.cache).map_err(Fault::Local)?.digest();
        let same = || {
            ensure!(found == record.manifest, "its manifest is {found}, and its record says {}", record.manifest);
            Ok(())
        };
        same().map_err(Fault::Wrong)
    }
}
