//! What to start first, and how long it all takes.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::plan::{Given, Op, Step};

/// About how many bytes of compressed sources one core turns into a library in a second: the guess for a step that never
/// ran here. (OpenSSL, SQLite, ncurses and Python took between 35 and 140 KB a second.)
const BYTES_A_SECOND: u64 = 50_000;

/// A checkout's sources as an archive, bytes: what Python's releases of these years have.
const CHECKOUT: u64 = 22_900_000;

/// Expected times of a plan's steps.
#[derive(Debug, Clone)]
pub struct Schedule<'a> {
    steps: &'a [Step],
    /// Of the step alone.
    times: BTreeMap<&'a str, Duration>,
    /// From the step's start to the end of the longest chain of steps that waits for it.
    chains: BTreeMap<&'a str, Duration>,
}

impl<'a> Schedule<'a> {
    /// `known`: how long steps took the last time, in milliseconds, by name.
    pub fn new(steps: &'a [Step], known: &BTreeMap<String, u64>) -> Self {
        let time = |step: &Step| match known.get(&step.name) {
            Some(millis) => Duration::from_millis(*millis),
            None => Duration::from_millis(source_bytes(step) * 1000 / BYTES_A_SECOND),
        };
        let times: BTreeMap<&str, Duration> = steps.iter().map(|step| (step.name.as_str(), time(step))).collect();
        let mut chains: BTreeMap<&str, Duration> = BTreeMap::new();
        // Each step stands after all that it needs, so backwards every chain is known when it is asked for.
        for step in steps.iter().rev() {
            let name = step.name.as_str();
            let own = times.get(name).copied().unwrap_or_default();
            let chain = chains.entry(name).or_default();
            *chain += own;
            let chain = *chain;
            for need in &step.needs {
                let waiting = chains.entry(need).or_default();
                *waiting = chain.max(*waiting);
            }
        }
        Self { steps, times, chains }
    }

    /// How long a step takes.
    pub fn time(&self, step: &str) -> Duration {
        self.times.get(step).copied().unwrap_or_default()
    }

    /// Of the steps that can start, the one that most work waits for.
    pub fn first(&self, waiting: &[usize], finished: &BTreeSet<String>) -> Option<usize> {
        let step = |index: usize| self.steps.get(index);
        let ready =
            |index: &usize| step(*index).is_some_and(|step| step.needs.iter().all(|need| finished.contains(need)));
        let urgency = |index: &usize| step(*index).and_then(|step| self.chains.get(step.name.as_str()));
        // Of equals, the first in the plan.
        waiting.iter().copied().filter(ready).max_by_key(|index| (urgency(index), Reverse(*index)))
    }

    /// How long the rest takes with so many steps at a time, starting them in our order.
    ///
    /// `running` are steps at work, with the time each has used.
    pub fn remaining(
        &self,
        waiting: &[usize],
        running: &BTreeMap<String, Duration>,
        finished: &BTreeSet<String>,
        jobs: usize,
    ) -> Duration {
        let left = |(name, used): (&String, &Duration)| (self.time(name).saturating_sub(*used), name.clone());
        let mut running: Vec<(Duration, String)> = running.iter().map(left).collect();
        let (mut waiting, mut finished) = (waiting.to_vec(), finished.clone());
        let mut now = Duration::ZERO;
        loop {
            while running.len() < jobs
                && let Some(index) = self.first(&waiting, &finished)
            {
                waiting.retain(|other| *other != index);
                running.extend(self.steps.get(index).map(|step| (now + self.time(&step.name), step.name.clone())));
            }
            running.sort();
            if running.is_empty() {
                return now;
            }
            let (end, name) = running.remove(0);
            now = end;
            finished.insert(name);
        }
    }
}

/// Bytes of the archives that a step compiles.
fn source_bytes(step: &Step) -> u64 {
    let size = |op: &Op| match op {
        Op::Unpack { source, .. } => source.size,
        Op::Given { what: Given::Checkout, .. } => CHECKOUT,
        _ => 0,
    };
    step.ops.iter().map(size).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn step(name: &str, needs: &[&str]) -> Step {
        Step {
            name: name.into(),
            title: name.into(),
            needs: needs.iter().map(ToString::to_string).collect(),
            env: BTreeMap::new(),
            ops: vec![],
        }
    }

    fn seconds(pairs: &[(&str, u64)]) -> BTreeMap<String, u64> {
        pairs.iter().map(|(name, seconds)| (name.to_string(), seconds * 1000)).collect()
    }

    /// What starts when, with so many at a time.
    fn order(steps: &[Step], schedule: &Schedule<'_>, jobs: usize) -> Vec<String> {
        let mut waiting: Vec<usize> = (0..steps.len()).collect();
        let (mut finished, mut running, mut order) = (BTreeSet::new(), BTreeMap::new(), vec![]);
        loop {
            while running.len() < jobs
                && let Some(index) = schedule.first(&waiting, &finished)
            {
                waiting.retain(|other| *other != index);
                let name = steps[index].name.clone();
                order.push(name.clone());
                running.insert((schedule.time(&name), order.len()), name);
            }
            let Some((_, name)) = running.pop_first() else { return order };
            finished.insert(name);
        }
    }

    #[test]
    fn the_longest_chain_starts_first() {
        let steps = [step("xz", &[]), step("ffi", &[]), step("ssl", &[]), step("python", &["xz", "ffi", "ssl"])];
        let times = seconds(&[("xz", 50), ("ffi", 20), ("ssl", 300), ("python", 400)]);
        let schedule = Schedule::new(&steps, &times);
        assert_eq!(order(&steps, &schedule, 2), ["ssl", "xz", "ffi", "python"]);
        let all: Vec<usize> = (0..4).collect();
        let none = (BTreeMap::new(), BTreeSet::new());
        assert_eq!(schedule.remaining(&all, &none.0, &none.1, 2).as_secs(), 700);
        assert_eq!(schedule.remaining(&all, &none.0, &none.1, 1).as_secs(), 770);
        let running = BTreeMap::from([("python".to_owned(), Duration::from_secs(390))]);
        assert_eq!(schedule.remaining(&[], &running, &none.1, 2).as_secs(), 10);
    }

    #[test]
    fn a_step_that_never_ran_is_judged_by_its_sources() {
        let steps = crate::plan::test_plan().steps;
        let schedule = Schedule::new(&steps, &BTreeMap::new());
        let first = order(&steps, &schedule, 2);
        let place = |name: &str| first.iter().position(|other| other == name).unwrap();
        assert!(place("openssl.x86_64") < place("xz") && place("native") < place("libffi.arm64"), "{first:?}");
        assert!(schedule.time("python") > schedule.time("sqlite"));
        let digest = crate::digest::Sha256::of(b"");
        let given = Op::Given { what: Given::Checkout, digest, into: "src".into() };
        let own = [Step { ops: vec![given], ..step("python", &[]) }];
        assert!(
            Schedule::new(&own, &BTreeMap::new()).time("python") > schedule.time("sqlite"),
            "a checkout is work, too"
        );
    }

    proptest! {
        /// Any plan: nothing is faster than its longest chain or its work spread over all cores, nor slower than one core.
        #[test]
        fn the_estimate_is_within_its_bounds(
            plan in prop::collection::vec((0u64..100, prop::collection::vec(any::<prop::sample::Index>(), 0..3)), 1..12),
            jobs in 1usize..5,
        ) {
            let names: Vec<String> = (0..plan.len()).map(|index| format!("s{index}")).collect();
            let steps: Vec<Step> = plan.iter().enumerate().map(|(index, (_, needs))| {
                let needs = needs.iter().filter(|_| index > 0).map(|need| names[need.index(index.max(1))].as_str());
                step(&names[index], &needs.collect::<Vec<_>>())
            }).collect();
            let times = names.iter().zip(&plan).map(|(name, (time, _))| (name.clone(), time * 1000)).collect();
            let schedule = Schedule::new(&steps, &times);
            let all: Vec<usize> = (0..steps.len()).collect();
            let took = schedule.remaining(&all, &BTreeMap::new(), &BTreeSet::new(), jobs);
            let sum: Duration = schedule.times.values().sum();
            prop_assert!(took <= sum);
            prop_assert!(took >= sum / u32::try_from(jobs).unwrap());
            prop_assert!(took >= schedule.chains.values().copied().max().unwrap());
        }
    }
}
