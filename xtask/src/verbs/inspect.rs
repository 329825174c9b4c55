//! `cargo xtask inspect`.

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use clap::Args;
use flatpkg::dump::{Dump, dump};

use release::context::Context;
use release::described::Described;

/// Show what is in a package: header, table of contents, signatures, documents, every path.
///
/// Bundle packages, bills of materials and disk images are shown too.
///
/// Exit code 2 when it can't be read, 1 when the Distribution names a component that isn't there.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cargo xtask inspect python-3.13.5-macos11.pkg | less
  cargo xtask inspect X.pkg --json | jq '.components[].identifier'")]
pub struct Inspect {
    /// A .pkg or .mpkg, a .dmg, or a bill of materials (.bom), Apple's own included.
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
        if let Some(described) = Described::of(&self.package)? {
            if self.json {
                return cx.ui.json(&described);
            }
            cx.ui.result(described);
            return Ok(());
        }
        let package = release::flat::open(&self.package)?;
        let unreadable = || release::flat::unreadable(&self.package);
        if self.json {
            let values = Dump::of(&package).with_context(unreadable)?;
            cx.ui.json(&values)?;
        } else {
            cx.ui.result(dump(&package).with_context(unreadable)?.trim_end());
        }
        // Everything is shown first: that helps to find the reason.
        let Some(distribution) = package.distribution()? else { return Ok(()) };
        package.resolved(&distribution)?;
        Ok(())
    }
}
