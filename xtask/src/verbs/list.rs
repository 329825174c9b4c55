//! `cargo xtask list`.

use anyhow::Result;
use clap::Args;

use release::context::Context;
use release::stock;

/// List the versions that are defined: when each was last built, what of it is staged here, its products.
///
/// A version without a day is a draft: nobody has seen its data build.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cargo xtask list
  cargo xtask list --json | jq -r '.versions[] | select(.built) | .version'")]
pub struct List {
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

impl List {
    /// Prints a line for each.
    ///
    /// # Errors
    /// When data can't be read.
    pub fn run(self, cx: &Context) -> Result<()> {
        let versions = stock::list(cx)?;
        if self.json {
            return cx.ui.json(&serde_json::json!({ "versions": versions }));
        }
        versions.iter().for_each(|version| cx.ui.result(version));
        Ok(())
    }
}
