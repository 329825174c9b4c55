//! `cargo xtask notarize`.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Result, anyhow};
use clap::Args;

use super::notaries::Notaries;
use super::signers::Signers;
use release::context::Context;
use release::hint::WithHint as _;
use release::notarize::{Outcome, Patience, Wishes, submit};

/// Submit a signed package to Apple for notarization, and staple the ticket to it.
///
/// Where a package is on its way is kept beside it in X.pkg.notary.json: after a crash or a closed laptop the same command
/// goes on, and nothing is uploaded twice. Apple's log is kept beside it, too, and its complaints are shown as a table.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cargo xtask notarize X.pkg --api-key AuthKey_ID.p8 --key-id ID --issuer UUID
  cargo xtask notarize X.pkg --keychain-profile NAME --no-wait")]
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

impl Waiting {
    /// Waits for the answer.
    pub fn patiently(self) -> Wishes {
        let patience = Patience { poll: Duration::from_secs(self.poll), wait: Duration::from_secs(self.patience * 60) };
        Wishes { no_wait: false, resume: false, patience }
    }
}

impl Notarize {
    /// Notarizes, and says what is next.
    ///
    /// # Errors
    /// When Apple refuses the package, can't be reached, or doesn't answer in time.
    pub fn run(self, cx: &Context) -> Result<()> {
        let wishes = Wishes { no_wait: self.no_wait, resume: self.resume, ..self.waiting.patiently() };
        let Some(desk) = self.notaries.desk(cx, &self.signers, wishes)? else {
            return Err(anyhow!("no key for Apple's notary service was given")).hint(
                "--api-key AuthKey_ID.p8 --key-id ID --issuer UUID, --keychain-profile NAME, or [notary] in a --profile",
            );
        };
        match submit(cx, &desk, &self.package)? {
            Outcome::Stapled { before } => {
                release::evidence::renew(&self.package, before)?;
                cx.ui.result(self.package.display());
            }
            Outcome::Submitted(id) => {
                cx.ui.say(format_args!("submission {id} is uploaded"));
                cx.ui.say(format_args!("next: cargo xtask notarize --resume {}", self.package.display()));
            }
        }
        Ok(())
    }
}
