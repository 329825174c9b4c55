//! `cargo xtask completions`.

use anyhow::Result;
use clap::{Args, Command};
use clap_complete::Shell;

use release::context::Context;

/// Print what makes a shell complete verbs and flags.
///
/// Shells complete the first word of a command, and that is cargo's: the completions are those of a command named xtask, which
/// is an alias.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  alias xtask='cargo xtask'
  source <(cargo xtask completions bash)
  cargo xtask completions fish > ~/.config/fish/completions/xtask.fish")]
pub struct Completions {
    /// The shell.
    shell: Shell,
}

impl Completions {
    /// Prints the script.
    ///
    /// # Errors
    /// Never.
    pub fn run(self, cx: &Context, mut command: Command) -> Result<()> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut command, "xtask", &mut script);
        cx.ui.result(String::from_utf8_lossy(&script).trim_end());
        Ok(())
    }
}
