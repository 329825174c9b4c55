//! What is to be signed, and by whom, as the user said it.

use std::path::PathBuf;

use super::backend::SignerChoice;
use super::identity::Source;

/// What is to be signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// Code, and a package when there is an installer identity.
    Release,
    /// A package that was made elsewhere.
    Package,
    /// Nothing yet: whatever is named is looked at.
    Look,
}

/// Who signs, as the user said it.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// Signs code.
    pub application: Option<Source>,
    /// Signs packages.
    pub installer: Option<Source>,
    /// Code is signed by nobody.
    pub ad_hoc: bool,
    /// With what.
    pub signer: SignerChoice,
    /// A server, or `none`; the rules' when nothing is said.
    pub timestamp_url: Option<String>,
    /// The team that must sign.
    pub team: Option<String>,
    /// A root that is trusted instead of Apple's.
    pub root: Option<PathBuf>,
}

impl Request {
    /// Whether anybody was named.
    pub fn names_somebody(&self) -> bool {
        self.ad_hoc || self.application.is_some() || self.installer.is_some()
    }
}
