//! `cargo xtask release`.

use std::path::PathBuf;

use anyhow::{Result, anyhow};
use clap::Args;

use super::fetch::From;
use super::notaries::Notaries;
use super::notarize::Waiting;
use super::options::Options;
use super::sign::Made;
use super::signers::Signers;
use release::build::OnFailure;
use release::context::Context;
use release::evidence::Subject;
use release::evidence::timings::Clock;
use release::hint::WithHint as _;
use release::notarize::Wishes;
use release::package::{Format, Ownership, UnsignedPkg, decide_format};
use release::plan::Plan;
use release::recipe::newest_built;
use release::sign::{Signing, Wanted, preflight};
use release::version::PythonVersion;

/// From a version number to a finished installer in dist/: fetch, build, audit, package, verify, evidence.
///
/// Beside the package come a receipt, an SPDX bill of materials, an mtree manifest, an uninstall script, samples of choices
/// for unattended installs, the rows for python.org and SHA256SUMS. Killed or failed, the same command goes on where it was.
#[derive(Debug, Args)]
pub struct Release {
    /// A version there is data for, such as 3.13.5.
    version: PythonVersion,

    #[command(flatten)]
    from: From,

    /// Make an installer that is not signed: for trying, not for publishing. Without it somebody must be named who signs.
    #[arg(long)]
    unsigned: bool,

    #[command(flatten)]
    owners: Owners,

    #[command(flatten)]
    kind: Kind,

    #[command(flatten)]
    waiting: Waiting,

    #[command(flatten)]
    options: Options,

    #[command(flatten)]
    signers: Signers,

    #[command(flatten)]
    notaries: Notaries,
}

/// Which kind of package is made.
#[derive(Debug, Clone, Copy, Default, Args)]
pub struct Kind {
    /// The kind of package [default: what the oldest macOS of the release installs; Mac/formats.toml has the rules].
    #[arg(long, value_enum)]
    format: Option<Format>,
}

impl Kind {
    /// What packaging makes for a plan; says what there is to say against it.
    ///
    /// # Errors
    /// When the oldest macOS of the plan can't install it.
    pub fn format(self, cx: &Context, plan: &Plan) -> Result<Format> {
        let Some(minimum) = plan.archs.values().min() else { return Ok(Format::Flat) };
        let (format, warning) = decide_format(&cx.paths.mac(), *minimum, self.format)?;
        if let Some(warning) = warning {
            cx.ui.say(format_args!("warning: {warning}"));
        }
        Ok(format)
    }
}

/// Who owns what is installed.
#[derive(Debug, Clone, Copy, Default, Args)]
pub struct Owners {
    /// Only root may write into what is installed. Without it administrators may, as with python.org's installer.
    #[arg(long)]
    hardened_perms: bool,
}

impl Owners {
    /// As packaging takes it.
    pub fn ownership(self) -> Ownership {
        if self.hardened_perms { Ownership::Hardened } else { Ownership::Parity }
    }
}

impl Release {
    /// The newest release that is no draft, unsigned.
    ///
    /// # Errors
    /// When there is none.
    pub fn newest(cx: &Context) -> Result<Self> {
        let version = newest_built(&cx.paths.mac())?;
        Ok(Self {
            version,
            from: From { sources: None },
            unsigned: true,
            owners: Owners::default(),
            kind: Kind::default(),
            waiting: Waiting::default(),
            options: Options::default(),
            signers: Signers::default(),
            notaries: Notaries::default(),
        })
    }

    /// Makes the release, and gives back where the package is.
    ///
    /// # Errors
    /// The first stage that fails; what is finished is kept for the next run.
    pub fn run(self, cx: &Context) -> Result<PathBuf> {
        let (plan, recipes) = self.options.plan_and_recipes(cx, Some(self.version))?;
        let format = self.kind.format(cx, &plan)?;
        let signing = self.signing(cx)?;
        let notary = match &signing {
            Some(_) => self.notaries.open(cx, self.signers.profile()?)?,
            None => None,
        };
        if signing.is_some() && format == Format::Mpkg {
            return Err(anyhow!("a metapackage in a disk image is for systems that check no signature"))
                .hint("add --unsigned, and name nobody who signs");
        }
        let _lock = release::lock::take(&cx.paths.dist, "release", "give this one its own folder with --dist DIR")?;
        let mut clock = Clock::start();
        let from = self.from.sources.as_deref();
        let sources = clock.time("fetch", || release::fetch::all(cx, &plan.sources(), from))?;
        let built = clock.time("build and audit", || release::staged::root(cx, &plan, &sources, OnFailure::Stop))?;
        let made = match &signing {
            None => {
                let package = clock.time("package", || {
                    let owners = self.owners.ownership();
                    release::package::package(cx, &plan, &built.root, owners, format)
                })?;
                clock.time("verify", || release::judgement::product(cx, &package))?;
                Made { package, signed: None }
            }
            Some(signing) => {
                clock.time("sign and package", || Made::make(cx, signing, &plan, &built.root, self.owners))?
            }
        };
        let subject = Subject { plan: &plan, recipes: &recipes, package: &made.package, signed: made.signed.as_ref() };
        let files = clock.time("evidence", || release::evidence::write(cx, &subject))?;
        clock.write(cx, &plan, subject.path())?;
        made.finish(cx)?;
        if let (Some(notary), Some(_)) = (&notary, &made.signed) {
            let wishes = Wishes { no_wait: false, resume: false, patience: self.waiting.patience() };
            let root = self.signers.root().map(PathBuf::as_path);
            super::notarize::submit(cx, notary.as_ref(), subject.path(), wishes, root)?;
        }
        cx.ui.say(format_args!("  {} files of evidence beside it; SHA256SUMS lists them", files.len()));
        let path = subject.path().strip_prefix(&cx.paths.repo).unwrap_or(subject.path());
        if format == Format::Flat {
            cx.ui.say(format_args!("next: cargo xtask preview {}", path.display()));
        }
        Ok(subject.path().to_owned())
    }

    /// Who signs, found fit before hours of work are spent; nothing when nobody shall.
    fn signing(&self, cx: &Context) -> Result<Option<Signing>> {
        let request = self.signers.request()?;
        match (self.unsigned, request.names_somebody()) {
            (true, false) => Ok(None),
            (true, true) => Err(anyhow!("--unsigned, and somebody who signs: one of both")).hint("leave one out"),
            (false, false) => Err(anyhow!("nobody was named who signs the release"))
                .hint("add --unsigned, or name identities: `cargo xtask sign --help` shows how"),
            (false, true) => preflight(cx, &request, Wanted::Release)?.settle(cx).map(Some),
        }
    }
}

/// What was made, and what was not.
pub fn summary(cx: &Context, package: &UnsignedPkg) {
    cx.ui.result(package.path.display());
    contents(cx, package);
    cx.ui.say(format_args!(
        "  {:.1} MiB, not signed: macOS opens it only against its user's better judgement",
        package.len as f64 / 1_048_576.0
    ));
}

/// What is in a package, and what is not.
pub fn contents(cx: &Context, package: &UnsignedPkg) {
    let ui = &cx.ui;
    for component in &package.components {
        let size = component.kbytes as f64 / 1024.0;
        ui.say(format_args!("  {:28} {:>6} files {size:>7.1} MiB installed", component.title, component.files));
    }
    for item in &package.left_out {
        ui.say(format_args!("  left out {}: {}", item.name, item.why));
    }
}
