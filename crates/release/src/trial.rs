//! Trying what was built: which copy is run, and what with.

use std::path::PathBuf;

use anyhow::Result;

use crate::context::Context;
use crate::interpreter::{From, Interpreter, self_check, smoke, speed, suite};
use crate::plan::Plan;

/// What is tried, in this order.
#[derive(Debug, Clone, Default)]
pub struct Trial {
    /// Every part of Python is used once.
    pub smoke: bool,
    /// Faults are put into the copy, and the smoke test must notice them.
    pub self_check: bool,
    /// Benchmarks, against this Python.
    pub speed: Option<PathBuf>,
    /// CPython's own tests.
    pub suite: bool,
    /// For them: names of tests, or options.
    pub regrtest: Vec<String>,
}

/// Runs it.
///
/// # Errors
/// When the copy can't run here, or something came out otherwise than it should.
pub fn run(cx: &Context, plan: &Plan, from: &From, trial: &Trial) -> Result<()> {
    let interpreter = Interpreter::prepare(cx, plan, from)?;
    if trial.smoke {
        smoke(cx, plan, &interpreter)?;
    }
    if trial.self_check {
        self_check(cx, plan, &interpreter)?;
    }
    if let Some(native) = &trial.speed {
        speed(cx, &interpreter, &std::path::absolute(native)?)?;
    }
    if trial.suite {
        suite(cx, plan, &interpreter, &trial.regrtest)?;
    }
    Ok(())
}
