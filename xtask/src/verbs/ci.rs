//! `cargo xtask ci`.

use anyhow::Result;
use clap::Args;

use crate::context::Context;
use crate::exec::Check;
use crate::recipe::newest_built;

/// Run every check that a change must pass: what CI runs.
#[derive(Debug, Args)]
pub struct Ci {
    /// Leave out the build of the newest release (minutes when the cache is warm, much longer when not).
    #[arg(long)]
    quick: bool,
}

/// Checks of the code, in the order that fails fastest.
const CHECKS: &[(&str, &str)] = &[
    ("format", "fmt --all -- --check"),
    ("lints", "clippy --workspace --all-targets -- -D warnings"),
    ("documentation", "doc --workspace --no-deps --document-private-items"),
    ("tests", "test --workspace"),
];

impl Ci {
    /// Runs them all.
    ///
    /// # Errors
    /// The first check that fails.
    pub fn run(self, cx: &Context) -> Result<()> {
        for (purpose, arguments) in CHECKS {
            cx.ui.say(format_args!("#### {purpose}: cargo {arguments}"));
            Check { purpose, program: "cargo", args: &arguments.split(' ').collect::<Vec<_>>(), dir: &cx.paths.repo }
                .run()?;
        }
        if !self.quick {
            cx.ui.say("#### release");
            let package = super::release::Release::newest(cx)?.run(cx)?;
            let plan = super::plan::make(cx, newest_built(&cx.paths.mac())?)?;
            cx.ui.say("#### the loader against the SDK");
            crate::interpreter::check_loader(cx, &plan)?;
            cx.ui.say("#### installation and smoke test");
            match crate::interpreter::obstacle() {
                None => super::test::Test::of_package(package).run(cx)?,
                Some((what, remedy)) => cx.ui.say(format_args!("skipped: {what} ({remedy})")),
            }
        }
        Ok(())
    }
}
