//! Who signs: the flags that `sign`, `release`, `notarize` and `doctor --sign` share.

use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::Args;

use release::sign::identity::{Profile, Source};
use release::sign::{Request, SignerChoice};

use super::password::Password;

/// See the module's text.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Who signs")]
pub struct Signers {
    /// A file that says all of this; flags override it. docs/sign.md shows one.
    #[arg(long, value_name = "FILE")]
    profile: Option<PathBuf>,

    /// What signs [default: auto, Apple's tools for identities of a keychain, else rcodesign].
    #[arg(long, value_name = "PROGRAM")]
    signer: Option<SignerChoice>,

    /// Code is signed by this identity of a keychain: `Developer ID Application: NAME (TEAM)`.
    #[arg(long, value_name = "NAME")]
    application_keychain: Option<String>,

    /// Code is signed by the key in this p12.
    #[arg(long, value_name = "FILE", conflicts_with = "application_keychain")]
    application_p12: Option<PathBuf>,

    /// Code is signed by the key in this PEM file; repeat it for the certificates, which may also complete a p12.
    #[arg(long, value_name = "FILE", conflicts_with = "application_keychain")]
    application_pem: Vec<PathBuf>,

    /// Sign code ad hoc (no identity).
    #[arg(long, conflicts_with_all = ["application_keychain", "application_p12", "application_pem"])]
    ad_hoc: bool,

    /// The package is signed by this identity of a keychain: `Developer ID Installer: NAME (TEAM)`.
    #[arg(long, value_name = "NAME")]
    installer_keychain: Option<String>,

    /// The package is signed by the key in this p12.
    #[arg(long, value_name = "FILE", conflicts_with = "installer_keychain")]
    installer_p12: Option<PathBuf>,

    /// The package is signed by the key in this PEM file; repeat it for the certificates, which may also complete a p12.
    #[arg(long, value_name = "FILE", conflicts_with = "installer_keychain")]
    installer_pem: Vec<PathBuf>,

    #[command(flatten)]
    password: Password,

    /// The server that says when it was signed, or `none` [default: Apple's].
    #[arg(long, value_name = "URL")]
    timestamp_url: Option<String>,

    /// Only identities of this team may sign.
    #[arg(long, value_name = "ID")]
    team_id: Option<String>,

    /// Trust this root (DER or PEM) instead of Apple's, for tests.
    #[arg(long = "trust-root", alias = "root", value_name = "FILE")]
    root: Option<PathBuf>,
}

impl Signers {
    /// The profile, when one is named.
    ///
    /// # Errors
    /// When it can't be read.
    pub fn profile(&self) -> Result<Profile> {
        self.profile.as_deref().map_or_else(|| Ok(Profile::default()), Profile::read)
    }

    /// Who signs, by flags and profile.
    ///
    /// # Errors
    /// When the profile can't be read, or one descriptor would have to be read twice.
    pub fn request(&self) -> Result<Request> {
        let profile = self.profile()?;
        let application = self.source(&self.application_keychain, &self.application_p12, &self.application_pem);
        let installer = self.source(&self.installer_keychain, &self.installer_p12, &self.installer_pem);
        let secret = |source: &Option<Source>| source.as_ref().is_some_and(|source| source.keychain.is_none());
        if self.password.fd.is_some() && secret(&application) && secret(&installer) {
            bail!("two identities can't both read descriptor {}", self.password.fd.unwrap_or_default());
        }
        Ok(Request {
            application: application.or(profile.application).filter(|_| !self.ad_hoc),
            installer: installer.or(profile.installer),
            ad_hoc: self.ad_hoc,
            signer: self.signer.or(profile.signer).unwrap_or_default(),
            timestamp_url: self.timestamp_url.clone().or(profile.timestamp_url),
            team: self.team_id.clone().or(profile.team_id),
            root: self.root.clone(),
        })
    }

    /// The root that is trusted instead of Apple's.
    pub fn root(&self) -> Option<&PathBuf> {
        self.root.as_ref()
    }

    fn source(&self, keychain: &Option<String>, p12: &Option<PathBuf>, pem: &[PathBuf]) -> Option<Source> {
        let named = keychain.is_some() || p12.is_some() || !pem.is_empty();
        named.then(|| Source {
            keychain: keychain.clone(),
            p12: p12.clone(),
            pem: pem.to_vec(),
            password_file: self.password.file.clone(),
            password_fd: self.password.fd,
            password_env: self.password.env.clone(),
            ..Source::default()
        })
    }
}
