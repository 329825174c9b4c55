//! What a build still has to do, and about how long that takes.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::finished;
use super::schedule::Schedule;
use super::workers::known_times;
use crate::context::Context;
use crate::plan::{Plan, STAGE};

/// How far a plan has come in a cache.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outlook {
    /// The steps that have to run, in their order.
    pub missing: Vec<String>,
    /// How many steps the plan has.
    pub steps: usize,
    /// About how long the missing ones take, by how long they took here the last time.
    pub time: Duration,
}

impl Outlook {
    /// Looks at what is there. Whether a finished step is still what it was is not looked at: `clean --check` does that.
    pub fn of(cx: &Context, plan: &Plan) -> Self {
        let waiting = finished::missing(cx, plan, STAGE);
        let names = waiting.iter().filter_map(|index| plan.steps.get(*index)).map(|step| step.name.clone());
        let missing: Vec<String> = names.collect();
        let finished = plan.steps.iter().map(|step| step.name.clone()).filter(|name| !missing.contains(name));
        let finished: BTreeSet<String> = finished.collect();
        let time =
            Schedule::new(&plan.steps, &known_times(cx)).remaining(&waiting, &BTreeMap::new(), &finished, cx.jobs);
        Self { missing, steps: plan.steps.len(), time }
    }
}
