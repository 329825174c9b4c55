//! `cargo xtask notarize`.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Result, anyhow};
use clap::Args;

use super::notaries::Notaries;
use super::signers::Signers;
use release::context::Context;
use release::hint::WithHint as _;
use release::notarize::{Judge, Notary, Outcome, Patience, Wishes, notarize};

/// Have Apple look at a signed package, and staple the ticket to it.
///
/// Where a package is on its way is kept beside it in X.pkg.notary.json: after a crash or a closed laptop the same command
/// goes on, and nothing is uploaded twice. Apple's log is kept beside it, too, and its complaints are shown as a table.
#[derive(Debug, Args)]
pub struct Notarize {
    /// A signed package.
    #[arg(value_name = "X.pkg")]
    package: PathBuf,

    /// Come back as soon as the package is uploaded; the same command without this goes on.
    #[arg(long)]
    no_wait: bool,

    /// Go on with an earlier run; without one it is an error.
    #[arg(long)]
    resume: bool,

    #[command(flatten)]
    waiting: Waiting,

    #[command(flatten)]
    notaries: Notaries,

    #[command(flatten)]
    signers: Signers,
}

/// How long to wait.
#[derive(Debug, Clone, Copy, Args)]
pub struct Waiting {
    /// Minutes to wait for Apple's answer.
    #[arg(long, value_name = "MINUTES", default_value_t = 120)]
    patience: u64,

    /// Seconds between two questions.
    #[arg(long, value_name = "SECONDS", default_value_t = 20, hide = true)]
    poll: u64,
}

impl Default for Waiting {
    fn default() -> Self {
        Self { patience: 120, poll: 20 }
    }
}

impl Waiting {
    /// As notarization takes it.
    pub fn patience(self) -> Patience {
        Patience { poll: Duration::from_secs(self.poll), wait: Duration::from_secs(self.patience * 60) }
    }
}

impl Notarize {
    /// Notarizes.
    ///
    /// # Errors
    /// When Apple refuses the package, can't be reached, or doesn't answer in time.
    pub fn run(self, cx: &Context) -> Result<()> {
        let Some(notary) = self.notaries.open(cx, self.signers.profile()?)? else {
            return Err(anyhow!("no key for Apple's notary service was named")).hint(
                "--api-key AuthKey_ID.p8 --key-id ID --issuer UUID, --keychain-profile NAME, or [notary] in a --profile",
            );
        };
        let wishes = Wishes { no_wait: self.no_wait, resume: self.resume, patience: self.waiting.patience() };
        submit(cx, notary.as_ref(), &self.package, wishes, self.signers.root().map(PathBuf::as_path))
    }
}

/// Notarizes a package, and says what is next.
///
/// # Errors
/// As [`notarize`].
pub fn submit(cx: &Context, notary: &dyn Notary, package: &Path, wishes: Wishes, root: Option<&Path>) -> Result<()> {
    release::judgement::open(package)?;
    let before = |path: &Path| release::sign::judge_unstapled(path, root);
    let after = |path: &Path| release::sign::judge_stapled(path, root);
    match notarize(cx, notary, package, wishes, &Judge { before: &before, after: &after })? {
        Outcome::Stapled => cx.ui.result(package.display()),
        Outcome::Submitted(id) => {
            cx.ui.say(format_args!("submission {id} is uploaded"));
            cx.ui.say(format_args!("next: cargo xtask notarize --resume {}", package.display()));
        }
    }
    Ok(())
}
