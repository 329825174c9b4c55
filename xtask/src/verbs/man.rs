//! `cargo xtask man`.

use std::path::PathBuf;

use anyhow::Result;
use clap::{Args, Command};

use release::context::Context;
use release::output::write_whole;

/// Write manual pages, one a verb, for man(1).
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cargo xtask man ~/.local/share/man/man1
  cargo xtask man target/man && man -l target/man/cpython-macos-release-verify.1")]
pub struct Man {
    /// The folder; made if it isn't there.
    dir: PathBuf,
}

impl Man {
    /// Writes them, and prints the path of the first page.
    ///
    /// # Errors
    /// When the folder can't be written.
    pub fn run(self, cx: &Context, command: &Command) -> Result<()> {
        fs_err::create_dir_all(&self.dir)?;
        let dir = std::path::absolute(&self.dir)?;
        let top = "cpython-macos-release";
        let mut command = command.clone();
        command.build();
        self.page(&dir, top, command.clone().name(top))?;
        for verb in command.get_subcommands().filter(|verb| verb.get_name() != "help") {
            let name = format!("{top}-{}", verb.get_name());
            self.page(&dir, &name, verb.clone().name(name.clone()))?;
        }
        cx.ui.result(self.dir.join(format!("{top}.1")).display());
        Ok(())
    }

    fn page(&self, dir: &std::path::Path, name: &str, command: Command) -> Result<()> {
        let mut page = Vec::new();
        clap_mangen::Man::new(command).render(&mut page)?;
        write_whole(&dir.join(format!("{name}.1")), &page, 0o644)
    }
}
