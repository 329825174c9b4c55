//! What all evidence is made from.

use super::contents::Contents;
use crate::digest::Sha256;
use crate::package::ProductAssets;
use crate::planning::Planned;
use crate::product::Product;

/// What evidence is about.
pub struct Subject<'a> {
    /// What was planned, and from which data.
    pub planned: &'a Planned,
    /// What came of it.
    pub product: &'a Product,
    /// Whether an OpenPGP signature will be made beside it, at the end.
    pub has_pgp: bool,
    /// Whether a Sigstore bundle will.
    pub has_sigstore: bool,
}

/// What all the files are made from.
pub(super) struct Facts<'a> {
    /// What it is about.
    pub subject: &'a Subject<'a>,
    /// What the installer shows and offers.
    pub assets: ProductAssets,
    /// Of the package's file.
    pub file: String,
    /// Of its bytes.
    pub sha256: Sha256,
    /// What is inside.
    pub contents: Contents,
}
