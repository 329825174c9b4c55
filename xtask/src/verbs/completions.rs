//! `cargo xtask completions`.

use anyhow::Result;
use clap::builder::PossibleValuesParser;
use clap::{Args, Command};
use clap_complete::Shell;

use release::context::Context;
use release::recipe::known_releases;

/// Print what makes a shell complete verbs and flags.
///
/// Shells complete the first word of a command, and that is cargo's: the completions are those of a command named xtask, for
/// which `alias xtask='cargo xtask'` is enough. Verbs, flags and the versions that are defined are completed.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cargo xtask completions bash > ~/.local/share/bash-completion/completions/xtask
  cargo xtask completions fish > ~/.config/fish/completions/xtask.fish")]
pub struct Completions {
    /// The shell.
    shell: Shell,
}

impl Completions {
    /// Prints the script. Versions are those that are defined now, where the data of releases are at hand.
    ///
    /// # Errors
    /// Never.
    pub fn run(self, cx: &Context, mut command: Command) -> Result<()> {
        let known = known_releases(&cx.paths.mac()).unwrap_or_default();
        let known: Vec<String> = known.iter().map(ToString::to_string).collect();
        let verbs: Vec<String> = command.get_subcommands().map(|verb| verb.get_name().to_owned()).collect();
        for verb in verbs.iter().filter(|_| !known.is_empty()) {
            command = command.mut_subcommand(verb, |verb| {
                verb.mut_args(|arg| match arg.get_id().as_str() {
                    "version" | "release" => arg.value_parser(PossibleValuesParser::new(known.clone())),
                    _ => arg,
                })
            });
        }
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut command, "xtask", &mut script);
        cx.ui.result(String::from_utf8_lossy(&script).trim_end());
        Ok(())
    }
}
