//! How much proof of a source is enough.

use clap::Args;

/// What is taken for proof that a source is the right one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Args)]
pub struct Trust {
    /// Take sources of which nobody published a SHA-256 on their MD5, which can be forged; plan and receipt name them.
    #[arg(long)]
    pub accept_md5: bool,
}
