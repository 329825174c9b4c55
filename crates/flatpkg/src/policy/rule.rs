//! A rule of a policy: which entries it is about, and what it changes in them.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use globset::{Candidate, GlobMatcher};

use crate::mode::Mode;
use crate::tree::{EntryKind, TreePath};

/// What to change at the paths that match.
#[derive(Debug, Clone)]
pub struct Rule {
    pub(super) pattern: String,
    /// Line of the rule's `path` in the policy's text, from 1.
    pub(super) line: usize,
    pub(super) matcher: GlobMatcher,
    pub(super) kind: Option<RuleKind>,
    pub(super) owner: Option<u32>,
    pub(super) group: Option<u32>,
    pub(super) mode: Option<Mode>,
    pub(super) executable_mode: Option<Mode>,
    pub(super) executable: Option<bool>,
}

/// Which kind of entry a rule is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RuleKind {
    /// Directories.
    Directory,
    /// Regular files.
    File,
    /// Symbolic links.
    Symlink,
}

impl RuleKind {
    fn of(kind: &EntryKind) -> RuleKind {
        match kind {
            EntryKind::Directory => RuleKind::Directory,
            EntryKind::File(_) => RuleKind::File,
            EntryKind::Symlink(_) => RuleKind::Symlink,
        }
    }
}

impl Rule {
    /// The glob.
    pub fn pattern(&self) -> &str {
        &self.pattern
    }

    /// The line of the policy's text that holds the glob, from 1.
    pub fn line(&self) -> usize {
        self.line
    }

    /// Whether the rule is about an entry of this kind at this path.
    pub fn matches(&self, path: &TreePath, kind: &EntryKind) -> bool {
        self.kind.is_none_or(|wanted| wanted == RuleKind::of(kind)) && self.matches_path(path)
    }

    fn matches_path(&self, path: &TreePath) -> bool {
        if path.is_root() {
            return matches!(self.pattern.as_str(), "." | "**");
        }
        self.matcher.is_match_candidate(&Candidate::new(OsStr::from_bytes(path.as_bytes())))
    }
}
