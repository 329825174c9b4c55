//! `cargo xtask diff`.

use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::Args;
use flatpkg::effect::{Difference, Offer, Report, Selection, Situation, compare, selections};
use flatpkg::kind::FileKind;

use flatpkg::shown::shown;
use release::context::Context;
use release::evidence::mtree;
use release::install;
use release::output::write_whole;

/// Compare what two packages do to a disk: files, owners, modes, links, scripts and their order, receipts, policies.
///
/// Each is a flat package, a bundle package or metapackage, a disk image with one, or a folder. Packages are compared for
/// every combination of choices, on a fresh disk, as an upgrade, over directories that are there already and over links.
/// Exit code 0 when they do the same, 1 when not, 2 when one can't be read.
#[derive(Debug, Args)]
pub struct Diff {
    /// What there is.
    old: PathBuf,

    /// What is to replace it.
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
        let open = |path| {
            install::open(
                path,
                self.package.as_deref().filter(|_| FileKind::of(path).is_ok_and(|kind| kind == FileKind::DiskImage)),
            )
        };
        let (old, new) = (open(&self.old)?.offer()?, open(&self.new)?.offer()?);
        let folder = old.is_folder || new.is_folder;
        let wanted = if old.is_folder { &new } else { &old };
        let selections = match &self.choices {
            // Both have to know the choices.
            Some(file) => {
                install::selection(&new, Some(file))?;
                vec![install::selection(wanted, Some(file))?]
            }
            None if folder => vec![wanted.initial()],
            None => selections([&old, &new]),
        };
        let situations: &[Situation] = if folder { &[Situation::Fresh] } else { &Situation::ALL };
        if let Some(out) = &self.mtree {
            let selection = install::selection(&new, self.choices.as_deref())?;
            write_whole(out, manifest(&new, &selection).as_bytes(), 0o644)?;
        }
        let report = compare(&old, &new, &selections, situations);
        if self.json {
            cx.ui.json(&report)?;
        } else {
            cx.ui.result(text(&report));
        }
        if report.is_equal() {
            return Ok(());
        }
        bail!("{} and {} differ in {} things", self.old.display(), self.new.display(), report.differences.len())
    }
}

/// What is laid down on a fresh disk, without macOS's own directories.
fn manifest(offer: &Offer, selection: &Selection) -> String {
    let (disk, receipts) = Situation::Fresh.disk([offer, offer]);
    let outcome = flatpkg::effect::install(offer, selection, disk, &receipts);
    let laid = outcome.disk.paths.iter().filter(|(path, _)| outcome.origins.contains_key(*path));
    mtree::of_placed(laid)
}

fn text(report: &Report) -> String {
    let tried = format!("{} selections in {} situations", report.selections, report.situations.len());
    if report.is_equal() {
        return format!("equal: {tried}");
    }
    let mut lines: Vec<String> = report.differences.iter().map(|difference| one(difference, report)).collect();
    lines.push(format!("{} differences; tried {tried}", report.differences.len()));
    lines.join("\n")
}

fn one(difference: &Difference, report: &Report) -> String {
    let (old, new) = (difference.old.as_deref().unwrap_or("nothing"), difference.new.as_deref().unwrap_or("nothing"));
    let situations: Vec<&str> = difference.situations.iter().map(|situation| situation.name()).collect();
    let mut cases = Vec::new();
    if difference.selections > 0 && difference.selections < report.selections {
        cases.push(format!("{} of {} selections", difference.selections, report.selections));
    }
    if !situations.is_empty() && situations.len() < report.situations.len() {
        cases.push(situations.join(", "));
    }
    let cases = if cases.is_empty() { String::new() } else { format!(" ({})", cases.join("; ")) };
    let (subject, reason) = (&difference.subject, shown(&difference.reason));
    format!("{subject}: {reason}{cases}\n  old  {}\n  new  {}", shown(old), shown(new))
}
