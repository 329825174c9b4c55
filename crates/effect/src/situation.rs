//! What is on a disk before a package is installed.

use std::collections::BTreeSet;

use super::disk::{Steps, place_within};
use super::install::install_parts;
use super::{Attributes, Digest, Endless, Memory, Node, Offer, OfferPart, Placed, Rules, What, place};
use flatpkg::mode::Mode;
use flatpkg::tree::TreePath;

/// The name of the files that a user put into directories of the package.
const KEPT: &[u8] = b"a file of the user's";

/// Where links lead.
pub(super) const ELSEWHERE: &str = "elsewhere";

/// A disk before installation. All are made from the packages that are compared, so they meet every path of theirs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Situation {
    /// macOS and nothing else.
    Fresh,
    /// An earlier version of everything: other files at the same paths, receipts, and a file of the user's in every
    /// directory.
    Upgrade,
    /// Every directory is there, and belongs to somebody who lets nobody else in.
    Directories,
    /// Every place that something is installed to is a link to a directory elsewhere.
    Links,
}

impl Situation {
    /// All of them.
    pub const ALL: [Situation; 4] = [Situation::Fresh, Situation::Upgrade, Situation::Directories, Situation::Links];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Situation::Fresh => "fresh",
            Situation::Upgrade => "upgrade",
            Situation::Directories => "directories",
            Situation::Links => "links",
        }
    }

    /// The disk, and the receipts on it.
    ///
    /// # Errors
    /// Following the links of a package takes more work than its size allows.
    pub fn disk(self, offers: [&Offer; 2]) -> Result<(Memory, BTreeSet<String>), Endless> {
        let [old, new] = offers.map(|offer| offer.parts.iter().collect::<Vec<_>>());
        self.disk_of([&old, &new])
    }

    /// The same for some parts of two packages.
    pub(super) fn disk_of(self, parts: [&[&OfferPart]; 2]) -> Result<(Memory, BTreeSet<String>), Endless> {
        let fresh = system();
        Ok(match self {
            Situation::Fresh => (fresh, BTreeSet::new()),
            Situation::Upgrade => upgrade(fresh, parts)?,
            Situation::Directories => (directories(fresh, parts)?, BTreeSet::new()),
            Situation::Links => (links(fresh, parts), BTreeSet::new()),
        })
    }
}

/// The directories of macOS that software is installed to.
pub(super) const SYSTEM: [(&str, Attributes); 3] = [
    ("Applications", Attributes { mode: Mode::from_st_mode(0o775), uid: 0, gid: 80 }),
    ("Library", Attributes::SYSTEM),
    ("usr", Attributes::SYSTEM),
];

fn system() -> Memory {
    let mut disk = Memory::default();
    disk.paths.extend(SYSTEM.into_iter().filter_map(|(path, attributes)| {
        Some((TreePath::new(path).ok()?, Placed { node: Node::Directory, attributes }))
    }));
    disk
}

fn upgrade(disk: Memory, parts: [&[&OfferPart]; 2]) -> Result<(Memory, BTreeSet<String>), Endless> {
    let user = Attributes { mode: Mode::PLAIN, uid: 501, gid: 20 };
    let mut receipts = BTreeSet::new();
    let mut disk = disk;
    for parts in parts {
        let outcome = install_parts(parts, disk, &receipts)?;
        disk = outcome.disk;
        receipts.extend(outcome.receipts.into_keys());
    }
    for placed in disk.paths.values_mut() {
        if let Node::File { size, digest } = &mut placed.node {
            (*size, *digest) = (*size + 1, Digest([0; 32]));
        }
    }
    let folders: Vec<TreePath> =
        disk.paths.iter().filter(|(_, placed)| placed.node == Node::Directory).map(|(path, _)| path.clone()).collect();
    let file = Node::File { size: 1, digest: Digest([0xff; 32]) };
    let files = folders.iter().filter_map(|folder| folder.join(KEPT).ok());
    disk.paths.extend(files.map(|path| (path, Placed { node: file.clone(), attributes: user })));
    Ok((disk, receipts))
}

fn directories(mut disk: Memory, parts: [&[&OfferPart]; 2]) -> Result<Memory, Endless> {
    let private = Attributes { mode: Mode::from_st_mode(0o700), uid: 501, gid: 20 };
    for part in parts.into_iter().flatten() {
        let mut steps = Steps::for_part(part);
        for laid in part.paths.iter().flatten().filter(|laid| laid.node == Node::Directory) {
            if !disk.paths.contains_key(&laid.path) {
                let Ok(at) = place_within(&mut disk, &laid.path, What::Directory, private, LAID, &mut steps);
                at.ok_or_else(|| part.endless())?;
            }
        }
    }
    Ok(disk)
}

fn links(mut disk: Memory, parts: [&[&OfferPart]; 2]) -> Memory {
    let mut places: Vec<TreePath> = Vec::new();
    for part in parts.into_iter().flatten().filter(|part| part.paths.is_some()) {
        // A place that macOS itself has stays what it is.
        let place = TreePath::new(part.location.trim_matches('/')).ok();
        places.extend(place.filter(|place| !place.is_root() && !disk.paths.contains_key(place)));
    }
    // With the slash before all other bytes, what lies in a place follows it.
    places.sort_by_key(|place| {
        place.as_bytes().iter().map(|&byte| if byte == b'/' { 0 } else { byte }).collect::<Vec<_>>()
    });
    let mut last: Option<TreePath> = None;
    for (number, place) in places.into_iter().enumerate() {
        if last.as_ref().is_some_and(|last| place == *last || place.below(last).is_some()) {
            continue;
        }
        let target = format!("/{ELSEWHERE}/{number}");
        let Ok(elsewhere) = TreePath::new(target.trim_start_matches('/')) else { continue };
        lay(&mut disk, &elsewhere, What::Directory);
        lay(&mut disk, &place, What::Symlink(target.as_bytes()));
        last = Some(place);
    }
    disk
}

/// How a disk is made ready.
const LAID: Rules = Rules { overwrite_permissions: true, follow_links: true };

fn lay(disk: &mut Memory, path: &TreePath, what: What<'_, Node>) {
    let Ok(_) = place(disk, path, what, Attributes::SYSTEM, LAID);
}
