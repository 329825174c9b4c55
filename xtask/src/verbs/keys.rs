//! `cargo xtask keys`.

use std::path::PathBuf;

use anyhow::Result;
use clap::{Args, Subcommand};

use release::context::Context;
use release::keys::{self, PublicKey, public_path};

/// Make a key that vouches for what was built, or say which one a file has.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cargo xtask keys new ~/keys/builder
  cargo xtask keys show ~/keys/builder.pub")]
pub struct Keys {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Make FILE, the private key, for you alone, and FILE.pub, for those who are to trust it.
    New {
        /// Where; nothing that is there is replaced.
        file: PathBuf,
    },
    /// Say which key a public one is: the SHA-256 by which records name it.
    Show {
        /// FILE.pub.
        file: PathBuf,
    },
}

impl Keys {
    /// Makes it, or prints its name.
    ///
    /// # Errors
    /// When a file is there already, can't be written, or is no key.
    pub fn run(self, cx: &Context) -> Result<()> {
        match self.what {
            What::New { file } => {
                let key = keys::create(&file)?;
                cx.ui.result(format_args!("{}  {}", key.id(), public_path(&file).display()));
                cx.ui.say(format_args!("{} is the private key: keep it to yourself", file.display()));
            }
            What::Show { file } => cx.ui.result(PublicKey::read(&file)?.id()),
        }
        Ok(())
    }
}
