//! The smoke test: every part of an installation used for real, in seconds.

use std::path::Path;

use anyhow::Result;

use super::copy::Interpreter;
use crate::context::Context;
use crate::plan::Plan;

/// What it runs: a Python program that knows nothing of this project.
const PROGRAM: &str = include_str!("smoke.py");

/// Runs all parts.
///
/// # Errors
/// When a part fails; the message has what each of them said.
pub fn smoke(cx: &Context, plan: &Plan, interpreter: &Interpreter) -> Result<()> {
    let task = cx.ui.task(format!("smoke test, {}", interpreter.name()), None);
    let mut args = vec![interpreter.framework.name().to_owned(), plan.python.to_string()];
    args.extend(plan.expected_modules.iter().cloned());
    let log = interpreter.log(cx, "smoke")?;
    run(interpreter, &args, &log)?;
    task.done("");
    Ok(())
}

/// Runs one part.
///
/// # Errors
/// When it fails; with what it said.
pub fn part(interpreter: &Interpreter, name: &str, args: &[String], log: &Path) -> Result<()> {
    let part = ["--part", name].map(str::to_owned);
    run(interpreter, &[part.as_slice(), args].concat(), log)
}

fn run(interpreter: &Interpreter, args: &[String], log: &Path) -> Result<()> {
    let program = interpreter.folder.path().join("smoke.py");
    fs_err::write(&program, PROGRAM)?;
    let start = ["-B".to_owned(), program.to_string_lossy().into_owned()];
    interpreter.run("smoke test", &[start.as_slice(), args].concat(), log)
}
