//! `cargo xtask upgrade-check`.

use anyhow::Result;
use clap::Args;

use release::context::Context;
use release::plan::BuildOptions;
use release::planning::planned_for;
use release::recipe::newest_built;
use release::upgrade::{ask, check};
use release::version::PythonVersion;

/// Show which libraries of a release are older than their newest recipes, and which known faults that leaves. Decides nothing.
///
/// Faults are those of Debian's security tracker; where it can't be reached, a line says so.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cargo xtask upgrade-check
  cargo xtask upgrade-check 3.14.7")]
pub struct UpgradeCheck {
    /// A version that `list` shows, such as 3.13.5 [default: the newest that was built].
    version: Option<PythonVersion>,
}

impl UpgradeCheck {
    /// Prints a table.
    ///
    /// # Errors
    /// When there is no such release.
    pub fn run(self, cx: &Context) -> Result<()> {
        let version = self.version.map_or_else(|| newest_built(&cx.paths.mac()), Ok)?;
        let recipes = planned_for(cx, Some(version), &BuildOptions::default(), None)?.recipes;
        let tracker = ask(cx);
        cx.ui.result(check(cx, &recipes, tracker.as_ref().map_err(Clone::clone))?);
        Ok(())
    }
}
