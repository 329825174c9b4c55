//! Laying entries down, on a disk that is only thought of or on a real one.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::io::Read;

use super::{Node, OfferPart};
use flatpkg::laydown::{self, Folder, remove_below};
use flatpkg::tree::{MAX_PATH, TreePath};

pub use flatpkg::laydown::{Attributes, Seen};

/// Links that are followed before a path counts as a circle.
const MAX_LINKS: usize = 32;

/// What a part says about directories that are there.
#[derive(Debug, Clone, Copy)]
pub struct Rules {
    /// They get the archive's owner and mode.
    pub overwrite_permissions: bool,
    /// Links to them stay.
    pub follow_links: bool,
}

/// What is to be laid down.
#[derive(Debug)]
pub enum What<'a, B> {
    /// A directory.
    Directory,
    /// A file.
    File(B),
    /// A link with its target.
    Symlink(&'a [u8]),
}

/// A disk to lay things on. Paths have no link among their directories: [`place`] has followed them.
pub trait Disk {
    /// The contents of a file.
    type Bytes<'a>;
    /// Why something can't be done.
    type Error;

    /// What is there; `None` for nothing.
    ///
    /// # Errors
    /// It can't be looked at.
    fn look(&mut self, path: &TreePath) -> Result<Option<Seen>, Self::Error>;

    /// Makes something where nothing is.
    ///
    /// # Errors
    /// It can't be made.
    fn make(
        &mut self,
        path: &TreePath,
        what: What<'_, Self::Bytes<'_>>,
        attributes: Attributes,
    ) -> Result<(), Self::Error>;

    /// Whether it is known already that there is a directory with nothing but directories above it.
    fn is_plain(&self, _path: &TreePath) -> bool {
        false
    }

    /// Gives owner and mode to a directory.
    ///
    /// # Errors
    /// They can't be given.
    fn change(&mut self, path: &TreePath, attributes: Attributes) -> Result<(), Self::Error>;

    /// Removes what is there, a directory with all that is in it.
    ///
    /// # Errors
    /// It can't be removed.
    fn remove(&mut self, path: &TreePath) -> Result<(), Self::Error>;
}

/// Bytes of paths that may still be looked at. Links can make a short path a long way, and folders that no archive lists a
/// large disk; no package that was seen needs a hundredth of what is given.
#[derive(Debug, Clone, Copy)]
pub struct Steps(u64);

impl Steps {
    /// For each byte of a path or of a link's target.
    const PER_BYTE: u64 = 64;

    /// For each entry, in bytes.
    const PER_ENTRY: u64 = 256;

    /// As many as it takes.
    const UNLIMITED: Steps = Steps(u64::MAX);

    /// A small multiple of what the part's paths take.
    pub(super) fn for_part(part: &OfferPart) -> Steps {
        let length = |laid: &super::Laid| {
            let target = if let Node::Symlink(target) = &laid.node { target.len() } else { 0 };
            (laid.path.as_bytes().len() + target) as u64 + Self::PER_ENTRY
        };
        let bytes: u64 = part.paths.iter().flatten().map(length).sum();
        // Nobody lists the folders above the part's place. Each of them is looked at once, by its whole path.
        let place = (part.location.len().min(MAX_PATH) as u64).pow(2);
        Steps(Self::PER_BYTE.saturating_mul(bytes + part.location.len() as u64).saturating_add(place))
    }

    /// Takes some; `false` when there are none left.
    pub(super) fn take(&mut self, bytes: usize) -> bool {
        match self.0.checked_sub(bytes as u64 + 1) {
            Some(left) => {
                self.0 = left;
                true
            }
            None => false,
        }
    }

    /// How many are left.
    pub(super) fn left(self) -> u64 {
        self.0
    }
}

/// Lays one entry down; gives back where it came to lie. See [`super`] for the rules.
///
/// # Errors
/// The disk's. A circle of links ends at the link where it was noticed, which is replaced.
pub fn place<D: Disk>(
    disk: &mut D,
    path: &TreePath,
    what: What<'_, D::Bytes<'_>>,
    attributes: Attributes,
    rules: Rules,
) -> Result<TreePath, D::Error> {
    let at = place_within(disk, path, what, attributes, rules, &mut { Steps::UNLIMITED })?;
    Ok(at.unwrap_or_else(|| path.clone()))
}

/// The same with an end: nothing when it takes more steps.
pub(super) fn place_within<D: Disk>(
    disk: &mut D,
    path: &TreePath,
    what: What<'_, D::Bytes<'_>>,
    attributes: Attributes,
    rules: Rules,
    steps: &mut Steps,
) -> Result<Option<TreePath>, D::Error> {
    if !steps.take(path.as_bytes().len()) {
        return Ok(None);
    }
    let parent = path.parent().and_then(|parent| TreePath::new(parent).ok());
    let directory = match &parent {
        Some(parent) if parent.is_root() || disk.is_plain(parent) => parent.clone(),
        Some(parent) => match follow(disk, parent, true, steps)? {
            Some(directory) => directory,
            None => return Ok(None),
        },
        None => TreePath::ROOT,
    };
    let own =
        if path.is_root() { TreePath::ROOT } else { directory.join(path.name()).unwrap_or_else(|_| path.clone()) };
    if !matches!(what, What::Directory) {
        // The root stays, whatever an archive says of it: a disk refuses what is made there.
        if !own.is_root() && disk.look(&own)?.is_some() {
            disk.remove(&own)?;
        }
        disk.make(&own, what, attributes)?;
        return Ok(Some(own));
    }
    let there = match disk.look(&own)? {
        Some(Seen::Symlink(_)) if rules.follow_links => {
            let Some(target) = follow(disk, &own, false, steps)? else { return Ok(None) };
            (disk.look(&target)? == Some(Seen::Directory)).then_some(target)
        }
        Some(Seen::Directory) => Some(own.clone()),
        _ => None,
    };
    if let Some(there) = there {
        if rules.overwrite_permissions {
            disk.change(&there, attributes)?;
        }
        return Ok(Some(there));
    }
    if disk.look(&own)?.is_some() {
        disk.remove(&own)?;
    }
    disk.make(&own, What::Directory, attributes)?;
    Ok(Some(own))
}

/// The path without links, the last component's among them. With `make`, what is missing is made, and what is no directory
/// is replaced by one. Nothing when it takes more steps.
fn follow<D: Disk>(disk: &mut D, path: &TreePath, make: bool, steps: &mut Steps) -> Result<Option<TreePath>, D::Error> {
    let mut at = deepest_plain(disk, path);
    let mut left: Vec<Vec<u8>> = path.below(&at).map(|rest| components(rest.as_bytes())).unwrap_or_default();
    let mut links = 0;
    while let Some(name) = left.pop() {
        if !steps.take(at.as_bytes().len() + name.len()) {
            return Ok(None);
        }
        if name == b".." {
            at = at.parent().and_then(|parent| TreePath::new(parent).ok()).unwrap_or(TreePath::ROOT);
            continue;
        }
        let Ok(next) = at.join(&name) else { continue };
        match disk.look(&next)? {
            Some(Seen::Symlink(target)) if links < MAX_LINKS && target.len() <= MAX_PATH => {
                links += 1;
                if target.first() == Some(&b'/') {
                    at = TreePath::ROOT;
                }
                left.extend(components(&target));
                continue;
            }
            Some(Seen::Directory) => {}
            Some(_) if make => {
                disk.remove(&next)?;
                disk.make(&next, What::Directory, Attributes::SYSTEM)?;
            }
            None if make => disk.make(&next, What::Directory, Attributes::SYSTEM)?,
            Some(_) | None => {}
        }
        at = next;
    }
    Ok(Some(at))
}

/// The last directory on the way to a path that is known to be one, and so are all above it: walked from the top for each
/// entry, a deep tree would take the square of its depth.
fn deepest_plain<D: Disk>(disk: &D, path: &TreePath) -> TreePath {
    let path = path.as_bytes();
    let ends: Vec<usize> = (1..=path.len()).filter(|at| path.get(*at).is_none_or(|byte| *byte == b'/')).collect();
    let directory = |end: &usize| path.get(..*end).and_then(|path| TreePath::new(path).ok());
    let known = ends.partition_point(|end| directory(end).is_some_and(|path| disk.is_plain(&path)));
    known.checked_sub(1).and_then(|last| ends.get(last)).and_then(directory).unwrap_or(TreePath::ROOT)
}

/// The names in a path or a link's target, the last one first.
fn components(path: &[u8]) -> Vec<Vec<u8>> {
    let names = path.split(|&byte| byte == b'/').filter(|name| !name.is_empty() && *name != b".");
    names.rev().map(<[u8]>::to_vec).collect()
}

/// What is on a disk that is only thought of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed {
    /// What it is.
    pub node: Node,
    /// Owner and mode.
    pub attributes: Attributes,
}

/// A disk that is only thought of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Memory {
    /// What is there; the root is always.
    pub paths: BTreeMap<TreePath, Placed>,
}

impl Disk for Memory {
    type Bytes<'a> = Node;
    type Error = Infallible;

    fn look(&mut self, path: &TreePath) -> Result<Option<Seen>, Infallible> {
        if path.is_root() {
            return Ok(Some(Seen::Directory));
        }
        Ok(self.paths.get(path).map(|placed| match &placed.node {
            Node::Directory => Seen::Directory,
            Node::File { .. } => Seen::File,
            Node::Symlink(target) => Seen::Symlink(target.clone()),
        }))
    }

    fn make(&mut self, path: &TreePath, what: What<'_, Node>, attributes: Attributes) -> Result<(), Infallible> {
        let node = match what {
            What::Directory => Node::Directory,
            What::File(node) => node,
            What::Symlink(target) => Node::Symlink(target.to_vec()),
        };
        if !path.is_root() {
            self.paths.insert(path.clone(), Placed { node, attributes });
        }
        Ok(())
    }

    fn change(&mut self, path: &TreePath, attributes: Attributes) -> Result<(), Infallible> {
        if let Some(placed) = self.paths.get_mut(path) {
            placed.attributes = attributes;
        }
        Ok(())
    }

    fn is_plain(&self, path: &TreePath) -> bool {
        // Everything here was placed: what is above a directory are directories.
        self.paths.get(path).is_some_and(|placed| placed.node == Node::Directory)
    }

    fn remove(&mut self, path: &TreePath) -> Result<(), Infallible> {
        if self.paths.remove(path).is_some_and(|placed| placed.node == Node::Directory) {
            remove_below(&mut self.paths, path);
        }
        Ok(())
    }
}

/// A file that is laid down in a folder.
pub struct Bytes<'a> {
    /// How many its archive says there are.
    pub size: u64,
    /// They themselves.
    pub contents: &'a mut dyn Read,
}

impl Disk for Folder {
    type Bytes<'a> = Bytes<'a>;
    type Error = laydown::LayDownError;

    fn look(&mut self, path: &TreePath) -> Result<Option<Seen>, laydown::LayDownError> {
        Folder::look(self, path)
    }

    fn is_plain(&self, path: &TreePath) -> bool {
        Folder::is_plain(self, path)
    }

    fn make(
        &mut self,
        path: &TreePath,
        what: What<'_, Bytes<'_>>,
        to: Attributes,
    ) -> Result<(), laydown::LayDownError> {
        match what {
            What::Directory => self.directory(path, Some(to)),
            What::Symlink(target) => self.symlink(path, target, to, None),
            What::File(Bytes { size, contents }) => self.file(path, size, contents, to, None).map(|_| ()),
        }
    }

    fn change(&mut self, path: &TreePath, attributes: Attributes) -> Result<(), laydown::LayDownError> {
        Folder::change(self, path, attributes)
    }

    fn remove(&mut self, path: &TreePath) -> Result<(), laydown::LayDownError> {
        Folder::remove(self, path)
    }
}
