//! What a program that signs is asked to do, and by whom.

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::ValueEnum;
use serde::Deserialize;

use crate::context::Context;
use crate::sign::identity::Identity;
use crate::sign::plan::CodeObject;

/// Which program signs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SignerChoice {
    /// Apple's for identities in a keychain, else rcodesign.
    #[default]
    Auto,
    /// Apple's: codesign and productsign.
    Productsign,
    /// The one of the apple-codesign project, on any machine.
    Rcodesign,
}

/// Who says when a signature was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Timestamps {
    /// A server of RFC 3161.
    Server(String),
    /// Nobody.
    None,
}

impl Timestamps {
    /// As `--timestamp-url` says it.
    pub fn parse(text: &str) -> Self {
        if text == "none" { Self::None } else { Self::Server(text.to_owned()) }
    }

    /// The server, or `none`.
    pub fn text(&self) -> &str {
        match self {
            Self::Server(url) => url,
            Self::None => "none",
        }
    }
}

/// What is signed when code is.
pub struct CodeJob<'a> {
    /// A file, or a bundle's folder; it is signed in place.
    pub target: &'a Path,
    /// How.
    pub object: &'a CodeObject,
    /// `installer-assets/`, where its entitlements are.
    pub assets: &'a Path,
    /// Who signs.
    pub identity: &'a Identity,
}

/// A program that signs.
pub trait Signer: Sync {
    /// Its name and version.
    fn tool(&self) -> String;

    /// Signs code in place. What is inside a bundle is signed before.
    ///
    /// # Errors
    /// When the program fails; the code is then of no use.
    fn sign_code(&self, job: &CodeJob<'_>) -> Result<()>;

    /// Signs a package into another file, which isn't there yet.
    ///
    /// # Errors
    /// When the program fails; what it left of the other file is then of no use.
    fn sign_package(&self, input: &Path, output: &Path, identity: &Identity) -> Result<()>;
}

/// Where rcodesign is installed for us: beside the toolchain, in the cache.
pub fn tools_dir(cx: &Context, version: &str) -> PathBuf {
    cx.paths.cache.join(format!("tools/rcodesign-{version}"))
}
