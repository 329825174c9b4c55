//! Links of frameworks: packed by something that follows links, a framework is no framework any more.

use super::{Issue, Reason};
use crate::verify::tree::{NodeKind, Tree};

/// `Versions/Current` leads to a version beside it, or isn't there.
pub(super) fn check(tree: &Tree) -> Vec<Issue> {
    let current = tree.entries().filter(|(path, _)| path.ends_with("/Versions/Current"));
    current
        .filter_map(|(path, entry)| {
            let got = match &entry.kind {
                NodeKind::Link(target) if !target.contains('/') => return None,
                NodeKind::Link(target) => format!("a link to {target}"),
                NodeKind::Folder => "a folder".to_owned(),
                NodeKind::File => "a file".to_owned(),
                NodeKind::Special(what) => (*what).to_owned(),
            };
            Some(Issue::new(Reason::AmbiguousBundle, path, None, format!("{got}, expected a link to the version")))
        })
        .collect()
}
