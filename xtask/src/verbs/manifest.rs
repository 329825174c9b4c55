//! `cargo xtask manifest`.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use clap::Args;

use release::context::Context;
use release::manifest::manifest;

/// Print what a staged root is made of, or how two differ: two builds of one release must not.
///
/// A line for each entry: path, kind, mode, SHA-256. Exit code 1 when two roots differ.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cargo xtask manifest ROOT
  cargo xtask manifest ROOT --against OTHER")]
pub struct Manifest {
    /// The folder of a staged root, as `build` prints it.
    root: PathBuf,

    /// Another one: show only the differences.
    #[arg(long, value_name = "ROOT")]
    against: Option<PathBuf>,
}

impl Manifest {
    /// Prints the manifest, or the differences.
    ///
    /// # Errors
    /// When the two roots differ, or one can't be read.
    pub fn run(self, cx: &Context) -> Result<()> {
        if let Some(against) = self.against {
            return compare(cx, &self.root, &against);
        }
        let own = manifest(&self.root)?;
        cx.ui.result(own.to_string().trim_end());
        cx.ui.say(format_args!("the whole: {}", own.digest()));
        Ok(())
    }
}

/// Says that two roots are equal, or prints the differences.
///
/// # Errors
/// When they differ, or one can't be read.
pub fn compare(cx: &Context, root: &Path, against: &Path) -> Result<()> {
    let own = manifest(root)?;
    let differences = own.differences(&manifest(against)?);
    if differences.is_empty() {
        cx.ui.say(format_args!("equal; the whole: {}", own.digest()));
        return Ok(());
    }
    cx.ui.result(differences.join("\n"));
    bail!("{} and {} differ", root.display(), against.display())
}
