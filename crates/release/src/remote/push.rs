//! Putting finished steps there.

use std::io::{BufWriter, Cursor, Seek as _};
use std::sync::OnceLock;

use anyhow::{Context as _, Result};

use super::place::Name;
use super::recheck::lied;
use super::record::{Maker, Record};
use super::{Remote, archive, each, is_shared, portable};
use crate::build::finished::{self, State};
use crate::context::Context;
use crate::digest::{Hashing, Sha256};
use crate::hint::causes;
use crate::plan::{Host, Plan, Step};
use crate::ui::{counted, size};

/// What became of a step.
#[derive(Debug, PartialEq, Eq)]
enum Outcome {
    /// It was put there; bytes.
    Put(u64),
    /// It is there.
    There,
    /// It can't leave this machine.
    Stays,
}

impl Remote {
    /// Puts there what was made here and is not there, or is there without a signature that we trust, or was refused. What is
    /// wrong is said, and is no error: a release doesn't fail for its cache.
    pub fn push(&self, cx: &Context, plan: &Plan) {
        if !self.push || self.is_down() {
            return;
        }
        let own = |name: &str| finished::is_made(cx, plan, name) && !cx.paths.taken().join(plan.folder(name)).exists();
        let steps: Vec<&Step> = plan.steps.iter().filter(|step| is_shared(step) && own(&step.name)).collect();
        let task = cx.ui.task(format!("put steps into the remote cache {self}"), None);
        let failed = OnceLock::new();
        let outcomes = each(&steps, |step| {
            if failed.get().is_some() {
                return None;
            }
            self.put(cx, plan, &step.name).map_err(|error| failed.set((&step.name, error))).ok()
        });
        let (mut put, mut bytes, mut there) = (0, 0, 0);
        for outcome in outcomes.into_iter().flatten() {
            match outcome {
                Outcome::Put(size) => {
                    put += 1;
                    bytes += size;
                }
                Outcome::There => there += 1,
                Outcome::Stays => {}
            }
        }
        if let Some((name, error)) = failed.get() {
            cx.ui.say(format_args!("{name} could not be put into {self}: {}", causes(error)));
        }
        task.done(format_args!(": {}, {}; {there} there before", counted(put, "step"), size(bytes)));
    }

    fn put(&self, cx: &Context, plan: &Plan, name: &str) -> Result<Outcome> {
        let folder = plan.folder(name);
        let key = plan.keys.get(name).copied().context("the plan has no key of it")?;
        let there = self.there(cx, &folder, name, key)?;
        if !matches!(finished::look(cx, &folder)?, State::Sound) {
            cx.ui
                .say(format_args!("{folder} has changed since it was made, and stays here: cargo xtask clean --check"));
            return Ok(Outcome::Stays);
        }
        let product = finished::product(cx, plan, name);
        let manifest = portable::manifest(&product, &cx.paths.cache)?.digest();
        if let Some(there) = there {
            if there.manifest != manifest {
                let (ours, theirs) = (manifest.short(), there.manifest.short());
                cx.ui.say(format_args!("{folder} was made here with another result than {self} has: {ours}, {theirs}"));
            }
            return Ok(Outcome::There);
        }
        fs_err::create_dir_all(cx.paths.work())?;
        let mut file = tempfile::tempfile_in(cx.paths.work())?;
        let unpacked = match archive::pack(&product, &cx.paths.cache, BufWriter::new(&file)) {
            Ok(unpacked) => unpacked,
            Err(error) => {
                cx.ui.say(format_args!("{folder} stays here: {}", causes(&error)));
                return Ok(Outcome::Stays);
            }
        };
        let size = file.stream_position()?;
        file.rewind()?;
        let archive = Hashing::new(&file).finish()?.sha256;
        let host = match &plan.host {
            Host::Linux { triple } => triple.clone(),
            Host::Mac { .. } => "macOS".to_owned(),
        };
        let made_by = Maker { release_tool: env!("CARGO_PKG_VERSION").to_owned(), host };
        let step = name.to_owned();
        let mut envelope = Record { step, key, manifest, archive, size, unpacked, made_by }.envelope()?;
        if let Some(signer) = &self.signer {
            envelope.sign(signer)?;
        }
        // A record that is there names an archive that is there.
        self.place.put(&cx.ui, Name::Archive(archive), size, &mut file)?;
        let text = envelope.text()?;
        self.place.put(&cx.ui, Name::Record(key), text.len() as u64, &mut Cursor::new(text.as_bytes()))?;
        Ok(Outcome::Put(size))
    }

    /// The record that is there, when others may be left to take what it says.
    fn there(&self, cx: &Context, folder: &str, name: &str, key: Sha256) -> Result<Option<Record>> {
        let Some(text) = self.place.record(key)? else { return Ok(None) };
        let Ok(record) = self.believed(&text, name, key) else { return Ok(None) };
        let wrong = self.was_refused(folder) || lied(cx, folder, &text);
        Ok(if wrong || !self.place.has(record.archive, record.size)? { None } else { Some(record) })
    }
}
