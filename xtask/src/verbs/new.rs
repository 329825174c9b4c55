//! `cargo xtask new`.

use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result};
use clap::Args;

use super::fetch::From;
use release::context::Context;
use release::digest::Sha256;
use release::draft::{Draft, accept, draft};
use release::recipe::Day;
use release::version::PythonVersion;

/// Draft the data of a new release: find its source, and compare the installer script in it with what we have.
///
/// The source is looked for in Debian's signed lists, in its pool beside a signed description, and at python.org; its digest is taken
/// from whoever vouches for it. The script, Mac/BuildScript/build-installer.py, is read and never run. A release that is there already
/// is only compared. Libraries that are behind get a draft of a recipe; which versions a release has is for you to say.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cargo xtask new 3.14.8
  cargo xtask new 3.14.8 --sources ~/Downloads --sha256 3b48dac8...
  cargo xtask build 3.14.8 && cargo xtask new 3.14.8 --accept")]
pub struct New {
    /// The version, such as 3.14.8 or 3.15.0rc2.
    version: PythonVersion,

    #[command(flatten)]
    from: From,

    /// The source's digest, from somebody you trust; nobody else is asked then.
    #[arg(long, value_name = "DIGEST")]
    sha256: Option<Sha256>,

    /// After the first build: write down which modules it has, and that it passed the audit today.
    #[arg(long, conflicts_with_all = ["sources", "sha256"])]
    accept: bool,
}

impl New {
    /// Writes drafts, and prints their paths; or what a build adds to one.
    ///
    /// # Errors
    /// When nobody vouches for the source, its script can't be read, or a build is not good.
    pub fn run(self, cx: &Context) -> Result<()> {
        if self.accept {
            return self.accept(cx);
        }
        let Draft { vouched, written, notes, comparison } =
            draft(cx, self.version, &self.from.supply(cx)?, self.sha256)?;
        cx.ui.say(comparison.render().trim_end());
        for line in &notes {
            cx.ui.say(line);
        }
        match vouched {
            Some(vouched) => cx.ui.say(vouched),
            None => cx.ui.say(format_args!("Python {} was there already: nothing of it was changed", self.version)),
        }
        for path in &written {
            cx.ui.result(path.display());
        }
        if !written.is_empty() {
            let version = self.version;
            cx.ui.say(format_args!("next: cargo xtask build {version} && cargo xtask new {version} --accept"));
        }
        Ok(())
    }

    #[expect(clippy::disallowed_methods, reason = "the day on which a build was good; no product depends on it")]
    fn accept(&self, cx: &Context) -> Result<()> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).context("the clock is before 1970")?;
        let accepted = accept(cx, self.version, Day::of(now.as_secs()).context("the clock is far in the future")?)?;
        for (what, names) in [("new", &accepted.new), ("gone", &accepted.gone)] {
            if !names.is_empty() {
                cx.ui.say(format_args!("modules that are {what}: {}", names.join(" ")));
            }
        }
        cx.ui.result(accepted.path.display());
        Ok(())
    }
}
