//! `cargo xtask corpus`.

use std::path::PathBuf;

use anyhow::{Result, bail, ensure};
use clap::Args;

use release::context::Context;
use release::corpus::{Table, run};
use release::hint::WithHint as _;

/// The table of the corpus.
const TABLE: &str = include_str!("../../../crates/flatpkg/tests/corpus/corpus.toml");

/// Judge packages, disk images and bills of materials that others made, and compare with what is right.
///
/// The table of files is `crates/flatpkg/tests/corpus/corpus.toml`; docs/corpus.md says how to get them. They are known by
/// their digests, whatever they are called. Exit code 1 when one is judged wrong.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cargo xtask corpus ~/corpus
  cargo xtask corpus ~/corpus --json")]
pub struct Corpus {
    /// The folder with the files [default: corpus, in the cache].
    folder: Option<PathBuf>,

    /// Print JSON.
    #[arg(long)]
    json: bool,
}

impl Corpus {
    /// Judges all files that are there, and prints the results.
    ///
    /// # Errors
    /// A file is judged wrong, none is there, or one can't be opened.
    pub fn run(self, cx: &Context) -> Result<()> {
        let table = Table::parse(TABLE)?;
        let folder = self.folder.unwrap_or_else(|| cx.paths.cache.join("corpus"));
        let outcome = run(&table, &folder)?;
        let found = || -> Result<()> {
            ensure!(!outcome.results.is_empty(), "{} has no file of the corpus", folder.display());
            Ok(())
        };
        found().hint("docs/corpus.md says where each file comes from, and how to get it")?;
        if self.json {
            cx.ui.json(&outcome)?;
        } else {
            cx.ui.result(&outcome);
        }
        match outcome.wrong() {
            0 => Ok(()),
            wrong => bail!("{wrong} of {} files are judged wrong", outcome.results.len()),
        }
    }
}
