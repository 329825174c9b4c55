//! What the readers of both formats share: errors, and what an archive lays down where.

use std::collections::{BTreeMap, HashSet};
use std::io;

use flatpkg::cpio;
use flatpkg::package;
use flatpkg::payload::{self, Decoded};
use flatpkg::shown::shown;
use flatpkg::tree::{EntryKind, Tree, TreePath};
use oldpkg::bundle::{self, Phase};

use crate::offer::{Choice, Laid, Node, Script, When};
use crate::stated::Stated;
use crate::{Attributes, Digest};

/// Files in the resources of a bundle package that scripts don't use.
const RESOURCES: [&str; 4] = ["Description.plist", "package_version", "TokenDefinitions.plist", "ReadMe.txt"];

/// Why what a package does can't be said.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OfferError {
    /// A flat package.
    #[error(transparent)]
    Package(#[from] package::PackageError),
    /// A bundle package.
    #[error(transparent)]
    Bundle(#[from] bundle::BundleReadError),
    /// An archive of a part.
    #[error("failed to read the archive of {identifier}", identifier = shown(identifier))]
    Archive {
        /// The part.
        identifier: String,
        /// What is wrong.
        source: payload::PayloadError,
    },
    /// The contents of an entry.
    #[error("failed to read {path} of {identifier}", path = shown(path), identifier = shown(identifier))]
    Contents {
        /// The part.
        identifier: String,
        /// The entry.
        path: String,
        /// What the input says.
        source: io::Error,
    },
    /// Pages and pictures that are much larger than the package.
    #[error("Resources hold {bytes} bytes, more than {limit}, which is read of a package of this size")]
    Resources {
        /// As the table of contents has them.
        bytes: u64,
        /// What is read.
        limit: u64,
    },
    /// A place that can't be a path.
    #[error("{identifier} can't be installed at {location:?}: no path is that long, or it leads up", identifier = shown(identifier))]
    Location {
        /// The part.
        identifier: String,
        /// The place.
        location: String,
    },
    /// More paths than any package that was ever seen.
    #[error("{identifier} has more than {MAX_PATHS} paths", identifier = shown(identifier))]
    TooMany {
        /// The part.
        identifier: String,
    },
}

/// The archive of a part.
pub type Archive<'a> = cpio::Reader<Decoded<'a>>;

/// What the parts of one package are called.
#[derive(Default)]
pub(super) struct Ids(pub(super) HashSet<String>);

impl Ids {
    /// The identifier, or with the place in the package where that is taken.
    pub(super) fn give(&mut self, identifier: &str, place: &str) -> String {
        let mut id = identifier.to_owned();
        while !self.0.insert(id.clone()) {
            id = format!("{id} ({place})");
        }
        id
    }
}

pub(super) fn required(id: &str) -> Choice {
    Choice { id: id.to_owned(), parts: vec![id.to_owned()], required: true, selected: true, stated: Stated::new() }
}

/// The scripts among the files beside them, and the others.
pub(super) fn sorted_scripts(
    identifier: &str,
    tree: Option<&Tree>,
    phases: &[(String, Phase)],
) -> Result<(Vec<Script>, BTreeMap<String, Digest>), OfferError> {
    let (mut scripts, mut companions) = (Vec::new(), BTreeMap::new());
    for (path, entry) in tree.into_iter().flat_map(Tree::iter) {
        let EntryKind::File(contents) = &entry.kind else { continue };
        let name = path.to_string();
        let digest = || contents.open().and_then(Digest::of).map_err(|source| failed(identifier, &name, source));
        let used: Vec<Phase> = phases.iter().filter(|(own, _)| *own == name).map(|(_, phase)| *phase).collect();
        for phase in &used {
            scripts.push(Script { name: name.clone(), when: When(*phase), digest: digest()? });
        }
        let stated = RESOURCES.contains(&name.as_str()) || name.ends_with(".sizes") || name.contains(".lproj/");
        if used.is_empty() && !stated {
            companions.insert(name.clone(), digest()?);
        }
    }
    scripts.sort_by_key(|script| script.when);
    Ok((scripts, companions))
}

pub(super) fn failed(identifier: &str, path: &str, source: io::Error) -> OfferError {
    OfferError::Contents { identifier: identifier.to_owned(), path: path.to_owned(), source }
}

/// Every entry of an archive where it goes.
pub(super) fn laid(mut archive: Archive<'_>, identifier: &str, location: &str) -> Result<Vec<Laid>, OfferError> {
    let place = place(identifier, location)?;
    let mut all = Vec::new();
    let broken =
        |source: cpio::CpioError| OfferError::Archive { identifier: identifier.to_owned(), source: source.into() };
    while let Some(mut entry) = archive.next().map_err(broken)? {
        if all.len() == MAX_PATHS {
            return Err(OfferError::TooMany { identifier: identifier.to_owned() });
        }
        let header = *entry.header();
        let path = below(&place, entry.path()).ok_or_else(|| bad_place(identifier, location))?;
        let node = if entry.is_directory() {
            Node::Directory
        } else if let Some(target) = entry.target() {
            Node::Symlink(target.to_vec())
        } else {
            let digest = Digest::of(&mut entry).map_err(|source| failed(identifier, &path.to_string(), source))?;
            Node::File { size: header.size, digest }
        };
        let attributes = Attributes { mode: header.permissions(), uid: header.uid, gid: header.gid };
        all.push(Laid { path, node, attributes });
    }
    Ok(all)
}

/// Where the root of an archive goes, below the root of the disk.
pub(super) fn place(identifier: &str, location: &str) -> Result<TreePath, OfferError> {
    let names = location.split('/').filter(|name| !name.is_empty() && *name != ".");
    TreePath::new(names.collect::<Vec<_>>().join("/")).map_err(|_| bad_place(identifier, location))
}

pub(super) fn bad_place(identifier: &str, location: &str) -> OfferError {
    let shown: String = location.chars().take(SHOWN).collect();
    let location = if shown.len() < location.len() { format!("{shown}…") } else { shown };
    OfferError::Location { identifier: identifier.to_owned(), location }
}

/// A path below another one.
pub(super) fn below(place: &TreePath, path: &TreePath) -> Option<TreePath> {
    match (place.is_root(), path.is_root()) {
        (true, _) => Some(path.clone()),
        (_, true) => Some(place.clone()),
        _ => TreePath::new([place.as_bytes(), b"/", path.as_bytes()].concat()).ok(),
    }
}

/// The most paths of one part. A Python has 8,000; a small hostile archive can hold very many.
pub(super) const MAX_PATHS: usize = 4 << 20;

/// Characters of a place that are shown.
pub(super) const SHOWN: usize = 100;
