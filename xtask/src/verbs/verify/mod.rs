//! `cargo xtask verify`.

mod demand;
mod looked;
mod package;
mod root;
mod vouch;

use std::path::{Path, PathBuf};

use anyhow::{Result, anyhow};
use clap::{Args, ValueEnum};
use flatpkg::kind::FileKind;
use release::context::Context;
use release::demand::Demand;
use release::hint::{self, Told, Unusable, WithHint as _};
use release::ui::formatted;
use release::verdict::Verdict;
use release::version::PythonVersion;

use super::build_flags::BuildFlags;

pub use demand::DemandFlags;
use looked::Looked;
use vouch::VouchFlags;

/// Check packages, or staged roots: a verdict in one line each, after everything that is wrong.
///
/// A package: every checksum and size, no gap or overlap, that bills of materials, payloads and the Distribution agree, that its
/// signature is good and that a trusted root vouches for who signed. A root: slices, minimum macOS, install names, linked
/// libraries, symbols, signatures, names of build folders, modules. With --policy all code in it as well, as Apple's notary
/// service would: who signed it, and how. Nothing is asked of anybody: signatures, chains and time stamps are checked offline,
/// revocation is not. Exit code 0 when nothing is wrong, 1 with findings, 2 when one can't be read or for a wrong command line.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cargo xtask verify ~/Downloads/python-3.13.5-macos11.pkg
  cargo xtask verify dist/*.pkg --policy gatekeeper --team-id ABCDE12345")]
pub struct Verify {
    /// A .pkg or .mpkg, a .dmg with one, or the folder of a staged root; several are checked one after the other.
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,

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

    /// Print JSON (docs/json.md): an object, or a list for several paths; `--json=notary` in the shape of Apple's notary log.
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
    /// Whether the data of releases are needed: for staged roots.
    pub fn reads_data(&self) -> bool {
        self.paths.iter().any(|path| FileKind::of(path).is_ok_and(|kind| kind == FileKind::Folder))
    }

    /// Verifies, and prints the findings and the verdicts.
    ///
    /// # Errors
    /// When there are findings, or a file can't be read.
    pub fn run(self, cx: &Context) -> Result<()> {
        let demand = Demand { ours: self.strict, ..self.demand.demand()? };
        let (mut verdicts, mut values, mut code) = (Vec::new(), Vec::new(), 0);
        for path in &self.paths {
            let is_package =
                FileKind::of(path).is_ok_and(|kind| matches!(kind, FileKind::FlatPackage | FileKind::DiskImage));
            // Of any other published file, who vouches for it is all there is to check.
            if self.vouch.check(cx, path)? && !is_package {
                continue;
            }
            match self.look(cx, path, &demand) {
                Ok(Looked { verdict, is_clean, json }) => {
                    code = code.max(u8::from(!is_clean));
                    verdicts.push(verdict);
                    values.push(json);
                }
                Err(error) if self.paths.len() > 1 => {
                    code = code.max(hint::exit_code(&error));
                    verdicts.push(Verdict::unreadable(path, hint::causes(&error)));
                    values.push(formatted(&serde_json::json!({ "verdict": verdicts.last() }))?);
                }
                Err(error) => return Err(error),
            }
        }
        match (self.json, values.as_slice()) {
            (None, _) => verdicts.iter().for_each(|verdict| cx.ui.verdict(verdict, verdict.tone())),
            (Some(_), [one]) => cx.ui.json_as_it_is(one)?,
            (Some(_), many) => cx.ui.json_as_it_is(&many)?,
        }
        if demand.policy.is_none() && self.json.is_none() && verdicts.iter().any(Verdict::is_distrusted) {
            cx.ui.say(
                "hint: --trust-root FILE names a root of your own; --policy self-signed takes a signature by anybody",
            );
        }
        if code == 0 { Ok(()) } else { Err(Told(code).into()) }
    }

    fn look(&self, cx: &Context, path: &Path, demand: &Demand) -> Result<Looked> {
        let kind = FileKind::of(path).ok();
        if kind == Some(FileKind::Folder) {
            return self.root(cx, path, demand);
        }
        if path.exists() && (self.release.is_some() || self.build != BuildFlags::default()) {
            let what = format!("{} is a package, and package checks take no release or build options", path.display());
            return Err(anyhow!(Unusable(what)))
                .hint("leave out --release and the options under `What is built` of --help");
        }
        if kind.is_some_and(|kind| kind.is_bundle() || kind == FileKind::DiskImage) {
            return self.old(cx, path);
        }
        self.flat(cx, path, demand)
    }

    /// Prints findings, unless JSON is asked for; with several paths, which one they are of.
    fn show(&self, cx: &Context, path: &Path, text: &str) {
        if self.json.is_some() || text.is_empty() {
            return;
        }
        if self.paths.len() > 1 {
            cx.ui.result(format_args!("{}:", flatpkg::shown::shown(&path.display())));
        }
        cx.ui.result(text);
    }
}
