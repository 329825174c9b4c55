//! Names of the build machine's folders, which must not reach users.

use memchr::memmem::Finder;

use super::finding::{Check, Findings};
use macho::Details;

/// Looks for folders of the build machine.
pub(super) struct Search {
    finders: Vec<Finder<'static>>,
}

/// How many bytes of a leak's surroundings are shown on each side.
const SURROUNDINGS: usize = 40;

impl Search {
    /// Empty paths and `/` would be found everywhere, so they are not looked for.
    pub(super) fn new(paths: &[String]) -> Self {
        let paths = paths.iter().map(|path| path.trim_end_matches('/')).filter(|path| !path.is_empty());
        Self { finders: paths.map(|path| Finder::new(path.as_bytes()).into_owned()).collect() }
    }

    /// One finding for each path that occurs, with the first place.
    pub(super) fn check(&self, bytes: &[u8], findings: &mut Findings<'_>) {
        for finder in &self.finders {
            let mut places = finder.find_iter(bytes);
            let Some(first) = places.next() else { continue };
            let more = places.count();
            let path = String::from_utf8_lossy(finder.needle());
            let line = surroundings(bytes, first, finder.needle().len());
            let more = match more {
                0 => String::new(),
                1 => ", and once more".to_owned(),
                more => format!(", and {more} times more"),
            };
            findings.add(Check::BuildPath, format!("`{line}` at byte {first}{more}"), format!("no trace of {path}"));
        }
    }
}

/// The printable text around a place.
fn surroundings(bytes: &[u8], start: usize, len: usize) -> String {
    let end = start.saturating_add(len).min(bytes.len());
    let printable = |byte: &&u8| (b' '..=b'~').contains(*byte);
    let (before, rest) = bytes.split_at_checked(start).unwrap_or_default();
    let (found, after) = rest.split_at_checked(end - start).unwrap_or_default();
    let mut text: Vec<u8> = before.iter().rev().take(SURROUNDINGS).take_while(printable).copied().collect();
    text.reverse();
    text.extend(found);
    text.extend(after.iter().take(SURROUNDINGS).take_while(printable));
    String::from_utf8_lossy(&text).into_owned()
}

/// A debugger's map names source and object files by their absolute paths, wherever those are.
pub(super) fn check_debug_paths(image: &Details, findings: &mut Findings<'_>) {
    let Some(first) = image.debug_paths.first() else { return };
    let more = match image.debug_paths.len() - 1 {
        0 => String::new(),
        more => format!(", and {more} more"),
    };
    findings.add(Check::DebugPaths, format!("`{first}`{more}"), "no debugger's map: strip it");
}
