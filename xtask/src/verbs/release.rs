//! `cargo xtask release`.

use anyhow::{Context as _, Result, anyhow};
use clap::Args;

use super::fetch::From;
use super::options::Options;
use crate::build::OnFailure;
use crate::context::Context;
use crate::hint::WithHint as _;
use crate::package::UnsignedPkg;
use crate::plan::Plan;
use crate::recipe::known_releases;
use crate::version::PythonVersion;

/// From a version number to a finished installer in dist/: fetch, build, audit, package, verify.
///
/// Killed or failed, the same command goes on where it was.
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
    options: Options,
}

impl Release {
    /// The newest release there is data for, unsigned.
    ///
    /// # Errors
    /// When there is none.
    pub fn newest(cx: &Context) -> Result<Self> {
        let version = known_releases(&cx.paths.mac())?.pop().context("Mac/releases is empty")?;
        Ok(Self { version, from: From { sources: None }, unsigned: true, options: Options::default() })
    }

    /// Makes the release.
    ///
    /// # Errors
    /// The first stage that fails; what is finished is kept for the next run.
    pub fn run(self, cx: &Context) -> Result<()> {
        if !self.unsigned {
            return Err(anyhow!("this tool can't sign yet")).hint("add --unsigned");
        }
        let (plan, recipes) = self.options.plan_and_recipes(cx, Some(self.version))?;
        let sources = crate::fetch::all(cx, &plan.sources(), self.from.sources.as_deref())?;
        let built = super::build::root(cx, &plan, &sources, OnFailure::Stop)?;
        let package = crate::package::package(cx, &plan, &recipes.libraries, &built.root)?;
        super::verify::package(cx, &package.path, false)?;
        summary(cx, &plan, &package);
        Ok(())
    }
}

/// What was made, and what was not.
pub fn summary(cx: &Context, plan: &Plan, package: &UnsignedPkg) {
    let ui = &cx.ui;
    ui.result(package.path.display());
    for (title, files, kbytes) in &package.components {
        ui.say(format_args!("  {title:28} {files:>6} files {:>7.1} MiB installed", *kbytes as f64 / 1024.0));
    }
    for item in &plan.left_out {
        ui.say(format_args!("  left out {}: {}", item.name, item.why));
    }
    ui.say(format_args!(
        "  {:.1} MiB, not signed: macOS opens it only against its user's better judgement",
        package.len as f64 / 1_048_576.0
    ));
}
