//! Archives in a payload: the service opens them, and archives in them.

use std::io::{Cursor, Read as _};

use super::{Expectations, Issue, Lint, Reason, binary};
use crate::verify::macho;
use crate::verify::tree::Tree;

/// How deep archives may be nested.
const DEPTH: usize = 4;

/// The most bytes that are taken out of one file of an archive, and out of an archive altogether.
const LARGEST: u64 = 1 << 28;
const LARGEST_TOGETHER: u64 = 1 << 30;

/// Looks at a file: code, an archive with code, or something else.
pub(super) fn look(path: &str, bytes: &[u8], tree: &Tree, expect: &Expectations<'_>) -> Lint {
    look_into(path, bytes, tree, expect, DEPTH)
}

fn look_into(path: &str, bytes: &[u8], tree: &Tree, expect: &Expectations<'_>, depth: usize) -> Lint {
    if macho::is_macho(bytes) {
        return binary::check(path, bytes, tree, expect);
    }
    if bytes.starts_with(b"!<arch>\n") {
        return Lint { objects: vec![path.to_owned()], ..Lint::default() };
    }
    if !is_zip(bytes) {
        return Lint::default();
    }
    match open(path, bytes, expect, depth) {
        Ok(lint) => lint,
        Err(reason) => Lint { issues: vec![Issue::new(Reason::Archive, path, None, reason)], ..Lint::default() },
    }
}

/// Whether it is a zip archive with something in it. Wheels, eggs and jars are.
fn is_zip(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04")
}

fn open(path: &str, bytes: &[u8], expect: &Expectations<'_>, depth: usize) -> Result<Lint, String> {
    let Some(depth) = depth.checked_sub(1) else { return Err("archives in archives in archives".to_owned()) };
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|error| error.to_string())?;
    let (mut parts, mut left) = (Vec::new(), LARGEST_TOGETHER);
    // What is in an archive is no bundle on the disk.
    let nothing = Tree::default();
    for index in 0..archive.len() {
        let mut file = archive.by_index(index).map_err(|error| error.to_string())?;
        let inner = format!("{path}/{}", file.name().map_err(|error| error.to_string())?.escape_debug());
        let limit = LARGEST.min(left);
        let mut contents = Vec::new();
        file.by_ref().take(limit + 1).read_to_end(&mut contents).map_err(|error| format!("{inner}: {error}"))?;
        let length = contents.len() as u64;
        if length > limit {
            return Err(format!("{inner} has more than {limit} bytes"));
        }
        left -= length;
        parts.push(look_into(&inner, &contents, &nothing, expect, depth));
    }
    Ok(Lint::gather(parts))
}
