//! What is signed and how, as data: `Mac/signing.toml`, whose head explains every key.

use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use globset::{GlobBuilder, GlobMatcher};
use serde::{Deserialize, Serialize};

use crate::recipe::{Day, read_toml};

/// The whole file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Rules {
    /// The server of time stamps that the notary service accepts.
    pub timestamp_url: String,
    /// The version of rcodesign that is used.
    pub rcodesign: String,
    /// Certificates of Apple's that end soon.
    #[serde(default)]
    pub expiring: Vec<Expiring>,
    rule: Vec<Rule>,
}

/// A certificate of Apple's with a known end.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expiring {
    /// Its common name.
    pub subject: String,
    /// Its organizational unit, where the name alone doesn't tell it from its successor.
    pub unit: Option<String>,
    /// What it vouches for.
    pub of: Voucher,
    /// Its last day.
    pub day: Day,
    /// What to do.
    pub fix: String,
}

/// What a certificate of Apple's vouches for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Voucher {
    /// Who signs.
    Signer,
    /// When it was signed.
    Timestamp,
}

/// How everything that matches is signed.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Below the staged root.
    pub path: String,
    /// What it is.
    pub role: Role,
    identifier: Option<String>,
    /// As `codesign --options` names them.
    #[serde(default)]
    pub flags: BTreeSet<Flag>,
    /// A file of `installer-assets/`.
    pub entitlements: Option<String>,
    #[serde(skip)]
    matcher: Option<GlobMatcher>,
}

/// What a signed thing is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// A program.
    Executable,
    /// Linked with, or loaded by, programs.
    Library,
    /// The folder of an application.
    App,
    /// The version folder of a framework.
    Framework,
}

impl Role {
    /// Whether it is a folder with a seal over its files.
    pub fn is_bundle(self) -> bool {
        matches!(self, Self::App | Self::Framework)
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Executable => "executable",
            Self::Library => "library",
            Self::App => "app",
            Self::Framework => "framework",
        })
    }
}

/// A flag of a code signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Flag {
    /// The hardened runtime.
    Runtime,
    /// Only libraries of the same team are loaded.
    Library,
    /// Killed when a page's hash is wrong.
    Kill,
    /// No page with a wrong hash is loaded.
    Hard,
}

impl Flag {
    /// As `codesign` and `rcodesign` both name it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Runtime => "runtime",
            Self::Library => "library",
            Self::Kill => "kill",
            Self::Hard => "hard",
        }
    }
}

impl Rule {
    /// Whether it speaks of a path.
    pub fn matches(&self, path: &str) -> bool {
        self.matcher.as_ref().is_some_and(|matcher| matcher.is_match(path))
    }

    /// The name in the signature of a file; nothing for bundles, which name themselves.
    pub fn identifier(&self, path: &str) -> Option<String> {
        let name = path.rsplit('/').next().unwrap_or(path);
        let stem = name.split('.').find(|part| !part.is_empty()).unwrap_or(name);
        self.identifier.as_ref().map(|identifier| identifier.replace("{stem}", stem))
    }

    fn compile(&mut self) -> Result<(), globset::Error> {
        let glob = GlobBuilder::new(&self.path).literal_separator(true).backslash_escape(true).build()?;
        self.matcher = Some(glob.compile_matcher());
        Ok(())
    }

    /// What is wrong with it.
    fn faults(&self, assets: &Path) -> Vec<String> {
        let mut faults = Vec::new();
        let mut wrong = |fault: &str| faults.push(format!("rule for {}: {fault}", self.path));
        match (self.role.is_bundle(), &self.identifier) {
            (true, Some(_)) => wrong("a bundle's identifier is that of its Info.plist; leave it out here"),
            (false, None) => wrong("has no identifier"),
            _ => {}
        }
        let program = matches!(self.role, Role::Executable | Role::App);
        if program && !self.flags.contains(&Flag::Runtime) {
            wrong("programs need the flag runtime, or notarization refuses them");
        }
        match &self.entitlements {
            Some(_) if !program => wrong("entitlements belong to programs, never to libraries and frameworks"),
            Some(file) if !assets.join(file).is_file() => {
                wrong(&format!("installer-assets/{file} does not exist"));
            }
            _ => {}
        }
        faults
    }
}

impl Rules {
    /// Reads `Mac/signing.toml`.
    ///
    /// # Errors
    /// When it is malformed or contradicts itself: everything that is wrong.
    pub fn load(repo: &Path) -> Result<Self> {
        let path = repo.join("Mac/signing.toml");
        let rules: Self = read_toml(&path)?;
        rules.checked(&repo.join("installer-assets")).with_context(|| format!("{} is malformed", path.display()))
    }

    fn checked(mut self, assets: &Path) -> Result<Self> {
        let mut faults = Vec::new();
        for rule in &mut self.rule {
            faults.extend(rule.compile().err().map(|error| error.to_string()));
            faults.extend(rule.faults(assets));
        }
        if !faults.is_empty() {
            bail!("{}", faults.join("\n"));
        }
        Ok(self)
    }

    /// The rules, in the file's order.
    pub fn all(&self) -> &[Rule] {
        &self.rule
    }

    #[cfg(test)]
    pub(crate) fn parse(text: &str) -> Result<Self> {
        let assets = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../installer-assets");
        toml::from_str::<Self>(text)?.checked(&assets)
    }
}
