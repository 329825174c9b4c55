//! `cargo xtask test`.

use std::path::PathBuf;

use anyhow::{Result, anyhow};
use clap::Args;

use super::options::Options;
use release::context::Context;
use release::hint::WithHint as _;
use release::interpreter::{From, Interpreter, self_check, smoke, speed, suite};
use release::version::PythonVersion;

/// Run the Python that was built, from a copy of the staged root.
///
/// On a Mac it runs as it is. On x86_64 Linux its x86_64 slice runs under this project's own loader, on glibc: a pass
/// says that the code is linked and works, not that macOS agrees.
#[derive(Debug, Default, Args)]
pub struct Test {
    /// A version there is data for [default: the newest that is no draft].
    #[arg(value_name = "RELEASE")]
    version: Option<PythonVersion>,

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

    /// Run benchmarks with it and with this Python of the same version, and compare.
    #[arg(long, value_name = "PYTHON")]
    speed: Option<PathBuf>,

    /// Another staged root than the one of the plan.
    #[arg(long, value_name = "DIR", conflicts_with = "package")]
    root: Option<PathBuf>,

    /// Install this package into a folder, with its install scripts, and run what is there then.
    #[arg(long, value_name = "X.pkg")]
    package: Option<PathBuf>,

    #[command(flatten)]
    options: Options,

    /// For regrtest: names of tests, or its options.
    #[arg(last = true)]
    regrtest: Vec<String>,
}

impl Test {
    /// What CI runs: a package is installed, and the smoke test looks at it and at itself.
    pub fn of_package(package: PathBuf) -> Self {
        Self { package: Some(package), smoke: true, self_check: true, ..Self::default() }
    }

    /// Runs it.
    ///
    /// # Errors
    /// When nothing was built yet, or something came out otherwise than it should.
    pub fn run(self, cx: &Context) -> Result<()> {
        let plan = self.options.plan_or_newest(cx, self.version)?;
        let from = match self.package {
            Some(package) => From::Package(std::path::absolute(package)?),
            None => {
                let root = match self.root {
                    Some(root) => root,
                    None => super::package::staged(cx, &plan)?,
                };
                if !root.is_dir() {
                    let python = plan.python;
                    return Err(anyhow!("Python {python} is not built: {} does not exist", root.display())).hint(
                        format!("run `cargo xtask build {python}` with the same choices first, or name a staged root with --root DIR"),
                    );
                }
                From::Root(root)
            }
        };
        let interpreter = Interpreter::prepare(cx, &plan, &from)?;
        let suite_wanted = self.suite || !self.regrtest.is_empty();
        if self.smoke || !(suite_wanted || self.self_check || self.speed.is_some()) {
            smoke(cx, &plan, &interpreter)?;
        }
        if self.self_check {
            self_check(cx, &plan, &interpreter)?;
        }
        if let Some(native) = &self.speed {
            speed(cx, &interpreter, &std::path::absolute(native)?)?;
        }
        if suite_wanted {
            suite(cx, &plan, &interpreter, &self.regrtest)?;
        }
        Ok(())
    }
}
