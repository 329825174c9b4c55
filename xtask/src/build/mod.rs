//! Doing what a plan says: every step whose product is not there yet, as many at a time as there are cores.

mod merge;
mod op;
mod scrub;
mod text;
mod tree;
mod unpack;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Condvar, Mutex, MutexGuard};
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow};

use crate::context::Context;
use crate::fetch::Sources;
use crate::hint::WithHint as _;
use crate::plan::{Plan, STAGE, Step};

pub use tree::copy as copy_tree;

/// A finished build.
#[derive(Debug, Clone)]
pub struct Built {
    /// The staged root: what the installer will lay down.
    pub root: PathBuf,
    /// Every step's folder that may have left its name in a file; none must be found in the root.
    pub folders: Vec<PathBuf>,
}

/// Builds a plan. What an earlier run finished is used as it is.
///
/// # Errors
/// The first step that failed; what it leaves is started over the next time, everything finished is kept.
pub fn run(cx: &Context, plan: &Plan, sources: &Sources) -> Result<Built> {
    let root = step(cx, plan, sources, STAGE)?;
    Ok(Built { root, folders: vec![cx.paths.cache.clone()] })
}

/// Builds one step of a plan, and what it needs; gives back the folder of its product.
///
/// # Errors
/// As [`run`]; or when there is no such step.
pub fn step(cx: &Context, plan: &Plan, sources: &Sources, name: &str) -> Result<PathBuf> {
    if !plan.keys.contains_key(name) {
        let names: Vec<&str> = plan.keys.keys().map(String::as_str).collect();
        return Err(anyhow!("the plan has no step `{name}`")).hint(format!("its steps: {}", names.join(", ")));
    }
    let _lock = lock(&cx.paths.cache)?;
    let builder = Builder::new(cx, plan, sources)?;
    builder.run(name)?;
    Ok(builder.product(name))
}

/// Two builds in one cache would step on each other's folders.
fn lock(cache: &Path) -> Result<std::fs::File> {
    fs_err::create_dir_all(cache)?;
    let path = cache.join("lock");
    let file = fs_err::File::options().create(true).truncate(false).read(true).write(true).open(&path)?.into_parts().0;
    if file.try_lock().is_err() {
        let owner = fs_err::read_to_string(&path).unwrap_or_default();
        return Err(anyhow!("another build is at work in {} (process {})", cache.display(), owner.trim()))
            .hint("wait for it, or give this one its own folder with --cache DIR");
    }
    file.set_len(0)?;
    std::io::Write::write_all(&mut &file, std::process::id().to_string().as_bytes())?;
    Ok(file)
}

struct Builder<'a> {
    cx: &'a Context,
    plan: &'a Plan,
    sources: &'a Sources,
    jobserver: jobserver::Client,
    times: BTreeMap<String, u64>,
}

/// What the workers share.
#[derive(Default)]
struct State {
    waiting: Vec<usize>,
    finished: BTreeSet<String>,
    running: usize,
    failure: Option<anyhow::Error>,
    times: BTreeMap<String, u64>,
}

impl<'a> Builder<'a> {
    fn new(cx: &'a Context, plan: &'a Plan, sources: &'a Sources) -> Result<Self> {
        for dir in [cx.paths.steps(), cx.paths.work(), cx.paths.logs()] {
            fs_err::create_dir_all(dir)?;
        }
        let times = fs_err::read(times_file(cx)).ok().and_then(|text| serde_json::from_slice(&text).ok());
        let jobserver = jobserver::Client::new(cx.jobs).context("could not share the cores between steps")?;
        Ok(Self { cx, plan, sources, jobserver, times: times.unwrap_or_default() })
    }

    /// The folder of a step's product.
    fn product(&self, step: &str) -> PathBuf {
        self.cx.paths.steps().join(self.plan.folder(step))
    }

    /// The steps that have to run for one step's product: those that it needs, by way of others too, and that have none.
    fn missing(&self, last: &str) -> Vec<usize> {
        let mut wanted: BTreeSet<&str> = BTreeSet::from([last]);
        let mut missing = Vec::new();
        for (index, step) in self.plan.steps.iter().enumerate().rev() {
            if wanted.contains(step.name.as_str()) && !self.product(&step.name).is_dir() {
                wanted.extend(step.needs.iter().map(String::as_str));
                missing.push(index);
            }
        }
        missing.reverse();
        missing
    }

    fn run(&self, last: &str) -> Result<()> {
        let waiting = self.missing(last);
        let count = waiting.len();
        if count == 0 {
            return Ok(());
        }
        self.cx.ui.say(format_args!("{count} of {} steps to do{}", self.plan.steps.len(), self.estimate(&waiting)));
        let names = waiting.iter().filter_map(|index| self.plan.steps.get(*index)).map(|step| step.name.as_str());
        let missing: BTreeSet<&str> = names.collect();
        let finished = self.plan.steps.iter().filter(|step| !missing.contains(step.name.as_str()));
        let finished = finished.map(|step| step.name.clone()).collect();
        let state = Mutex::new(State { waiting, finished, times: self.times.clone(), ..State::default() });
        let changed = Condvar::new();
        std::thread::scope(|scope| {
            for _ in 0..self.cx.jobs.min(count) {
                scope.spawn(|| self.work(&state, &changed));
            }
        });
        let state = state.into_inner().map_err(|_| anyhow!("a step ended in a panic"))?;
        _ = fs_err::write(times_file(self.cx), serde_json::to_vec_pretty(&state.times)?);
        state.failure.map_or(Ok(()), Err)
    }

    /// How long the steps took the last time, when all of them are known. Cores are shared, so it is an upper bound.
    fn estimate(&self, waiting: &[usize]) -> String {
        let steps = waiting.iter().filter_map(|index| self.plan.steps.get(*index));
        let times: Option<Vec<u64>> = steps.map(|step| self.times.get(&step.name).copied()).collect();
        match times {
            Some(times) => format!(
                ", about {}",
                crate::ui::brief(Duration::from_millis(times.iter().sum()) / self.cx.jobs.max(1) as u32)
            ),
            None => String::new(),
        }
    }

    /// One worker: takes steps whose needs are finished until none are left or one failed.
    fn work(&self, state: &Mutex<State>, changed: &Condvar) {
        let Ok(mut guard) = state.lock() else { return };
        loop {
            if guard.failure.is_some() || guard.waiting.is_empty() {
                return;
            }
            let Some(step) = self.take(&mut guard) else {
                if guard.running == 0 {
                    guard.failure = Some(anyhow!("the plan has steps that wait for each other"));
                    return;
                }
                let Ok(woken) = changed.wait(guard) else { return };
                guard = woken;
                continue;
            };
            guard.running += 1;
            drop(guard);
            let result = self.step(step);
            let Ok(again) = state.lock() else { return };
            guard = again;
            guard.running -= 1;
            match result {
                Ok(time) => {
                    guard.finished.insert(step.name.clone());
                    guard.times.insert(step.name.clone(), u64::try_from(time.as_millis()).unwrap_or_default());
                }
                Err(error) => {
                    let error = error.context(format!("could not {}", step.title));
                    guard.failure.get_or_insert(error);
                }
            }
            changed.notify_all();
        }
    }

    /// The first waiting step that can start.
    fn take(&self, state: &mut MutexGuard<'_, State>) -> Option<&'a Step> {
        let ready = |index: &usize| {
            self.plan.steps.get(*index).is_some_and(|step| step.needs.iter().all(|need| state.finished.contains(need)))
        };
        let position = state.waiting.iter().position(ready)?;
        self.plan.steps.get(state.waiting.remove(position))
    }

    fn step(&self, step: &Step) -> Result<Duration> {
        let expected = self.times.get(&step.name).map(|millis| Duration::from_millis(*millis));
        // A step holds one of the machine's cores; its `make` may take more while they are free.
        let _core = self.jobserver.acquire()?;
        let task = self.cx.ui.task(&step.title, expected);
        let work = self.cx.paths.work().join(self.plan.folder(&step.name));
        let log = self.cx.paths.logs().join(format!("{}.log", self.plan.folder(&step.name)));
        tree::remove(&work)?;
        let out = work.join("out");
        for dir in [&out, &work.join("tmp")] {
            fs_err::create_dir_all(dir)?;
        }
        _ = fs_err::remove_file(&log);
        let products = step.needs.iter().map(|need| (need.clone(), self.product(need))).collect();
        let names = text::Names { work: work.clone(), out: out.clone(), products };
        for operation in &step.ops {
            op::Execution {
                cx: self.cx,
                sources: self.sources,
                names: &names,
                step,
                log: &log,
                jobserver: &self.jobserver,
            }
            .perform(operation)?;
        }
        // The product appears whole: a step killed before this line starts over.
        let product = self.product(&step.name);
        fs_err::rename(&out, &product)?;
        tree::remove(&work)?;
        Ok(task.done(""))
    }
}

fn times_file(cx: &Context) -> PathBuf {
    cx.paths.cache.join("times.json")
}

#[cfg(test)]
mod tests;
