//! `cargo xtask test`.

use std::path::PathBuf;

use anyhow::{Result, anyhow};
use clap::Args;

use crate::context::Context;
use crate::hint::WithHint as _;
use crate::interpreter::{Interpreter, smoke, suite};
use crate::plan::STAGE;
use crate::recipe::newest_built;
use crate::version::PythonVersion;

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

    /// Another staged root than the one of the plan.
    #[arg(long, value_name = "DIR")]
    root: Option<PathBuf>,

    /// For regrtest: names of tests, or its options.
    #[arg(last = true)]
    regrtest: Vec<String>,
}

impl Test {
    /// Runs it.
    ///
    /// # Errors
    /// When nothing was built yet, or something came out otherwise than it should.
    pub fn run(self, cx: &Context) -> Result<()> {
        let version = match self.version {
            Some(version) => version,
            None => newest_built(&cx.paths.mac())?,
        };
        let plan = super::plan::make(cx, version)?;
        let root = self.root.unwrap_or_else(|| cx.paths.steps().join(plan.folder(STAGE)));
        if !root.is_dir() {
            return Err(anyhow!("Python {version} is not built: {} does not exist", root.display()))
                .hint(format!("run `cargo xtask build {version}` first, or name a staged root with --root DIR"));
        }
        let interpreter = Interpreter::prepare(cx, &plan, &root)?;
        let suite_wanted = self.suite || !self.regrtest.is_empty();
        if self.smoke || !suite_wanted {
            smoke(cx, &plan, &interpreter)?;
        }
        if suite_wanted {
            suite(cx, &plan, &interpreter, &self.regrtest)?;
        }
        Ok(())
    }
}
