//! Those who sign, with all that they need.

use super::backend::{Signer, Timestamps};
use super::demands::Demands;
use super::identity::Identity;
use super::rules::Rules;

/// Somebody who signs, and with what.
pub struct Party {
    /// Who.
    pub identity: Identity,
    pub(super) signer: Box<dyn Signer>,
}

/// All that is needed to sign: found fit by [`preflight`](super::preflight()).
pub struct Signing {
    /// What is signed, and how.
    pub(super) rules: Rules,
    /// Signs code.
    pub application: Option<Party>,
    /// Signs packages.
    pub installer: Option<Party>,
    pub(super) timestamps: Timestamps,
    pub(super) demands: Demands,
}

/// The moment, as far as certificates are concerned. No product depends on it.
#[expect(clippy::disallowed_methods, reason = "whether a certificate has expired depends on the clock")]
pub(super) fn now() -> anyhow::Result<jiff::Timestamp> {
    Ok(jiff::Timestamp::try_from(std::time::SystemTime::now())?)
}
