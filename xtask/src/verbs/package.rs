//! `cargo xtask package`.

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;

use crate::context::Context;
use crate::plan::STAGE;
use crate::recipe::Recipes;
use crate::version::PythonVersion;

/// Package a staged root that `build` made.
#[derive(Debug, Args)]
pub struct Package {
    /// A version there is data for, such as 3.13.5.
    version: PythonVersion,

    /// Another staged root than the one of the plan.
    #[arg(long, value_name = "DIR")]
    root: Option<PathBuf>,

    #[command(flatten)]
    owners: super::release::Owners,
}

impl Package {
    /// Writes `dist/python-VERSION-VARIANT-unsigned.pkg` and verifies it.
    ///
    /// # Errors
    /// When nothing was built yet, or the package can't be written.
    pub fn run(self, cx: &Context) -> Result<()> {
        use crate::hint::WithHint as _;
        let plan = super::plan::make(cx, self.version)?;
        let recipes = Recipes::load(&cx.paths.mac(), self.version)?;
        let root = self.root.unwrap_or_else(|| cx.paths.steps().join(plan.folder(STAGE)));
        if !root.is_dir() {
            let error = anyhow::anyhow!("Python {} is not built: {} does not exist", self.version, root.display());
            return Err(error).hint(format!("run `cargo xtask build {}` first", self.version));
        }
        let package = crate::package::package(cx, &plan, &recipes.libraries, &root, self.owners.ownership())?;
        super::verify::package(cx, &package.path, false)?;
        super::release::summary(cx, &package);
        Ok(())
    }
}
