//! The command line: verbs in the order one uses them. Each verb's flags and work are in `verbs/`.

use std::path::PathBuf;

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::context::Context;
use crate::verbs;

/// From a version of Python to its macOS installer, on a Mac and on Linux.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", version, disable_help_subcommand = true)]
pub struct Cli {
    #[command(subcommand)]
    verb: Verb,

    /// Keep downloads, the toolchain and finished steps here.
    #[arg(long, global = true, value_name = "DIR", env = "XTASK_CACHE")]
    cache: Option<PathBuf>,

    /// Never touch the network.
    #[arg(long, global = true)]
    offline: bool,

    /// How many commands may run at a time [default: the number of cores].
    #[arg(long, short, global = true, value_name = "N")]
    jobs: Option<usize>,
}

#[derive(Debug, Subcommand)]
enum Verb {
    Plan(verbs::plan::Plan),
    Fetch(verbs::fetch::Fetch),
    Build(verbs::build::Build),
    Package(verbs::package::Package),
    Release(verbs::release::Release),
    Inspect(verbs::inspect::Inspect),
    Expand(verbs::expand::Expand),
    Verify(verbs::verify::Verify),
    Manifest(verbs::manifest::Manifest),
    Doctor(verbs::doctor::Doctor),
    Ci(verbs::ci::Ci),
}

impl Cli {
    /// Does what was asked for.
    ///
    /// # Errors
    /// The verb's.
    pub fn run(self) -> Result<()> {
        let cx = Context::new(self.cache, self.offline, self.jobs)?;
        match self.verb {
            Verb::Plan(verb) => verb.run(&cx),
            Verb::Fetch(verb) => verb.run(&cx),
            Verb::Build(verb) => verb.run(&cx),
            Verb::Package(verb) => verb.run(&cx),
            Verb::Release(verb) => verb.run(&cx),
            Verb::Inspect(verb) => verb.run(&cx),
            Verb::Expand(verb) => verb.run(&cx),
            Verb::Verify(verb) => verb.run(&cx),
            Verb::Manifest(verb) => verb.run(&cx),
            Verb::Doctor(verb) => verb.run(&cx),
            Verb::Ci(verb) => verb.run(&cx),
        }
    }
}
