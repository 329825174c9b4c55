//! Writing an archive.

use std::io::{self, Write};

use super::header::Header;
use super::{BLOCK, CpioError, MAX_FILE, MAX_NUMBER, TRAILER};
use crate::tree::{self, EntryKind, Tree, TreePath};

/// Entries that device and inode numbers can count, 6 octal digits each; one more is the trailer's.
const MAX_ENTRIES: u64 = (MAX_NUMBER as u64 + 1) * (MAX_NUMBER as u64 + 1) - 1;

/// Says whether the format can hold a tree, before anything is written.
///
/// More entries than the inode number's 262,144 are fine: the device number counts on. A directory with more than
/// 262,141 entries is fine too: its count of links, which nobody reads, stays at the limit.
///
/// # Errors
///
/// The first entry with a file above [`MAX_FILE`] or an owner or group above [`MAX_NUMBER`].
pub fn check(tree: &Tree) -> Result<(), CpioError> {
    if tree.len() as u64 > MAX_ENTRIES {
        return Err(CpioError::TooMany { got: tree.len() as u64, limit: MAX_ENTRIES });
    }
    tree.iter().try_for_each(|(path, entry)| fits(path, entry))
}

fn fits(path: &TreePath, entry: &tree::Entry) -> Result<(), CpioError> {
    for (field, got) in [("uid", entry.uid), ("gid", entry.gid)] {
        if got > MAX_NUMBER {
            return Err(CpioError::NumberTooLarge { path: path.clone(), field, got });
        }
    }
    match entry.kind.size() {
        size if size > MAX_FILE => Err(CpioError::FileTooLarge { path: path.clone(), size }),
        _ => Ok(()),
    }
}

/// Writes an archive entry by entry.
///
/// [`Writer::entry`] announces an entry; a file's contents are then written through [`io::Write`], exactly as many
/// bytes as its size. [`Writer::finish`] ends the archive.
///
/// ```
/// # use flatpkg::{cpio, mode::Mode, tree::{Entry, TreePath}};
/// # use std::io::Write;
/// let mut archive = cpio::Writer::new(Vec::new());
/// archive.entry(&TreePath::ROOT, &Entry::directory(Mode::EXECUTABLE), 1)?;
/// archive.entry(&TreePath::new("a").unwrap(), &Entry::file(*b"hello\n", Mode::PLAIN), 0)?;
/// archive.write_all(b"hello\n").unwrap();
/// let bytes = archive.finish()?;
/// assert_eq!(bytes.len(), 512);
/// # Ok::<(), cpio::CpioError>(())
/// ```
#[derive(Debug)]
pub struct Writer<W> {
    out: W,
    /// Bytes written.
    offset: u64,
    /// Entries announced.
    entries: u64,
    /// The file whose contents are being written.
    open: Option<OpenFile>,
}

#[derive(Debug)]
struct OpenFile {
    path: TreePath,
    size: u64,
    written: u64,
}

impl<W: Write> Writer<W> {
    /// An archive without entries.
    pub fn new(out: W) -> Writer<W> {
        Writer { out, offset: 0, entries: 0, open: None }
    }

    /// Announces the next entry; `children` counts the entries of a directory. A link's target is written here.
    pub fn entry(&mut self, path: &TreePath, entry: &tree::Entry, children: u32) -> Result<(), CpioError> {
        self.close()?;
        fits(path, entry)?;
        let mut name = path.dotted();
        name.push(0);
        let header = Header::of(entry, self.entries, children, name.len() as u32);
        if self.entries >= MAX_ENTRIES {
            return Err(CpioError::TooMany { got: self.entries + 1, limit: MAX_ENTRIES });
        }
        self.header(&header, &name)?;
        self.entries += 1;
        match &entry.kind {
            EntryKind::Directory => Ok(()),
            EntryKind::Symlink(target) => self.put(target),
            EntryKind::File(_) => {
                self.open = Some(OpenFile { path: path.clone(), size: header.size, written: 0 });
                Ok(())
            }
        }
    }

    /// Writes contents of the file announced last; [`io::Write`] does the same with plain errors.
    ///
    /// # Errors
    ///
    /// More bytes than announced are refused.
    pub fn contents(&mut self, bytes: &[u8]) -> Result<(), CpioError> {
        if let Some(OpenFile { size, written, .. }) = &mut self.open
            && *written + bytes.len() as u64 <= *size
        {
            *written += bytes.len() as u64;
            return self.put(bytes);
        }
        let (path, written, expected) = match self.open.take() {
            Some(file) => (file.path, file.written, file.size),
            None => (TreePath::ROOT, 0, 0),
        };
        Err(CpioError::Size { path, got: written + bytes.len() as u64, expected })
    }

    /// Writes the trailer and the padding, and gives the output back.
    pub fn finish(mut self) -> Result<W, CpioError> {
        self.close()?;
        let name = [TRAILER, b"\0"].concat();
        let per_device = u64::from(MAX_NUMBER) + 1;
        let (dev, ino) = ((self.entries / per_device) as u32, (self.entries % per_device) as u32);
        self.header(&Header { dev, ino, nlink: 1, name_size: name.len() as u32, ..Header::default() }, &name)?;
        let padding = self.offset.next_multiple_of(BLOCK) - self.offset;
        self.put(&vec![0; padding as usize])?;
        Ok(self.out)
    }

    /// Checks that the open file got all its bytes.
    fn close(&mut self) -> Result<(), CpioError> {
        match self.open.take() {
            Some(OpenFile { path, size: expected, written: got }) if got != expected => {
                Err(CpioError::Size { path, got, expected })
            }
            _ => Ok(()),
        }
    }

    fn header(&mut self, header: &Header, name: &[u8]) -> Result<(), CpioError> {
        let digits = header.encode().ok_or(CpioError::Write {
            offset: self.offset,
            source: io::Error::new(io::ErrorKind::InvalidInput, "a number has too many octal digits"),
        })?;
        self.put(&digits)?;
        self.put(name)
    }

    fn put(&mut self, bytes: &[u8]) -> Result<(), CpioError> {
        self.out.write_all(bytes).map_err(|source| CpioError::Write { offset: self.offset, source })?;
        self.offset += bytes.len() as u64;
        Ok(())
    }
}

/// Writes contents of the file announced last; more bytes than announced are refused.
impl<W: Write> Write for Writer<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let room = self.open.as_ref().map_or(0, |file| file.size - file.written);
        if bytes.len() as u64 > room {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "more bytes than the entry announced"));
        }
        let count = self.out.write(bytes)?;
        self.offset += count as u64;
        if let Some(file) = &mut self.open {
            file.written += count as u64;
        }
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
