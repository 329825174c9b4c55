//! Making what a plan says: what a remote cache has is taken from it, what is missing then is fetched and built.

use std::collections::BTreeSet;

use anyhow::Result;

use crate::build::{Built, OnFailure, finished};
use crate::context::Context;
use crate::fetch::{self, Sources, Supply};
use crate::plan::{Plan, STAGE};
use crate::planning::{self, Planned};
use crate::remote::Remote;
use crate::staged;
use crate::toolchain::lock::Steps;

/// Where what a build takes of others comes from.
#[derive(Debug, Clone, Copy)]
pub struct Making<'a> {
    /// Sources and packages that the user gives.
    pub supply: &'a Supply,
    /// Finished steps.
    pub remote: Option<&'a Remote>,
}

impl Making<'_> {
    /// Makes sure that what one step's product takes is here: finished steps, and packages of the toolchain for those that
    /// are still to be made. Where packages are gone from the mirrors, the plan is made again.
    ///
    /// # Errors
    /// No network, a full disk.
    pub fn ready(&self, cx: &Context, planned: Planned, last: &str) -> Result<Planned> {
        let Some(remote) = self.remote else { return planning::ready(cx, planned, self.supply) };
        let before = planned.plan.keys.clone();
        let steps = taken(cx, &planned.plan, remote, last)?;
        let planned = planning::with_packages(cx, planned, self.supply, &Steps::Named(steps))?;
        if planned.plan.keys == before {
            return Ok(planned);
        }
        let steps = taken(cx, &planned.plan, remote, last)?;
        planning::with_packages(cx, planned, self.supply, &Steps::Named(steps))
    }

    /// Fetches the sources: with a remote cache, those of the steps that are still to be made.
    ///
    /// # Errors
    /// All sources that nobody could deliver.
    pub fn sources(&self, cx: &Context, plan: &Plan, last: &str) -> Result<Sources> {
        let Some(remote) = self.remote else { return fetch::all(cx, &plan.sources(), self.supply) };
        let steps = to_make(cx, plan, remote, last)?;
        fetch::all(cx, &plan.sources_of(|name| steps.contains(name)), self.supply)
    }

    /// Builds and audits the staged root.
    ///
    /// # Errors
    /// The first step that fails; every finding of the audit; taken steps that are others when they are made again.
    pub fn root(&self, cx: &Context, plan: &Plan, sources: &Sources, on_failure: OnFailure) -> Result<Built> {
        self.shared(cx, plan, sources, || staged::root(cx, plan, sources, on_failure))
    }

    /// Builds one step and what it needs; its folder.
    ///
    /// # Errors
    /// As [`Making::root`], without the audit.
    pub fn step(
        &self,
        cx: &Context,
        plan: &Plan,
        sources: &Sources,
        name: &str,
        on_failure: OnFailure,
    ) -> Result<std::path::PathBuf> {
        self.shared(cx, plan, sources, || staged::step(cx, plan, sources, name, on_failure))
    }

    /// What was finished before a step failed is put into the remote cache, too.
    fn shared<T>(&self, cx: &Context, plan: &Plan, sources: &Sources, make: impl FnOnce() -> Result<T>) -> Result<T> {
        let Some(remote) = self.remote else { return make() };
        // Before anything is made of them.
        remote.recheck(cx, plan, sources)?;
        let made = make();
        remote.push(cx, plan);
        made
    }
}

/// Takes what there is; the steps that are still to be made.
fn taken(cx: &Context, plan: &Plan, remote: &Remote, last: &str) -> Result<BTreeSet<String>> {
    remote.take(cx, plan, &lasts(plan, last))?;
    let mut chosen = BTreeSet::new();
    loop {
        // To make a step again takes what it needs.
        let more: BTreeSet<String> = remote.chosen(cx, plan)?.difference(&chosen).cloned().collect();
        if more.is_empty() {
            return to_make(cx, plan, remote, last);
        }
        let needs = more.iter().filter_map(|name| plan.step(name)).flat_map(|step| &step.needs);
        remote.take(cx, plan, &needs.map(String::as_str).collect::<Vec<_>>())?;
        chosen.extend(more);
    }
}

fn to_make(cx: &Context, plan: &Plan, remote: &Remote, last: &str) -> Result<BTreeSet<String>> {
    let chosen = remote.chosen(cx, plan)?;
    let needs = chosen.iter().filter_map(|name| plan.step(name)).flat_map(|step| step.needs.iter().map(String::as_str));
    let missing = lasts(plan, last).into_iter().chain(needs).flat_map(|name| finished::missing(cx, plan, name));
    let missing: BTreeSet<usize> = missing.collect();
    let names = missing.iter().filter_map(|index| plan.steps.get(*index)).map(|step| step.name.clone());
    Ok(names.chain(chosen.iter().cloned()).collect())
}

/// The audit of the staged root looks at the SDK, too, and whoever tries it at what that was linked to.
fn lasts<'a>(plan: &Plan, last: &'a str) -> Vec<&'a str> {
    if last != STAGE {
        return vec![last];
    }
    let linked = Some(plan.sdk_step()).filter(|step| *step != staged::SDK);
    [STAGE, staged::SDK].into_iter().chain(linked).collect()
}
