//! `cargo xtask sign`.

use std::path::PathBuf;

use anyhow::{Result, anyhow};
use clap::Args;

use release::context::Context;
use release::hint::WithHint as _;
use release::next;
use release::package::name::Mark;
use release::pipeline;
use release::planning::planned_or_newest;
use release::sign::{Rules, Wanted, detached, plan_of, preflight, sign_package};
use release::staged;
use release::version::PythonVersion;

use super::build_flags::BuildFlags;
use super::product_flags::Owners;
use super::signers::Signers;

/// Sign the release that was built, code and package, or a package made elsewhere.
///
/// Without a package: the staged root is copied, its code signed from the inside out (Mac/signing.toml says what and how),
/// packaged, and the package signed. With one: its product signature only; code inside must be signed before it is packaged.
/// What was signed is verified, and removed when the signature isn't good. Nothing is signed before doctor --sign has no complaint.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cargo xtask sign --plan
  cargo xtask sign --application-p12 app.p12 --installer-p12 inst.p12 --password-file pw --team-id ABCDE12345
  cargo xtask sign X-unsigned.pkg --installer-pem key-and-chain.pem -o X.pkg
  cargo xtask sign X.pkg --detach X.signature; cargo xtask sign X-unsigned.pkg --attach X.signature -o X.pkg")]
pub struct Sign {
    /// A package made elsewhere.
    #[arg(value_name = "X.pkg")]
    package: Option<PathBuf>,

    /// The signed package [default: in dist/, without `-unsigned` in its name].
    #[arg(long, short, value_name = "OUT.pkg", requires = "package")]
    output: Option<PathBuf>,

    /// Show what would be signed in the staged root, in which order; sign nothing.
    #[arg(long, conflicts_with = "package")]
    plan: bool,

    /// Take the package's signature off into a small file; the package stays as it is.
    #[arg(long, value_name = "FILE", requires = "package", conflicts_with = "attach")]
    detach: Option<PathBuf>,

    /// Put such a signature onto the same package, not signed.
    #[arg(long, value_name = "FILE", requires = "package")]
    attach: Option<PathBuf>,

    /// The release whose staged root is signed [default: that of --source-dir, else the newest that was built].
    #[arg(long, value_name = "VERSION", conflicts_with = "package")]
    release: Option<PythonVersion>,

    /// Another staged root than the one of the release's plan.
    #[arg(long, value_name = "DIR", conflicts_with = "package")]
    staged: Option<PathBuf>,

    #[command(flatten)]
    owners: Owners,

    #[command(flatten)]
    build: BuildFlags,

    #[command(flatten)]
    signers: Signers,
}

impl Sign {
    /// Signs.
    ///
    /// # Errors
    /// Problems with identities, all at once; a program that fails; a signature that is not good.
    pub fn run(self, cx: &Context) -> Result<()> {
        let Some(package) = &self.package else { return self.release(cx) };
        if let Some(file) = &self.detach {
            let size = detached::detach(package, file)?;
            cx.ui.say(format_args!("the signature of {} is {size} bytes", package.display()));
            cx.ui.result(file.display());
            return Ok(());
        }
        if let Some(file) = &self.attach {
            let output =
                self.output.as_deref().ok_or_else(|| anyhow!("no output file for the signed package was given"));
            let output = output.hint("add --output OUT.pkg")?;
            detached::attach(package, file, output)?;
            cx.ui.result(output.display());
            return Ok(());
        }
        release::flat::open(package)?;
        let signing = preflight(cx, &self.signers.request()?, Wanted::Package)?.settle(cx)?;
        let signed = sign_package(cx, &signing, package, self.output.as_deref())?;
        cx.ui.result(signed.path.display());
        cx.ui.say(format_args!("  {signed}"));
        if signed.mark == Mark::Signed {
            cx.ui.say(format_args!("next: cargo xtask notarize {}", signed.path.display()));
        }
        Ok(())
    }

    /// The staged root, then the package of it.
    fn release(self, cx: &Context) -> Result<()> {
        let planned = planned_or_newest(cx, self.release, &self.build.options()?)?;
        let root = staged::find(cx, &planned.plan, self.staged)?;
        if self.plan {
            cx.ui.result(plan_of(&Rules::load(&cx.paths.repo)?, &root)?);
            return Ok(());
        }
        let signing = preflight(cx, &self.signers.request()?, Wanted::Release)?.settle(cx)?;
        let released = pipeline::sign(cx, planned, &root, &signing, self.owners.ownership())?;
        cx.ui.result(released.product.path().display());
        cx.ui.say(&released.product);
        next::lines(cx, &released)?.iter().for_each(|line| cx.ui.say(line));
        Ok(())
    }
}
