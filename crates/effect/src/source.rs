//! Packages of either format, read into what they offer.

mod flat;
mod old;
mod reading;

use std::collections::BTreeMap;

use super::offer::{Laid, Node, Offer, OfferPart};
use flatpkg::package::Package;
use flatpkg::tree::{Tree, TreePath};
use oldpkg::bundle::{self, Bundle};
pub use reading::{Archive, OfferError};
use reading::{bad_place, below, place, required};

/// A package of either format.
#[derive(Debug)]
pub enum Installable {
    /// A flat package.
    Flat(Package),
    /// A bundle package or metapackage.
    Bundle(Bundle),
}

impl Installable {
    /// What it offers. All archives are read for the digests of their files.
    ///
    /// # Errors
    /// A part that can't be read.
    pub fn offer(&self) -> Result<Offer, OfferError> {
        match self {
            Installable::Flat(package) => flat::offer(package),
            Installable::Bundle(bundle) => old::offer(bundle),
        }
    }

    /// The archive of a part; `None` for scripts alone.
    ///
    /// # Errors
    /// It can't be opened.
    pub fn archive(&self, part: &OfferPart) -> Result<Option<Archive<'_>>, OfferError> {
        match self {
            Installable::Flat(package) => match package.component_at(part.index) {
                Some(component) => flat::archive(component, &part.identifier),
                None => Ok(None),
            },
            Installable::Bundle(bundle) => {
                Ok(bundle.members.get(part.index).map(bundle::Member::archive).transpose()?.flatten())
            }
        }
    }

    /// The scripts of a part with the files beside them.
    ///
    /// # Errors
    /// They can't be read.
    pub fn scripts(&self, part: &OfferPart) -> Result<Option<Tree>, OfferError> {
        match self {
            Installable::Flat(package) => match package.component_at(part.index) {
                Some(component) => flat::scripts(component, &part.identifier),
                None => Ok(None),
            },
            Installable::Bundle(bundle) => Ok(bundle.members.get(part.index).map(|member| member.resources.clone())),
        }
    }
}

impl OfferPart {
    /// Where an entry of its archive goes, below the root of the disk.
    ///
    /// # Errors
    /// The part's place, or the path in it, can't be one.
    pub fn place(&self, path: &TreePath) -> Result<TreePath, OfferError> {
        let place = place(&self.identifier, &self.location)?;
        below(&place, path).ok_or_else(|| bad_place(&self.identifier, &self.location))
    }

    /// The bytes of all files that it lays down.
    #[must_use]
    pub fn size(&self) -> u64 {
        let sizes = self.paths.iter().flatten().map(|laid| match &laid.node {
            Node::File { size, .. } => *size,
            Node::Directory | Node::Symlink(_) => 0,
        });
        sizes.fold(0, u64::saturating_add)
    }
}

impl Offer {
    /// A folder as it lies on a disk, as if a package of its own had laid it down; `entries` in any order, directories
    /// without their contents.
    #[must_use]
    pub fn of_folder(mut entries: Vec<Laid>) -> Offer {
        entries.sort_by(|a, b| a.path.cmp(&b.path));
        let part = OfferPart {
            id: String::new(),
            index: 0,
            identifier: String::new(),
            version: String::new(),
            location: "/".to_owned(),
            paths: Some(entries),
            scripts: Vec::new(),
            companions: BTreeMap::new(),
            overwrite_permissions: true,
            follow_links: true,
            policies: BTreeMap::new(),
            stated: None,
        };
        Offer { parts: vec![part], choices: vec![required("")], stated: None, is_folder: true }
    }
}
