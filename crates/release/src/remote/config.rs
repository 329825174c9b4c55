//! What the user says of a remote cache: on the command line, and in a file for what stays the same.
//!
//! The file is `cpython-macos-release/config.toml` below `$XDG_CONFIG_HOME`, or below `~/.config`:
//!
//! ```toml
//! [remote-cache]
//! address = "https://cache.example.org/steps"  # or a folder, or s3://bucket/prefix
//! trust = ["/home/me/keys/builder.pub"]
//! push = true
//! sign-with = "/home/me/keys/builder"
//! authorization = "/home/me/keys/token"        # its first line is sent as the header Authorization
//! recheck = "5%"
//! ```

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde::Deserialize;

use super::Share;

/// What there is to say.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Settings {
    /// A folder, an address (`https://…`), or `s3://bucket/prefix`.
    #[serde(rename = "address")]
    pub remote: Option<String>,
    /// Public keys of those who are believed.
    #[serde(default)]
    pub trust: Vec<PathBuf>,
    /// Puts there what is made.
    #[serde(default)]
    pub push: bool,
    /// The private key that vouches for what is put there.
    pub sign_with: Option<PathBuf>,
    /// A file whose first line a server gets as the header `Authorization`.
    pub authorization: Option<PathBuf>,
    /// How much of what is taken is made again.
    pub recheck: Option<Share>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct File {
    #[serde(default)]
    remote_cache: Settings,
}

impl Settings {
    /// These, and for what they don't say the user's file. `--remote none` takes neither.
    ///
    /// # Errors
    /// When the file is malformed.
    pub fn with_file(self) -> Result<Self> {
        match file().filter(|path| path.is_file()) {
            Some(path) => self.with(&path),
            None => Ok(self.unless_none()),
        }
    }

    fn with(self, path: &Path) -> Result<Self> {
        if self.remote.as_deref() == Some("none") {
            return Ok(self.unless_none());
        }
        let text = fs_err::read_to_string(path)?;
        let file: File = toml::from_str(&text).with_context(|| format!("{} is malformed", path.display()))?;
        let file = file.remote_cache;
        Ok(Self {
            remote: self.remote.or(file.remote),
            trust: self.trust.into_iter().chain(file.trust).collect(),
            push: self.push || file.push,
            sign_with: self.sign_with.or(file.sign_with),
            authorization: self.authorization.or(file.authorization),
            recheck: self.recheck.or(file.recheck),
        })
    }

    fn unless_none(self) -> Self {
        Self { remote: self.remote.filter(|remote| remote != "none"), ..self }
    }
}

fn file() -> Option<PathBuf> {
    let absolute = |name| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let dir = absolute("XDG_CONFIG_HOME").or_else(|| Some(absolute("HOME")?.join(".config")))?;
    Some(dir.join("cpython-macos-release/config.toml"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_comes_before_the_file() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("config.toml");
        fs_err::write(&path, "[remote-cache]\naddress = '/shared'\ntrust = ['/a.pub']\nrecheck = '5%'\n").unwrap();
        let file = Settings::default().with(&path).unwrap();
        assert_eq!((file.remote.as_deref(), file.recheck), (Some("/shared"), Some("5%".parse().unwrap())));
        let own = Settings { remote: Some("/own".into()), trust: vec!["/b.pub".into()], push: true, ..file.clone() };
        let both = own.clone().with(&path).unwrap();
        assert_eq!((both.remote, both.trust.len(), both.push), (Some("/own".to_owned()), 2, true));
        let none = Settings { remote: Some("none".into()), ..Settings::default() };
        assert_eq!(none.with(&path).unwrap(), Settings::default());
        for wrong in ["[remote-cache]\nadress = 'x'", "[other]", "[remote-cache]\nrecheck = 'half'"] {
            fs_err::write(&path, wrong).unwrap();
            let text = crate::hint::render(&Settings::default().with(&path).unwrap_err());
            assert!(text.contains("config.toml is malformed"), "{text}");
        }
    }
}
