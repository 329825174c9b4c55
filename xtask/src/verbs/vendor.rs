//! `cargo xtask vendor`.

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;

use super::build_flags::BuildFlags;
use super::fetch::From;
use release::context::Context;
use release::host::System;
use release::planning::planned_for;
use release::ui::size;
use release::vendor::vendor;
use release::version::PythonVersion;

/// Put every source and toolchain package of a release into a folder: enough to build it without a network, years later.
///
/// Its index.toml says where each file is, how long it is, its SHA-256 and who else has it; the index's own digest is printed, to be
/// kept or signed. `--sources` of fetch, build and release takes the folder, or its address on a server. Several releases may share one.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cargo xtask vendor 3.13.5 /srv/sources
  cargo xtask release 3.13.5 --sources /srv/sources --offline")]
pub struct Vendor {
    /// A version that `list` shows, such as 3.13.5.
    version: PythonVersion,

    /// The folder; made if it isn't there.
    dir: PathBuf,

    #[command(flatten)]
    from: From,

    /// The system of the machine that will build it [default: this one].
    #[arg(long, value_name = "SYSTEM", value_enum)]
    host: Option<System>,

    #[command(flatten)]
    build: BuildFlags,
}

impl Vendor {
    /// Fills the folder, and prints the digest of its index.
    ///
    /// # Errors
    /// All files that could not be had.
    pub fn run(self, cx: &Context) -> Result<()> {
        let planned = planned_for(cx, Some(self.version), &self.build.options()?, self.host)?;
        let vendored = vendor(cx, planned, &self.from.supply(cx)?, &self.dir)?;
        cx.ui.say(format_args!(
            "{} sources and {} packages, {}; next: cargo xtask release {} --sources {}",
            vendored.sources,
            vendored.packages,
            size(vendored.bytes),
            self.version,
            self.dir.display()
        ));
        cx.ui.result(format_args!("{}  {}", vendored.digest, vendored.index.display()));
        Ok(())
    }
}
