//! `cargo xtask install`.

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;

use release::context::Context;
use release::install;

/// Lay a package down in a folder as the Installer would on a disk, for looking and for tests.
///
/// Flat packages, bundle packages and disk images. Nothing is written outside of the folder. Only root can give files away:
/// otherwise everything belongs to you.
#[derive(Debug, Args)]
pub struct Install {
    /// A .pkg or .mpkg, or a .dmg with one.
    package: PathBuf,

    /// The folder that stands for the root of the disk.
    #[arg(long, value_name = "DIR")]
    root: PathBuf,

    /// What to install, as `installer -applyChoiceChangesXML` reads it [default: what the package selects].
    #[arg(long, value_name = "FILE")]
    choices: Option<PathBuf>,

    /// Run the package's scripts; bubblewrap keeps them from writing anywhere else and from the network.
    #[arg(long)]
    run_scripts: bool,
}

impl Install {
    /// Lays it down.
    ///
    /// # Errors
    /// It can't be read or laid down, or a script fails.
    pub fn run(self, cx: &Context) -> Result<()> {
        let package = install::open(&self.package)?;
        let offer = package.offer()?;
        let selection = install::selection(&offer, self.choices.as_deref())?;
        let log = cx.paths.logs().join("install.log");
        if self.run_scripts {
            fs_err::create_dir_all(cx.paths.logs())?;
            release::exec::fresh_log(&log)?;
        }
        let count = package.lay_down(&offer, &selection, &self.root, self.run_scripts.then_some(log.as_path()))?;
        for part in offer.parts.iter().filter(|part| selection.contains(&part.id)) {
            cx.ui.say(format_args!("  {} {} in {}", part.identifier, part.version, part.location));
            let idle = part.scripts.iter().filter(|_| !self.run_scripts);
            idle.for_each(|script| cx.ui.say(format_args!("    {} was not run", script.name)));
        }
        cx.ui.result(format_args!("{count} entries in {}", self.root.display()));
        Ok(())
    }
}
