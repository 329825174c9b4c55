//! `installer-assets/product.toml`: what the installer offers, as types.

use serde::Deserialize;

/// The product.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ProductAssets {
    /// The window's title.
    pub title: String,
    /// Of the product.
    pub identifier: String,
    /// Only the volume that macOS runs from.
    pub root_volume_only: bool,
    /// Pages, by their file in `resources/`; `License.txt` is Python's own.
    pub welcome: String,
    /// See `welcome`.
    pub readme: String,
    /// See `welcome`.
    pub license: String,
    /// See `welcome`.
    pub conclusion: String,
    /// In the order in which they are offered.
    pub component: Vec<ComponentAssets>,
}

/// One component, and the choice that offers it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ComponentAssets {
    /// Its name in the archive.
    pub file: String,
    /// Of the receipt, and of the choice.
    pub identifier: String,
    /// Of the choice.
    pub title: String,
    /// Of the choice.
    pub description: String,
    /// The part of the staged root that it holds.
    pub root: String,
    /// Where that goes.
    pub location: String,
    /// Can't be left out.
    #[serde(default)]
    pub required: bool,
}
