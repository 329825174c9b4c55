//! `cargo xtask release`.

use std::path::PathBuf;

use anyhow::{Result, anyhow};
use clap::Args;

use super::fetch::From;
use super::options::Options;
use crate::build::OnFailure;
use crate::context::Context;
use crate::evidence::Subject;
use crate::evidence::timings::Clock;
use crate::hint::WithHint as _;
use crate::package::{Format, Ownership, UnsignedPkg, decide_format};
use crate::plan::Plan;
use crate::recipe::newest_built;
use crate::version::PythonVersion;

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

    /// Make an installer that is not signed: for trying, not for publishing.
    #[arg(long)]
    unsigned: bool,

    #[command(flatten)]
    owners: Owners,

    #[command(flatten)]
    kind: Kind,

    #[command(flatten)]
    options: Options,
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
        let (owners, kind, options) = (Owners::default(), Kind::default(), Options::default());
        Ok(Self { version, from: From { sources: None }, unsigned: true, owners, kind, options })
    }

    /// Makes the release, and gives back where the package is.
    ///
    /// # Errors
    /// The first stage that fails; what is finished is kept for the next run.
    pub fn run(self, cx: &Context) -> Result<PathBuf> {
        let (plan, recipes) = self.options.plan_and_recipes(cx, Some(self.version))?;
        let format = self.kind.format(cx, &plan)?;
        if !self.unsigned {
            return Err(anyhow!("this tool can't sign yet")).hint("add --unsigned");
        }
        let _lock = crate::lock::take(&cx.paths.dist, "release", "give this one its own folder with --dist DIR")?;
        let mut clock = Clock::start();
        let from = self.from.sources.as_deref();
        let sources = clock.time("fetch", || crate::fetch::all(cx, &plan.sources(), from))?;
        let built = clock.time("build and audit", || super::build::root(cx, &plan, &sources, OnFailure::Stop))?;
        let package = clock.time("package", || {
            let owners = self.owners.ownership();
            crate::package::package(cx, &plan, &recipes.libraries, &built.root, owners, format)
        })?;
        clock.time("verify", || super::verify::product(cx, &package))?;
        let subject = Subject { plan: &plan, recipes: &recipes, package: &package };
        let files = clock.time("evidence", || crate::evidence::write(cx, &subject))?;
        clock.write(cx, &plan, &package.path)?;
        summary(cx, &package);
        cx.ui.say(format_args!("  {} files of evidence beside it; SHA256SUMS lists them", files.len()));
        let path = package.path.strip_prefix(&cx.paths.repo).unwrap_or(&package.path);
        if format == Format::Flat {
            cx.ui.say(format_args!("next: cargo xtask preview {}", path.display()));
        }
        Ok(package.path)
    }
}

/// What was made, and what was not.
pub fn summary(cx: &Context, package: &UnsignedPkg) {
    let ui = &cx.ui;
    ui.result(package.path.display());
    for component in &package.components {
        let size = component.kbytes as f64 / 1024.0;
        ui.say(format_args!("  {:28} {:>6} files {size:>7.1} MiB installed", component.title, component.files));
    }
    for item in &package.left_out {
        ui.say(format_args!("  left out {}: {}", item.name, item.why));
    }
    ui.say(format_args!(
        "  {:.1} MiB, not signed: macOS opens it only against its user's better judgement",
        package.len as f64 / 1_048_576.0
    ));
}
