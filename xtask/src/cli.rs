//! The command line: verbs in the order one uses them. Each verb's flags and work are in `verbs/`.

use std::ffi::OsString;
use std::path::PathBuf;

use anyhow::Result;
use clap::builder::RangedU64ValueParser;
use clap::{ColorChoice, Command, CommandFactory as _, FromArgMatches as _, Parser, Subcommand, ValueEnum as _};

use crate::{help, map, verbs};
use release::colours;
use release::context::Context;
use release::ui::Talk;

/// Headings of the flags that all verbs share.
const WHERE: &str = "Where";
const WORK: &str = "How it works";
const OUTPUT: &str = "Output";

/// From a version of Python to its macOS installer, on a Mac and on Linux.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", version)]
#[command(after_help = "Without a verb the map of all verbs is shown. Examples:
  cargo xtask release 3.13.5
  cargo xtask release --help")]
pub struct Cli {
    #[command(subcommand)]
    verb: Option<Verb>,

    /// Keep downloads, the toolchain and finished steps here.
    #[arg(long, global = true, value_name = "DIR", env = "XTASK_CACHE", help_heading = WHERE)]
    cache: Option<PathBuf>,

    /// Use the cache even when other users may write to it: what they put there is built into releases.
    #[arg(long, global = true, help_heading = WHERE)]
    allow_shared_cache: bool,

    /// The checkout with the data of releases [default: the one around this folder].
    #[arg(long, global = true, value_name = "DIR", env = "XTASK_REPO", help_heading = WHERE)]
    repo: Option<PathBuf>,

    /// Put finished products here [default: dist, in the checkout].
    #[arg(long, global = true, value_name = "DIR", help_heading = WHERE)]
    dist: Option<PathBuf>,

    /// Never touch the network.
    #[arg(long, global = true, help_heading = WORK)]
    offline: bool,

    /// How many commands may run at a time [default: the number of cores].
    #[arg(long, short, global = true, value_name = "N", help_heading = WORK)]
    #[arg(value_parser = RangedU64ValueParser::<usize>::new().range(1..))]
    jobs: Option<usize>,

    /// Say nothing but results and errors.
    #[arg(long, short, global = true, conflicts_with = "verbose", help_heading = OUTPUT)]
    quiet: bool,

    /// When messages and verdicts have colours [auto: on a terminal, unless NO_COLOR is set].
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto", hide_default_value = true, help_heading = OUTPUT)]
    color: ColorChoice,

    /// Show every place of every finding.
    #[arg(long, short, global = true, help_heading = OUTPUT)]
    verbose: bool,
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
    List(verbs::list::List),
    Status(verbs::status::Status),
    Completions(verbs::completions::Completions),
    Man(verbs::man::Man),
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
            Self::List(_) | Self::Status(_) | Self::Man(_) => false,
        }
    }

    /// Whether it reads the data of releases. Verbs about packages don't.
    fn reads_data(&self) -> bool {
        match self {
            Self::Inspect(_) | Self::Expand(_) | Self::Preview(_) | Self::Manifest(_) | Self::Diff(_) => false,
            Self::Install(_) | Self::Completions(_) | Self::Man(_) | Self::Corpus(_) => false,
            Self::Verify(verify) => verify.reads_data(),
            Self::Package(package) => package.reads_data(),
            _ => true,
        }
    }
}

/// What `--color` asks for, known before the command line is read: complaints about the command line have colours too.
fn colour_asked_for(arguments: &[OsString]) -> ColorChoice {
    let words: Vec<&str> = arguments.iter().filter_map(|word| word.to_str()).take_while(|word| *word != "--").collect();
    let asked = words.iter().enumerate().rev().find_map(|(place, word)| match word.strip_prefix("--color")? {
        "" => words.get(place + 1).copied(),
        joined => joined.strip_prefix('='),
    });
    asked.and_then(|when| ColorChoice::from_str(when, true).ok()).unwrap_or_default()
}

impl Cli {
    /// The command line with its help.
    fn complete() -> Command {
        help::command(Self::command())
    }

    /// Reads the command line; ends the program where that asks for help, or is wrong.
    pub fn read() -> Self {
        let arguments: Vec<OsString> = std::env::args_os().collect();
        let command = Self::complete().color(colour_asked_for(&arguments));
        Self::from_arg_matches(&command.get_matches_from(arguments)).unwrap_or_else(|error| error.exit())
    }

    /// Does what was asked for.
    ///
    /// # Errors
    /// The verb's.
    pub fn run(self) -> Result<()> {
        colours::choose(match self.color {
            ColorChoice::Auto => colours::When::Auto,
            ColorChoice::Always => colours::When::Always,
            ColorChoice::Never => colours::When::Never,
        });
        let mut cx = Context::with_data(self.repo, self.cache, self.dist, self.offline, self.jobs)?;
        cx.ui = cx.ui.called(help::name()).saying(match (self.quiet, self.verbose) {
            (true, _) => Talk::Quiet,
            (_, true) => Talk::Verbose,
            _ => Talk::Normal,
        });
        let Some(verb) = self.verb else {
            cx.ui.result(map::map(&Self::complete()));
            return Ok(());
        };
        if verb.reads_data() {
            cx.need_data()?;
        }
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
            Verb::List(verb) => verb.run(&cx),
            Verb::Status(verb) => verb.run(&cx),
            Verb::Completions(verb) => verb.run(&cx, Self::complete()),
            Verb::Man(verb) => verb.run(&cx, &Self::complete()),
            Verb::Ci(verb) => verb.run(&cx),
            Verb::Corpus(verb) => verb.run(&cx),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::map::{MAP, map};

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
        assert!(map(&Cli::complete()).lines().all(|line| line.len() < 160), "{}", map(&Cli::complete()));
    }

    #[test]
    fn every_verb_has_examples_and_only_flags_that_apply() {
        let mut command = Cli::complete();
        let verbs: Vec<String> = command.get_subcommands().map(|verb| verb.get_name().to_owned()).collect();
        command.build();
        for name in &verbs {
            let verb = command.find_subcommand_mut(name).unwrap();
            let help = verb.render_long_help().to_string();
            let examples = help.matches("\n  cargo xtask ").count();
            assert!(help.contains("\nExamples:\n") && examples >= 2, "{name} has {examples} examples");
        }
        let inspect = command.find_subcommand_mut("inspect").unwrap().render_help().to_string();
        assert!(
            !inspect.contains("--jobs") && !inspect.contains("--dist") && !inspect.contains("--cache"),
            "{inspect}"
        );
        let build = command.find_subcommand_mut("build").unwrap().render_help().to_string();
        assert!(build.contains("--jobs") && build.contains("--repo"), "{build}");
    }

    #[test]
    fn flags_that_are_hidden_are_taken_all_the_same() {
        let line = ["x", "list", "--cache", "c", "-j", "3", "--dist", "d", "--offline", "--json"];
        let matches = Cli::complete().try_get_matches_from(line).unwrap();
        assert_eq!(matches.get_one::<usize>("jobs"), Some(&3));
        let path = |name: &str| matches.get_one::<std::path::PathBuf>(name).unwrap().to_str().unwrap();
        assert_eq!((path("cache"), path("dist"), matches.get_flag("offline")), ("c", "d", true));
        assert!(Cli::complete().try_get_matches_from(["x", "list", "-j", "0"]).is_err());
    }

    #[test]
    fn short_help_fits_a_screen() {
        let mut command = Cli::complete();
        command.build();
        for name in ["inspect", "verify", "expand", "diff", "install", "preview", "list", "status", "clean"] {
            let help = command.find_subcommand_mut(name).unwrap().render_help().to_string();
            assert!(help.lines().count() <= 60, "{name} takes {} lines", help.lines().count());
        }
    }
}
