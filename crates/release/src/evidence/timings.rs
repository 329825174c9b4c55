//! How long a release took. Kept apart from the receipt, which is the same for everybody.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Result;
use preview::{Stage, Step, Timings};

use crate::context::Context;
use crate::output::write_whole;
use crate::plan::Plan;

/// Takes the times of a run.
pub struct Clock {
    started: Instant,
    stages: Vec<Stage>,
}

impl Clock {
    /// Starts a run.
    pub fn start() -> Self {
        Self { started: Instant::now(), stages: Vec::new() }
    }

    /// Does one part of it.
    ///
    /// # Errors
    /// The work's.
    pub fn time<T>(&mut self, name: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
        let start = self.elapsed();
        let result = work()?;
        self.stages.push(Stage { name: name.to_owned(), start, took: self.elapsed() - start });
        Ok(result)
    }

    fn elapsed(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// Writes the times beside a package.
    ///
    /// # Errors
    /// When the file can't be written.
    pub fn write(self, cx: &Context, plan: &Plan, package: &Path) -> Result<PathBuf> {
        let known = fs_err::read(cx.paths.cache.join("times.json")).ok();
        let known: BTreeMap<String, u64> =
            known.and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or_default();
        let steps = plan.steps.iter().filter_map(|step| {
            Some(Step { name: step.name.clone(), took: *known.get(&step.name)?, needs: step.needs.clone() })
        });
        let timings = Timings { stages: self.stages, steps: steps.collect() };
        let path = path_beside(package);
        write_whole(&path, serde_json::to_string_pretty(&timings)?.as_bytes(), 0o644)?;
        Ok(path)
    }
}

/// The file that belongs to a package.
pub fn path_beside(package: &Path) -> PathBuf {
    let mut name = package.as_os_str().to_owned();
    name.push(".timings.json");
    PathBuf::from(name)
}
