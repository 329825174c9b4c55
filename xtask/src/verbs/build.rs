//! `cargo xtask build`.

use anyhow::Result;
use clap::Args;

use super::fetch::From;
use crate::build::Built;
use crate::context::Context;
use crate::plan::Plan;
use crate::version::PythonVersion;

/// Build a release up to its audited staging root: what the installer will lay down.
///
/// Finished steps are kept and used again; a build that was killed goes on at the step it was in.
#[derive(Debug, Args)]
pub struct Build {
    /// A version there is data for, such as 3.13.5.
    pub version: PythonVersion,

    #[command(flatten)]
    pub from: From,
}

impl Build {
    /// Builds, audits, and prints the root's path.
    ///
    /// # Errors
    /// The first step that fails; or every finding of the audit.
    pub fn run(self, cx: &Context) -> Result<(Plan, Built)> {
        let plan = super::plan::make(cx, self.version)?;
        let sources = crate::fetch::all(cx, &plan.sources(), self.from.sources.as_deref())?;
        super::doctor::check_devices()?;
        let built = crate::build::run(cx, &plan, &sources);
        // Whatever happened: a broken /dev/null must not go unnoticed.
        super::doctor::check_devices()?;
        let built = built?;
        super::verify::audit(cx, &plan, &built)?;
        cx.ui.result(built.root.display());
        for item in &plan.left_out {
            cx.ui.say(format_args!("left out {}: {}", item.name, item.why));
        }
        Ok((plan, built))
    }
}
