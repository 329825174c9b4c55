//! Folders that bear one of us at a time.

use std::io::Write as _;
use std::path::Path;

use anyhow::{Context as _, Result, anyhow};

use crate::hint::WithHint as _;

/// Held while somebody works in a folder; ends with the process, however it ends.
#[derive(Debug)]
pub struct Lock {
    file: std::fs::File,
}

impl Drop for Lock {
    /// Not left to closing the file: a process that is just being started holds a copy of it for a moment.
    fn drop(&mut self) {
        _ = self.file.unlock();
    }
}

/// Takes a folder, which is made when it is not there. `work` is what an error calls what the other one does, `other` how to
/// keep out of its way.
///
/// # Errors
/// When another process has it; the error names its number.
pub fn take(dir: &Path, work: &str, other: &str) -> Result<Lock> {
    let path = dir.join("lock");
    let file = open(dir, &path)
        .with_context(|| format!("cannot write to the folder of the {work}, {}", dir.display()))
        .hint(other.to_owned())?;
    if file.try_lock().is_err() {
        // One that has just begun may not have written its number yet.
        let owner = fs_err::read_to_string(&path).unwrap_or_default();
        let owner = if owner.is_empty() { "just begun".to_owned() } else { format!("process {owner}") };
        return Err(anyhow!("another {work} is running in {} ({owner})", dir.display()))
            .hint(format!("wait for it, or {other}"));
    }
    let own = std::process::id().to_string();
    (&file).write_all(own.as_bytes())?;
    file.set_len(own.len() as u64)?;
    Ok(Lock { file })
}

fn open(dir: &Path, path: &Path) -> Result<std::fs::File> {
    fs_err::create_dir_all(dir)?;
    Ok(fs_err::File::options().create(true).truncate(false).read(true).write(true).open(path)?.into_parts().0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_one_is_told_of_the_first() {
        let dir = tempfile::tempdir().unwrap();
        let held = take(dir.path(), "release", "give this one its own folder").unwrap();
        let text = crate::hint::render(&take(dir.path(), "release", "give this one its own folder").unwrap_err());
        assert!(text.contains("another release is running in"), "{text}");
        assert!(
            text.contains(&format!("(process {})\n  hint: wait for it, or give this", std::process::id())),
            "{text}"
        );
        drop(held);
        take(dir.path(), "release", "").unwrap();
    }
}
