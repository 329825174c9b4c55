//! Removing the names of the build's folders from text files. Binaries are left alone: a name in one is a fault of its
//! build, which `verify` finds.

use std::path::Path;

use anyhow::Result;
use walkdir::WalkDir;

/// Replaces texts in every text file of a tree; modes and times stay.
///
/// # Errors
/// When a file can't be read or written.
pub fn scrub(dir: &Path, replace: &[(String, String)]) -> Result<()> {
    for entry in WalkDir::new(dir) {
        let entry = entry?;
        if !entry.file_type().is_file() {
            continue;
        }
        let bytes = fs_err::read(entry.path())?;
        let Ok(text) = std::str::from_utf8(&bytes) else { continue };
        if text.contains('\0') || !replace.iter().any(|(from, _)| text.contains(from)) {
            continue;
        }
        let scrubbed = replace.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to));
        let found = entry.metadata()?;
        let file = fs_err::File::options().write(true).truncate(true).open(entry.path())?;
        std::io::Write::write_all(&mut file.file(), scrubbed.as_bytes())?;
        file.set_modified(found.modified()?)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_text_files_change() {
        let dir = tempfile::tempdir().unwrap();
        let (text, binary) = (dir.path().join("Makefile"), dir.path().join("a.o"));
        fs_err::write(&text, "CC=/cache/job/bin/cc -I/cache/job/x\n").unwrap();
        fs_err::write(&binary, b"\0/cache/job").unwrap();
        let replace = [("-I/cache/job/x".to_owned(), String::new()), ("/cache/job".into(), "/build".into())];
        scrub(dir.path(), &replace).unwrap();
        assert_eq!(fs_err::read_to_string(&text).unwrap(), "CC=/build/bin/cc \n");
        assert_eq!(fs_err::read(&binary).unwrap(), b"\0/cache/job");
    }
}
