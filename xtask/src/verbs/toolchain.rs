//! `cargo xtask toolchain`.

use anyhow::Result;
use clap::Args;
use release::context::Context;
use release::toolchain::lock;

/// Show the Debian packages that the toolchain is pinned to, or pin the newest.
///
/// clang, lld and what they need are pinned by name, version and SHA-256 in Mac/toolchains, one lock file for each
/// distribution and architecture. They are part of the keys of all steps that use them: new packages, new builds.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cargo xtask toolchain
  cargo xtask toolchain --update && git diff Mac/toolchains")]
pub struct Toolchain {
    /// Pin the newest packages that this machine's mirror has, and write the lock file.
    #[arg(long)]
    update: bool,
}

impl Toolchain {
    /// Prints the packages by step, or where they were written.
    ///
    /// # Errors
    /// When the mirror can't be reached, or the lock file not be written.
    pub fn run(self, cx: &Context) -> Result<()> {
        if self.update {
            let path = lock::write(cx, &lock::resolve(cx)?)?;
            cx.ui.result(path.display());
            return Ok(());
        }
        for (step, packages) in lock::read(cx)?.steps {
            for package in packages {
                cx.ui.result(format_args!("{step:8} {:32} {:32} {}", package.name, package.version, package.sha256));
            }
        }
        Ok(())
    }
}
