//! `cargo xtask expand`.

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;

use release::context::Context;

/// Unpack a flat package into a new or empty folder.
///
/// Nothing is written outside of it, whatever the package says; owners are not restored.
#[derive(Debug, Args)]
pub struct Expand {
    /// A .pkg file, Apple's own included.
    package: PathBuf,

    /// Where to.
    dir: PathBuf,

    /// Unpack payloads and scripts too.
    #[arg(long)]
    payload: bool,
}

impl Expand {
    /// Unpacks the package.
    ///
    /// # Errors
    /// When it can't be read, when the folder has something in it, or when a path leads out of it.
    pub fn run(self, cx: &Context) -> Result<()> {
        let package = release::judgement::open(&self.package)?;
        let files = cx.ui.files("expand");
        flatpkg::expand::expand_with(&package, &self.dir, self.payload, &|done| files.show(done))?;
        drop(files);
        cx.ui.result(self.dir.display());
        Ok(())
    }
}
