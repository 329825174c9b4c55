//! Who vouches for a file, on the command line: OpenPGP signatures and attestations beside it.

use std::path::{Path, PathBuf};

use anyhow::{Result, anyhow};
use clap::Args;

use release::context::Context;
use release::hint::{Unusable, WithHint as _};
use release::keys::PublicKey;
use release::sigstore::{Client, Identity};
use release::{attest, pgp};

/// The flags.
#[derive(Debug, Args, Default)]
#[command(next_help_heading = "Who vouches for it")]
pub struct VouchFlags {
    /// FILE.asc must be a good signature by a key of this keyring (`gpg --export`); nobody is asked. Files that are no packages, such
    /// as SHA256SUMS, are fine.
    #[arg(long, value_name = "KEYRING")]
    pgp: Option<PathBuf>,

    /// FILE.sigstore must be a Sigstore bundle made by this account, as this issuer certifies: for example `rm@python.org
    /// https://github.com/login/oauth`. `sigstore` or `cosign` checks it, without the network.
    #[arg(long, num_args = 2, value_names = ["IDENTITY", "ISSUER"])]
    sigstore: Option<Vec<String>>,

    /// Count the keys that vouch for these bytes in attestations of this folder (`*.intoto.jsonl`).
    #[arg(long, value_name = "DIR", requires = "trust")]
    attestations: Option<PathBuf>,

    /// Whose attestations count (a file that `cargo xtask keys new` made, FILE.pub); may be repeated.
    #[arg(long, value_name = "FILE.pub", requires = "attestations")]
    trust: Vec<PathBuf>,

    /// How many independent keys must vouch for it.
    #[arg(long, value_name = "N", default_value_t = 1, requires = "attestations")]
    threshold: usize,
}

impl VouchFlags {
    /// Checks what they ask for; whether they ask for anything.
    ///
    /// # Errors
    /// When somebody does not vouch for the file.
    pub fn check(&self, cx: &Context, file: &Path) -> Result<bool> {
        let asks = self.pgp.is_some() || self.sigstore.is_some() || self.attestations.is_some();
        if asks && !file.is_file() {
            return Err(anyhow!(Unusable(format!("{} is not a file", file.display()))))
                .hint("signatures and attestations are about single files");
        }
        if let Some(keyring) = &self.pgp {
            let pgp::Signature { key, user } = pgp::verify(file, keyring)?;
            cx.ui.result(format_args!("signed by {user} ({key})"));
        }
        if let Some([name, issuer]) = self.sigstore.as_deref() {
            Client::installed()?.verify(file, &Identity { name: name.clone(), issuer: issuer.clone() })?;
            cx.ui.result(format_args!("signed by {name}, as {issuer} certifies"));
        }
        if let Some(dir) = &self.attestations {
            let trust = self.trust.iter().map(|path| PublicKey::read(path)).collect::<Result<Vec<_>>>()?;
            let vouched = attest::demand(file, dir, &trust, self.threshold)?;
            for (key, path) in &vouched.by {
                cx.ui.result(format_args!("made by {key}, as {} says", path.display()));
            }
            vouched.not.iter().for_each(|line| cx.ui.say(format_args!("not counted: {line}")));
        }
        Ok(asks)
    }
}
