//! Signing: code from the inside out, then the package around it.
//!
//! | file | what it does |
//! |---|---|
//! | `rules` | `Mac/signing.toml`: what is signed, and how |
//! | `inventory`, `plan` | what there is to sign below a folder; in which order |
//! | `identity/` | keys: where they come from, what they are, whether they fit |
//! | `backend/` | the programs that sign |
//! | `code`, `package` | a staged root; a package |
//! | `verdict` | whether what was signed is good: asked after every signature |
//! | `audit`, `record` | what is written down about a signature |
//! | `detached` | a package's signature as a small file |
//!
//! Nothing that was signed leaves here before our own verifier has found it good: the programs that sign also end with 0 when
//! they have made a broken signature.

mod audit;
mod backend;
mod code;
pub mod detached;
pub mod identity;
mod inventory;
mod package;
mod plan;
mod preflight;
mod record;
mod rules;
mod verdict;

pub use backend::{SignerChoice, Timestamps, find_rcodesign};
pub use code::{SignedRoot, plan_of, sign_code};
pub use package::{SignedPkg, publish, sign_package};
pub use preflight::{Request, Wanted, preflight};
pub use record::write as list;
pub use rules::Rules;
pub use verdict::{judge_stapled, judge_unstapled};

use backend::Signer;
use identity::Identity;

/// Somebody who signs, and with what.
pub struct Party {
    /// Who.
    pub identity: Identity,
    signer: Box<dyn Signer>,
}

/// All that is needed to sign: found fit by [`preflight()`].
pub struct Signing {
    /// What is signed, and how.
    rules: Rules,
    /// Signs code.
    pub application: Option<Party>,
    /// Signs packages.
    pub installer: Option<Party>,
    timestamps: Timestamps,
    demands: verdict::Demands,
}

/// The moment, as far as certificates are concerned. No product depends on it.
#[expect(clippy::disallowed_methods, reason = "whether a certificate has expired depends on the clock")]
fn now() -> anyhow::Result<jiff::Timestamp> {
    Ok(jiff::Timestamp::try_from(std::time::SystemTime::now())?)
}

#[cfg(test)]
mod tests;
