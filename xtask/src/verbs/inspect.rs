//! `cargo xtask inspect`.

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use flatpkg::dump::{Dump, dump};

use crate::context::Context;

/// Show what is in a flat package: header, table of contents, signatures, documents, every path.
#[derive(Debug, Args)]
pub struct Inspect {
    /// A .pkg file, Apple's own included.
    package: PathBuf,

    /// For programs.
    #[arg(long)]
    json: bool,
}

impl Inspect {
    /// Prints the package.
    ///
    /// # Errors
    /// When it can't be read.
    pub fn run(self, cx: &Context) -> Result<()> {
        let package = super::verify::open(&self.package)?;
        if self.json {
            cx.ui.result(serde_json::to_string_pretty(&Dump::of(&package)?)?);
        } else {
            cx.ui.result(dump(&package)?.trim_end());
        }
        Ok(())
    }
}
