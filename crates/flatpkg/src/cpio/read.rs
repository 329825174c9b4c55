//! Reading an archive.

use std::io::{self, Read};

use super::header::{Header, LENGTH};
use super::{CpioError, TRAILER};
use crate::tree::{MAX_PATH, TreePath};

/// Reads an archive entry by entry, once, front to back.
///
/// ```
/// # use flatpkg::cpio;
/// # let archive = cpio::Writer::new(Vec::new()).finish()?;
/// let mut reader = cpio::Reader::new(&archive[..]);
/// while let Some(entry) = reader.next()? {
///     println!("{} {}", entry.path(), entry.header().size);
/// }
/// # Ok::<(), cpio::CpioError>(())
/// ```
#[derive(Debug)]
pub struct Reader<R> {
    input: R,
    /// Bytes read.
    offset: u64,
    /// Bytes of the current entry's contents not yet read.
    left: u64,
    finished: bool,
}

/// An entry whose contents are read through [`Read`]. A link's target has been read already.
#[derive(Debug)]
pub struct Entry<'a, R> {
    reader: &'a mut Reader<R>,
    path: TreePath,
    header: Header,
    target: Option<Vec<u8>>,
    offset: u64,
}

impl<R: Read> Reader<R> {
    /// A reader at the start of an archive.
    pub fn new(input: R) -> Reader<R> {
        Reader { input, offset: 0, left: 0, finished: false }
    }

    /// The next entry, `None` at the archive's end. What is left of the previous entry's contents is skipped.
    ///
    /// After the trailer the input is read to its end and must be nothing but zeros.
    #[expect(clippy::should_implement_trait, reason = "the entry borrows the reader, which an iterator can't say")]
    pub fn next(&mut self) -> Result<Option<Entry<'_, R>>, CpioError> {
        if self.finished {
            return Ok(None);
        }
        self.skip()?;
        let offset = self.offset;
        let mut digits = [0; LENGTH];
        self.fill(&mut digits, "a header")?;
        let header = Header::decode(&digits, offset)?;
        let name = self.name(&header, offset)?;
        if name == TRAILER && header.size == 0 {
            self.finished = true;
            return self.padding().map(|()| None);
        }
        let path = TreePath::from_dotted(&name).map_err(|source| CpioError::Name { offset, source })?;
        let target = match (header.type_bits(), header.size) {
            (0o040000, 0) | (0o100000, _) => None,
            (0o120000, length) => Some(self.target(&path, length, offset)?),
            _ => return Err(CpioError::Kind { offset, path, mode: header.mode }),
        };
        self.left = if target.is_some() { 0 } else { header.size };
        Ok(Some(Entry { reader: self, path, header, target, offset }))
    }

    fn name(&mut self, header: &Header, offset: u64) -> Result<Vec<u8>, CpioError> {
        // "./" and the NUL make three bytes more than a path.
        let length = header.name_size;
        if length < 2 || length as usize > MAX_PATH + 3 {
            return Err(CpioError::NameLength { offset, length });
        }
        let mut name = vec![0; length as usize];
        self.fill(&mut name, "a name")?;
        match name.pop() {
            Some(0) if !name.contains(&0) => Ok(name),
            _ => Err(CpioError::NameLength { offset, length }),
        }
    }

    fn target(&mut self, path: &TreePath, length: u64, offset: u64) -> Result<Vec<u8>, CpioError> {
        let bad = || CpioError::Target { offset, path: path.clone(), length };
        if length == 0 || length > MAX_PATH as u64 {
            return Err(bad());
        }
        let mut target = vec![0; length as usize];
        self.fill(&mut target, "a link target")?;
        if target.contains(&0) { Err(bad()) } else { Ok(target) }
    }

    /// Skips the rest of the current entry.
    fn skip(&mut self) -> Result<(), CpioError> {
        let expected = self.left;
        let skipped = io::copy(&mut (&mut self.input).take(expected), &mut io::sink());
        let skipped = skipped.map_err(|source| CpioError::Read { offset: self.offset, source })?;
        self.offset += skipped;
        self.left = 0;
        if skipped < expected {
            return Err(CpioError::Truncated { offset: self.offset, inside: "a file's contents" });
        }
        Ok(())
    }

    /// Reads to the end of the input, which must be zeros.
    fn padding(&mut self) -> Result<(), CpioError> {
        let mut buffer = [0; 4096];
        loop {
            let bytes = match self.input.read(&mut buffer) {
                Ok(0) => return Ok(()),
                Ok(count) => buffer.get(..count).unwrap_or_default(),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(source) => return Err(CpioError::Read { offset: self.offset, source }),
            };
            if let Some((at, &got)) = bytes.iter().enumerate().find(|(_, byte)| **byte != 0) {
                return Err(CpioError::Trailing { offset: self.offset + at as u64, got });
            }
            self.offset += bytes.len() as u64;
        }
    }

    fn fill(&mut self, buffer: &mut [u8], inside: &'static str) -> Result<(), CpioError> {
        match self.input.read_exact(buffer) {
            Ok(()) => {
                self.offset += buffer.len() as u64;
                Ok(())
            }
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                Err(CpioError::Truncated { offset: self.offset, inside })
            }
            Err(source) => Err(CpioError::Read { offset: self.offset, source }),
        }
    }
}

impl<R> Entry<'_, R> {
    /// The path, without a leading `./`.
    pub fn path(&self) -> &TreePath {
        &self.path
    }

    /// The numbers.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The target, if it is a symbolic link.
    pub fn target(&self) -> Option<&[u8]> {
        self.target.as_deref()
    }

    /// Whether it is a directory.
    pub fn is_directory(&self) -> bool {
        self.header.type_bits() == 0o040000
    }

    /// Where the entry starts, bytes from the archive's start.
    pub fn offset(&self) -> u64 {
        self.offset
    }
}

/// Reads a file's contents; an input that ends early is an error, not an end.
impl<R: Read> Read for Entry<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let room = self.reader.left.min(buffer.len() as u64) as usize;
        let Some(buffer) = buffer.get_mut(..room).filter(|buffer| !buffer.is_empty()) else { return Ok(0) };
        let count = self.reader.input.read(buffer)?;
        if count == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.reader.left -= count as u64;
        self.reader.offset += count as u64;
        Ok(count)
    }
}
