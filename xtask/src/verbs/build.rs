//! `cargo xtask build`.

use anyhow::Result;
use clap::Args;

use super::build_flags::BuildFlags;
use super::fetch::From;
use super::remote_flags::RemoteFlags;
use release::build::OnFailure;
use release::context::Context;
use release::interrupt;
use release::making::Making;
use release::plan::STAGE;
use release::planning::planned_or_newest;
use release::recipe::LeftOut;
use release::version::PythonVersion;

/// Build a release up to its audited staging root: what the installer will lay down.
///
/// Finished steps are kept and used again; a build that was killed goes on at the step it was in.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cargo xtask build 3.13.5
  cargo xtask build --source-dir ~/cpython --only python")]
pub struct Build {
    /// A version that `list` shows, such as 3.13.5 [default: that of --source-dir, else the newest that was built].
    version: Option<PythonVersion>,

    #[command(flatten)]
    from: From,

    /// Build one step and what it needs, such as openssl or python; print its folder.
    #[arg(long, value_name = "STEP")]
    only: Option<String>,

    /// When a step fails, make all others that don't need it, and report every failure at the end.
    #[arg(long)]
    keep_going: bool,

    #[command(flatten)]
    build: BuildFlags,

    #[command(flatten)]
    remote: RemoteFlags,
}

impl Build {
    /// Builds, audits, and prints the root's path.
    ///
    /// # Errors
    /// The first step that fails; or every finding of the audit.
    pub fn run(self, cx: &Context) -> Result<()> {
        interrupt::tell_what_is_kept(cx)?;
        let planned = planned_or_newest(cx, self.version, &self.build.options()?)?;
        self.only.iter().try_for_each(|step| release::build::must_have(&planned.plan, step))?;
        let supply = self.from.supply(cx)?;
        let remote = self.remote.open(cx)?;
        let making = Making { supply: &supply, remote: remote.as_ref() };
        let last = self.only.as_deref().unwrap_or(STAGE);
        let plan = making.ready(cx, planned, last)?.plan;
        let sources = making.sources(cx, &plan, last)?;
        let on_failure = if self.keep_going { OnFailure::KeepGoing } else { OnFailure::Stop };
        match &self.only {
            Some(step) => cx.ui.result(making.step(cx, &plan, &sources, step, on_failure)?.display()),
            None => {
                let built = making.root(cx, &plan, &sources, on_failure)?;
                for line in LeftOut::lines(&plan.left_out) {
                    cx.ui.say(line);
                }
                cx.ui.result(built.root.display());
            }
        }
        Ok(())
    }
}
