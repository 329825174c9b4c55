//! `cargo xtask inspect`.

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use clap::Args;
use flatpkg::dump::{Dump, dump};

use release::context::Context;

/// Show what is in a flat package: header, table of contents, signatures, documents, every path.
///
/// Exit code 2 when it can't be read, 1 when the Distribution names a component that isn't there.
#[derive(Debug, Args)]
pub struct Inspect {
    /// A .pkg file, Apple's own included.
    package: PathBuf,

    /// Print JSON.
    #[arg(long)]
    json: bool,
}

impl Inspect {
    /// Prints the package.
    ///
    /// # Errors
    /// When it can't be read, or a reference leads to no component.
    pub fn run(self, cx: &Context) -> Result<()> {
        let package = release::judgement::open(&self.package)?;
        let unreadable = || release::judgement::unreadable(&self.package);
        if self.json {
            let values = Dump::of(&package).with_context(unreadable)?;
            cx.ui.result(serde_json::to_string_pretty(&values)?);
        } else {
            cx.ui.result(dump(&package).with_context(unreadable)?.trim_end());
        }
        // Everything is shown first: that helps to find the reason.
        let Some(distribution) = package.distribution()? else { return Ok(()) };
        package.resolved(&distribution)?;
        Ok(())
    }
}
