//! Whether slices say the same: one program, whose every line must be the same on each processor.

use anyhow::{Result, bail};
use macho::Arch;

use super::copy::Interpreter;
use crate::context::Context;

/// What all run: a Python program that knows nothing of this project.
const PROGRAM: &str = include_str!("compare.py");

/// The parts of that program, which begin its lines.
const PARTS: [&str; 6] = ["hashes ", "floats ", "layouts ", "storage ", "compiled ", "settings "];

/// What a slice said.
#[derive(Debug)]
pub struct Said {
    arch: Arch,
    lines: Vec<String>,
}

/// Asks a slice.
///
/// # Errors
/// When the program fails.
pub fn ask(cx: &Context, interpreter: &Interpreter) -> Result<Said> {
    let arch = interpreter.arch;
    let log = interpreter.log(cx, "compare")?;
    let task = cx.ui.task(format!("what comes out the same everywhere, {arch}"), None);
    let program = interpreter.folder.path().join("compare.py");
    fs_err::write(&program, PROGRAM)?;
    let args = ["-B".to_owned(), program.to_string_lossy().into_owned()];
    interpreter.run("compute what comes out the same everywhere", &args, &log)?;
    let said = Said::read(arch, &fs_err::read_to_string(&log)?);
    task.done(format_args!(": {} lines", said.lines.len()));
    Ok(said)
}

/// Compares what slices said.
///
/// # Errors
/// When there are no two, or they differ; then where.
pub fn compare(cx: &Context, all: &[Said]) -> Result<()> {
    let [first, others @ ..] = all else { bail!("nothing was asked") };
    if others.is_empty() {
        bail!("only {} can be run here: there is nothing to compare it with", first.arch);
    }
    let different: Vec<String> = others.iter().flat_map(|other| differences(first, other)).collect();
    if !different.is_empty() {
        bail!("the slices don't say the same\n{}", different.join("\n"));
    }
    cx.ui.say(format_args!("all slices say the same: {} lines", first.lines.len()));
    Ok(())
}

impl Said {
    /// The program's lines of a log.
    fn read(arch: Arch, log: &str) -> Self {
        let ours = log.lines().filter(|line| PARTS.iter().any(|part| line.starts_with(part)));
        Self { arch, lines: ours.map(ToOwned::to_owned).collect() }
    }
}

fn differences(one: &Said, other: &Said) -> Vec<String> {
    let count = one.lines.len().max(other.lines.len());
    let line = |said: &Said, at: usize| said.lines.get(at).map_or("nothing", String::as_str).to_owned();
    let pairs = (0..count).map(|at| (line(one, at), line(other, at)));
    let different = pairs.filter(|(left, right)| left != right);
    different.map(|(left, right)| format!("  {}: {left}\n  {}: {right}", one.arch, other.arch)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_counts() {
        let said = |arch, text: &str| Said::read(arch, &format!("\n#### log\n# A=1\n{text}"));
        let one = said(Arch::X86_64, "hashes md5 1\nfloats repr 2\n");
        assert_eq!(differences(&one, &said(Arch::Arm64, "hashes md5 1\nfloats repr 2\n")), Vec::<String>::new());
        let other = said(Arch::Arm64, "hashes md5 1\n");
        assert_eq!(differences(&one, &other), ["  x86_64: floats repr 2\n  arm64: nothing"]);
        assert_eq!(differences(&other, &one), ["  arm64: nothing\n  x86_64: floats repr 2"]);
    }
}
