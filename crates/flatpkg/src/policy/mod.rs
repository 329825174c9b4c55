//! Owners, groups, modes and times of a package's entries: decided here, never by the disk.
//!
//! Without rules everything belongs to root:wheel; directories and links are `0755`, files `0755` if anybody may
//! execute them on disk and `0644` otherwise. Rules in TOML change that; where several match, the later ones win,
//! key by key:
//!
//! ```
//! # use flatpkg::policy::Policy;
//! let policy = Policy::from_toml(r#"
//!     [[rule]]                      # every key but `path` may be left out
//!     path  = "Applications/**"     # glob: all below, not "Applications" itself; `*` stops at `/`; the root is `.` or `**`
//!     kind  = "directory"           # directory | file | symlink
//!     owner = "root"                # a name known to every macOS, or a number
//!     group = "admin"
//!     mode  = "0775"                # replaces all bits; the only way to setuid, setgid and sticky
//!
//!     [[rule]]
//!     path = "Library/**"
//!     kind = "file"
//!     mode = "0664"
//!     executable-mode = "0775"      # instead of `mode` for files that are programs
//!
//!     [[rule]]
//!     path       = "**/*.command"
//!     executable = true             # instead of the disk's answer: 0755 or 0644
//! "#).unwrap().with_mtime(1_700_000_000);
//! assert_eq!(policy.rules().len(), 3);
//! ```

mod names;
mod rule;
#[cfg(test)]
mod tests;
mod toml_form;

pub use rule::{Rule, RuleKind};
pub use toml_form::PolicyError;

use crate::mode::Mode;
use crate::tree::{Entry, EntryKind, Tree, TreePath};

/// Decides who owns each entry of a tree, its mode and its time.
#[derive(Debug, Clone)]
pub struct Policy {
    rules: Vec<Rule>,
    mtime: u32,
}

impl Policy {
    /// The policy without rules.
    pub fn standard(mtime: u32) -> Policy {
        Policy { rules: Vec::new(), mtime }
    }

    /// Reads rules; the time of every entry is 0 until [`Policy::with_mtime`] says otherwise.
    ///
    /// # Errors
    ///
    /// Unknown keys, bad globs, names and modes, with the line.
    pub fn from_toml(text: &str) -> Result<Policy, PolicyError> {
        Ok(Policy { rules: toml_form::rules(text)?, mtime: 0 })
    }

    /// The same rules with another time for every entry, seconds since 1970 (UTC).
    pub fn with_mtime(self, mtime: u32) -> Policy {
        Policy { mtime, ..self }
    }

    /// The time every entry gets, seconds since 1970 (UTC).
    pub fn mtime(&self) -> u32 {
        self.mtime
    }

    /// The rules, the first one first.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The entry for something of this kind at this path. `executable` matters for files that no rule gives a mode.
    pub fn entry(&self, path: &TreePath, kind: EntryKind, executable: bool) -> Entry {
        let (mut uid, mut gid, mut executable) = (0, 0, executable);
        let (mut mode, mut executable_mode) = (None, None);
        for rule in self.rules.iter().filter(|rule| rule.matches(path, &kind)) {
            uid = rule.owner.unwrap_or(uid);
            gid = rule.group.unwrap_or(gid);
            if let Some(answer) = rule.executable {
                (executable, mode, executable_mode) = (answer, None, None);
            }
            if rule.mode.is_some() || rule.executable_mode.is_some() {
                (mode, executable_mode) = (rule.mode, rule.executable_mode);
            }
        }
        let program = executable && matches!(kind, EntryKind::File(_));
        let plain = matches!(kind, EntryKind::File(_)) && !executable;
        let mode = if program { executable_mode.or(mode) } else { mode };
        let mode = mode.unwrap_or(if plain { Mode::PLAIN } else { Mode::EXECUTABLE });
        Entry { kind, mode, uid, gid, mtime: self.mtime }
    }

    /// Rules that match nothing in `tree`: usually a typing error, or a path that moved.
    pub fn unmatched(&self, tree: &Tree) -> Vec<&Rule> {
        let mut unmatched: Vec<&Rule> = self.rules.iter().collect();
        for (path, entry) in tree.iter() {
            if unmatched.is_empty() {
                break;
            }
            unmatched.retain(|rule| !rule.matches(path, &entry.kind));
        }
        unmatched
    }
}
