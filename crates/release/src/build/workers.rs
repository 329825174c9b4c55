//! The steps of a plan, as many at a time as there are cores.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Condvar, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use anyhow::{Error, Result, anyhow};

use super::finished::{self, is_made};
use super::schedule::Schedule;
use super::{op, text, tree};
use crate::context::Context;
use crate::exec::{Crew, fresh_log, plain_modes, processor_time};
use crate::fetch::Sources;
use crate::hint::{hinted, is_full_disk, render};
use crate::plan::{Plan, Step};
use crate::ui::brief;

/// What a failed step means for the others.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum OnFailure {
    /// Those at work end, no other begins.
    #[default]
    Stop,
    /// All that don't need the failed one are made.
    KeepGoing,
}

/// A build under way.
pub struct Builder<'a> {
    cx: &'a Context,
    plan: &'a Plan,
    sources: &'a Sources,
    crew: Crew,
    times: BTreeMap<String, u64>,
}

/// A product that was made once more; removed when it is dropped.
#[derive(Debug)]
pub struct Again {
    work: PathBuf,
    out: PathBuf,
}

impl Again {
    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.out
    }
}

impl Drop for Again {
    fn drop(&mut self) {
        _ = tree::remove(&self.work);
    }
}

/// What the workers share.
#[derive(Default)]
struct State {
    waiting: Vec<usize>,
    running: BTreeMap<String, Instant>,
    finished: BTreeSet<String>,
    failures: Vec<Error>,
    times: BTreeMap<String, u64>,
    workers: usize,
}

impl<'a> Builder<'a> {
    /// The caller holds the cache's lock.
    ///
    /// # Errors
    /// When the cache can't be written.
    pub fn new(cx: &'a Context, plan: &'a Plan, sources: &'a Sources) -> Result<Self> {
        plain_modes();
        for dir in [cx.paths.steps(), cx.paths.work(), cx.paths.logs()] {
            fs_err::create_dir_all(dir)?;
        }
        // Killed just after a step's product appeared, a build had no time to clear its table.
        for step in plan.steps.iter().filter(|step| is_made(cx, plan, &step.name)) {
            tree::remove(&cx.paths.work().join(plan.folder(&step.name)))?;
        }
        let times = known_times(cx);
        let crew = Crew::new(cx.jobs, plan.options.launcher.clone())?;
        Ok(Self { cx, plan, sources, crew, times })
    }

    /// Makes one step's product.
    ///
    /// # Errors
    /// The steps that failed: one, or all when the build was to keep going.
    pub fn run(&self, last: &str, on_failure: OnFailure) -> Result<()> {
        let waiting = finished::missing(self.cx, self.plan, last);
        let count = waiting.len();
        if count == 0 {
            return Ok(());
        }
        let names = waiting.iter().filter_map(|index| self.plan.steps.get(*index)).map(|step| step.name.as_str());
        let missing: BTreeSet<&str> = names.collect();
        let finished = self.plan.steps.iter().filter(|step| !missing.contains(step.name.as_str()));
        let finished = finished.map(|step| step.name.clone()).collect();
        let workers = self.cx.jobs.min(count);
        let state = State { waiting, finished, times: self.times.clone(), workers, ..State::default() };
        let schedule = Schedule::new(&self.plan.steps, &self.times);
        let left = schedule.remaining(&state.waiting, &BTreeMap::new(), &state.finished, self.cx.jobs);
        self.cx.ui.say(format_args!("{count} of {} steps to do, about {}", self.plan.steps.len(), brief(left)));

        let (started, used) = (Instant::now(), processor_time());
        let (state, changed) = (Mutex::new(state), Condvar::new());
        std::thread::scope(|scope| {
            for _ in 0..workers {
                scope.spawn(|| self.work(&schedule, &state, &changed, on_failure));
            }
            self.watch(&schedule, &state, &changed);
        });
        let state = state.into_inner().map_err(|_| anyhow!("a step ended in a panic"))?;
        _ = fs_err::write(times_file(self.cx), serde_json::to_vec_pretty(&state.times)?);
        self.say_how_busy(started.elapsed(), processor_time().saturating_sub(used));
        let unmade = state.waiting.iter().filter_map(|index| self.plan.steps.get(*index));
        summary(state.failures, &unmade.map(|step| step.name.as_str()).collect::<Vec<_>>())
    }

    fn say_how_busy(&self, elapsed: Duration, used: Duration) {
        let cores = self.cx.jobs;
        let share = 100.0 * used.as_secs_f64() / (elapsed.as_secs_f64() * cores as f64);
        self.cx.ui.say(format_args!(
            "{:>7} for all, {} of processor time: {share:.0} % of {cores} cores",
            brief(elapsed),
            brief(used)
        ));
    }

    /// Shows how far the work is, until it ends.
    fn watch(&self, schedule: &Schedule<'_>, state: &Mutex<State>, changed: &Condvar) {
        let status = self.cx.ui.status();
        let Ok(mut guard) = state.lock() else { return };
        while guard.workers > 0 {
            let running = guard.running.iter().map(|(name, since)| (name.clone(), since.elapsed())).collect();
            let left = schedule.remaining(&guard.waiting, &running, &guard.finished, self.cx.jobs);
            let (done, count) = (guard.finished.len(), self.plan.steps.len());
            status.show(format_args!("{done} of {count} steps done, about {} left", brief(left)));
            let Ok((woken, _)) = changed.wait_timeout(guard, Duration::from_secs(1)) else { return };
            guard = woken;
        }
    }

    /// One worker: takes steps whose needs are finished until none are left.
    fn work(&self, schedule: &Schedule<'_>, state: &Mutex<State>, changed: &Condvar, on_failure: OnFailure) {
        let Ok(mut guard) = state.lock() else { return };
        while !guard.waiting.is_empty() && (guard.failures.is_empty() || on_failure == OnFailure::KeepGoing) {
            let Some(step) = self.take(schedule, &mut guard) else {
                if guard.running.is_empty() {
                    break;
                }
                let Ok(woken) = changed.wait(guard) else { return };
                guard = woken;
                continue;
            };
            guard.running.insert(step.name.clone(), Instant::now());
            drop(guard);
            let result = catch_unwind(AssertUnwindSafe(|| self.step(step, schedule)));
            let result = result.unwrap_or_else(|_| Err(anyhow!("internal error (panic shown above)")));
            let Ok(again) = state.lock() else { return };
            guard = again;
            guard.running.remove(&step.name);
            match result {
                Ok(time) => {
                    guard.finished.insert(step.name.clone());
                    guard.times.insert(step.name.clone(), u64::try_from(time.as_millis()).unwrap_or_default());
                }
                Err(error) => guard.failures.push(self.explain(error).context(format!("could not {}", step.title))),
            }
            changed.notify_all();
        }
        guard.workers -= 1;
        changed.notify_all();
    }

    fn take(&self, schedule: &Schedule<'_>, state: &mut MutexGuard<'_, State>) -> Option<&'a Step> {
        let index = schedule.first(&state.waiting, &state.finished)?;
        state.waiting.retain(|other| *other != index);
        self.plan.steps.get(index)
    }

    fn step(&self, step: &Step, schedule: &Schedule<'_>) -> Result<Duration> {
        // A step holds one of the machine's cores; its `make` may take more while they are free.
        let _core = self.crew.core()?;
        let expected = self.times.contains_key(&step.name).then(|| schedule.time(&step.name));
        let task = self.cx.ui.task(&step.title, expected);
        let folder = self.plan.folder(&step.name);
        let work = self.cx.paths.work().join(&folder);
        let out = self.perform(step, &folder, &work)?;
        // The product appears whole: a step killed before this line starts over.
        let product = finished::product(self.cx, self.plan, &step.name);
        finished::record(self.cx, &folder, &out)?;
        flatpkg::output::replace(&out, &product)?;
        tree::remove(&work)?;
        Ok(task.done(""))
    }

    /// Makes a step's product once more, aside; what it needs is finished.
    ///
    /// # Errors
    /// As [`Builder::run`].
    pub fn again(&self, step: &Step) -> Result<Again> {
        let _core = self.crew.core()?;
        let task = self.cx.ui.task(format!("{} once more", step.title), None);
        let folder = self.plan.folder(&step.name);
        let work = self.cx.paths.work().join(&folder);
        let out = self.perform(step, &folder, &work).map_err(|error| self.explain(error))?;
        task.done("");
        Ok(Again { work, out })
    }

    /// Carries out a step's operations in an empty folder; where its product is.
    fn perform(&self, step: &Step, folder: &str, work: &Path) -> Result<PathBuf> {
        let work = work.to_owned();
        let log = self.cx.paths.logs().join(format!("{folder}.log"));
        fresh_log(&log)?;
        tree::remove(&work)?;
        let out = work.join("out");
        for dir in [&out, &work.join("tmp")] {
            fs_err::create_dir_all(dir)?;
        }
        let products =
            step.needs.iter().map(|need| (need.clone(), finished::product(self.cx, self.plan, need))).collect();
        let names = text::Names { work: work.clone(), out: out.clone(), products };
        let (cx, plan, sources, crew) = (self.cx, self.plan, self.sources, &self.crew);
        let execution = op::Execution { cx, plan, sources, names: &names, step, log: &log, crew };
        step.ops.iter().try_for_each(|operation| execution.perform(operation))?;
        Ok(out)
    }

    /// Adds what to do about a full disk.
    fn explain(&self, error: Error) -> Error {
        if is_full_disk(&error) {
            let cache = self.cx.paths.cache.display();
            return hinted(error, format!("make room below {cache}, or name another folder with --cache DIR"));
        }
        error
    }
}

/// All failures as one error.
fn summary(mut failures: Vec<Error>, unmade: &[&str]) -> Result<()> {
    match (failures.len(), unmade) {
        (0, []) => Ok(()),
        (0, unmade) => Err(anyhow!("the plan has steps that wait for each other: {}", unmade.join(", "))),
        (1, _) => Err(failures.remove(0)),
        (count, unmade) => {
            let texts: Vec<String> = failures.iter().map(render).collect();
            let unmade = if unmade.is_empty() { String::new() } else { format!("\nnot begun: {}", unmade.join(", ")) };
            Err(anyhow!("{count} steps failed:\n{}{unmade}", texts.join("\n")))
        }
    }
}

/// How long steps took here the last time, in milliseconds, by name.
pub(super) fn known_times(cx: &Context) -> BTreeMap<String, u64> {
    let text = fs_err::read(times_file(cx)).ok();
    text.and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or_default()
}

fn times_file(cx: &Context) -> PathBuf {
    cx.paths.cache.join("times.json")
}
