//! Paths inside a package.

use std::borrow::Borrow;
use std::cmp::Ordering;
use std::ffi::OsStr;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::Arc;

/// The longest path in bytes. macOS opens no path above 1,024 (`PATH_MAX`), Linux none above 4,096.
pub const MAX_PATH: usize = 4096;

/// A path inside a tree: bytes, relative to the tree's root, components joined by `/`.
///
/// There is no leading `./`, no component is empty, `.` or `..`, and no byte is NUL: a path of this type can't
/// leave the directory it is joined to (a symbolic link on the way still can). The empty path is the root, which
/// archives write as `.`. Paths compare by their bytes, so a directory comes before what lies in it.
///
/// ```
/// # use flatpkg::tree::TreePath;
/// let path = TreePath::new("bin/python3").unwrap();
/// assert_eq!(path.name(), b"python3");
/// assert_eq!(path.to_string(), "bin/python3");
/// assert_eq!(path.dotted(), b"./bin/python3");
/// assert!(TreePath::new("../etc/passwd").is_err());
/// ```
///
/// A clone shares the bytes: a path is in a tree, in what was learnt of its file and in the bill of materials.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct TreePath(Option<Arc<[u8]>>);

/// A name that can't be a path of a tree.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path:?} is not a path inside a package: {flaw}")]
pub struct BadPath {
    /// The refused bytes, lossily as text, at most the first 256 of them.
    pub path: String,
    /// What is wrong.
    pub flaw: PathFlaw,
}

/// What can be wrong with a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PathFlaw {
    /// It starts with `/`.
    #[error("it is absolute")]
    Absolute,
    /// `a//b` or `a/`.
    #[error("a component is empty")]
    EmptyComponent,
    /// `a/./b`.
    #[error("a component is \".\"")]
    Dot,
    /// `a/../b`.
    #[error("a component is \"..\"")]
    DotDot,
    /// Names end at a NUL in cpio archives and bills of materials.
    #[error("it holds a NUL byte")]
    Nul,
    /// Longer than [`MAX_PATH`].
    #[error("it is {0} bytes long, the limit is {MAX_PATH}")]
    TooLong(usize),
    /// A name given for one component holds a `/`.
    #[error("a single name can't hold \"/\"")]
    Slash,
}

impl TreePath {
    /// The root: written `.` in archives.
    pub const ROOT: TreePath = TreePath(None);

    /// Checks `path`. The empty path is the root; `.` and `./a` are refused, see [`TreePath::from_dotted`].
    pub fn new(path: impl Into<Vec<u8>>) -> Result<TreePath, BadPath> {
        let path = path.into();
        match flaw(&path) {
            None => Ok(TreePath::of(path)),
            Some(flaw) => Err(BadPath::new(&path, flaw)),
        }
    }

    /// Bytes that are a path.
    fn of(path: Vec<u8>) -> TreePath {
        TreePath((!path.is_empty()).then(|| path.into()))
    }

    /// Reads a path as archives write it: `.` is the root and a leading `./` is dropped.
    pub fn from_dotted(path: &[u8]) -> Result<TreePath, BadPath> {
        match path {
            b"" => Err(BadPath::new(path, PathFlaw::EmptyComponent)),
            b"." | b"./" => Ok(TreePath::ROOT),
            _ => TreePath::new(path.strip_prefix(b"./").unwrap_or(path)),
        }
    }

    /// The path of an entry called `name` in this directory.
    pub fn join(&self, name: &[u8]) -> Result<TreePath, BadPath> {
        if name.contains(&b'/') {
            return Err(BadPath::new(name, PathFlaw::Slash));
        }
        let mut path = Vec::with_capacity(self.as_bytes().len() + 1 + name.len());
        path.extend_from_slice(self.as_bytes());
        if !path.is_empty() {
            path.push(b'/');
        } else if name.is_empty() {
            return Err(BadPath::new(name, PathFlaw::EmptyComponent));
        }
        path.extend_from_slice(name);
        TreePath::new(path)
    }

    /// The bytes: empty for the root.
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_deref().unwrap_or_default()
    }

    /// The path to join to the directory that stands for the root; empty for the root.
    pub fn as_path(&self) -> &Path {
        Path::new(OsStr::from_bytes(self.as_bytes()))
    }

    /// The path as cpio archives write it: `.`, `./a`, `./a/b`.
    pub fn dotted(&self) -> Vec<u8> {
        if self.is_root() { b".".to_vec() } else { [b"./", self.as_bytes()].concat() }
    }

    /// Whether this is the root.
    pub fn is_root(&self) -> bool {
        self.0.is_none()
    }

    /// The last component; empty for the root.
    pub fn name(&self) -> &[u8] {
        self.as_bytes().rsplit(|&byte| byte == b'/').next().unwrap_or_default()
    }

    /// The bytes of the directory this lies in, `None` for the root. A [`Tree`](super::Tree) is keyed by them.
    pub fn parent(&self) -> Option<&[u8]> {
        if self.is_root() {
            return None;
        }
        let slash = self.as_bytes().iter().rposition(|&byte| byte == b'/').unwrap_or(0);
        self.as_bytes().get(..slash)
    }

    /// The way from a directory above to this path; `None` where the directory isn't above it.
    #[must_use]
    pub fn below(&self, top: &TreePath) -> Option<TreePath> {
        if top.is_root() {
            return (!self.is_root()).then(|| self.clone());
        }
        let rest = self.as_bytes().strip_prefix(top.as_bytes())?.strip_prefix(b"/")?;
        Some(TreePath::of(rest.to_vec()))
    }

    /// The components from the top; none for the root.
    pub fn components(&self) -> impl Iterator<Item = &[u8]> {
        self.as_bytes().split(|&byte| byte == b'/').filter(|name| !name.is_empty())
    }
}

impl BadPath {
    fn new(path: &[u8], flaw: PathFlaw) -> BadPath {
        let shown = path.get(..256).unwrap_or(path);
        BadPath { path: String::from_utf8_lossy(shown).into_owned(), flaw }
    }
}

fn flaw(path: &[u8]) -> Option<PathFlaw> {
    if path.is_empty() {
        return None;
    }
    if path.len() > MAX_PATH {
        return Some(PathFlaw::TooLong(path.len()));
    }
    if path.starts_with(b"/") {
        return Some(PathFlaw::Absolute);
    }
    if path.contains(&0) {
        return Some(PathFlaw::Nul);
    }
    path.split(|&byte| byte == b'/').find_map(|component| match component {
        b"" => Some(PathFlaw::EmptyComponent),
        b"." => Some(PathFlaw::Dot),
        b".." => Some(PathFlaw::DotDot),
        _ => None,
    })
}

/// A tree can be searched by plain bytes: they sort and hash as the paths do.
impl Borrow<[u8]> for TreePath {
    fn borrow(&self) -> &[u8] {
        self.as_bytes()
    }
}

impl Ord for TreePath {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_bytes().cmp(other.as_bytes())
    }
}

impl PartialOrd for TreePath {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Hash for TreePath {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_bytes().hash(state);
    }
}

impl fmt::Display for TreePath {
    /// The path as text, `.` for the root; bytes that aren't UTF-8 become U+FFFD.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_root() { f.pad(".") } else { f.pad(&String::from_utf8_lossy(self.as_bytes())) }
    }
}

impl fmt::Debug for TreePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.as_bytes().escape_ascii())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flaws() {
        let flaw = |path: &[u8]| TreePath::new(path).unwrap_err().flaw;
        assert_eq!(flaw(b"/etc"), PathFlaw::Absolute);
        assert_eq!(flaw(b"a//b"), PathFlaw::EmptyComponent);
        assert_eq!(flaw(b"a/"), PathFlaw::EmptyComponent);
        assert_eq!(flaw(b"./a"), PathFlaw::Dot);
        assert_eq!(flaw(b"a/.."), PathFlaw::DotDot);
        assert_eq!(flaw(b"a\0b"), PathFlaw::Nul);
        assert_eq!(flaw(&[b'a'; MAX_PATH + 1]), PathFlaw::TooLong(MAX_PATH + 1));
        assert!(TreePath::new(&[b'a'; MAX_PATH][..]).is_ok());
    }

    #[test]
    fn parents_and_names() {
        let path = TreePath::from_dotted(b"./a/b\xff").unwrap();
        assert_eq!(path.parent(), Some(&b"a"[..]));
        assert_eq!(path.name(), b"b\xff");
        assert_eq!(TreePath::new("a").unwrap().parent(), Some(&b""[..]));
        assert_eq!(TreePath::ROOT.parent(), None);
        assert_eq!(TreePath::from_dotted(b".").unwrap(), TreePath::ROOT);
        assert_eq!(TreePath::ROOT.join(b"a").unwrap().join(b"b\xff").unwrap(), path);
        assert!(TreePath::ROOT.join(b"").is_err());
        assert!(path.join(b"").is_err());
        assert!(path.join(b"c/d").is_err());
    }
}
