//! The scripts of a component: whether the system can start them.

use std::io::Read as _;

use super::contents::{dotted, inside};
use super::finding::Findings;
use crate::package::Component;
use crate::payload;
use crate::script::{Flaw, START, flaw};

/// Looks at the scripts that the PackageInfo names. An archive that can't be read has been reported.
pub(super) fn forms(component: &Component<'_>, named: &[&str], place: &str, findings: &mut Findings) {
    let Ok(Some(input)) = component.scripts() else { return };
    let Ok(mut archive) = payload::read(input) else { return };
    while let Ok(Some(entry)) = archive.next() {
        let path = entry.path().clone();
        let script = entry.target().is_none() && !entry.is_directory();
        if !script || !named.iter().any(|name| name.as_bytes() == path.as_bytes()) {
            continue;
        }
        let mut start = Vec::new();
        if entry.take(START).read_to_end(&mut start).is_err() {
            return;
        }
        let place = inside(place, &dotted(&path));
        if let Some(Flaw { what, got, expected }) = flaw(&start) {
            findings.error(&place, what, got, expected);
        }
    }
}
