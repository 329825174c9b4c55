//! One component package of a folder: the flags of `pkgbuild`.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use clap::Args;
use flatpkg::OsVersion;
use flatpkg::component::{self, Component};
use flatpkg::xar;

use release::context::Context;
use release::package::folder::{self, Junk};
use release::package::product_file::PayloadCompression;

/// One component package, as `pkgbuild` makes it.
#[derive(Debug, Args)]
pub(super) struct ComponentFlags {
    /// The name of the receipt, such as org.example.hello.
    #[arg(long, value_name = "ID", requires_all = ["pkg_version", "output"])]
    identifier: Option<String>,

    /// The version of the receipt.
    #[arg(long = "version", id = "pkg_version", value_name = "V", requires = "identifier")]
    version: Option<String>,

    /// Where the files go.
    #[arg(long, value_name = "PATH", default_value = "/", requires = "identifier")]
    install_location: String,

    /// Scripts that the Installer runs: preinstall, postinstall and what they use.
    #[arg(long, value_name = "DIR", requires = "identifier")]
    scripts: Option<PathBuf>,

    /// Rules for owners and modes; without them everything belongs to root:wheel.
    #[arg(long, value_name = "POLICY.toml", requires = "identifier")]
    ownership: Option<PathBuf>,

    /// How the files are compressed; pbzx is smaller and needs --min-os-version 10.10 or later.
    #[arg(long, default_value = "gzip", requires = "identifier")]
    compression: PayloadCompression,

    /// The oldest macOS it is for.
    #[arg(long, value_name = "N", requires = "identifier")]
    min_os_version: Option<OsVersion>,
}

impl ComponentFlags {
    /// Writes it.
    ///
    /// # Errors
    /// When a folder can't be packaged, or the package can't be written.
    pub(super) fn write(self, cx: &Context, root: Option<&Path>, out: &Path, date: u32, junk: Junk) -> Result<()> {
        let payload = root.map(|root| folder::tree(cx, root, self.ownership.as_deref(), date, junk)).transpose()?;
        let scripts = self.scripts.map(|scripts| folder::tree(cx, &scripts, None, date, junk)).transpose()?;
        let component = Component {
            install_location: self.install_location,
            payload: payload.as_ref(),
            scripts: scripts.as_ref(),
            compression: self.compression.into(),
            min_os: self.min_os_version,
            ..Component::new(&self.identifier.unwrap_or_default(), &self.version.unwrap_or_default())
        };
        let files = cx.ui.files("package");
        component::write(&component, out, xar::Options::new(date), &|done| files.show(done))
            .with_context(|| format!("failed to write {}", out.display()))?;
        Ok(())
    }
}
