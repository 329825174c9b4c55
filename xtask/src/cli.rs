//! The command line: verbs in the order one uses them. Each verb's flags and work are in `verbs/`.

use std::path::PathBuf;

use anyhow::Result;
use clap::{CommandFactory as _, Parser, Subcommand};

use crate::verbs;
use release::context::Context;

/// From a version of Python to its macOS installer, on a Mac and on Linux.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", version, disable_help_subcommand = true)]
#[command(after_help = "Without a verb the map of all verbs is shown. Examples:
  cargo xtask release 3.13.5
  cargo xtask release --help")]
pub struct Cli {
    #[command(subcommand)]
    verb: Option<Verb>,

    /// Keep downloads, the toolchain and finished steps here.
    #[arg(long, global = true, value_name = "DIR", env = "XTASK_CACHE")]
    cache: Option<PathBuf>,

    /// Use the cache even when other users may write to it: what they put there is built into releases.
    #[arg(long, global = true)]
    allow_shared_cache: bool,

    /// Put finished products here [default: dist, in the checkout].
    #[arg(long, global = true, value_name = "DIR")]
    dist: Option<PathBuf>,

    /// Never touch the network.
    #[arg(long, global = true)]
    offline: bool,

    /// How many commands may run at a time [default: the number of cores].
    #[arg(long, short, global = true, value_name = "N")]
    jobs: Option<usize>,
}

#[derive(Debug, Subcommand)]
enum Verb {
    New(verbs::new::New),
    Plan(verbs::plan::Plan),
    Fetch(verbs::fetch::Fetch),
    Vendor(verbs::vendor::Vendor),
    Build(verbs::build::Build),
    Package(verbs::package::Package),
    Sign(Box<verbs::sign::Sign>),
    Notarize(Box<verbs::notarize::Notarize>),
    Release(Box<verbs::release::Release>),
    Inspect(verbs::inspect::Inspect),
    Expand(verbs::expand::Expand),
    Test(verbs::test::Test),
    Verify(verbs::verify::Verify),
    Preview(verbs::preview::Preview),
    Manifest(verbs::manifest::Manifest),
    Diff(verbs::diff::Diff),
    Install(verbs::install::Install),
    Doctor(Box<verbs::doctor::Doctor>),
    Toolchain(verbs::toolchain::Toolchain),
    UpgradeCheck(verbs::upgrade_check::UpgradeCheck),
    Reproduce(Box<verbs::reproduce::Reproduce>),
    Clean(verbs::clean::Clean),
    Keys(verbs::keys::Keys),
    Completions(verbs::completions::Completions),
    Ci(verbs::ci::Ci),
    Corpus(verbs::corpus::Corpus),
}

impl Verb {
    /// Whether what lies in the cache gets into what the verb makes, or is removed. The others at most read the SDK there.
    fn builds_on_cache(&self) -> bool {
        match self {
            Self::New(_)
            | Self::Fetch(_)
            | Self::Vendor(_)
            | Self::Build(_)
            | Self::Package(_)
            | Self::Sign(_)
            | Self::Release(_) => true,
            Self::Test(_) | Self::Clean(_) | Self::Ci(_) | Self::Reproduce(_) => true,
            Self::Plan(_) | Self::Notarize(_) | Self::Inspect(_) | Self::Expand(_) | Self::Verify(_) => false,
            Self::Preview(_) | Self::Manifest(_) | Self::Diff(_) | Self::Install(_) | Self::Keys(_) => false,
            Self::Doctor(_) | Self::UpgradeCheck(_) | Self::Completions(_) | Self::Corpus(_) | Self::Toolchain(_) => {
                false
            }
        }
    }
}

/// The verbs in the order one uses them.
const MAP: &[(&str, &[&str])] = &[
    ("First, and when something fails", &["doctor", "plan"]),
    ("Making the installer: release does all, the others one part each", &["release", "fetch", "build", "package"]),
    ("Signing it, so that macOS opens it", &["sign", "notarize"]),
    ("Trying what was built", &["test"]),
    ("Looking at any package", &["preview", "inspect", "expand", "verify", "manifest", "diff", "install", "reproduce"]),
    ("Keeping house", &["new", "upgrade-check", "vendor", "clean", "keys", "toolchain", "completions", "ci", "corpus"]),
];

impl Cli {
    /// Does what was asked for.
    ///
    /// # Errors
    /// The verb's.
    pub fn run(self) -> Result<()> {
        let cx = Context::new(self.cache, self.dist, self.offline, self.jobs)?;
        let Some(verb) = self.verb else {
            cx.ui.result(map());
            return Ok(());
        };
        if verb.builds_on_cache() {
            release::cache::check(&cx.paths.cache, self.allow_shared_cache)?;
        }
        match verb {
            Verb::New(verb) => verb.run(&cx),
            Verb::Plan(verb) => verb.run(&cx),
            Verb::Fetch(verb) => verb.run(&cx),
            Verb::Vendor(verb) => verb.run(&cx),
            Verb::Build(verb) => verb.run(&cx),
            Verb::Package(verb) => verb.run(&cx),
            Verb::Sign(verb) => verb.run(&cx),
            Verb::Notarize(verb) => verb.run(&cx),
            Verb::Release(verb) => verb.run(&cx),
            Verb::Inspect(verb) => verb.run(&cx),
            Verb::Expand(verb) => verb.run(&cx),
            Verb::Test(verb) => verb.run(&cx),
            Verb::Verify(verb) => verb.run(&cx),
            Verb::Preview(verb) => verb.run(&cx),
            Verb::Manifest(verb) => verb.run(&cx),
            Verb::Diff(verb) => verb.run(&cx),
            Verb::Install(verb) => verb.run(&cx),
            Verb::Doctor(verb) => verb.run(&cx),
            Verb::Toolchain(verb) => verb.run(&cx),
            Verb::UpgradeCheck(verb) => verb.run(&cx),
            Verb::Reproduce(verb) => verb.run(&cx),
            Verb::Clean(verb) => verb.run(&cx),
            Verb::Keys(verb) => verb.run(&cx),
            Verb::Completions(verb) => verb.run(&cx, Self::command()),
            Verb::Ci(verb) => verb.run(&cx),
            Verb::Corpus(verb) => verb.run(&cx),
        }
    }
}

/// The verbs with what they do, as their own help says it.
fn map() -> String {
    let command = Cli::command();
    let about = |name: &str| {
        let verb = command.find_subcommand(name);
        verb.and_then(|verb| verb.get_about()).map(ToString::to_string).unwrap_or_default()
    };
    let mut text = "cargo xtask: from a version of Python to its macOS installer\n".to_owned();
    for (heading, verbs) in MAP {
        text.push_str(&format!("\n{heading}\n"));
        for verb in *verbs {
            text.push_str(&format!("  {verb:13} {}\n", about(verb)));
        }
    }
    text + "\ncargo xtask VERB --help says more. Begin with `cargo xtask doctor`."
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn the_map_has_every_verb_once() {
        let command = Cli::command();
        let mut verbs: Vec<&str> = command.get_subcommands().map(|verb| verb.get_name()).collect();
        let mut mapped: Vec<&str> = MAP.iter().flat_map(|(_, verbs)| verbs.iter().copied()).collect();
        verbs.sort_unstable();
        mapped.sort_unstable();
        assert_eq!(mapped, verbs);
        assert!(map().lines().all(|line| line.len() < 160), "{}", map());
    }
}
