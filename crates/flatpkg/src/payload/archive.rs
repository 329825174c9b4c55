//! A tree streams into an archive, examined on the way.

use std::io::{Read, Write};

use super::error::PayloadError;
use super::facts::{Facts, Progress};
use crate::cpio;
use crate::facts::{Examiner, FileFacts};
use crate::tree::{Contents, EntryKind, Tree, TreePath};

/// Bytes read at a time.
const PIECE: usize = 256 * 1024;

pub(super) fn write(tree: &Tree, out: impl Write, progress: &dyn Fn(Progress)) -> Result<Facts, PayloadError> {
    let mut state = Progress { entries: tree.len() as u64, bytes: tree.totals().content_bytes, ..Progress::default() };
    let children = tree.children();
    let mut archive = cpio::Writer::new(out);
    let mut buffer = vec![0; PIECE];
    let mut facts = Facts::default();
    for (path, entry) in tree.iter() {
        archive.entry(path, entry, children.get(path.as_bytes()).copied().unwrap_or_default())?;
        if let EntryKind::File(contents) = &entry.kind {
            let found = copy(path, contents, &mut buffer, &mut archive, |count| {
                state.bytes_done += count;
                progress(state);
            })?;
            facts.0.insert(path.clone(), found);
        }
        state.entries_done += 1;
        progress(state);
    }
    archive.finish()?;
    Ok(facts)
}

fn copy(
    path: &TreePath,
    contents: &Contents,
    buffer: &mut [u8],
    archive: &mut cpio::Writer<impl Write>,
    mut progress: impl FnMut(u64),
) -> Result<FileFacts, PayloadError> {
    let failed = |source| PayloadError::File { path: path.clone(), source };
    let expected = contents.size();
    let changed = |got| PayloadError::Changed { path: path.clone(), got, expected };
    let mut examiner = Examiner::new(expected);
    let mut file = contents.open().map_err(failed)?.take(expected + 1);
    let mut got = 0;
    loop {
        let count = match file.read(buffer) {
            Ok(0) => break,
            Ok(count) => count,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(failed(error)),
        };
        let bytes = buffer.get(..count).unwrap_or_default();
        got += count as u64;
        if got > expected {
            return Err(changed(got));
        }
        examiner.update(bytes);
        archive.contents(bytes)?;
        progress(count as u64);
    }
    if got == expected { Ok(examiner.finish()) } else { Err(changed(got)) }
}
