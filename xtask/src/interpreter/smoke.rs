//! The smoke test: every part of an installation used for real, in seconds.

use anyhow::Result;

use super::Interpreter;
use crate::context::Context;
use crate::plan::Plan;

/// What it runs: a Python program that knows nothing of this project.
const PROGRAM: &str = include_str!("smoke.py");

/// Runs all parts.
///
/// # Errors
/// When a part fails; the message has what each of them said.
pub fn smoke(cx: &Context, plan: &Plan, interpreter: &Interpreter) -> Result<()> {
    let task = cx.ui.task("smoke test", None);
    let program = interpreter.folder.path().join("smoke.py");
    fs_err::write(&program, PROGRAM)?;
    let mut args = vec!["-B".to_owned(), program.to_string_lossy().into_owned(), plan.python.to_string()];
    args.extend(plan.expected_modules.iter().cloned());
    let log = cx.paths.logs().join("test-smoke.log");
    fs_err::create_dir_all(cx.paths.logs())?;
    interpreter.run("smoke test", &args, &log)?;
    task.done("");
    Ok(())
}
