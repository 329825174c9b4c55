//! `--remote` and its like, for verbs that build.

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Args;

use release::context::Context;
use release::remote::{Remote, Settings, Share};

/// See the module's text.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Finished steps of other machines (docs/remote.md)")]
pub struct RemoteFlags {
    /// Take finished steps from here before building them: a folder, https://… or s3://bucket/prefix; `none` for no remote cache.
    #[arg(long, value_name = "DIR|URL")]
    remote: Option<String>,

    /// Take what this key has signed (a file that `cargo xtask keys new` made, FILE.pub); may be repeated.
    #[arg(long, value_name = "FILE.pub")]
    trust: Vec<PathBuf>,

    /// Put there what was built here.
    #[arg(long)]
    push: bool,

    /// Sign what is put there with this private key, which is trusted here, too; `release` and `reproduce` write an attestation.
    #[arg(long, value_name = "FILE")]
    sign_with: Option<PathBuf>,

    /// Send the first line of this file as the header `Authorization`, such as `Bearer …`; only its owner may read it.
    #[arg(long, value_name = "FILE")]
    remote_auth: Option<PathBuf>,

    /// Build this share of what was taken again, and compare.
    #[arg(long, value_name = "N%")]
    recheck: Option<Share>,
}

impl RemoteFlags {
    /// The private key that vouches for what is made.
    pub fn signer(&self) -> Option<&Path> {
        self.sign_with.as_deref()
    }

    /// The cache that they and the user's configuration file name, if any.
    ///
    /// # Errors
    /// When they contradict themselves, or a file can't be read.
    pub fn open(self, cx: &Context) -> Result<Option<Remote>> {
        let Self { remote, trust, push, sign_with, remote_auth: authorization, recheck } = self;
        Remote::open(cx, &Settings { remote, trust, push, sign_with, authorization, recheck }.with_file()?)
    }
}
