//! Every unit test of every crate, as a macOS program: cargo starts each program under `machorun`, its runner for macOS.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::path::Path;

use anyhow::{Result, bail};

use crate::exec::Check;

/// What cargo is asked for. The tests in `tests/` start programs that cargo makes for this machine.
const WHICH: &[&str] = &["test", "--locked", "--workspace", "--lib", "--bins"];

/// Names begin so of those that are for Linux alone: how `machorun` runs a program.
const OF_LINUX: &[(&str, &str)] = &[("machorun", "run::")];

/// Those that a Mac passes, and a loader on Linux doesn't.
const OF_A_MAC: &[&str] = &[
    // Plans a build, for which a Mac is asked which clang `xcrun` names.
    "a_draft_that_is_not_built_can_not_be_accepted",
];

/// Names of tests by the crates that they are of.
type Names = BTreeMap<String, BTreeSet<String>>;

/// How cargo is asked for macOS programs.
pub(super) struct There<'a> {
    /// Its own arguments: the target and its folder, the standard library, the runner.
    pub args: &'a [&'a str],
    pub env: &'a [(&'a str, OsString)],
}

/// Runs them, and gives back a line with the number of each crate that passed.
///
/// # Errors
/// When one fails, doesn't compile, or is here and not there.
pub(super) fn run(repo: &Path, there: &There<'_>) -> Result<String> {
    let list = ["--list", "--format", "terse"];
    let ask = |purpose: &str, args: &[&str], of_tests: &[&str], env: &[(&str, OsString)]| {
        let args = [WHICH, args, &["--"], of_tests].concat();
        let ended = Check { purpose, args: &args, env, dir: repo }.heard()?;
        if !ended.success {
            bail!("{purpose} failed: {}\n{}", ended.status, failures(&ended.out));
        }
        Ok(ended.out)
    };
    let here = names(&ask("listing the unit tests", &[], &list, &[])?);
    let listed = names(&ask("listing the unit tests as macOS programs", there.args, &list, there.env)?);
    let missing = missing(&here, &listed);
    if !missing.is_empty() {
        bail!("unit tests that are not compiled for macOS:\n  {}", missing.join("\n  "));
    }
    let skipped: Vec<&str> = OF_A_MAC.iter().flat_map(|name| ["--skip", name]).collect();
    let passed = passed(&ask("running the unit tests as macOS programs", there.args, &skipped, there.env)?);
    let short = short(&listed, &passed);
    if !short.is_empty() {
        bail!("not all unit tests were run as macOS programs: {}", short.join(", "));
    }
    let counts: Vec<String> =
        passed.iter().filter(|(_, count)| **count > 0).map(|(name, count)| format!("{name} {count}")).collect();
    Ok(counts.join(", "))
}

/// The crate whose tests follow this line of cargo's: `     Running unittests src/lib.rs (…/deps/flatpkg-0123456789abcdef)`.
fn begins(line: &str) -> Option<&str> {
    let (_, path) = line.trim_start().strip_prefix("Running ")?.split_once(" (")?;
    let (name, _) = path.strip_suffix(')')?.rsplit('/').next()?.rsplit_once('-')?;
    Some(name)
}

/// The names of what tests list: `exec::tests::a_name: test`.
fn names(out: &str) -> Names {
    let (mut names, mut current) = (Names::new(), None);
    for line in out.lines() {
        if let Some(name) = begins(line) {
            current = Some(names.entry(name.to_owned()).or_default());
        } else if let (Some(current), Some(test)) = (&mut current, line.strip_suffix(": test")) {
            current.insert(test.to_owned());
        }
    }
    names
}

/// How many passed or are not run without being asked for, by crates: `test result: ok. 172 passed; 0 failed; 1 ignored; …`.
fn passed(out: &str) -> BTreeMap<String, usize> {
    let (mut counts, mut current) = (BTreeMap::new(), None);
    for line in out.lines() {
        if let Some(name) = begins(line) {
            current = Some(name);
        } else if let (Some(name), Some((_, said))) = (current, line.split_once("test result: ok. ")) {
            let number = |what: &str| {
                let part = said.split("; ").find_map(|part| part.strip_suffix(what));
                part.and_then(|number| number.trim().parse::<usize>().ok()).unwrap_or_default()
            };
            *counts.entry(name.to_owned()).or_default() += number("passed") + number("ignored");
        }
    }
    counts
}

/// What is here and not there, but for what is Linux's alone.
fn missing(here: &Names, there: &Names) -> Vec<String> {
    let mut missing = Vec::new();
    for (name, tests) in here {
        let is_of_linux = |test: &&String| OF_LINUX.iter().any(|(of, start)| of == name && test.starts_with(start));
        let absent = tests.iter().filter(|test| !there.get(name).is_some_and(|there| there.contains(*test)));
        missing.extend(absent.filter(|test| !is_of_linux(test)).map(|test| format!("{name}: {test}")));
    }
    missing
}

/// Crates of which fewer passed than were listed.
fn short(listed: &Names, passed: &BTreeMap<String, usize>) -> Vec<String> {
    let is_run = |test: &&String| !OF_A_MAC.iter().any(|name| test.contains(name));
    let counts = listed.iter().map(|(name, tests)| (name, tests.iter().filter(is_run).count()));
    let short = counts.filter_map(|(name, wanted)| {
        let got = passed.get(name).copied().unwrap_or_default();
        (got < wanted).then(|| format!("{name}: {got} of {wanted}"))
    });
    short.collect()
}

/// What is worth reading of tests that failed, or of a compiler's errors: from the first list of failures on, or the last lines.
fn failures(out: &str) -> String {
    let lines: Vec<&str> = out.lines().collect();
    let first = lines.iter().position(|line| *line == "failures:").unwrap_or(lines.len().saturating_sub(40));
    lines.get(first..).unwrap_or_default().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    const LISTED: &str = "    Finished `test` profile\n     Running unittests src/lib.rs (/t/debug/deps/macho-0123)\n\
        a::one: test\na::two: test\n     Running unittests src/lib.rs (/t/debug/deps/machorun-01)\nrun::three: test\n\
        \x20    Running unittests src/main.rs (/t/debug/deps/machorun-02)\nline: test\n";

    #[test]
    fn what_is_not_compiled_there_is_named() {
        let here = names(LISTED);
        let counts: Vec<(&str, usize)> = here.iter().map(|(name, tests)| (name.as_str(), tests.len())).collect();
        assert_eq!(counts, [("macho", 2), ("machorun", 2)]);
        assert_eq!(missing(&here, &names(&LISTED.replace("run::three: test\n", ""))), Vec::<String>::new());
        assert_eq!(missing(&here, &names(&LISTED.replace("a::two: test\n", ""))), ["macho: a::two"]);
        assert_eq!(missing(&here, &names(&LISTED.replace("line: test\n", ""))), ["machorun: line"]);
    }

    #[test]
    fn fewer_than_listed_is_too_few() {
        let said = |of_macho: usize, of_line: usize| {
            format!(
                "     Running unittests src/lib.rs (/t/debug/deps/macho-0123)\n\nrunning 2 tests\ntest a::one ... ok\n\n\
                 test result: ok. {of_macho} passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.02s\n\
                 \x20    Running unittests src/lib.rs (/t/debug/deps/machorun-01)\n\
                 test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured\n\
                 \x20    Running unittests src/main.rs (/t/debug/deps/machorun-02)\n\
                 test result: ok. {of_line} passed; 0 failed; 0 ignored; 0 measured\n"
            )
        };
        let listed = names(LISTED);
        assert_eq!(short(&listed, &passed(&said(1, 1))), Vec::<String>::new());
        assert_eq!(short(&listed, &passed(&said(0, 0))), ["macho: 1 of 2", "machorun: 1 of 2"]);
        assert_eq!(short(&listed, &passed("")), ["macho: 0 of 2", "machorun: 0 of 2"]);
    }

    #[test]
    fn of_a_long_output_the_failures_are_shown() {
        assert_eq!(failures("test a ... FAILED\n\nfailures:\n\n---- a stdout ----"), "failures:\n\n---- a stdout ----");
        assert_eq!(failures("error: no such file"), "error: no such file");
    }
}
