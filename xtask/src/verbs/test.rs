//! `cargo xtask test`.

use std::path::PathBuf;
use std::str::FromStr;

use anyhow::Result;
use clap::Args;
use macho::Arch;
use release::context::Context;
use release::framework::Framework;
use release::interpreter::{ARCH, From};
use release::planning::planned_or_newest;
use release::staged;
use release::trial::{self, Trial};
use release::version::PythonVersion;

use super::build_flags::BuildFlags;

/// Run the Python that was built, from a copy of the staged root.
///
/// On a Mac it runs as it is. On Linux it runs under this project's own loader, on glibc: a pass says that the code is linked
/// and works, not that macOS agrees. On x86_64 Linux an emulator runs the loader for the arm64 slice, many times slower.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cargo xtask test 3.13.5
  cargo xtask test --package dist/python-3.13.5-macos11-unsigned.pkg
  cargo xtask test --suite -- test_ssl test_sqlite3")]
pub struct Test {
    /// A version that `list` shows, such as 3.13.5 [default: that of --source-dir, else the newest that was built].
    version: Option<PythonVersion>,

    /// Which slices to run [default: that of this machine's processor; with --compare all that it can].
    #[arg(long, value_name = "arm64|x86_64|all")]
    slices: Option<Slices>,

    /// Which frameworks to run: Python, PythonT [default: all for the smoke test, else Python].
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    frameworks: Vec<Framework>,

    /// Use every part of it once: seconds. This is the default.
    #[arg(long)]
    smoke: bool,

    /// Run CPython's own test suite: minutes. Every failure that is expected under the loader has its reason in
    /// Mac/expectations/; an unexpected pass is a failure, too.
    #[arg(long)]
    suite: bool,

    /// Put faults into the copy, one at a time: the smoke test must notice each of them.
    #[arg(long)]
    self_check: bool,

    /// Compute what comes out the same on every processor with each slice, and compare: hashes, floats, layouts, compressed data,
    /// byte code.
    #[arg(long)]
    compare: bool,

    /// Run benchmarks with it and with this Python of the same version, and compare.
    #[arg(long, value_name = "PYTHON")]
    speed: Option<PathBuf>,

    /// Another staged root than the one of the plan.
    #[arg(long, alias = "root", value_name = "DIR", conflicts_with = "package")]
    staged: Option<PathBuf>,

    /// Install this package into a folder, with its install scripts, and run what is there then.
    ///
    /// The scripts are confined as by `install --run-scripts`, and can read the loader and what it needs, too; Linux only. The
    /// Python itself then runs as you: test only packages that you would run.
    #[arg(long, value_name = "X.pkg")]
    package: Option<PathBuf>,

    #[command(flatten)]
    build: BuildFlags,

    /// For regrtest: names of tests, or its options.
    #[arg(last = true)]
    regrtest: Vec<String>,
}

/// The slices that are wanted; none named are all.
#[derive(Debug, Clone)]
struct Slices(Vec<Arch>);

impl FromStr for Slices {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "all" {
            Ok(Self(vec![]))
        } else {
            text.split(',').map(Arch::from_str).collect::<Result<_, _>>().map(Self)
        }
    }
}

impl Test {
    /// Runs it.
    ///
    /// # Errors
    /// When nothing was built yet, or something came out otherwise than it should.
    pub fn run(self, cx: &Context) -> Result<()> {
        let plan = planned_or_newest(cx, self.version, &self.build.options()?)?.plan;
        let from = match self.package {
            Some(package) => From::Package(std::path::absolute(package)?),
            None => From::Root(staged::find(cx, &plan, self.staged)?),
        };
        let suite = self.suite || !self.regrtest.is_empty();
        let smoke = self.smoke || !(suite || self.self_check || self.compare || self.speed.is_some());
        // To compare takes more than one.
        let usual = || if self.compare { vec![] } else { vec![ARCH] };
        let trial = Trial {
            archs: self.slices.map_or_else(usual, |slices| slices.0),
            frameworks: self.frameworks,
            smoke,
            self_check: self.self_check,
            compare: self.compare,
            speed: self.speed,
            suite,
            regrtest: self.regrtest,
        };
        trial::run(cx, &plan, &from, &trial)
    }
}
