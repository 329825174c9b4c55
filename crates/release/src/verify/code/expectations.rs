//! What code must be like.

use super::entitlements::Decided;

/// What code must be like.
#[derive(Debug, Clone, Copy)]
pub struct Expectations<'a> {
    /// How it must be signed, and by whom.
    pub signer: pkgsign::Expectations<'a>,
    /// What programs ask for; whatever they like when this is nothing.
    pub entitlements: Option<Decided<'a>>,
}
