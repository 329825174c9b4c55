//! A cache that several machines share: finished steps are looked for there before they are made, and put there.
//!
//! It is a plain store of files, in the layout of Bazel's HTTP cache, which several servers know (`bazel-remote`, nginx with
//! WebDAV, any store that speaks S3), or a folder:
//!
//! ```text
//! ac/KEY      the record of a step: a signed statement (DSSE) of what its product is; KEY is the step's
//! cas/SHA256  a step's product, as an archive (tar, zstd); SHA256 is that of these bytes
//! ```
//!
//! Nothing there is believed. A record counts when a key that the user trusts has signed it, and when it is about the step
//! that was asked for; an archive when it has the SHA-256 that the record says. It is unpacked aside, its manifest is made
//! anew and held against the record's, and only then it becomes a finished step. What fails is set aside and named, and the
//! step is made here. A cache that doesn't answer costs one line.

mod archive;
mod config;
mod place;
mod portable;
mod push;
mod recheck;
mod record;
mod s3;
mod take;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Mutex, OnceLock};

use anyhow::{Result, anyhow};

use crate::context::Context;
use crate::hint::{Unusable, WithHint as _};
use crate::keys::{PublicKey, SigningKey};
use crate::plan::{Given, Op, Plan, Step};
use place::Place;

pub use config::Settings;
pub use recheck::Share;

/// How many steps are asked for, downloaded and put there at a time.
const PARALLEL: usize = 4;

/// A cache that several machines share, as the user has set it up.
pub struct Remote {
    /// As the user named it.
    name: String,
    place: Place,
    /// Who is believed.
    trust: Vec<PublicKey>,
    /// Whether what is made is put there.
    push: bool,
    /// Who vouches for what is put there.
    signer: Option<SigningKey>,
    /// How much of what is taken is made again.
    recheck: Share,
    /// Why it is not asked any more.
    down: OnceLock<String>,
    /// The folders of steps that it has wrong, or only in part.
    refused: Mutex<BTreeSet<String>>,
}

impl Remote {
    /// What the settings describe; nothing when they name no cache.
    ///
    /// # Errors
    /// When they contradict themselves, or a key can't be read.
    pub fn open(cx: &Context, settings: &Settings) -> Result<Option<Self>> {
        let Some(address) = &settings.remote else {
            let idle = settings.push || settings.recheck.is_some();
            return if idle { Err(no_remote()) } else { Ok(None) };
        };
        let place = Place::parse(cx, address, settings.authorization.as_deref())?;
        if let (Place::Folder(folder), true) = (&place, settings.push) {
            fs_err::create_dir_all(folder)?;
        }
        let signer = settings.sign_with.as_deref().map(SigningKey::read).transpose()?;
        let mut trust = settings.trust.iter().map(|path| PublicKey::read(path)).collect::<Result<Vec<_>>>()?;
        // What this machine made before.
        trust.extend(signer.iter().map(SigningKey::public));
        if trust.is_empty() && !settings.push {
            let error = anyhow!(Unusable(format!("nothing of {address} can be used: no key is trusted")));
            return Err(error).hint(
                "--trust FILE.pub names the key of somebody who fills it, --push puts there what is made here; \
                 `cargo xtask keys new FILE` makes a key",
            );
        }
        if signer.is_none() && settings.push {
            cx.ui
                .say("what is put into the remote cache is not signed: nobody will take it; --sign-with FILE signs it");
        }
        let recheck = settings.recheck.unwrap_or_default();
        let (name, push, down, refused) = (address.clone(), settings.push, OnceLock::new(), Mutex::default());
        Ok(Some(Self { name, place, trust, push, signer, recheck, down, refused }))
    }

    /// From now on it isn't asked any more; said once.
    fn give_up(&self, cx: &Context, error: &anyhow::Error) {
        let why = crate::hint::causes(error);
        if self.down.set(why).is_ok() {
            let why = self.down.get().map(String::as_str).unwrap_or_default();
            cx.ui.say(format_args!("the remote cache {self} is of no use now, and steps are made here: {why}"));
        }
    }

    fn is_down(&self) -> bool {
        self.down.get().is_some()
    }

    /// What it has of a step is no good: whoever may shall put another there.
    fn refuse(&self, folder: &str) {
        if let Ok(mut refused) = self.refused.lock() {
            refused.insert(folder.to_owned());
        }
    }

    fn was_refused(&self, folder: &str) -> bool {
        self.refused.lock().is_ok_and(|refused| refused.contains(folder))
    }
}

impl fmt::Display for Remote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

impl fmt::Debug for Remote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Remote").field("name", &self.name).finish_non_exhaustive()
    }
}

/// Whether a step's product may be made elsewhere. Not what has this program in it, which is another on every machine; nor an SDK of
/// Apple's, which its licence keeps where it is.
pub fn is_shared(step: &Step) -> bool {
    !step.ops.iter().any(|op| matches!(op, Op::Shims { .. } | Op::Given { what: Given::Sdk, .. }))
}

/// The steps that a remote cache can have, in layers: those of one need only those of the layers before, and steps that
/// every machine makes for itself.
pub fn layers(plan: &Plan) -> Vec<Vec<&str>> {
    let mut depths = BTreeMap::new();
    let mut layers: Vec<Vec<&str>> = Vec::new();
    for step in &plan.steps {
        let needs = step.needs.iter().filter_map(|need| depths.get(need.as_str()).copied());
        let before: usize = needs.max().unwrap_or_default();
        let own = is_shared(step);
        if own {
            if layers.len() == before {
                layers.push(Vec::new());
            }
            if let Some(layer) = layers.get_mut(before) {
                layer.push(step.name.as_str());
            }
        }
        depths.insert(step.name.as_str(), before + usize::from(own));
    }
    layers
}

fn no_remote() -> anyhow::Error {
    crate::hint::hinted(
        anyhow!(Unusable("--push and --recheck are about a remote cache, and none is named".to_owned())),
        "--remote says where it is",
    )
}

/// Does something with each of some things, several at a time, in the order that they are in.
fn each<T: Sync, R: Send>(things: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = std::sync::atomic::AtomicUsize::new(0);
    let done = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..PARALLEL.min(things.len()) {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                    let Some(thing) = things.get(index) else { return };
                    let result = work(thing);
                    if let Ok(mut done) = done.lock() {
                        done.push((index, result));
                    }
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap_or_default();
    done.sort_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests;
