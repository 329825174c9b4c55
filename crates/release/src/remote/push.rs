//! Putting finished steps there.

use anyhow::{Context as _, Result};

use super::place::Name;
use super::record::{Maker, Record};
use super::{Remote, archive, is_shared, portable};
use crate::build::finished::{self, State};
use crate::context::Context;
use crate::digest::Sha256;
use crate::hint::causes;
use crate::plan::{Host, Plan};
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
    /// Puts there what was made here and is not there, or is there without a signature that we trust. What is wrong is said,
    /// and is no error: a release doesn't fail for its cache.
    pub fn push(&self, cx: &Context, plan: &Plan) {
        if !self.push || self.is_down() {
            return;
        }
        let own = |name: &str| finished::is_made(cx, plan, name) && !cx.paths.taken().join(plan.folder(name)).exists();
        let steps = plan.steps.iter().filter(|step| is_shared(step) && own(&step.name));
        let (mut put, mut bytes, mut there) = (0, 0, 0);
        let task = cx.ui.task(format!("put steps into the remote cache {self}"), None);
        // One at a time: each is in memory while it travels.
        for step in steps {
            match self.put(cx, plan, &step.name) {
                Ok(Outcome::Put(size)) => {
                    put += 1;
                    bytes += size;
                }
                Ok(Outcome::There) => there += 1,
                Ok(Outcome::Stays) => {}
                Err(error) => {
                    cx.ui.say(format_args!("{} could not be put into {self}: {}", step.name, causes(&error)));
                    return;
                }
            }
        }
        task.done(format_args!(": {}, {}; {there} there before", counted(put, "step"), size(bytes)));
    }

    fn put(&self, cx: &Context, plan: &Plan, name: &str) -> Result<Outcome> {
        let folder = plan.folder(name);
        let key = plan.keys.get(name).copied().context("the plan has no key of it")?;
        let there = self.place.record(key)?.and_then(|text| self.believed(&text, name, key).ok());
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
        let packed = match archive::pack(&product, &cx.paths.cache) {
            Ok(packed) => packed,
            Err(error) => {
                cx.ui.say(format_args!("{folder} stays here: {}", causes(&error)));
                return Ok(Outcome::Stays);
            }
        };
        let (archive, size) = (Sha256::of(&packed.bytes), packed.bytes.len() as u64);
        let host = match &plan.host {
            Host::Linux { triple } => triple.clone(),
            Host::Mac { .. } => "macOS".to_owned(),
        };
        let made_by = Maker { release_tool: env!("CARGO_PKG_VERSION").to_owned(), host };
        let (step, unpacked) = (name.to_owned(), packed.unpacked);
        let mut envelope = Record { step, key, manifest, archive, size, unpacked, made_by }.envelope()?;
        if let Some(signer) = &self.signer {
            envelope.sign(signer)?;
        }
        // A record that is there names an archive that is there.
        self.place.put(Name::Archive(archive), &packed.bytes)?;
        self.place.put(Name::Record(key), envelope.text()?.as_bytes())?;
        Ok(Outcome::Put(size))
    }
}
