//! Files that appear whole or not at all.

use std::io::{Read, Write as _};
use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _};
use std::path::Path;

use anyhow::{Context as _, Result};
use flatpkg::output::Output;

/// Writes a file under another name, and gives it its own when all of it is on the disk. A device or a FIFO that is there is
/// written to as it is, without a mode; a folder is refused.
///
/// # Errors
/// When the folder can't be written; then the file is as it was.
pub fn write_whole(path: &Path, bytes: &[u8], mode: u32) -> Result<()> {
    let write = || -> Result<()> {
        if is_stream(path) {
            return Ok(fs_err::OpenOptions::new().write(true).open(path)?.write_all(bytes)?);
        }
        let mut output = Output::create(path)?;
        output.file().write_all(bytes)?;
        output.file().set_permissions(std::fs::Permissions::from_mode(mode))?;
        Ok(output.finish()?)
    };
    write().with_context(|| format!("could not write {}", path.display()))
}

/// The same for a regular file, from what brings its bytes.
///
/// # Errors
/// When the bytes can't be read, or the folder not be written; then the file is as it was.
pub fn write_from(path: &Path, bytes: &mut impl Read, mode: u32) -> Result<()> {
    let mut write = || -> Result<()> {
        let mut output = Output::create(path)?;
        std::io::copy(bytes, output.file())?;
        output.file().set_permissions(std::fs::Permissions::from_mode(mode))?;
        Ok(output.finish()?)
    };
    write().with_context(|| format!("could not write {}", path.display()))
}

/// Whether what is there takes bytes and keeps no file: a terminal, `/dev/null`, a FIFO.
fn is_stream(path: &Path) -> bool {
    let kind = fs_err::metadata(path).map(|there| there.file_type());
    kind.is_ok_and(|kind| kind.is_char_device() || kind.is_fifo())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_file_is_never_replaced() {
        let dir = tempfile::tempdir().unwrap();
        let fifo = dir.path().join("fifo");
        nix::unistd::mkfifo(&fifo, nix::sys::stat::Mode::from_bits_truncate(0o600)).unwrap();
        let read = std::thread::spawn({
            let fifo = fifo.clone();
            move || fs_err::read(fifo).unwrap()
        });
        write_whole(&fifo, b"text", 0o644).unwrap();
        assert_eq!(read.join().unwrap(), b"text");
        assert!(fifo.symlink_metadata().unwrap().file_type().is_fifo());
        let null = dir.path().join("null");
        fs_err::os::unix::fs::symlink("/dev/null", &null).unwrap();
        write_whole(&null, b"text", 0o644).unwrap();
        assert_eq!(fs_err::read_link(&null).unwrap(), Path::new("/dev/null"));
        let error = crate::hint::render(&write_whole(dir.path(), b"text", 0o644).unwrap_err());
        assert!(error.contains("is a folder; it is not replaced"), "{error}");
    }
}
