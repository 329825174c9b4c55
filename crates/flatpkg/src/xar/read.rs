//! Reading an archive.

use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bzip2::bufread::BzDecoder;
use flate2::bufread::ZlibDecoder;
use fs_err::os::unix::fs::FileExt as _;

use super::staple::{self, Staple, Trailer};
use super::{Data, Encoding, File, Header, Signature, Toc, XarError};

/// The longest table of contents we read, in bytes of XML. A real one has about 800 bytes for a member.
const MAX_TOC: u64 = 32 << 20;

/// How many bytes of XML a byte of the compressed table of contents may stand for, beyond [`SMALL`]. Digests don't compress:
/// real ones have 5 to 10. zlib could do 1,032.
const TOC_RATIO: u64 = 64;

/// How many bytes a stored byte of a member may stand for when the whole member is taken into memory, beyond [`SMALL`]. A
/// bill of materials is mostly zeros: 108 was seen.
const MEMBER_RATIO: u64 = 1024;

/// Bytes that are taken into memory whatever they are stored in.
const SMALL: u64 = 1 << 20;

/// How often the heap may be used over: members may share their bytes (`xar --coalesce-heap`), in packages they never do.
const MAX_SHARING: u64 = 8;

/// An open archive: its header and table of contents are in memory, its members are read when asked for.
///
/// Opening takes memory for a table of contents of at most 1 MiB and 64 bytes for each of its compressed bytes, and for paths
/// of 8 times that. All members together are at most 8 times the file; what they decompress to streams, and a member that is
/// taken into memory whole has at most 1 MiB and 1,024 bytes for each stored one.
#[derive(Debug)]
pub struct Archive {
    source: Source,
    label: PathBuf,
    len: u64,
    header: Header,
    heap_offset: u64,
    toc: Toc,
    toc_xml: Vec<u8>,
    toc_slack: u64,
    toc_digest: Option<Vec<u8>>,
}

#[derive(Debug)]
enum Source {
    File(fs_err::File),
    Memory(Arc<[u8]>),
}

impl Source {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        match self {
            Self::File(file) => file.read_at(buffer, offset),
            Self::Memory(bytes) => {
                let rest = usize::try_from(offset).ok().and_then(|start| bytes.get(start..)).unwrap_or_default();
                io::Read::read(&mut &*rest, buffer)
            }
        }
    }

    /// At most `length` bytes; fewer at the end of the file. Allocates as it reads.
    fn bytes(&self, offset: u64, length: u64) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        Section { source: self, offset, left: length }.read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

impl Archive {
    /// Opens an archive and reads its table of contents.
    ///
    /// # Errors
    /// The file can't be read, is not a xar archive, or its table of contents can't be decompressed or understood. A wrong
    /// checksum is no error here: [`Archive::toc_digest`] and [`Archive::stored_digest`] show both sides.
    pub fn open(path: &Path) -> Result<Self, XarError> {
        let io = |doing| move |source| XarError::Io { doing, path: path.to_owned(), source };
        let file = fs_err::File::open(path).map_err(io("open"))?;
        let metadata = file.metadata().map_err(io("read"))?;
        if !metadata.is_file() {
            return Err(io("open")(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file")));
        }
        Self::new(Source::File(file), path.to_owned(), metadata.len())
    }

    /// Reads an archive that is in memory.
    ///
    /// # Errors
    /// As for [`Archive::open`].
    pub fn from_bytes(bytes: impl Into<Arc<[u8]>>) -> Result<Self, XarError> {
        let bytes = bytes.into();
        let len = bytes.len() as u64;
        Self::new(Source::Memory(bytes), PathBuf::from("(memory)"), len)
    }

    fn new(source: Source, label: PathBuf, len: u64) -> Result<Self, XarError> {
        let io = |source| XarError::Io { doing: "read", path: label.clone(), source };
        let header = Header::parse(&source.bytes(0, Header::LEN as u64).map_err(io)?)?;
        let toc_offset = u64::from(header.header_len);
        let available = len.saturating_sub(toc_offset);
        if header.toc_len_compressed > available {
            return Err(XarError::TocTooLong { what: "compressed", got: header.toc_len_compressed, limit: available });
        }
        let heap_offset = header.heap_offset()?;
        for (what, got) in [("compressed", header.toc_len_compressed), ("uncompressed", header.toc_len)] {
            if got > MAX_TOC {
                return Err(XarError::TocTooLong { what, got, limit: MAX_TOC });
            }
        }
        let limit = SMALL.saturating_add(header.toc_len_compressed.saturating_mul(TOC_RATIO));
        if header.toc_len > limit {
            return Err(XarError::TocTooLong { what: "uncompressed", got: header.toc_len, limit });
        }
        let compressed = source.bytes(toc_offset, header.toc_len_compressed).map_err(io)?;
        let toc_digest = header.checksum.digester().map(|mut digest| {
            digest.update(&compressed);
            digest.finish()
        });
        let mut decoder = ZlibDecoder::new(compressed.as_slice());
        let mut toc_xml = Vec::new();
        let limit = header.toc_len.saturating_add(1);
        let read = decoder.by_ref().take(limit).read_to_end(&mut toc_xml);
        read.map_err(|source| XarError::TocStream { offset: toc_offset, source })?;
        if toc_xml.len() as u64 != header.toc_len {
            return Err(XarError::TocLength { got: toc_xml.len() as u64, expected: header.toc_len });
        }
        let toc_slack = header.toc_len_compressed.saturating_sub(decoder.total_in());
        let toc = Toc::parse(&toc_xml)?;
        believable(&toc, len.saturating_sub(heap_offset))?;
        Ok(Self { source, label, len, header, heap_offset, toc, toc_xml, toc_slack, toc_digest })
    }

    /// The header.
    #[must_use]
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The table of contents.
    #[must_use]
    pub fn toc(&self) -> &Toc {
        &self.toc
    }

    /// The XML of the table of contents, as it is in the archive.
    #[must_use]
    pub fn toc_xml(&self) -> &[u8] {
        &self.toc_xml
    }

    /// Bytes between the end of the zlib stream of the table of contents and the start of the heap: 0 in a sound archive.
    #[must_use]
    pub fn toc_slack(&self) -> u64 {
        self.toc_slack
    }

    /// The digest of the compressed table of contents, computed in the style of the header; nothing for styles that Apple
    /// refuses.
    #[must_use]
    pub fn toc_digest(&self) -> Option<&[u8]> {
        self.toc_digest.as_deref()
    }

    /// The digest of the table of contents that the heap holds, at most 64 bytes of it.
    ///
    /// # Errors
    /// The file can't be read.
    pub fn stored_digest(&self) -> Result<Vec<u8>, XarError> {
        let checksum = &self.toc.checksum;
        self.heap_bytes(checksum.offset, checksum.size.min(64))
    }

    /// Signatures in document order.
    #[must_use]
    pub fn signatures(&self) -> &[Signature] {
        &self.toc.signatures
    }

    /// Where the file is, for messages.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.label
    }

    /// Bytes of the whole file.
    #[must_use]
    pub fn file_len(&self) -> u64 {
        self.len
    }

    /// Offset of the heap from the start of the file, in bytes.
    #[must_use]
    pub fn heap_offset(&self) -> u64 {
        self.heap_offset
    }

    /// Bytes of the file from the start of the heap to its end, a stapled ticket included.
    #[must_use]
    pub fn heap_available(&self) -> u64 {
        self.len.saturating_sub(self.heap_offset)
    }

    /// What follows the last member.
    ///
    /// # Errors
    /// The file can't be read.
    pub fn trailer(&self) -> Result<Trailer, XarError> {
        let members = self.heap_offset.saturating_add(self.toc.members_len());
        let staple = self.staple(members)?;
        let heap = self.heap_offset.saturating_add(self.toc.heap_len());
        // An attribute with a wrong offset may reach into the ticket.
        let end = staple.as_ref().map_or(heap, |staple| heap.min(staple.offset));
        let rest = self.len.saturating_sub(end);
        Ok(match (staple, rest) {
            (_, 0) => Trailer::Nothing,
            (Some(staple), _) if staple.offset == end => Trailer::Stapled(staple),
            (Some(staple), _) => Trailer::Slack { bytes: staple.offset - end, staple: Some(staple) },
            (None, bytes) => Trailer::Slack { bytes, staple: None },
        })
    }

    /// A well-formed ticket at the end of the file that begins at or after `end`.
    fn staple(&self, end: u64) -> Result<Option<Staple>, XarError> {
        let record = |offset| {
            self.source.bytes(offset, staple::RECORD_LEN).map_err(|source| XarError::Io {
                doing: "read",
                path: self.label.clone(),
                source,
            })
        };
        let Some(last) = self.len.checked_sub(staple::RECORD_LEN) else { return Ok(None) };
        let Some(ticket_len) = staple::ticket_length(&record(last)?) else { return Ok(None) };
        let offset = last.checked_sub(ticket_len).and_then(|start| start.checked_sub(staple::RECORD_LEN));
        Ok(match offset {
            Some(offset) if offset >= end && staple::is_terminator(&record(offset)?) => {
                Some(Staple { offset, ticket_len })
            }
            _ => None,
        })
    }

    /// The bytes of a stapled ticket, at most `limit` of them.
    ///
    /// # Errors
    /// The file can't be read.
    pub fn ticket(&self, staple: &Staple, limit: u64) -> Result<Vec<u8>, XarError> {
        let start = staple.offset.saturating_add(staple::RECORD_LEN);
        let read = self.source.bytes(start, staple.ticket_len.min(limit));
        read.map_err(|source| XarError::Io { doing: "read", path: self.label.clone(), source })
    }

    /// A stretch of the heap as it is. Reading ends early where the file does.
    #[must_use]
    pub fn section(&self, offset: u64, length: u64) -> Section<'_> {
        match self.heap_offset.checked_add(offset) {
            Some(offset) => Section { source: &self.source, offset, left: length },
            None => Section { source: &self.source, offset: self.len, left: 0 },
        }
    }

    fn heap_bytes(&self, offset: u64, length: u64) -> Result<Vec<u8>, XarError> {
        let mut bytes = Vec::new();
        self.section(offset, length).read_to_end(&mut bytes).map_err(|source| XarError::Io {
            doing: "read",
            path: self.label.clone(),
            source,
        })?;
        Ok(bytes)
    }

    /// The decoded bytes of a member. Reading fails where they are broken, and where they are fewer or more than the table
    /// of contents says; it never gives more than that.
    ///
    /// # Errors
    /// The member has no data or an encoding that packages do not use.
    pub fn member(&self, file: &File) -> Result<Member<'_>, XarError> {
        let data = file.data.as_ref().ok_or_else(|| XarError::NoData { member: file.path.clone() })?;
        self.decode(data, &file.path)
    }

    /// The decoded bytes of a stretch of the heap that some element describes.
    ///
    /// # Errors
    /// As for [`Archive::member`]; `place` names the element.
    pub fn decode(&self, data: &Data, place: &str) -> Result<Member<'_>, XarError> {
        let section = self.section(data.offset, data.length);
        let decoder = match &data.encoding {
            Encoding::Stored => Decoder::Stored(section),
            Encoding::Zlib => Decoder::Zlib(Box::new(ZlibDecoder::new(BufReader::with_capacity(1 << 16, section)))),
            Encoding::Bzip2 => Decoder::Bzip2(Box::new(BzDecoder::new(BufReader::with_capacity(1 << 16, section)))),
            Encoding::Other(mime) => return Err(XarError::Encoding { member: place.to_owned(), got: mime.clone() }),
        };
        Ok(Member { decoder, length: data.length, size: data.size, left: data.size, ended: false })
    }

    /// The whole of a small member, decoded.
    ///
    /// # Errors
    /// As for [`Archive::member`]; also when it is larger than `limit` bytes or its bytes are broken.
    pub fn read_member(&self, file: &File, limit: u64) -> Result<Vec<u8>, XarError> {
        let fail = |source| XarError::Member { member: file.path.clone(), source };
        let mut member = self.member(file)?;
        let limit = limit.min(SMALL.saturating_add(member.length.saturating_mul(MEMBER_RATIO)));
        if member.size > limit {
            let message = format!("it has {} bytes in {}; more than {limit}, refusing", member.size, member.length);
            return Err(fail(io::Error::new(io::ErrorKind::InvalidData, message)));
        }
        let mut bytes = Vec::new();
        member.read_to_end(&mut bytes).map_err(fail)?;
        Ok(bytes)
    }
}

/// Whether all members together are not much more than the heap. Otherwise a small file could name thousands of members
/// that are all of it, and take hours to check.
fn believable(toc: &Toc, heap: u64) -> Result<(), XarError> {
    let stretches = toc.extents().map(|extent| extent.length.min(heap.saturating_sub(extent.offset)));
    let got = stretches.fold(0, u64::saturating_add);
    let limit = heap.saturating_mul(MAX_SHARING);
    if got > limit { Err(XarError::Shared { got, limit }) } else { Ok(()) }
}

/// A stretch of the file. Several can be read at once.
#[derive(Debug)]
pub struct Section<'a> {
    source: &'a Source,
    offset: u64,
    left: u64,
}

impl Read for Section<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let want = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        let buffer = buffer.get_mut(..want).unwrap_or_default();
        let count = self.source.read_at(buffer, self.offset)?;
        self.offset = self.offset.saturating_add(count as u64);
        self.left = self.left.saturating_sub(count as u64);
        Ok(count)
    }
}

/// The decoded bytes of a member.
#[derive(Debug)]
pub struct Member<'a> {
    decoder: Decoder<'a>,
    length: u64,
    size: u64,
    left: u64,
    ended: bool,
}

enum Decoder<'a> {
    Stored(Section<'a>),
    Zlib(Box<ZlibDecoder<BufReader<Section<'a>>>>),
    Bzip2(Box<BzDecoder<BufReader<Section<'a>>>>),
}

impl std::fmt::Debug for Decoder<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Decoder")
    }
}

impl Decoder<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Stored(section) => section.read(buffer),
            Self::Zlib(decoder) => decoder.read(buffer),
            Self::Bzip2(decoder) => decoder.read(buffer),
        }
    }
}

impl Member<'_> {
    /// Bytes of the stretch of the heap that it is decoded from.
    #[must_use]
    pub fn stored(&self) -> u64 {
        self.length
    }

    /// Bytes of the stretch of the heap that decoding did not use. Meaningful after reading to the end; 0 when sound.
    #[must_use]
    pub fn slack(&self) -> u64 {
        match &self.decoder {
            Decoder::Stored(section) => section.left,
            Decoder::Zlib(decoder) => self.length.saturating_sub(decoder.total_in()),
            Decoder::Bzip2(decoder) => self.length.saturating_sub(decoder.total_in()),
        }
    }
}

impl Read for Member<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() || self.ended {
            return Ok(0);
        }
        let invalid = |message: String| io::Error::new(io::ErrorKind::InvalidData, message);
        if self.left == 0 {
            // Reading on lets the decoder see the end of its stream and check it.
            self.ended = true;
            return match self.decoder.read(&mut [0])? {
                0 => Ok(0),
                _ => Err(invalid(format!("it decodes to more than the {} bytes of the table of contents", self.size))),
            };
        }
        let want = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        let count = self.decoder.read(buffer.get_mut(..want).unwrap_or_default())?;
        if count == 0 {
            let got = self.size.saturating_sub(self.left);
            return Err(io::Error::new(
                io::ErrorKind::UnexpectedEof,
                format!("it ends after {got} bytes, the table of contents says {}", self.size),
            ));
        }
        self.left = self.left.saturating_sub(count as u64);
        Ok(count)
    }
}
