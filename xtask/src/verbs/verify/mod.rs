//! `cargo xtask verify`.

mod demand;
mod root;
mod vouch;

use std::path::PathBuf;

use anyhow::{Result, anyhow, bail};
use clap::{Args, ValueEnum};
use flatpkg::kind::FileKind;
use flatpkg::verify::Severity;
use release::context::Context;
use release::demand::Demand;
use release::flat::open;
use release::hint::{Unusable, WithHint as _};
use release::judgement::{Judgement, demanded, failed};
use release::version::PythonVersion;

use super::build_flags::BuildFlags;

pub use demand::DemandFlags;
use vouch::VouchFlags;

/// Check a package, or a staged root, and report everything that is wrong with it.
///
/// A package: every checksum and size, no gap or overlap, that bills of materials, payloads and the Distribution agree, and
/// that its signature is good. A root: slices, minimum macOS, install names, linked libraries, symbols, signatures, names of
/// build folders, modules. With --policy all code in it as well, as Apple's notary service would: who signed it, and how.
/// Nothing is asked of anybody: signatures, chains and time stamps are checked offline, revocation is not.
/// Exit code 0 when clean, 1 with findings, 2 when it can't be read or for a wrong command line.
#[derive(Debug, Args)]
pub struct Verify {
    /// A .pkg or .mpkg, a .dmg with one, or the folder of a staged root.
    path: PathBuf,

    /// A root's release [default: what the root says it is, else the newest].
    #[arg(long, value_name = "VERSION")]
    release: Option<PythonVersion>,

    /// The package must be as ours are: unreferenced bytes and rounded sizes, which Apple's tools leave in some, are errors too.
    #[arg(long)]
    strict: bool,

    #[command(flatten)]
    demand: DemandFlags,

    #[command(flatten)]
    vouch: VouchFlags,

    #[command(flatten)]
    build: BuildFlags,

    /// Print JSON; `--json=notary` in the shape of the log of Apple's notary service.
    #[arg(long, value_name = "SHAPE", num_args = 0..=1, require_equals = true, default_missing_value = "findings")]
    json: Option<Shape>,
}

/// The shapes of JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Shape {
    /// Ours.
    Findings,
    /// Apple's.
    Notary,
}

impl Verify {
    /// Verifies, and prints the findings.
    ///
    /// # Errors
    /// When there are findings, or the file can't be read.
    pub fn run(self, cx: &Context) -> Result<()> {
        let demand = Demand { ours: self.strict, ..self.demand.demand()? };
        let kind = FileKind::of(&self.path).ok();
        if self.vouch.check(cx, &self.path)? && !matches!(kind, Some(FileKind::FlatPackage | FileKind::DiskImage)) {
            return Ok(());
        }
        if kind == Some(FileKind::Folder) {
            return self.root(cx, &demand);
        }
        if self.path.exists() && (self.release.is_some() || self.build != BuildFlags::default()) {
            let what =
                format!("{} is a package, and package checks take no release or build options", self.path.display());
            return Err(anyhow!(Unusable(what)))
                .hint("leave out --release and the options under `What is built` of --help");
        }
        if kind.is_some_and(|kind| kind.is_bundle() || kind == FileKind::DiskImage) {
            return self.old(cx);
        }
        let Some(shape) = self.json else { return demanded(cx, &self.path, &demand) };
        let judgement = Judgement::of(&open(&self.path)?, &demand, &|_| ())?;
        match shape {
            Shape::Findings => cx.ui.json(&judgement)?,
            Shape::Notary => cx.ui.json(&judgement.notary_log(&self.path)?)?,
        }
        if judgement.is_clean() { Ok(()) } else { Err(failed(&self.path, judgement.errors())) }
    }

    /// A bundle package, a metapackage, or a disk image with a package.
    fn old(&self, cx: &Context) -> Result<()> {
        match self.json {
            None => release::judgement::old(cx, &self.path),
            Some(Shape::Findings) => {
                let findings = release::judgement::findings_of_old(&self.path)?;
                cx.ui.json(&serde_json::json!({ "findings": findings }))?;
                let sound = findings.iter().all(|finding| finding.severity != Severity::Error);
                if sound { Ok(()) } else { bail!("{} failed verification", self.path.display()) }
            }
            Some(Shape::Notary) => {
                let error =
                    anyhow!(Unusable(format!("{} is not what Apple's notary service takes", self.path.display())));
                Err(error).hint("use --json")
            }
        }
    }
}
