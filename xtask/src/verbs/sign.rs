//! `cargo xtask sign`.

use std::path::{Path, PathBuf};

use anyhow::{Result, anyhow};
use clap::Args;

use super::options::Options;
use super::release::Owners;
use super::signers::Signers;
use release::context::Context;
use release::evidence::Subject;
use release::hint::WithHint as _;
use release::package::name::{self, Mark};
use release::package::{Format, UnsignedPkg};
use release::plan::Plan;
use release::recipe::newest_built;
use release::sign::{Rules, SignedPkg, SignedRoot, Signing, Wanted, detached, preflight, sign_code, sign_package};
use release::version::PythonVersion;

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

    /// The release whose staged root is signed [default: the newest that was built].
    #[arg(long, value_name = "VERSION", conflicts_with = "package")]
    release: Option<PythonVersion>,

    /// Another staged root than the one of the release's plan.
    #[arg(long, value_name = "DIR", conflicts_with = "package")]
    staged: Option<PathBuf>,

    #[command(flatten)]
    owners: Owners,

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
            let output = self.output.as_deref().ok_or_else(|| anyhow!("nobody said where the signed package goes"));
            let output = output.hint("--output OUT.pkg")?;
            detached::attach(package, file, output)?;
            cx.ui.result(output.display());
            return Ok(());
        }
        release::judgement::open(package)?;
        let signing = preflight(cx, &self.signers.request()?, Wanted::Package)?.settle(cx)?;
        let signed = sign_package(cx, &signing, package, self.output.as_deref())?;
        summary(cx, &signed);
        Ok(())
    }

    /// The staged root, then the package of it.
    fn release(self, cx: &Context) -> Result<()> {
        let version = match self.release {
            Some(version) => version,
            None => newest_built(&cx.paths.mac())?,
        };
        let (plan, recipes) = Options::default().plan_and_recipes(cx, Some(version))?;
        let staged = match self.staged {
            Some(staged) => staged,
            None => super::package::staged(cx, &plan)?,
        };
        if !staged.is_dir() {
            return Err(anyhow!("Python {version} is not built: {} does not exist", staged.display()))
                .hint(format!("run `cargo xtask build {version}` first, or name a staged root with --staged DIR"));
        }
        if self.plan {
            let rules = Rules::load(&cx.paths.repo)?;
            cx.ui.result(release::sign::plan_of(&rules, &staged)?);
            return Ok(());
        }
        let signing = preflight(cx, &self.signers.request()?, Wanted::Release)?.settle(cx)?;
        let _lock = release::lock::take(&cx.paths.dist, "release", "give this one its own folder with --dist DIR")?;
        let made = Made::make(cx, &signing, &plan, &staged, self.owners)?;
        let subject = Subject { plan: &plan, recipes: &recipes, package: &made.package, signed: made.signed.as_ref() };
        release::evidence::write(cx, &subject)?;
        made.finish(cx)
    }
}

/// A signed release.
pub struct Made {
    /// The package of the signed root.
    pub package: UnsignedPkg,
    /// The same, signed; nothing without an installer identity.
    pub signed: Option<SignedPkg>,
}

impl Made {
    /// Signs a staged root's code, packages it, signs the package.
    ///
    /// # Errors
    /// Whatever can't be signed or packaged, or isn't good afterwards.
    pub fn make(cx: &Context, signing: &Signing, plan: &Plan, staged: &Path, owners: Owners) -> Result<Self> {
        let root = sign_code(cx, signing, staged)?;
        let between = tempfile::Builder::new().prefix("package-").tempdir_in(cx.paths.work())?;
        // A package that is signed next isn't published.
        let dir = if signing.installer.is_some() { between.path() } else { cx.paths.dist.as_path() };
        let path = dir.join(name::file_name(&plan.product_name(), mark_of(&root)));
        let ownership = owners.ownership();
        let package = release::package::package_to(cx, plan, &root.root(), ownership, Format::Flat, path)?;
        release::judgement::package(cx, &package.path, false)?;
        let signed = match &signing.installer {
            Some(_) => Some(sign_package(cx, signing, &package.path, None)?),
            None => None,
        };
        Ok(Self { package, signed })
    }

    /// Says what was made, and lists its digests.
    ///
    /// # Errors
    /// When `SHA256SUMS` can't be written.
    pub fn finish(&self, cx: &Context) -> Result<()> {
        match &self.signed {
            None => super::release::summary(cx, &self.package),
            Some(signed) => {
                release::sign::list(signed)?;
                super::release::contents(cx, &self.package);
                summary(cx, signed);
            }
        }
        Ok(())
    }
}

fn mark_of(root: &SignedRoot) -> Mark {
    if root.ad_hoc { Mark::AdHoc } else { Mark::Unsigned }
}

/// What was signed, by whom, and what that is worth.
fn summary(cx: &Context, signed: &SignedPkg) {
    cx.ui.result(signed.path.display());
    let worth = match signed.mark {
        Mark::Signed => "not notarized yet: `cargo xtask notarize` is next",
        _ => "no authority that macOS knows vouches for that: it opens only against its user's better judgement",
    };
    let size = signed.len as f64 / 1_048_576.0;
    cx.ui.say(format_args!("  {size:.1} MiB, signed by {}; {worth}", signed.by));
}
