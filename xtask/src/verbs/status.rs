//! `cargo xtask status`.

use anyhow::Result;
use clap::Args;

use super::build_flags::BuildFlags;
use release::context::Context;
use release::planning::planned_or_newest;
use release::stock::Stock;
use release::version::PythonVersion;

/// Say what is in the cache and among the products, how big it is, and what a release would still do.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cargo xtask status
  cargo xtask status 3.14.7 --no-docs")]
pub struct Status {
    /// A version that `list` shows, such as 3.13.5 [default: that of --source-dir, else the newest that was built].
    version: Option<PythonVersion>,

    /// Print JSON.
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    build: BuildFlags,
}

impl Status {
    /// Prints it.
    ///
    /// # Errors
    /// When there is no such release, or this machine can't make it.
    pub fn run(self, cx: &Context) -> Result<()> {
        let stock = Stock::of(cx, &planned_or_newest(cx, self.version, &self.build.options()?)?);
        if self.json {
            return cx.ui.json(&stock);
        }
        cx.ui.result(stock);
        Ok(())
    }
}
