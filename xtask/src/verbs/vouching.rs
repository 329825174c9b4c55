//! Who vouches for what is published: the flags of `release`.

use std::path::Path;

use anyhow::Result;
use clap::Args;

use release::keys::SigningKey;
use release::pgp;
use release::pipeline::Vouching;
use release::sigstore::Client;

/// See the module's text.
#[derive(Debug, Default, Args)]
pub struct VouchingFlags {
    /// Sign everything that is published with this key of `gpg`'s, at the end: `.asc` beside every file and beside SHA256SUMS.
    #[arg(long, value_name = "KEY")]
    pgp: Option<String>,

    /// Make Sigstore bundles of everything that is published, at the end, by the client `sigstore` or `cosign`: `.sigstore` beside
    /// every file and beside SHA256SUMS. It may ask you to log in.
    #[arg(long)]
    sigstore: bool,
}

impl VouchingFlags {
    /// What they and the key that signs steps ask for, found fit before hours are spent.
    ///
    /// # Errors
    /// When a key is not there, or not as it should be.
    pub fn vouching(self, signer: Option<&Path>) -> Result<Vouching> {
        self.pgp.as_deref().map_or(Ok(()), pgp::check_key)?;
        let sigstore = self.sigstore.then(Client::installed).transpose()?;
        Ok(Vouching { key: signer.map(SigningKey::read).transpose()?, pgp: self.pgp, sigstore })
    }
}
