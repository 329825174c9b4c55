//! Where an identity comes from, as flags or a profile say it.
//!
//! A profile is a file the user names, so that a command line stays short and the same for everybody of a team:
//!
//! ```toml
//! team-id = "ABCDE12345"
//! timestamp-url = "http://timestamp.apple.com/ts01"
//!
//! [application]
//! p12 = "/Volumes/keys/application.p12"
//! password-file = "/Volumes/keys/application.password"
//!
//! [installer]
//! pem = ["/Volumes/keys/installer.pem", "/Volumes/keys/chain.pem"]
//!
//! [notary]
//! key = "/Volumes/keys/AuthKey_ABC.p8"
//! key-id = "ABC"
//! issuer = "57246542-96fe-1a63-e053-0824d011072a"
//! ```

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, anyhow, bail};
use serde::Deserialize;

use super::Identity;
use super::material::Material;
use super::secret::PasswordFrom;
use crate::hint::WithHint as _;
use crate::recipe::read_toml;

/// A profile.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Profile {
    /// The team that must sign.
    pub team_id: Option<String>,
    /// `auto`, `productsign` or `rcodesign`.
    pub signer: Option<crate::sign::SignerChoice>,
    /// A server for time stamps, or `none`.
    pub timestamp_url: Option<String>,
    /// Signs code.
    pub application: Option<Source>,
    /// Signs packages.
    pub installer: Option<Source>,
    /// Notarizes.
    pub notary: Option<NotaryKey>,
}

/// One identity's place: a keychain, or files.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Source {
    /// The name of an identity in a keychain.
    pub keychain: Option<String>,
    /// A p12 file.
    pub p12: Option<PathBuf>,
    /// PEM files: a key, its certificate, the chain; what is in the p12 already need not be there.
    #[serde(default)]
    pub pem: Vec<PathBuf>,
    /// The first line of this file is the password.
    pub password_file: Option<PathBuf>,
    /// The password comes from this inherited descriptor.
    pub password_fd: Option<u32>,
    /// The name of the variable with the password.
    pub password_env: Option<String>,
    /// Always refused.
    pub pkcs11: Option<toml::Value>,
    /// Always refused.
    pub smartcard: Option<toml::Value>,
    /// Always refused.
    pub remote: Option<toml::Value>,
}

/// A key of App Store Connect.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct NotaryKey {
    /// `AuthKey_ID.p8`.
    pub key: PathBuf,
    /// The key's number.
    pub key_id: String,
    /// The issuer's; keys of individuals have none.
    pub issuer: Option<String>,
}

impl Profile {
    /// Reads a profile.
    ///
    /// # Errors
    /// When it is malformed.
    pub fn read(path: &Path) -> Result<Self> {
        let mut profile: Self = read_toml(path)?;
        let dir = path.parent().unwrap_or(Path::new("."));
        for source in [&mut profile.application, &mut profile.installer].into_iter().flatten() {
            source.rebase(dir);
        }
        if let Some(notary) = &mut profile.notary {
            notary.key = dir.join(&notary.key);
        }
        Ok(profile)
    }
}

impl Source {
    /// Makes paths relative to the folder of the profile.
    fn rebase(&mut self, dir: &Path) {
        let paths = self.p12.iter_mut().chain(&mut self.pem).chain(&mut self.password_file);
        paths.for_each(|path| *path = dir.join(&*path));
    }

    /// Where its password is.
    ///
    /// # Errors
    /// When more than one place is named.
    fn password(&self) -> Result<PasswordFrom> {
        let file = self.password_file.clone().map(PasswordFrom::File);
        let fd = self.password_fd.map(PasswordFrom::Fd);
        let env = self.password_env.clone().map(PasswordFrom::Env);
        let named: Vec<PasswordFrom> = [file, fd, env].into_iter().flatten().collect();
        match &named[..] {
            [] => Ok(PasswordFrom::Prompt),
            [one] => Ok(one.clone()),
            _ => bail!("the password is said to be in more than one place"),
        }
    }

    /// Opens it.
    ///
    /// # Errors
    /// When it names no place or several, a place that no tool of ours can reach, or one that can't be read.
    pub fn open(&self) -> Result<Identity> {
        self.refuse_devices()?;
        let password = self.password()?;
        match &self.keychain {
            Some(name) if self.p12.is_none() && self.pem.is_empty() => Ok(Identity::Keychain(name.clone())),
            None if self.p12.is_some() || !self.pem.is_empty() => {
                Ok(Identity::Material(Box::new(Material::read(self.p12.as_deref(), &self.pem, &password)?)))
            }
            _ => Err(anyhow!("an identity is a keychain's name, or a p12 and PEM files; not both, and not nothing")),
        }
    }

    fn refuse_devices(&self) -> Result<()> {
        let devices = [
            (&self.pkcs11, "PKCS#11", "the released rcodesign can't talk to PKCS#11 modules"),
            (&self.smartcard, "a smartcard", "the released rcodesign is built without it"),
            (&self.remote, "remote signing", "it needs a relay in the internet that belongs to neither of us"),
        ];
        for (value, what, why) in devices {
            if value.is_some() {
                let hint = "on a Mac, a token's identity is in the keychain: name it there";
                return Err(anyhow!("{what} can't be used: {why}")).hint(hint);
            }
        }
        Ok(())
    }
}

impl NotaryKey {
    /// Its content as rcodesign reads it: JSON with the key's DER bytes.
    ///
    /// # Errors
    /// When the key can't be read, others can read it, or it is none.
    pub fn unified(&self) -> Result<super::Secret> {
        let content = super::read_private(&self.key)?;
        let blocks = content.text().and_then(super::pem::blocks);
        let blocks = blocks.with_context(|| format!("{} is malformed", self.key.display()))?;
        let [block] = &blocks[..] else { bail!("{} has not exactly one key", self.key.display()) };
        let issuer =
            self.issuer.as_ref().context("rcodesign needs the issuer of the key, which individuals' have not")?;
        use base64::Engine as _;
        let key = base64::engine::general_purpose::STANDARD.encode(&block.der);
        let json = serde_json::json!({ "issuer_id": issuer, "key_id": self.key_id, "private_key": key });
        Ok(super::Secret::new(serde_json::to_vec(&json)?))
    }
}
