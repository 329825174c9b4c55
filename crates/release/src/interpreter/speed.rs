//! How fast it runs, compared with another Python: one of this machine, built of the same source with the same flags.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, Result};

use super::copy::Interpreter;
use crate::context::Context;

/// What both run: a Python program that knows nothing of this project.
const PROGRAM: &str = include_str!("speed.py");

/// How often both run it, in turns; the best time counts.
const ROUNDS: usize = 7;

/// Seconds, by benchmark.
type Times = BTreeMap<String, f64>;

/// Runs benchmarks with both, and says how they compare.
///
/// # Errors
/// When one of them fails.
pub fn speed(cx: &Context, interpreter: &Interpreter, native: &Path) -> Result<()> {
    let program = interpreter.folder.path().join("speed.py");
    fs_err::write(&program, PROGRAM)?;
    let args = ["-I", &program.to_string_lossy()].map(str::to_owned);
    let mut best = [Times::new(), Times::new()];
    let ours = interpreter.program();
    for _ in 0..ROUNDS {
        for (python, best) in [native, ours.as_path()].into_iter().zip(&mut best) {
            let log = interpreter.log(cx, "speed")?;
            interpreter.start("run benchmarks", python, &args, &log)?;
            for (name, seconds) in times(&fs_err::read_to_string(&log)?) {
                let time = best.entry(name).or_insert(seconds);
                *time = time.min(seconds);
            }
        }
    }
    let [native, ours] = best;
    cx.ui.say(format_args!("{:22} {:>9} {:>9} {:>6}", "", "native", "loader", "ratio"));
    let mut product = 1.0;
    for (name, ours) in &ours {
        let native = native.get(name).with_context(|| format!("the native Python did not run {name}"))?;
        product *= ours / native;
        cx.ui.say(format_args!("{name:22} {native:8.4}s {ours:8.4}s {:6.2}", ours / native));
    }
    let mean = product.powf(1.0 / ours.len().max(1) as f64);
    cx.ui.say(format_args!("{:22} {:>26.2}", "geometric mean", mean));
    Ok(())
}

/// The lines `NAME SECONDS` of a log.
fn times(log: &str) -> Times {
    let pairs = log.lines().filter_map(|line| line.split_once(' '));
    pairs.filter_map(|(name, seconds)| Some((name.to_owned(), seconds.parse().ok()?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_found_in_the_log() {
        let log = "\n#### run benchmarks\n# cd /tmp\n# A=1\nfloats 0.25\nhashes 1e-3\n";
        assert_eq!(times(log), Times::from([("floats".into(), 0.25), ("hashes".into(), 0.001)]));
    }
}
