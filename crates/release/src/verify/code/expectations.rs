//! What code must be like.

use super::entitlements::Decided;

/// What code must be like.
#[derive(Debug, Clone, Copy)]
pub struct CodeExpectations<'a> {
    /// How it must be signed, and by whom.
    pub signer: pkgsign::SignatureExpectations<'a>,
    /// What programs ask for; whatever they like when this is nothing.
    pub entitlements: Option<Decided<'a>>,
}
