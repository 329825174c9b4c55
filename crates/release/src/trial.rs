//! Trying what was built: which copies are run, and what with.

use std::path::PathBuf;

use anyhow::{Result, anyhow};
use macho::Arch;

use crate::context::Context;
use crate::framework::Framework;
use crate::hint::WithHint as _;
use crate::interpreter::{From, Interpreter, ask, check_loader, compare, obstacle, self_check, smoke, speed, suite};
use crate::plan::Plan;

/// What is tried, in this order.
#[derive(Debug, Clone, Default)]
pub struct Trial {
    /// Whose slices; none named are all that can run here.
    pub archs: Vec<Arch>,
    /// Which frameworks; none named are all of them for the smoke test, and the usual one for all else.
    pub frameworks: Vec<Framework>,
    /// Every part of Python is used once.
    pub smoke: bool,
    /// Faults are put into the copy, and the smoke test must notice them.
    pub self_check: bool,
    /// What comes out the same everywhere is computed by each slice, and compared.
    pub compare: bool,
    /// Benchmarks, against this Python.
    pub speed: Option<PathBuf>,
    /// CPython's own tests.
    pub suite: bool,
    /// For them: names of tests, or options.
    pub regrtest: Vec<String>,
}

/// Runs it, slice by slice.
///
/// # Errors
/// When a copy can't run here, or something came out otherwise than it should.
pub fn run(cx: &Context, plan: &Plan, from: &From, trial: &Trial) -> Result<()> {
    let mut said = Vec::new();
    for arch in slices(cx, plan, &trial.archs)? {
        let mut interpreter = Interpreter::prepare(cx, plan, from, arch)?;
        if interpreter.emulation().is_some() {
            let pace = interpreter.pace();
            cx.ui.say(format_args!("{arch} runs in an emulator: it takes {pace:.0} times as long as usual"));
        }
        for framework in frameworks(plan, &trial.frameworks)? {
            interpreter.select(framework)?;
            let asked = !trial.frameworks.is_empty() || framework == Framework::Python;
            one(cx, plan, &interpreter, trial, asked)?;
            if trial.compare && asked {
                said.push(ask(cx, &interpreter)?);
            }
        }
    }
    if trial.compare { compare(cx, &said) } else { Ok(()) }
}

/// Which slices are tried: what is wanted, else what this machine can run of what was built; it says what it leaves out.
fn slices(cx: &Context, plan: &Plan, wanted: &[Arch]) -> Result<Vec<Arch>> {
    if let Some(missing) = wanted.iter().find(|arch| !plan.archs.contains_key(arch)) {
        return Err(anyhow!("what was built has no slice for {missing}"))
            .hint("see the slices with `cargo xtask plan`");
    }
    if !wanted.is_empty() {
        return Ok(wanted.to_vec());
    }
    let mut found = Vec::new();
    for arch in plan.archs.keys().copied().filter(|arch| arch.is_cross_compiled()) {
        match obstacle(arch) {
            None => found.push(arch),
            Some((what, remedy)) => cx.ui.say(format_args!("{arch} is not tried: {what} ({remedy})")),
        }
    }
    if found.is_empty() {
        return Err(anyhow!("nothing of what was built can run on this machine")).hint("use a Mac, or x86_64 Linux");
    }
    // That of this machine first: it is the fastest.
    found.sort_by_key(|arch| *arch != machorun::ARCH);
    Ok(found)
}

/// The frameworks that are tried: what is wanted, else all that were built.
fn frameworks(plan: &Plan, wanted: &[Framework]) -> Result<Vec<Framework>> {
    if let Some(missing) = wanted.iter().find(|framework| !plan.frameworks.contains(framework)) {
        return Err(anyhow!("what was built has no {}.framework", missing.name()))
            .hint("see what is left out with `cargo xtask plan`");
    }
    Ok(if wanted.is_empty() { plan.frameworks.clone() } else { wanted.to_vec() })
}

/// Tries one framework. `all` is more than the smoke test.
fn one(cx: &Context, plan: &Plan, interpreter: &Interpreter, trial: &Trial, all: bool) -> Result<()> {
    if trial.smoke {
        smoke(cx, plan, interpreter)?;
    }
    if !all {
        return Ok(());
    }
    if trial.self_check {
        // `ci` checks this machine's own loader by itself.
        if let Some(emulation) = interpreter.emulation() {
            check_loader(cx, plan, Some(emulation))?;
        }
        self_check(cx, plan, interpreter)?;
    }
    if let Some(native) = &trial.speed {
        speed(cx, interpreter, &std::path::absolute(native)?)?;
    }
    if trial.suite {
        suite(cx, plan, interpreter, &trial.regrtest)?;
    }
    Ok(())
}
