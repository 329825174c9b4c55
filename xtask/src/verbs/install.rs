//! `cargo xtask install`.

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use effect::{Offer, Selection, Situation};
use flatpkg::laydown::Options;
use flatpkg::shown::shown;

use release::context::Context;
use release::install;
use release::verdict::Signature;

/// Lay a package down in a folder as the Installer would on a disk, for looking and for tests.
///
/// Flat packages, bundle packages and disk images. Nothing is written outside of the folder, links in it are followed as if it
/// were `/`, and the folder itself keeps its owner and mode. Only root can give files away: otherwise everything belongs to
/// you. When it fails or is interrupted, everything is removed again if the folder was empty or missing; else what was laid down
/// so far stays.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cargo xtask install X.pkg --root disk --dry-run
  cargo xtask install X.dmg --root disk --choices choices.plist")]
pub struct Install {
    /// A .pkg or .mpkg, or a .dmg with one.
    #[arg(value_name = "PACKAGE")]
    path: PathBuf,

    /// Which package of a disk image that has several.
    #[arg(long, value_name = "NAME")]
    package: Option<String>,

    /// The folder that stands for the root of the disk: a new or an empty one, never the system that runs here.
    #[arg(long, value_name = "DIR")]
    root: PathBuf,

    /// Into a folder that has something in it, too.
    #[arg(long)]
    force: bool,

    /// Say what would be laid down, and write nothing.
    #[arg(long, short = 'n', conflicts_with = "run_scripts")]
    dry_run: bool,

    /// What to install, as `installer -applyChoiceChangesXML` reads it [default: what the package selects].
    #[arg(long, value_name = "FILE")]
    choices: Option<PathBuf>,

    /// Run the package's scripts, confined by bubblewrap; where that can't be had, nothing is laid down.
    ///
    /// They can write to the folder and, up to 256 MiB each, to their own /tmp and /dev/shm. They can read the folder, the
    /// system's programs and libraries (/usr, /bin, /sbin, /lib*) and /etc/passwd, group, nsswitch.conf, localtime,
    /// alternatives and ld.so.cache; no home, no /run, no /var, no socket outside of the folder. They have no network, no
    /// capabilities and none of your variables, and see no other process. Each script ends after 10 minutes; each of its
    /// processes may have 8 GiB of memory, and all together 1,024 processes, which the kernel doesn't count for root. What they
    /// write to the folder is not limited by --max-size.
    #[arg(long)]
    run_scripts: bool,

    /// Lay down setuid and setgid bits, too. Only root can: without the owner they mean nothing.
    #[arg(long)]
    keep_setid: bool,

    #[command(flatten)]
    limit: super::limit::Limit,
}

impl Install {
    /// Lays it down.
    ///
    /// # Errors
    /// It can't be read or laid down, or a script fails.
    pub fn run(self, cx: &Context) -> Result<()> {
        install::target::check(&self.root, self.force)?;
        let package = install::open(&self.path, self.package.as_deref())?;
        if let Some(flat) = package.flat() {
            let signature = Signature::of(flat)?;
            let warning = if signature.is_trusted { "" } else { "warning: " };
            cx.ui.say(format_args!("{warning}{}: {signature}", shown(&self.path.display())));
        }
        let offer = package.offer()?;
        let selection = install::selection(&offer, self.choices.as_deref())?;
        if self.dry_run {
            return self.announce(cx, &offer, &selection);
        }
        let log = cx.paths.logs().join("install.log");
        if self.run_scripts {
            fs_err::create_dir_all(cx.paths.logs())?;
            release::exec::fresh_log(&log)?;
        }
        let options = Options { keep_setid: self.keep_setid, ..self.limit.options()?.with_owners() };
        let run_scripts = self.run_scripts.then_some(log.as_path());
        let count = package.lay_down(&offer, &selection, &self.root, options, run_scripts)?;
        self.list(cx, &offer, &selection);
        cx.ui.result(format_args!("{count} entries in {}", self.root.display()));
        Ok(())
    }

    fn announce(&self, cx: &Context, offer: &Offer, selection: &Selection) -> Result<()> {
        let (disk, receipts) = Situation::Fresh.disk([offer, offer])?;
        let outcome = effect::install(offer, selection, disk, &receipts)?;
        self.list(cx, offer, selection);
        let root = self.root.display();
        cx.ui.result(format_args!("{} entries would be in {root}; nothing was written", outcome.origins.len()));
        Ok(())
    }

    fn list(&self, cx: &Context, offer: &Offer, selection: &Selection) {
        for part in offer.parts.iter().filter(|part| selection.contains(&part.id)) {
            let [identifier, version, location] = [&part.identifier, &part.version, &part.location].map(shown);
            cx.ui.say(format_args!("  {identifier} {version} in {location}"));
            let idle = part.scripts.iter().filter(|_| !self.run_scripts && !self.dry_run);
            idle.for_each(|script| cx.ui.say(format_args!("    {} was not run", shown(&script.name))));
        }
    }
}
