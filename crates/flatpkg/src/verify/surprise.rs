//! What a payload holds that its maker did not mean to ship, or that macOS takes for something else.
//!
//! Each is a note: Apple's own tools have let them through.

use std::collections::BTreeSet;

use super::contents::{dotted, inside};
use super::finding::Findings;
use crate::bom::{Node, Record};
use crate::tree::{TreePath, is_junk};

/// Folders that are remembered; more are not worth a line each.
const MOST: usize = 64;

/// What was found so far.
#[derive(Default)]
pub(super) struct Surprises {
    junk: u64,
    first_junk: Option<TreePath>,
    /// Real folders directly in a `NAME.framework`, but for `Versions`.
    folders: BTreeSet<TreePath>,
    /// Frameworks with versions.
    versioned: BTreeSet<Vec<u8>>,
}

impl Surprises {
    /// Looks at an entry.
    pub(super) fn look(&mut self, record: &Record) {
        let path = &record.path;
        if is_junk(path) {
            self.junk += 1;
            self.first_junk.get_or_insert_with(|| path.clone());
        }
        let Some(parent) = path.parent().filter(|parent| parent.ends_with(b".framework")) else { return };
        match (&record.node, path.name()) {
            (Node::Directory, b"Versions") if self.versioned.len() < MOST => {
                self.versioned.insert(parent.to_vec());
            }
            (Node::Directory, _) if self.folders.len() < MOST => {
                self.folders.insert(path.clone());
            }
            _ => {}
        }
    }

    /// Says what was found.
    pub(super) fn finish(self, place: &str, findings: &mut Findings) {
        if let Some(first) = &self.first_junk {
            let got = format!("{} (the first: {})", self.junk, dotted(first));
            findings.note(place, "number of .DS_Store and ._ files", got, "0: pkgbuild leaves them out");
        }
        for folder in &self.folders {
            if folder.parent().is_some_and(|parent| self.versioned.contains(parent)) {
                let expected = "a link into Versions: codesign takes a framework with both for ambiguous";
                findings.note(&inside(place, &dotted(folder)), "entry beside Versions", "a real folder", expected);
            }
        }
    }
}
