//! What is on a disk before a package is installed.

use std::collections::BTreeSet;

use super::{Attributes, Digest, Memory, Node, Offer, Placed, Rules, Selection, What, install, place};
use crate::mode::Mode;
use crate::tree::TreePath;

/// The name of the files that a user put into directories of the package.
const KEPT: &[u8] = b"a file of the user's";

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
    #[must_use]
    pub fn disk(self, offers: [&Offer; 2]) -> (Memory, BTreeSet<String>) {
        let fresh = system();
        match self {
            Situation::Fresh => (fresh, BTreeSet::new()),
            Situation::Upgrade => upgrade(fresh, offers),
            Situation::Directories => (directories(fresh, offers), BTreeSet::new()),
            Situation::Links => (links(fresh, offers), BTreeSet::new()),
        }
    }
}

/// The directories of macOS that software is installed to.
fn system() -> Memory {
    let mut disk = Memory::default();
    let admin = Attributes { mode: Mode::from_st_mode(0o775), uid: 0, gid: 80 };
    let directories = [("Applications", admin), ("Library", Attributes::SYSTEM), ("usr", Attributes::SYSTEM)];
    disk.paths.extend(directories.into_iter().filter_map(|(path, attributes)| {
        Some((TreePath::new(path).ok()?, Placed { node: Node::Directory, attributes }))
    }));
    disk
}

fn upgrade(disk: Memory, offers: [&Offer; 2]) -> (Memory, BTreeSet<String>) {
    let user = Attributes { mode: Mode::PLAIN, uid: 501, gid: 20 };
    let mut receipts = BTreeSet::new();
    let mut disk = disk;
    for offer in offers {
        let everything: Selection = offer.parts.iter().map(|part| part.identifier.clone()).collect();
        let outcome = install(offer, &everything, disk, &receipts);
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
    (disk, receipts)
}

fn directories(mut disk: Memory, offers: [&Offer; 2]) -> Memory {
    let private = Attributes { mode: Mode::from_st_mode(0o700), uid: 501, gid: 20 };
    for laid in offers.iter().flat_map(|offer| &offer.parts).flat_map(|part| part.paths.iter().flatten()) {
        if laid.node == Node::Directory && !disk.paths.contains_key(&laid.path) {
            lay(&mut disk, &laid.path, What::Directory, private);
        }
    }
    disk
}

fn links(mut disk: Memory, offers: [&Offer; 2]) -> Memory {
    let mut places: BTreeSet<TreePath> = BTreeSet::new();
    for part in offers.iter().flat_map(|offer| &offer.parts).filter(|part| part.paths.is_some()) {
        // A place that macOS itself has stays what it is.
        let place = TreePath::new(part.location.trim_matches('/')).ok();
        places.extend(place.filter(|place| !place.is_root() && !disk.paths.contains_key(place)));
    }
    let outermost = places.iter().filter(|place| places.iter().all(|other| place.below(other).is_none()));
    for (number, place) in outermost.enumerate() {
        let target = format!("/elsewhere/{number}");
        let Ok(elsewhere) = TreePath::new(target.trim_start_matches('/')) else { continue };
        lay(&mut disk, &elsewhere, What::Directory, Attributes::SYSTEM);
        lay(&mut disk, place, What::Symlink(target.as_bytes()), Attributes::SYSTEM);
    }
    disk
}

fn lay(disk: &mut Memory, path: &TreePath, what: What<'_, Node>, attributes: Attributes) {
    let Ok(_) = place(disk, path, what, attributes, Rules { overwrite_permissions: true, follow_links: true });
}
