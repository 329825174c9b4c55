//! `cargo xtask fetch`.

use anyhow::Result;
use clap::Args;

use super::build_flags::BuildFlags;
use super::trust::Trust;
use release::context::Context;
use release::fetch::Supply;
use release::planning::planned_or_newest;
use release::version::PythonVersion;

/// Fetch and check the sources of a release.
///
/// Providers, in this order: what --sources names, the cache, upstream, a Debian source package (as an
/// ordinary user, the system is not changed), the Python package index. Whoever delivers, size and SHA-256 decide, and an
/// MD5 where one was published; what the cache has is read again. A download that breaks off goes on where it was, in this run or the next.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cargo xtask fetch 3.13.5
  cargo xtask fetch 3.13.5 --sources ~/Downloads --offline")]
pub struct Fetch {
    /// A version that `list` shows, such as 3.13.5 [default: the newest that was built].
    version: Option<PythonVersion>,

    #[command(flatten)]
    from: From,

    #[command(flatten)]
    trust: Trust,
}

/// Where sources may come from.
#[derive(Debug, Args)]
pub struct From {
    /// A folder of source archives, named as upstream names them or put there by `cargo xtask vendor`; or its address, http:// or
    /// https://.
    #[arg(long, value_name = "DIR|URL")]
    sources: Option<String>,
}

impl From {
    /// What is there.
    ///
    /// # Errors
    /// When there is no such folder, or its server can't be reached.
    pub fn supply(&self, cx: &Context) -> Result<Supply> {
        release::fetch::supply(cx, self.sources.as_deref())
    }
}

impl Fetch {
    /// Fetches, and prints where everything lies.
    ///
    /// # Errors
    /// All sources that could not be had.
    pub fn run(self, cx: &Context) -> Result<()> {
        let plan = planned_or_newest(cx, self.version, &BuildFlags::trusting(self.trust).options()?)?.plan;
        release::interrupt::tell_what_is_kept(cx)?;
        let sources = release::fetch::all_again(cx, &plan.sources(), &self.from.supply(cx)?)?;
        for source in plan.sources() {
            cx.ui.result(sources.path(source).display());
        }
        Ok(())
    }
}
