//! CPython's own test suite.

use anyhow::{Result, bail};

use super::copy::Interpreter;
use super::expectations::{Outcome, SuiteExpectations, outcomes};
use super::pace;
use crate::context::Context;
use crate::plan::Plan;

/// Starts regrtest. What runs in the background of a shell ignores SIGINT, and hands that on to every test; tests of
/// Ctrl-C would wait for it forever.
const PROGRAM: &str = "\
import runpy, signal
signal.signal(signal.SIGINT, signal.SIG_DFL)
runpy.run_module('test', run_name='__main__', alter_sys=True)
";

/// How long a file of tests may take on a machine that nothing slows down, seconds.
const FILE: u32 = 600;

/// Runs regrtest, and compares what it says with what is expected of this version under the loader. On a Mac nothing
/// is expected to fail.
///
/// # Errors
/// When a test fails that shouldn't, or passes that shouldn't; all of them are named.
pub fn suite(cx: &Context, plan: &Plan, interpreter: &Interpreter, given: &[String]) -> Result<()> {
    let expectations =
        SuiteExpectations::read(&cx.paths.mac(), plan.python)?.on(interpreter.arch, interpreter.framework);
    let under_loader = !cfg!(target_os = "macos");
    let mut args: Vec<String> = ["-c", PROGRAM, "-u", "curses", "--timeout"].map(str::to_owned).to_vec();
    args.push(pace::scaled(FILE, interpreter.pace).to_string());
    args.push(format!("-j{}", cx.jobs));
    if given.is_empty() && under_loader {
        args.push("-x".to_owned());
        args.extend(expectations.excluded.keys().cloned());
    }
    args.extend(given.iter().cloned());
    let log = interpreter.log(cx, "suite")?;
    let task = cx.ui.task(format!("CPython's test suite, {}", interpreter.name()), None);
    // Its exit code says that some test failed; whether that is wrong is ours to say.
    let ended = interpreter.run("run the test suite", &args, &log);
    let found = outcomes(&fs_err::read_to_string(&log)?);
    if found.is_empty() {
        return ended;
    }
    let mut surprises = if under_loader {
        expectations.surprises(&found)
    } else {
        found.iter().filter(|(_, end)| **end == Outcome::Failed).map(|(test, _)| format!("{test} failed")).collect()
    };
    if under_loader && given.is_empty() {
        surprises.extend(expectations.unknown(&found));
    }
    let count = |wanted| found.values().filter(|outcome| **outcome == wanted).count();
    let (passed, failed, skipped) = (count(Outcome::Passed), count(Outcome::Failed), count(Outcome::Skipped));
    task.done(format_args!(": {} files, {passed} passed, {failed} failed, {skipped} skipped", found.len()));
    for surprise in &surprises {
        cx.ui.say(surprise);
    }
    if !surprises.is_empty() {
        bail!("{} tests came out otherwise than expected; the whole log is {}", surprises.len(), log.display());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exec::{cmd, read, shell};

    #[test]
    fn tests_can_be_interrupted_also_in_the_background() {
        if !oracle::has("python3") {
            return;
        }
        // In place of CPython's `test`: says whether what it starts ignores SIGINT.
        let dir = tempfile::tempdir().unwrap();
        let child = "import signal; print(signal.getsignal(signal.SIGINT) == signal.SIG_IGN)";
        let module = format!("import subprocess, sys\nsubprocess.run([sys.executable, '-c', {child:?}])\n");
        fs_err::create_dir(dir.path().join("test")).unwrap();
        fs_err::write(dir.path().join("test/__init__.py"), "").unwrap();
        fs_err::write(dir.path().join("test/__main__.py"), module).unwrap();
        let sh = shell(dir.path()).unwrap();
        let ignoring = "trap '' INT; exec python3 \"$@\"";
        assert_eq!(read(cmd!(sh, "sh -c {ignoring} sh -c {child}")).unwrap(), "True");
        assert_eq!(read(cmd!(sh, "sh -c {ignoring} sh -c {PROGRAM}")).unwrap(), "False");
    }
}
