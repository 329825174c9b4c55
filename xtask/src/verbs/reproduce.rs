//! `cargo xtask reproduce`.

use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::Args;

use super::fetch::From;
use super::remote_flags::RemoteFlags;
use release::context::Context;
use release::keys::SigningKey;
use release::reproduce::{Order, Outcome, Row, reproduce};

/// Make a published package again from its receipt, and compare every byte.
///
/// First the inputs are compared: version of this tool, sources, installer assets and the key of every step, which covers flags,
/// patches, compilers and code. Where they differ, the step is named and nothing is built. Finished steps in the cache are used: with an
/// empty one (--cache DIR), all is made anew. Exit code 0 when equal.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cargo xtask reproduce ~/Downloads/python-3.13.5-macos11-unsigned.pkg
  cargo xtask reproduce python.pkg --receipt python.pkg.receipt.json --sign-with ~/keys/auditor")]
pub struct Reproduce {
    /// The package.
    package: PathBuf,

    /// Its receipt [default: PACKAGE.receipt.json].
    #[arg(long, value_name = "FILE")]
    receipt: Option<PathBuf>,

    #[command(flatten)]
    from: From,

    #[command(flatten)]
    remote: RemoteFlags,

    /// Print JSON.
    #[arg(long)]
    json: bool,
}

impl Reproduce {
    /// Makes it again, and says whether it is the same; with --sign-with, vouches for it.
    ///
    /// # Errors
    /// When it isn't, or can't be made.
    pub fn run(self, cx: &Context) -> Result<()> {
        let supply = self.from.supply(cx)?;
        let key = self.remote.signer().map(SigningKey::read).transpose()?;
        let remote = self.remote.open(cx)?;
        let order = Order {
            package: &self.package,
            receipt: self.receipt.as_deref(),
            supply: &supply,
            remote: remote.as_ref(),
            key: key.as_ref(),
        };
        let (verdict, rows, attestation) = match reproduce(cx, &order)? {
            Outcome::Equal(sha256, attestation) => {
                cx.ui.say(format_args!("equal, byte for byte: {sha256}"));
                ("equal", vec![], attestation)
            }
            Outcome::OtherInputs(rows) => ("other inputs", rows, None),
            Outcome::OtherBytes(rows) => ("other bytes", rows, None),
        };
        if self.json {
            cx.ui.json(&serde_json::json!({ "verdict": verdict, "differences": rows, "attestation": attestation }))?;
        } else {
            if !rows.is_empty() {
                let [place, what, theirs, ours] = ["step", "what", "there", "here"].map(str::to_owned);
                cx.ui.result(Row { place, what, theirs, ours });
            }
            rows.iter().for_each(|row| cx.ui.result(row));
            attestation.iter().for_each(|path| cx.ui.result(path.display()));
        }
        match verdict {
            "equal" => Ok(()),
            "other inputs" => bail!("{} is made of other things than would be used here", self.package.display()),
            _ => bail!("{} is made of the same, and has other bytes", self.package.display()),
        }
    }
}
