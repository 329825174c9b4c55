//! One difference between two packages, and all of them.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Serialize, Serializer};

use super::{Choice, Node, Placed, Policy, Situation};
use flatpkg::shown::shown;
use flatpkg::tree::TreePath;

/// What two packages differ in.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// What lies at a path afterwards; where links led elsewhere, the path as the package has it.
    Path(TreePath),
    /// A script of a part, `before` or `after` the archives.
    Script(String, &'static str),
    /// The order of two scripts.
    Order(String, String),
    /// A file beside the scripts of a part.
    Companion(String, String),
    /// A receipt.
    Receipt(String),
    /// A policy of a part.
    Policy(String, Policy),
    /// A choice.
    Choice(String),
    /// What a document states: an option, a check, a page, a title.
    Stated(String),
}

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// In what.
    pub subject: Subject,
    /// As the old package has it; `None` when it doesn't.
    pub old: Option<String>,
    /// As the new package has it.
    pub new: Option<String>,
    /// Which fields differ, or which package alone has it.
    pub reason: String,
    /// With which choices, by its place in [`Comparison::groups`]; none where selections don't matter.
    pub group: Option<usize>,
    /// In how many selections of these choices; 0 where selections don't matter.
    pub selections: usize,
    /// In which situations; none where they don't matter.
    pub situations: BTreeSet<Situation>,
}

/// Choices that were tried together, because what they install meets on the disk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Group {
    /// Their names; none where nothing can be chosen.
    pub choices: Vec<String>,
    /// How many selections of them were tried.
    pub selections: usize,
}

/// All differences, by subject.
#[derive(Debug, Clone, Serialize)]
pub struct Comparison {
    /// How many selections were tried, of all groups together.
    pub selections: usize,
    /// What was tried together.
    pub groups: Vec<Group>,
    /// In each of these situations.
    pub situations: Vec<Situation>,
    /// What was found.
    pub differences: Vec<Difference>,
    /// How much work it was: bytes of the paths that were laid down and looked at, over all selections and situations. At
    /// most a fixed multiple of the packages' size.
    #[serde(skip)]
    pub work: u64,
}

impl Comparison {
    /// Whether the two do the same.
    #[must_use]
    pub fn is_equal(&self) -> bool {
        self.differences.is_empty()
    }
}

/// Which fields of two entries differ.
pub(super) fn fields(a: &Placed, b: &Placed) -> String {
    let mut fields = Vec::new();
    match (&a.node, &b.node) {
        (Node::Directory, Node::Directory) => {}
        (Node::File { digest: a, .. }, Node::File { digest: b, .. }) if a == b => {}
        (Node::File { .. }, Node::File { .. }) => fields.push("contents"),
        (Node::Symlink(a), Node::Symlink(b)) if a == b => {}
        (Node::Symlink(_), Node::Symlink(_)) => fields.push("target"),
        _ => fields.push("kind"),
    }
    let pairs = [
        ("mode", a.attributes.mode == b.attributes.mode),
        ("owner", a.attributes.uid == b.attributes.uid),
        ("group", a.attributes.gid == b.attributes.gid),
    ];
    fields.extend(pairs.into_iter().filter(|(_, same)| !same).map(|(name, _)| name));
    fields.join(", ")
}

impl fmt::Display for Placed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let letter = match self.node {
            Node::Directory => 'd',
            Node::File { .. } => '-',
            Node::Symlink(_) => 'l',
        };
        let attributes = &self.attributes;
        write!(f, "{letter}{} {}:{}", attributes.mode.symbolic(), attributes.uid, attributes.gid)?;
        match &self.node {
            Node::Directory => Ok(()),
            Node::File { size, digest } => {
                let digest = digest.to_string();
                write!(f, " {size} bytes {}", digest.get(..16).unwrap_or_default())
            }
            Node::Symlink(target) => write!(f, " -> {}", target.escape_ascii()),
        }
    }
}

impl fmt::Display for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = match (self.required, self.selected) {
            (true, _) => "required",
            (false, true) => "selected",
            (false, false) => "not selected",
        };
        let parts = if self.parts.is_empty() { "nothing".to_owned() } else { self.parts.join(", ") };
        write!(f, "{word}: {parts}")
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Subject::Path(path) => write!(f, "/{}", if path.is_root() { String::new() } else { shown(path) }),
            Subject::Script(identifier, when) => write!(f, "script {} {}", shown(when), shown(identifier)),
            Subject::Order(first, second) => write!(f, "order of the scripts {} and {}", shown(first), shown(second)),
            Subject::Companion(identifier, name) => {
                write!(f, "{} beside the scripts of {}", shown(name), shown(identifier))
            }
            Subject::Receipt(identifier) => write!(f, "receipt {}", shown(identifier)),
            Subject::Policy(identifier, policy) => write!(f, "{policy} of {}", shown(identifier)),
            Subject::Choice(id) => write!(f, "choice {}", shown(id)),
            Subject::Stated(name) => f.write_str(&shown(name)),
        }
    }
}

impl Serialize for Subject {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl fmt::Display for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Policy::OverwritePermissions => "overwriting permissions",
            Policy::Relocation => "relocation",
            Policy::ReplacedAsAWhole => "bundles replaced as a whole",
            Policy::Authorization => "authorization",
            Policy::Restart => "restart",
            Policy::RootVolumeOnly => "root volume only",
        })
    }
}
