//! Folders that bear one of us at a time.

use std::io::Write as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use anyhow::{Context as _, Result, anyhow, ensure};
use fs_err::os::unix::fs::OpenOptionsExt as _;
use nix::fcntl::OFlag;

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

/// Takes a folder of the user's, in which no file of ours shall lie: the folder itself bears the lock.
///
/// # Errors
/// When another process has it.
pub fn take_folder(dir: &Path, work: &str, other: &str) -> Result<Lock> {
    let open = || -> Result<std::fs::File> {
        fs_err::create_dir_all(dir)?;
        Ok(fs_err::File::open(dir)?.into_parts().0)
    };
    let file = open()
        .with_context(|| format!("cannot write to the folder of the {work}, {}", dir.display()))
        .hint(other.to_owned())?;
    match file.try_lock() {
        Ok(()) => Ok(Lock { file }),
        Err(_) => {
            Err(anyhow!("another {work} is running in {}", dir.display())).hint(format!("wait for it, or {other}"))
        }
    }
}

/// A link in the lock's place is not followed, and a file that has another name elsewhere is not written: both could be
/// another user's, put there by whoever may write into the folder.
fn open(dir: &Path, path: &Path) -> Result<std::fs::File> {
    fs_err::create_dir_all(dir)?;
    let mut options = fs_err::OpenOptions::new();
    options.create(true).truncate(false).read(true).write(true).custom_flags(OFlag::O_NOFOLLOW.bits());
    let file = options.open(path)?.into_parts().0;
    let found = file.metadata()?;
    ensure!(found.is_file() && found.nlink() == 1, "{} is not a file of its own", path.display());
    Ok(file)
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

    #[test]
    fn a_folder_of_the_user_s_gets_no_file() {
        let dir = tempfile::tempdir().unwrap();
        let held = take_folder(&dir.path().join("dist"), "release", "choose another folder").unwrap();
        let text = crate::hint::render(&take_folder(&dir.path().join("dist"), "release", "").unwrap_err());
        assert!(text.contains("another release is running in"), "{text}");
        assert_eq!(fs_err::read_dir(dir.path().join("dist")).unwrap().count(), 0);
        drop(held);
        take_folder(&dir.path().join("dist"), "release", "").unwrap();
    }

    #[test]
    fn a_planted_lock_is_not_written_through() {
        let dir = tempfile::tempdir().unwrap();
        let (precious, lock) = (dir.path().join("precious"), dir.path().join("lock"));
        fs_err::write(&precious, "precious").unwrap();
        for plant in [fs_err::os::unix::fs::symlink, fs_err::hard_link] {
            plant(&precious, &lock).unwrap();
            take(dir.path(), "build", "name another folder").unwrap_err();
            assert_eq!(fs_err::read(&precious).unwrap(), b"precious");
            fs_err::remove_file(&lock).unwrap();
        }
    }
}
