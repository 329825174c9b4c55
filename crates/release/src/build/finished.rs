//! Whether a step is finished, and still what it was when it was finished: nothing else answers that.
//!
//! A step's key is in its folder's name, `steps/NAME-KEY`, which appears there by a rename when all is made. So a step whose
//! folder is there is finished, and one that needs another key, because of other sources, options, packages of the toolchain or
//! code of this program, is another folder: what a plan lacks are the folders that it names and that aren't there.
//!
//! The manifest of each (`manifests/NAME-KEY` in the cache) says what every file of its product was, by SHA-256. Before a
//! product is used, all of its files are read again and held against it: by a build those that the missing steps need; by a
//! release, and by whoever packages, signs or tests, the staged root, the SDK that the audit looks at, and every step that
//! links in these lead to. A disk that forgets, or somebody's hand, is found that way. Who may write to the cache could
//! write a manifest, too: against that is only that nobody else may write there (`cache.rs`).

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use anyhow::{Result, anyhow};
use rayon::prelude::*;

use super::tree;
use crate::context::Context;
use crate::hint::WithHint as _;
use crate::manifest::{Manifest, manifest};
use crate::output::write_whole;
use crate::plan::Plan;

/// How many differences an error shows.
const SHOWN: usize = 10;

/// What a finished step is now.
#[derive(Debug)]
pub enum State {
    /// What it was.
    Sound,
    /// Nobody wrote down what it was: a step that an earlier version of this program made.
    Unknown,
    /// Something else: the lines that were (`-`), and those that are (`+`).
    Changed(Vec<String>),
}

/// The folder of a step's product.
pub fn product(cx: &Context, plan: &Plan, step: &str) -> PathBuf {
    cx.paths.steps().join(plan.folder(step))
}

/// Whether a step is finished.
pub fn is_made(cx: &Context, plan: &Plan, step: &str) -> bool {
    product(cx, plan, step).is_dir()
}

/// The steps of a plan that have to run for one step's product, by their places in it: those that it needs, by way of others
/// too, and that are not finished.
pub fn missing(cx: &Context, plan: &Plan, last: &str) -> Vec<usize> {
    let mut wanted: BTreeSet<&str> = BTreeSet::from([last]);
    let mut missing = Vec::new();
    for (index, step) in plan.steps.iter().enumerate().rev() {
        if wanted.contains(step.name.as_str()) && !is_made(cx, plan, &step.name) {
            wanted.extend(step.needs.iter().map(String::as_str));
            missing.push(index);
        }
    }
    missing.reverse();
    missing
}

/// The finished steps that making one step's product uses: those that the missing ones need, or its own.
pub(super) fn used<'a>(cx: &Context, plan: &'a Plan, last: &str) -> Vec<&'a str> {
    let missing = missing(cx, plan, last);
    if missing.is_empty() {
        return plan.keys.keys().map(String::as_str).filter(|name| *name == last).collect();
    }
    let steps = || missing.iter().filter_map(|index| plan.steps.get(*index));
    let made: BTreeSet<&str> = steps().map(|step| step.name.as_str()).collect();
    let needed: BTreeSet<&str> = steps().flat_map(|step| step.needs.iter().map(String::as_str)).collect();
    needed.difference(&made).copied().collect()
}

/// Writes down what a step's product is, by the name of its folder. The product may still be elsewhere.
///
/// # Errors
/// When it can't be read, or the cache not written.
pub fn record(cx: &Context, folder: &str, made: &std::path::Path) -> Result<()> {
    write(cx, folder, &manifest(made)?)?;
    // Made here, it is vouched for by nobody else.
    tree::remove(&cx.paths.taken().join(folder))
}

/// Looks at a finished step, by the name of its folder.
///
/// # Errors
/// When it can't be read.
pub fn look(cx: &Context, folder: &str) -> Result<State> {
    Ok(compare(cx, folder)?.0)
}

fn compare(cx: &Context, folder: &str) -> Result<(State, Manifest)> {
    let now = manifest(&cx.paths.steps().join(folder))?;
    let state = match fs_err::read_to_string(cx.paths.manifests().join(folder)) {
        Err(_) => State::Unknown,
        Ok(text) if text == now.to_string() => State::Sound,
        Ok(text) => State::Changed(Manifest::parse(&text).differences(&now)),
    };
    Ok((state, now))
}

fn write(cx: &Context, folder: &str, manifest: &Manifest) -> Result<()> {
    fs_err::create_dir_all(cx.paths.manifests())?;
    write_whole(&cx.paths.manifests().join(folder), manifest.to_string().as_bytes(), 0o644)
}

/// Makes sure that products are what they were, and so is every step that links in them lead to. Of what was never
/// written down, it is written down now, and said. Steps that are not finished are passed over.
///
/// # Errors
/// All steps that have changed.
pub fn check(cx: &Context, plan: &Plan, steps: &[&str]) -> Result<()> {
    let names: BTreeMap<String, &str> = plan.keys.keys().map(|name| (plan.folder(name), name.as_str())).collect();
    let mut wanted: BTreeSet<&str> =
        steps.iter().copied().filter(|step| plan.keys.contains_key(*step) && is_made(cx, plan, step)).collect();
    let (mut seen, mut problems, mut unknown) = (wanted.clone(), Vec::new(), Vec::new());
    while !wanted.is_empty() {
        let looked = wanted.par_iter().map(|name| {
            let folder = plan.folder(name);
            let (state, now) = compare(cx, &folder)?;
            Ok((*name, folder, state, now))
        });
        let looked: Vec<_> = looked.collect::<Result<_>>()?;
        wanted.clear();
        for (name, folder, state, now) in looked {
            let led_to = now.folders_led_to(&cx.paths.steps());
            wanted.extend(led_to.iter().filter_map(|folder| names.get(folder)).filter(|name| seen.insert(name)));
            match state {
                State::Sound => {}
                State::Unknown => {
                    // A cache that can't be written is as good as before.
                    _ = write(cx, &folder, &now);
                    unknown.push(name);
                }
                State::Changed(lines) => problems.push(told(&folder, &lines)),
            }
        }
    }
    if !unknown.is_empty() {
        cx.ui
            .say(format_args!("  not checked, as there was no manifest of them; now there is: {}", unknown.join(", ")));
    }
    if problems.is_empty() {
        return Ok(());
    }
    Err(anyhow!(
        "finished steps have changed in {} since they were made:\n{}",
        cx.paths.steps().display(),
        problems.join("\n")
    ))
    .hint("`cargo xtask clean damaged` removes them, and the same command makes them again; find out who changed them")
}

/// A step that has changed, and how.
pub fn told(folder: &str, lines: &[String]) -> String {
    let shown = lines.iter().take(SHOWN).map(|line| format!("  {line}"));
    let more = lines.len().checked_sub(SHOWN).filter(|more| *more > 0).map(|more| format!("  and {more} more lines"));
    [folder.to_owned()].into_iter().chain(shown).chain(more).collect::<Vec<_>>().join("\n")
}

/// The folder of a step's product, which is what it was when it was made; nothing when it is not finished.
///
/// # Errors
/// When it has changed.
pub fn finished(cx: &Context, plan: &Plan, step: &str) -> Result<Option<PathBuf>> {
    check(cx, plan, &[step])?;
    Ok(is_made(cx, plan, step).then(|| product(cx, plan, step)))
}
