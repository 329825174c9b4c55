//! What CPython's own test suite is expected to do, per version of Python: `Mac/expectations/`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::Result;
use macho::Arch;
use serde::Deserialize;

use crate::framework::Framework;
use crate::recipe::read_toml;
use crate::version::PythonVersion;

/// The file of one minor version.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct SuiteExpectations {
    /// Tests that fail under the loader, each with its reason. One that passes is out of date.
    pub fails: BTreeMap<String, String>,
    /// Tests that are not run at all under the loader, each with its reason.
    pub excluded: BTreeMap<String, String>,
    /// What is added on one processor.
    #[serde(default)]
    only: BTreeMap<Arch, Added>,
    /// What is added without the global interpreter lock.
    #[serde(default)]
    free_threaded: Added,
}

/// What one processor, or the free-threaded build, adds.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Added {
    #[serde(default)]
    fails: BTreeMap<String, String>,
    #[serde(default)]
    excluded: BTreeMap<String, String>,
}

/// How one file of tests ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// Nothing failed.
    Passed,
    /// Something failed, or it crashed, or took too long.
    Failed,
    /// It said that it can't run here.
    Skipped,
}

impl SuiteExpectations {
    /// Reads the file of a version.
    ///
    /// # Errors
    /// When there is none, or it has a mistake.
    pub fn read(mac: &Path, python: PythonVersion) -> Result<Self> {
        read_toml(&mac.join("expectations").join(format!("{}.toml", python.short())))
    }

    /// What is expected of a framework on a processor.
    #[must_use]
    pub fn on(mut self, arch: Arch, framework: Framework) -> Self {
        let free_threaded = (framework == Framework::PythonT).then(|| std::mem::take(&mut self.free_threaded));
        for Added { fails, excluded } in self.only.remove(&arch).into_iter().chain(free_threaded) {
            self.fails.extend(fails);
            self.excluded.extend(excluded);
        }
        self
    }

    /// Everything that came out otherwise than expected, in words.
    pub fn surprises(&self, outcomes: &BTreeMap<String, Outcome>) -> Vec<String> {
        let mut surprises = Vec::new();
        for (test, outcome) in outcomes {
            match (outcome, self.fails.get(test)) {
                (Outcome::Failed, None) => surprises.push(format!("{test} failed")),
                (Outcome::Passed, Some(reason)) => {
                    surprises.push(format!("{test} passed, which was not expected: {reason}"));
                }
                _ => {}
            }
        }
        surprises
    }

    /// Expected failures that were not even run, in a run of everything.
    pub fn unknown(&self, outcomes: &BTreeMap<String, Outcome>) -> Vec<String> {
        let run: BTreeSet<&String> = outcomes.keys().collect();
        let missing = self.fails.keys().filter(|test| !run.contains(test));
        missing.map(|test| format!("{test} is expected to fail, but there is no such test")).collect()
    }
}

/// The outcomes in what regrtest printed: lines such as `0:01:02 load avg: 1.00 [ 12/405/1] test_os failed (1 error)`.
pub fn outcomes(log: &str) -> BTreeMap<String, Outcome> {
    let mut outcomes = BTreeMap::new();
    for line in log.lines() {
        let Some((_, rest)) = line.split_once('[').and_then(|(_, rest)| rest.split_once("] ")) else { continue };
        let mut words = rest.split(' ');
        let (Some(test), Some(word)) = (words.next(), words.next()) else { continue };
        let outcome = match word {
            "passed" => Outcome::Passed,
            "skipped" => Outcome::Skipped,
            "failed" | "crashed" | "timed" | "worker" => Outcome::Failed,
            // `test_x ran no tests`, `test_x interrupted`.
            "ran" => Outcome::Skipped,
            _ => continue,
        };
        outcomes.insert(test.to_owned(), outcome);
    }
    outcomes
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: &str = "\
== CPython 3.13.5
0:00:01 load avg: 1.20 [  1/405] test_abc passed
0:00:02 load avg: 1.20 [  2/405] test_kqueue skipped
0:00:02 load avg: 1.20 [  3/405/1] test_os failed (2 failures) (1 min 3 sec)
0:00:03 load avg: 1.20 [  4/405/2] test.test_asyncio.test_events worker non-zero exit code (Exit code -11 (SIGSEGV))
0:00:03 load avg: 1.20 [  5/405/2] test_ttk ran no tests
test_os failed [not a result]
";

    #[test]
    fn results_are_found_in_the_log() {
        let found = outcomes(LOG);
        assert_eq!(found.len(), 5);
        assert_eq!(found["test_abc"], Outcome::Passed);
        assert_eq!(found["test_kqueue"], Outcome::Skipped);
        assert_eq!(found["test_os"], Outcome::Failed);
        assert_eq!(found["test.test_asyncio.test_events"], Outcome::Failed);
    }

    #[test]
    fn both_kinds_of_surprise_are_told() {
        let fails = BTreeMap::from([("test_abc".into(), "why".into()), ("test_gone".into(), "why".into())]);
        let expectations = SuiteExpectations {
            fails,
            excluded: BTreeMap::new(),
            only: BTreeMap::new(),
            free_threaded: Added::default(),
        };
        let found = outcomes(LOG);
        assert_eq!(
            expectations.surprises(&found),
            ["test.test_asyncio.test_events failed", "test_abc passed, which was not expected: why", "test_os failed"]
        );
        assert_eq!(expectations.unknown(&found), ["test_gone is expected to fail, but there is no such test"]);
    }

    #[test]
    fn a_processor_and_the_free_threaded_build_add_to_what_is_expected() {
        let text = "[fails]\ntest_a = 'why'\n[excluded]\n[only.arm64.fails]\ntest_b = 'why'\n\
            [free-threaded.fails]\ntest_c = 'why'\n";
        let names = |arch, framework| {
            let expectations: SuiteExpectations = toml::from_str(text).unwrap();
            expectations.on(arch, framework).fails.into_keys().collect::<Vec<_>>()
        };
        assert_eq!(names(Arch::X86_64, Framework::Python), ["test_a"]);
        assert_eq!(names(Arch::Arm64, Framework::Python), ["test_a", "test_b"]);
        assert_eq!(names(Arch::Arm64, Framework::PythonT), ["test_a", "test_b", "test_c"]);
    }

    #[test]
    fn all_files_can_be_read() {
        let mac = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../Mac");
        let has_one = |version: &PythonVersion| mac.join(format!("expectations/{}.toml", version.short())).exists();
        let versions: Vec<_> = crate::recipe::known_releases(&mac).unwrap().into_iter().filter(has_one).collect();
        assert!(!versions.is_empty());
        for version in versions {
            for arch in [Arch::X86_64, Arch::Arm64] {
                let expectations = SuiteExpectations::read(&mac, version).unwrap().on(arch, Framework::PythonT);
                for (test, reason) in expectations.fails.iter().chain(&expectations.excluded) {
                    assert!(reason.len() > 10, "{test} has no reason");
                }
            }
        }
    }
}
