//! Where the password of the keys comes from; never the command line, which everybody can read.

use std::path::PathBuf;

use clap::Args;

/// One of three places, or the terminal.
#[derive(Debug, Clone, Default, Args)]
pub struct Password {
    /// The password of the keys is the first line of this file, which nobody else can read.
    #[arg(long = "password-file", id = "password_file", value_name = "FILE", group = "password")]
    pub file: Option<PathBuf>,

    /// It comes from this inherited descriptor.
    #[arg(long = "password-fd", id = "password_fd", value_name = "N", group = "password")]
    pub fd: Option<u32>,

    /// It is in the variable of this name. Without any of the three it is asked for.
    #[arg(long = "password-env", id = "password_env", value_name = "NAME", group = "password")]
    pub env: Option<String>,
}
