//! Reading a payload, whatever it is compressed with.

use std::io::{self, BufRead, BufReader, Read};

use bzip2::bufread::BzDecoder;
use flate2::bufread::GzDecoder;

use super::error::PayloadError;
use super::pbzx;
use crate::bom::{Node, Record};
use crate::budget::Budget;
use crate::cksum::cksum;
use crate::cpio;
use crate::facts::Examiner;
use crate::tree::{Entry, EntryKind, Tree, TreePath};

/// The archive bytes of a payload: decompresses while it is read.
pub struct Decoded<'a>(Box<dyn Read + Send + 'a>);

impl Read for Decoded<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}

impl std::fmt::Debug for Decoded<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Decoded")
    }
}

/// Opens a payload: gzip or bzip2 with a single stream, pbzx, or a plain cpio archive, told by its first bytes.
///
/// The entries stream; at most one block of 64 MiB (pbzx), 4 MiB (bzip2) or a few hundred KiB (gzip) are in memory. Work
/// grows with what comes out, which the caller counts: a compressed byte can stand for very many. After the last
/// entry the input is read to its end; bytes after the compressed stream are an error then.
pub fn read<'a>(input: impl Read + Send + 'a) -> Result<cpio::Reader<Decoded<'a>>, PayloadError> {
    let mut input = BufReader::with_capacity(64 * 1024, input);
    let mut start = Vec::new();
    input.by_ref().take(6).read_to_end(&mut start).map_err(PayloadError::Input)?;
    let decoded: Box<dyn Read + Send> = if start.starts_with(&[0x1f, 0x8b]) {
        Box::new(Single { decoder: GzDecoder::new(io::Cursor::new(start).chain(input)), rest: GzDecoder::get_mut })
    } else if start.starts_with(b"BZh") {
        Box::new(Single { decoder: BzDecoder::new(io::Cursor::new(start).chain(input)), rest: BzDecoder::get_mut })
    } else if start.starts_with(pbzx::MAGIC) {
        let rest = start.split_off(pbzx::MAGIC.len());
        Box::new(pbzx::Decoder::new(io::Cursor::new(rest).chain(input)).map_err(PayloadError::Input)?)
    } else if start == b"070707" {
        Box::new(io::Cursor::new(start).chain(input))
    } else {
        return Err(PayloadError::Format { got: start.escape_ascii().to_string() });
    };
    Ok(cpio::Reader::new(Decoded(decoded)))
}

/// One compressed stream with nothing after it.
struct Single<D, R> {
    decoder: D,
    /// The input behind the stream.
    rest: fn(&mut D) -> &mut R,
}

impl<D: Read, R: BufRead> Read for Single<D, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.decoder.read(buffer)?;
        if count == 0 && !buffer.is_empty() && !(self.rest)(&mut self.decoder).fill_buf()?.is_empty() {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "there are bytes after the compressed stream"));
        }
        Ok(count)
    }
}

/// The records that a payload's bill of materials should have, one by one; see [`examine`].
#[derive(Debug)]
pub struct Records<'a> {
    archive: cpio::Reader<Decoded<'a>>,
    buffer: Vec<u8>,
    failed: bool,
}

/// Reads a payload and makes the records that its bill of materials should have, in the order of the archive.
///
/// Memory doesn't grow with the payload: a small hostile one can decompress to very many entries.
pub fn examine<'a>(input: impl Read + Send + 'a) -> Result<Records<'a>, PayloadError> {
    Ok(Records { archive: read(input)?, buffer: vec![0; 64 * 1024], failed: false })
}

/// Most entries that [`records()`] and [`load`] take into memory. No archive of scripts comes near.
pub const MOST_IN_MEMORY: usize = 1 << 16;

/// Most bytes of all paths together that [`records()`] and [`load`] take into memory.
const MOST_PATH_BYTES: u64 = 16 << 20;

/// All records of [`examine`] together: for archives of scripts and other small ones.
///
/// # Errors
///
/// When there are more than [`MOST_IN_MEMORY`], or their paths have more than 16 MiB.
pub fn records(input: impl Read + Send) -> Result<Vec<Record>, PayloadError> {
    let mut records = Vec::new();
    let paths = Budget::new(MOST_PATH_BYTES, 1);
    for record in examine(input)? {
        if records.len() == MOST_IN_MEMORY {
            return Err(PayloadError::TooMany { limit: MOST_IN_MEMORY });
        }
        let record = record?;
        paths.take(record.path.as_bytes().len() as u64)?;
        records.push(record);
    }
    Ok(records)
}

impl Iterator for Records<'_> {
    type Item = Result<Record, PayloadError>;

    fn next(&mut self) -> Option<Result<Record, PayloadError>> {
        if self.failed {
            return None;
        }
        let next = self.archive.next().map_err(PayloadError::from);
        let record = next.and_then(|entry| entry.map(|entry| record(entry, &mut self.buffer)).transpose());
        self.failed = record.is_err();
        record.transpose()
    }
}

fn record(mut entry: cpio::Entry<'_, Decoded<'_>>, buffer: &mut [u8]) -> Result<Record, PayloadError> {
    let header = *entry.header();
    let node = if entry.is_directory() {
        Node::Directory
    } else if let Some(target) = entry.target() {
        Node::Symlink { target: target.to_vec(), cksum: cksum(target) }
    } else {
        let mut examiner = Examiner::new(header.size);
        loop {
            match entry.read(buffer) {
                Ok(0) => break,
                Ok(count) => examiner.update(buffer.get(..count).unwrap_or_default()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(source) => return Err(cpio::CpioError::Read { offset: entry.offset(), source }.into()),
            }
        }
        Node::File(examiner.finish())
    };
    Ok(Record {
        path: entry.path().clone(),
        node,
        mode: header.permissions(),
        uid: header.uid,
        gid: header.gid,
        mtime: u32::try_from(header.mtime).unwrap_or(u32::MAX),
        size: header.size,
    })
}

/// Reads a payload into memory: for archives of scripts and other small ones.
///
/// # Errors
///
/// When the contents of all files together exceed `limit` bytes, or there are more than [`MOST_IN_MEMORY`] entries; when the archive doesn't start with `.`; when its
/// entries don't make a tree.
pub fn load(input: impl Read + Send, limit: u64) -> Result<Tree, PayloadError> {
    let mut archive = read(input)?;
    let mut tree: Option<Tree> = None;
    let mut left = limit;
    let paths = Budget::new(MOST_PATH_BYTES, 1);
    while let Some(mut entry) = archive.next()? {
        let header = *entry.header();
        let path = entry.path().clone();
        paths.take(path.as_bytes().len() as u64)?;
        let kind = if entry.is_directory() {
            EntryKind::Directory
        } else if let Some(target) = entry.target() {
            EntryKind::Symlink(target.to_vec())
        } else {
            left = left.checked_sub(header.size).ok_or(PayloadError::TooLarge { limit })?;
            let mut bytes = Vec::new();
            let offset = entry.offset();
            entry.read_to_end(&mut bytes).map_err(|source| cpio::CpioError::Read { offset, source })?;
            Entry::file(bytes, header.permissions()).kind
        };
        let entry = Entry {
            kind,
            mode: header.permissions(),
            uid: header.uid,
            gid: header.gid,
            mtime: u32::try_from(header.mtime).unwrap_or(u32::MAX),
        };
        match &mut tree {
            Some(tree) if tree.len() == MOST_IN_MEMORY => return Err(PayloadError::TooMany { limit: MOST_IN_MEMORY }),
            Some(tree) => tree.insert(path, entry)?,
            None if path.is_root() && entry.kind == EntryKind::Directory => tree = Some(Tree::new(entry)),
            None => return Err(no_root(&path)),
        }
    }
    tree.ok_or(PayloadError::NoRoot { got: String::new() })
}

fn no_root(path: &TreePath) -> PayloadError {
    PayloadError::NoRoot { got: path.to_string() }
}
