//! `cargo xtask package`.

mod component_flags;

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use clap::{ArgGroup, Args};

use release::context::Context;
use release::demand::Demand;
use release::package::folder::Junk;
use release::package::product_file;
use release::planning::planned;
use release::product::Product;
use release::staged;
use release::version::PythonVersion;

use super::build_flags::BuildFlags;
use super::product_flags::{Kind, Owners};
use component_flags::ComponentFlags;

/// When files were last changed, and the package made, unless `SOURCE_DATE_EPOCH` says so: 1980-01-01, since zip archives
/// of what was installed can't hold an earlier time.
const DATE: u32 = 315_532_800;

/// Package a staged root that `build` made, any folder, or a product described in a file.
///
/// `package 3.13.5` makes the installer of Python in dist/. With --identifier a folder becomes a component package, as
/// pkgbuild makes it; with --product several become a product archive, as productbuild makes it. What is written is verified.
/// Times come from SOURCE_DATE_EPOCH, owners and modes from --ownership: two packages of one folder are equal.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("what").required(true).args(["release", "identifier", "product"]))]
#[command(after_help = "Examples:
  cargo xtask package 3.13.5
  cargo xtask package --root hello --identifier org.example.hello --version 1.0 -o hello.pkg")]
pub struct Package {
    /// A version that `list` shows, such as 3.13.5.
    #[arg(value_name = "VERSION")]
    release: Option<PythonVersion>,

    /// The folder whose files a component gets.
    #[arg(long, value_name = "DIR", conflicts_with = "product")]
    root: Option<PathBuf>,

    /// Another staged root than the one of the release's plan.
    #[arg(long, value_name = "DIR", requires = "release", conflicts_with = "root")]
    staged: Option<PathBuf>,

    #[command(flatten)]
    owners: Owners,

    #[command(flatten)]
    kind: Kind,

    #[command(flatten)]
    build: BuildFlags,

    #[command(flatten)]
    component: ComponentFlags,

    /// A product's description; xtask/examples/hello/product.toml explains the keys. Folders in it are relative to it.
    #[arg(long, value_name = "PRODUCT.toml", requires = "output")]
    product: Option<PathBuf>,

    /// Package .DS_Store and ._ files too, which Finder leaves in folders; otherwise they are left out and named.
    #[arg(long, conflicts_with = "release")]
    keep_junk: bool,

    /// The package to write.
    #[arg(long, short, value_name = "OUT.pkg", conflicts_with = "release")]
    output: Option<PathBuf>,
}

impl Package {
    /// Whether the data of releases are needed: for an installer of Python.
    pub fn reads_data(&self) -> bool {
        self.release.is_some()
    }

    /// Writes the package and verifies it.
    ///
    /// # Errors
    /// When nothing was built yet, a folder can't be packaged, or the package can't be written.
    pub fn run(self, cx: &Context) -> Result<()> {
        if let Some(version) = self.release {
            return staged_root(cx, self, version);
        }
        let out = self.output.context("no --output")?;
        flatpkg::output::place(&out)?;
        let date = super::source_date::source_date_epoch()?.unwrap_or(DATE);
        let junk = if self.keep_junk { Junk::Kept } else { Junk::LeftOut };
        match &self.product {
            Some(product) => product_file::write(cx, product, &out, date, junk)?,
            None => self.component.write(cx, self.root.as_deref(), &out, date, junk)?,
        }
        // A product may be made of components that somebody else made.
        let ours = self.product.is_none();
        release::judgement::demanded(cx, &out, &Demand { ours, ..Demand::default() })?;
        cx.ui.result(out.display());
        Ok(())
    }
}

/// Writes `dist/python-VERSION-VARIANT-unsigned.pkg`, or `.dmg`.
fn staged_root(cx: &Context, flags: Package, version: PythonVersion) -> Result<()> {
    let plan = planned(cx, Some(version), &flags.build.options()?)?.plan;
    let root = staged::find(cx, &plan, flags.staged.or(flags.root))?;
    let format = flags.kind.format(cx, &plan)?;
    let product = Product::unsigned(cx, &plan, &root, flags.owners.ownership(), format)?;
    product.verify(cx)?;
    cx.ui.result(product.path().display());
    cx.ui.say(&product);
    Ok(())
}
