//! Who asks Apple's notary service: the flags that `notarize` and `release` share.

use std::path::PathBuf;

use anyhow::Result;
use clap::{Args, ValueEnum};

use release::context::Context;
use release::notarize::{Credentials, Desk, Notary, NotaryTool, Rcodesign, Wishes};
use release::sign::identity::{NotaryKey, Profile};
use release::sign::{Rules, find_rcodesign};

use super::signers::Signers;

/// See the module's text.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Who asks for notarization")]
pub struct Notaries {
    /// A key of App Store Connect: AuthKey_ID.p8, which nobody else can read.
    #[arg(long, value_name = "FILE", requires = "key_id", conflicts_with = "keychain_profile")]
    api_key: Option<PathBuf>,

    /// The key's number.
    #[arg(long, value_name = "ID", requires = "api_key")]
    key_id: Option<String>,

    /// The number of the key's issuer; keys of individuals have none.
    #[arg(long, value_name = "UUID", requires = "api_key")]
    issuer: Option<String>,

    /// What `notarytool store-credentials` keeps under this name.
    #[arg(long, value_name = "NAME")]
    keychain_profile: Option<String>,

    /// What talks to Apple [default: notarytool where it is, else rcodesign].
    #[arg(long, value_name = "PROGRAM")]
    notary: Option<Program>,
}

/// A program that talks to the notary service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Program {
    /// Apple's.
    Notarytool,
    /// The one of the apple-codesign project.
    Rcodesign,
}

impl Notaries {
    /// By flags, else by a profile; nothing when nobody is named.
    fn credentials(&self, profile: Profile) -> Option<Credentials> {
        if let Some(name) = &self.keychain_profile {
            return Some(Credentials::Keychain(name.clone()));
        }
        let flags = self.api_key.clone().zip(self.key_id.clone());
        let key = flags.map(|(key, key_id)| NotaryKey { key, key_id, issuer: self.issuer.clone() });
        key.or(profile.notary).map(Credentials::Key)
    }

    /// Who asks; nothing when nobody is named.
    ///
    /// # Errors
    /// When the program, the profile or the key can't be used.
    pub fn desk(&self, cx: &Context, signers: &Signers, wishes: Wishes) -> Result<Option<Desk>> {
        let notary = self.open(cx, signers.profile()?)?;
        Ok(notary.map(|notary| Desk { notary, wishes, root: signers.root().cloned() }))
    }

    fn open(&self, cx: &Context, profile: Profile) -> Result<Option<Box<dyn Notary>>> {
        let Some(credentials) = self.credentials(profile) else { return Ok(None) };
        let apple = match self.notary {
            Some(program) => program == Program::Notarytool,
            None => cfg!(target_os = "macos"),
        };
        Ok(Some(match credentials {
            Credentials::Key(key) if !apple => {
                let version = Rules::load(&cx.paths.repo)?.rcodesign;
                Box::new(Rcodesign::new(find_rcodesign(cx, &version)?, &key)?)
            }
            credentials => Box::new(NotaryTool::find(credentials)?),
        }))
    }
}
