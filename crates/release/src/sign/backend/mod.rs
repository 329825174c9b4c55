//! The programs that sign.

pub mod apple;
pub mod rcodesign;
#[cfg(test)]
pub mod recording;
mod signer;

use anyhow::{Result, anyhow};

use super::identity::Identity;
use super::rules::Rules;
use crate::context::Context;
use crate::hint::WithHint as _;

pub use apple::Apple;
pub use rcodesign::{Rcodesign, find as find_rcodesign};
pub use signer::{CodeJob, Signer, SignerChoice, Timestamps};

/// The program for an identity.
///
/// # Errors
/// When it is not on this machine, has the wrong version, or can't use this kind of identity.
pub fn choose(
    cx: &Context,
    rules: &Rules,
    choice: SignerChoice,
    identity: &Identity,
    timestamps: &Timestamps,
) -> Result<Box<dyn Signer>> {
    let keychain = matches!(identity, Identity::Keychain(_));
    match (choice, keychain) {
        (SignerChoice::Rcodesign, true) => Err(anyhow!("rcodesign is not given the keys of keychains"))
            .hint("leave out --signer, or give a p12 or PEM"),
        (SignerChoice::Productsign, false) if matches!(identity, Identity::Material(_)) => Err(anyhow!(
            "productsign and codesign use keys of a keychain only"
        ))
        .hint("import the key with `security import`, and name it with --installer-keychain; or leave out --signer"),
        (SignerChoice::Productsign, _) | (SignerChoice::Auto, true) => Ok(Box::new(Apple::find(timestamps.clone())?)),
        (SignerChoice::Rcodesign | SignerChoice::Auto, _) => {
            Ok(Box::new(Rcodesign::new(find_rcodesign(cx, &rules.rcodesign)?, &rules.rcodesign, timestamps.clone())))
        }
    }
}
