//! `cargo xtask diff`.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use clap::Args;
use effect::{Offer, Selection, Situation, compare};
use flatpkg::kind::FileKind;
use release::context::Context;
use release::evidence::mtree;
use release::hint::Unusable;
use release::install;
use release::output::write_whole;

/// Compare two packages: what they do to a disk, and what they tell the Installer and the user.
///
/// Files, owners, modes and links; scripts and their order; receipts and policies; choices, texts and pages; which Macs and
/// versions of macOS are allowed. Each is a flat package, a bundle package or metapackage, a disk image with one, or a folder,
/// of which only files are compared. Packages are compared for every choice, on a fresh disk, as an upgrade, over directories
/// that are there already and over links; choices are tried in all combinations where what they install meets.
/// Exit code 0 when they are equal, 1 when not, 2 when one can't be read.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cargo xtask diff OLD.pkg NEW.pkg
  cargo xtask diff OLD.dmg NEW.pkg --mtree new.mtree --json")]
pub struct Diff {
    /// Old package.
    old: PathBuf,

    /// New package.
    new: PathBuf,

    /// Which package of a disk image that has several.
    #[arg(long, value_name = "NAME")]
    package: Option<String>,

    /// Compare only these choices, as `installer -applyChoiceChangesXML` reads them.
    #[arg(long, value_name = "FILE")]
    choices: Option<PathBuf>,

    /// Write what NEW installs on a fresh disk as a manifest, to check a real one: `mtree -f OUT -p /`.
    #[arg(long, value_name = "OUT")]
    mtree: Option<PathBuf>,

    /// Print JSON.
    #[arg(long)]
    json: bool,
}

impl Diff {
    /// Compares, and prints what is different.
    ///
    /// # Errors
    /// When the two do different things, or one can't be read.
    pub fn run(self, cx: &Context) -> Result<()> {
        let package = self.package.as_deref();
        let (old, new) = (offer(&self.old, package)?, offer(&self.new, package)?);
        let folder = old.is_folder || new.is_folder;
        let only = match &self.choices {
            // Both have to know the choices.
            Some(file) => {
                install::selection(&new, Some(file))?;
                Some(install::selection(if old.is_folder { &new } else { &old }, Some(file))?)
            }
            None => None,
        };
        let situations: &[Situation] = if folder { &[Situation::Fresh] } else { &Situation::ALL };
        if let Some(out) = &self.mtree {
            let selection = install::selection(&new, self.choices.as_deref())?;
            write_whole(out, manifest(&new, &selection)?.as_bytes(), 0o644)?;
        }
        let report = compare(&old, &new, only.as_ref(), situations)
            .with_context(|| Unusable("the packages can't be compared".to_owned()))?;
        if self.json {
            cx.ui.json(&report)?;
        } else {
            cx.ui.result(&report);
        }
        if report.is_equal() {
            return Ok(());
        }
        bail!("{} and {} differ", self.old.display(), self.new.display())
    }
}

/// What is laid down on a fresh disk, without macOS's own directories.
fn manifest(offer: &Offer, selection: &Selection) -> Result<String> {
    let (disk, receipts) = Situation::Fresh.disk([offer, offer])?;
    let outcome = effect::install(offer, selection, disk, &receipts)?;
    let laid = outcome.disk.paths.iter().filter(|(path, _)| outcome.origins.contains_key(*path));
    Ok(mtree::of_placed(laid))
}

/// What a package offers; one that can't be read is no difference. `package` is the name of one in a disk image.
fn offer(path: &Path, package: Option<&str>) -> Result<Offer> {
    let package = package.filter(|_| FileKind::of(path).is_ok_and(|kind| kind == FileKind::DiskImage));
    let offer = install::open(path, package)?.offer();
    offer.with_context(|| Unusable(format!("{} can't be read as a package", path.display())))
}
