//! `cargo xtask expand`.

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use flatpkg::expand::ExpandError;

use release::context::Context;
use release::hint::hinted;

/// Unpack a flat package into a new or empty folder.
///
/// Nothing is written outside of it, whatever the package says; owners, setuid and setgid bits are not restored. The folder
/// appears whole or not at all, also when the run is interrupted.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cargo xtask expand X.pkg parts
  cargo xtask expand X.pkg files --payload --max-size 2G")]
pub struct Expand {
    /// A .pkg file, Apple's own included.
    package: PathBuf,

    /// Where to.
    dir: PathBuf,

    /// Unpack payloads and scripts too.
    #[arg(long)]
    payload: bool,

    #[command(flatten)]
    limit: super::limit::Limit,
}

impl Expand {
    /// Unpacks the package.
    ///
    /// # Errors
    /// When it can't be read, when the folder has something in it, when a path leads out of it, or when it is too large.
    pub fn run(self, cx: &Context) -> Result<()> {
        let package = release::flat::open(&self.package)?;
        let files = cx.ui.files("expand");
        let options = self.limit.options()?;
        let expanded =
            flatpkg::expand::expand_with(&package, &self.dir, self.payload, options, &|done| files.show(done));
        expanded.map_err(|error| {
            let hint = match &error {
                ExpandError::NotEmpty { .. } => "name a new or an empty folder".to_owned(),
                _ => format!("{} is as it was", self.dir.display()),
            };
            hinted(error.into(), hint)
        })?;
        drop(files);
        cx.ui.result(self.dir.display());
        Ok(())
    }
}
