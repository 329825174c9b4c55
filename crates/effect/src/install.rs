//! Installing on a disk that is only thought of.

use std::collections::{BTreeMap, BTreeSet};

use super::disk::{Steps, place_within};
use super::{Digest, Memory, Node, Offer, OfferPart, Rules, Selection, What};
use flatpkg::tree::TreePath;
use oldpkg::bundle::Phase;

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
    /// Bytes of paths that were looked at.
    pub work: u64,
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

/// Links, or folders that no archive lists, make the paths of a part take more work than any real package does.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the paths of {identifier} lead through too many links or unlisted folders")]
pub struct Endless {
    /// The part.
    pub identifier: String,
}

impl OfferPart {
    pub(super) fn rules(&self) -> Rules {
        Rules { overwrite_permissions: self.overwrite_permissions, follow_links: self.follow_links }
    }

    /// There is no end to it.
    pub(super) fn endless(&self) -> Endless {
        Endless { identifier: self.identifier.chars().take(200).collect() }
    }
}

/// Installs the selected parts on a disk where some receipts are already.
///
/// # Errors
/// Following the links takes more work than the part's size allows.
pub fn install(
    offer: &Offer,
    selection: &Selection,
    disk: Memory,
    receipts: &BTreeSet<String>,
) -> Result<Outcome, Endless> {
    let parts: Vec<&OfferPart> = offer.parts.iter().filter(|part| selection.contains(&part.id)).collect();
    install_parts(&parts, disk, receipts)
}

/// The same for some parts.
pub(super) fn install_parts(
    parts: &[&OfferPart],
    mut disk: Memory,
    receipts: &BTreeSet<String>,
) -> Result<Outcome, Endless> {
    let (mut origins, mut work) = (BTreeMap::new(), 0);
    for part in parts {
        let mut steps = Steps::for_part(part);
        let all = steps.left();
        for laid in part.paths.iter().flatten() {
            let what = match &laid.node {
                Node::Directory => What::Directory,
                Node::Symlink(target) => What::Symlink(target),
                file @ Node::File { .. } => What::File(file.clone()),
            };
            let Ok(at) = place_within(&mut disk, &laid.path, what, laid.attributes, part.rules(), &mut steps);
            origins.insert(at.ok_or_else(|| part.endless())?, laid.path.clone());
        }
        work += all - steps.left();
    }
    let with_archive = parts.iter().filter(|part| part.paths.is_some());
    let left = with_archive.map(|part| (part.identifier.clone(), part.version.clone())).collect();
    Ok(Outcome { disk, origins, events: in_order(parts, receipts), receipts: left, work })
}

/// The scripts of some parts in the order in which they run.
pub(super) fn in_order(parts: &[&OfferPart], receipts: &BTreeSet<String>) -> Vec<Event> {
    let mut events = Vec::new();
    for phase in Phase::ALL {
        for part in parts {
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
    events
}
