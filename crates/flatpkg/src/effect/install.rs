//! Installing on a disk that is only thought of.

use std::collections::{BTreeMap, BTreeSet};

use super::{Digest, Memory, Node, Offer, Part, Rules, Selection, What, place};
use crate::bundle::Phase;
use crate::tree::TreePath;

/// What an installation leaves.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// The disk afterwards.
    pub disk: Memory,
    /// Where each path of the packages came to lie, by its place on the disk: another one when links were followed.
    pub origins: BTreeMap<TreePath, TreePath>,
    /// The scripts in their order.
    pub events: Vec<Event>,
    /// Identifiers and versions.
    pub receipts: BTreeMap<String, String>,
}

/// A script that runs. Its arguments are the package, `destination`, the volume `/`, and `/`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Event {
    /// Whose script.
    pub identifier: String,
    /// `before` or `after` all archives.
    pub when: &'static str,
    /// Of its text.
    pub digest: Digest,
    /// The second argument.
    pub destination: String,
}

impl Part {
    pub(super) fn rules(&self) -> Rules {
        Rules { overwrite_permissions: self.overwrite_permissions, follow_links: self.follow_links }
    }
}

/// Installs the selected parts on a disk where some receipts are already.
#[must_use]
pub fn install(offer: &Offer, selection: &Selection, mut disk: Memory, receipts: &BTreeSet<String>) -> Outcome {
    let parts: Vec<&Part> = offer.parts.iter().filter(|part| selection.contains(&part.identifier)).collect();
    let mut origins = BTreeMap::new();
    for part in &parts {
        for laid in part.paths.iter().flatten() {
            let what = match &laid.node {
                Node::Directory => What::Directory,
                Node::Symlink(target) => What::Symlink(target),
                file @ Node::File { .. } => What::File(file.clone()),
            };
            let Ok(at) = place(&mut disk, &laid.path, what, laid.attributes, part.rules());
            origins.insert(at, laid.path.clone());
        }
    }
    let mut events = Vec::new();
    for phase in Phase::ALL {
        for part in &parts {
            let upgrade = receipts.contains(&part.identifier);
            let scripts = part.scripts.iter().filter(|script| script.when.0 == phase && script.when.applies(upgrade));
            events.extend(scripts.map(|script| Event {
                identifier: part.identifier.clone(),
                when: script.when.word(),
                digest: script.digest,
                destination: part.location.clone(),
            }));
        }
    }
    let with_archive = parts.iter().filter(|part| part.paths.is_some() && !offer.is_folder);
    let receipts = with_archive.map(|part| (part.identifier.clone(), part.version.clone())).collect();
    Outcome { disk, origins, events, receipts }
}
