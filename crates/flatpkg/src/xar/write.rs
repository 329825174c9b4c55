//! Writing an archive.
//!
//! The table of contents comes first in the file and names every length and digest, so the heap is spooled to an unnamed
//! temporary file beside the output and copied behind the table of contents at the end. Memory does not grow with the
//! members. The output appears whole or not at all: it is written under a temporary name in its own directory, synced, and
//! renamed.

use std::collections::BTreeMap;
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::ZlibEncoder;

use super::toc::check_name;
use super::{Checksum, Data, Digester, Encoding, File, Header, MemberKind, Stat, Style, Toc, TocChecksum, XarError};
use crate::output::{self, Output};

/// How an archive is made.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Digest of the table of contents and of the members: SHA-1 as Apple's tools make it, or SHA-256 or SHA-512.
    pub checksum: Style,
    /// Time in the table of contents, in seconds since 1970.
    pub timestamp: u32,
}

impl Options {
    /// SHA-1 and the given time.
    #[must_use]
    pub fn new(timestamp: u32) -> Self {
        Self { checksum: Style::Sha1, timestamp }
    }
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// Bytes of the archive.
    pub len: u64,
    /// The table of contents.
    pub toc: Toc,
}

/// An archive being written.
#[derive(Debug)]
pub struct Writer {
    options: Options,
    digester: Digester,
    out: PathBuf,
    spool: BufWriter<std::fs::File>,
    /// Bytes of finished members in the spool.
    spooled: u64,
    files: Vec<File>,
    /// Children of each directory in the order they were added; the top is `None`.
    children: BTreeMap<Option<usize>, Vec<usize>>,
}

impl Writer {
    /// Begins an archive that will appear at `out`. Makes an unnamed temporary file in the same directory.
    ///
    /// # Errors
    /// The directory can't be written, or the checksum style is one that Apple refuses.
    pub fn new(out: &Path, options: Options) -> Result<Self, XarError> {
        let digester = options.checksum.digester().ok_or(XarError::Unusable { got: options.checksum })?;
        let fail = |doing, path: &Path| {
            let path = path.to_owned();
            move |source| XarError::Io { doing, path, source }
        };
        // Before any work is done; once more at the end.
        let place = output::place(out).map_err(fail("write", out))?;
        let directory = output::directory(&place);
        let spool = tempfile::tempfile_in(directory).map_err(fail("create a temporary file in", directory))?;
        Ok(Self {
            options,
            digester,
            out: out.to_owned(),
            spool: BufWriter::with_capacity(1 << 18, spool),
            spooled: 0,
            files: Vec::new(),
            children: BTreeMap::new(),
        })
    }

    /// Begins a member; the directories above it are added when missing. What is not [finished](MemberWriter::finish) is
    /// not in the archive.
    ///
    /// # Errors
    /// A component that is no name, a path that is taken, a file used as a directory.
    pub fn start_file(&mut self, path: &[&str], encoding: Encoding) -> Result<MemberWriter<'_>, XarError> {
        let (name, directories) = path.split_last().ok_or(XarError::Name { name: String::new(), why: "empty" })?;
        let mut parent = None;
        for directory in directories {
            parent = Some(self.directory(parent, directory)?);
        }
        if let Some((_, taken)) = self.child(parent, name) {
            return Err(XarError::Taken { path: taken.path.clone(), kind: kind_name(&taken.kind) });
        }
        let file = self.file(parent, name, MemberKind::File)?;
        let io = |source| XarError::Io { doing: "write the heap of", path: self.out.clone(), source };
        self.spool.seek(SeekFrom::Start(self.spooled)).map_err(io)?;
        let heap = HeapWriter { spool: &mut self.spool, digest: self.digester.clone(), length: 0 };
        let encoder = match encoding {
            Encoding::Stored => Encoder::Stored(heap),
            Encoding::Zlib => Encoder::Zlib(ZlibEncoder::new(heap, Compression::best())),
            Encoding::Bzip2 | Encoding::Other(_) => {
                return Err(XarError::Encoding { member: file.path, got: encoding.mime().to_owned() });
            }
        };
        Ok(MemberWriter {
            encoder,
            digest: self.digester.clone(),
            size: 0,
            style: self.options.checksum,
            file,
            files: &mut self.files,
            children: &mut self.children,
            spooled: &mut self.spooled,
            out: &self.out,
        })
    }

    /// Adds a member with everything `source` gives.
    ///
    /// # Errors
    /// As for [`Writer::start_file`]; reading or writing fails.
    pub fn add_file(&mut self, path: &[&str], mut source: impl Read, encoding: Encoding) -> Result<(), XarError> {
        let mut member = self.start_file(path, encoding)?;
        io::copy(&mut source, &mut member).map_err(|source| XarError::Member { member: path.join("/"), source })?;
        member.finish()
    }

    /// Writes the archive and puts it in its place.
    ///
    /// # Errors
    /// Writing fails; then there is nothing at the output, or what was there before.
    pub fn finish(self) -> Result<Summary, XarError> {
        let toc = self.toc();
        let io = |doing| {
            let path = self.out.clone();
            move |source| XarError::Io { doing, path, source }
        };
        let xml = toc.to_xml();
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
        let compressed = encoder.write_all(xml.as_bytes()).and_then(|()| encoder.finish()).map_err(io("compress"))?;
        let header = Header {
            header_len: Header::LEN as u16,
            version: Header::VERSION,
            toc_len_compressed: compressed.len() as u64,
            toc_len: xml.len() as u64,
            checksum: self.options.checksum,
        };
        let mut digest = self.digester.clone();
        digest.update(&compressed);

        let mut output = Output::create(&self.out).map_err(io("create"))?;
        let write = || -> io::Result<u64> {
            let file = output.file();
            file.write_all(&header.to_bytes())?;
            file.write_all(&compressed)?;
            file.write_all(&digest.finish())?;
            let mut spool = self.spool.into_inner().map_err(io::IntoInnerError::into_error)?;
            spool.seek(SeekFrom::Start(0))?;
            io::copy(&mut spool.take(self.spooled), file)
        };
        let copied = write().map_err(io("write"))?;
        debug_assert_eq!(copied, self.spooled, "the heap was copied whole");
        output.finish().map_err(io("rename to"))?;
        Ok(Summary { len: (Header::LEN as u64) + header.toc_len_compressed + toc.heap_len(), toc })
    }

    /// The table of contents of what was added so far: directories before what is in them.
    fn toc(&self) -> Toc {
        let digest_len = self.options.checksum.len();
        let mut files = Vec::with_capacity(self.files.len());
        let mut pending: Vec<(usize, Option<usize>)> =
            self.children_of(None).rev().map(|index| (index, None)).collect();
        while let Some((index, parent)) = pending.pop() {
            let Some(file) = self.files.get(index) else { continue };
            let mut file = File { parent, ..file.clone() };
            if let Some(data) = &mut file.data {
                data.offset += digest_len;
            }
            let place = Some(files.len());
            files.push(file);
            pending.extend(self.children_of(Some(index)).rev().map(|child| (child, place)));
        }
        Toc {
            creation_time: time(self.options.timestamp),
            checksum: TocChecksum { style: self.options.checksum, offset: 0, size: digest_len },
            signatures: Vec::new(),
            files,
        }
    }

    fn children_of(&self, directory: Option<usize>) -> impl DoubleEndedIterator<Item = usize> {
        self.children.get(&directory).into_iter().flatten().copied()
    }

    fn child(&self, directory: Option<usize>, name: &str) -> Option<(usize, &File)> {
        self.children_of(directory)
            .filter_map(|index| Some((index, self.files.get(index)?)))
            .find(|(_, file)| file.name == name)
    }

    /// The directory of that name inside another, made when missing.
    fn directory(&mut self, parent: Option<usize>, name: &str) -> Result<usize, XarError> {
        if let Some((index, file)) = self.child(parent, name) {
            if file.kind == MemberKind::Directory {
                return Ok(index);
            }
            return Err(XarError::Taken { path: file.path.clone(), kind: kind_name(&file.kind) });
        }
        let file = self.file(parent, name, MemberKind::Directory)?;
        Ok(insert(&mut self.files, &mut self.children, file))
    }

    /// A new entry. Directories look as Apple's tools make them up; files belong to root and carry the package's time.
    fn file(&self, parent: Option<usize>, name: &str, kind: MemberKind) -> Result<File, XarError> {
        check_name(name)?;
        if name.chars().any(char::is_control) {
            return Err(XarError::Name { name: name.to_owned(), why: "it has a control character" });
        }
        let path = match parent.and_then(|index| self.files.get(index)) {
            Some(directory) => format!("{}/{name}", directory.path),
            None => name.to_owned(),
        };
        let (seconds, mode) = if kind == MemberKind::Directory { (0, 0o700) } else { (self.options.timestamp, 0o644) };
        let time = Some(format!("{}Z", time(seconds)));
        let stat = Stat {
            ctime: time.clone(),
            mtime: time.clone(),
            atime: time,
            group: Some("wheel".to_owned()),
            gid: Some(0),
            user: Some("root".to_owned()),
            uid: Some(0),
            mode: Some(mode),
            deviceno: Some(0),
            inode: Some(0),
        };
        Ok(File {
            id: 0,
            parent,
            name: name.to_owned(),
            other_names: Vec::new(),
            path,
            kind,
            data: None,
            stat,
            finder_create_time: None,
            extended: Vec::new(),
        })
    }
}

fn insert(files: &mut Vec<File>, children: &mut BTreeMap<Option<usize>, Vec<usize>>, mut file: File) -> usize {
    let index = files.len();
    file.id = index as u64 + 1;
    children.entry(file.parent).or_default().push(index);
    files.push(file);
    index
}

/// A member being written.
#[derive(Debug)]
pub struct MemberWriter<'a> {
    encoder: Encoder<'a>,
    /// Of the bytes before encoding; stored members need no second digest.
    digest: Digester,
    size: u64,
    style: Style,
    file: File,
    files: &'a mut Vec<File>,
    children: &'a mut BTreeMap<Option<usize>, Vec<usize>>,
    spooled: &'a mut u64,
    out: &'a Path,
}

#[derive(Debug)]
enum Encoder<'a> {
    Stored(HeapWriter<'a>),
    Zlib(ZlibEncoder<HeapWriter<'a>>),
}

/// Counts and digests what goes into the heap.
#[derive(Debug)]
struct HeapWriter<'a> {
    spool: &'a mut BufWriter<std::fs::File>,
    digest: Digester,
    length: u64,
}

impl Write for HeapWriter<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.spool.write(bytes)?;
        self.digest.update(bytes.get(..count).unwrap_or_default());
        self.length += count as u64;
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.spool.flush()
    }
}

impl MemberWriter<'_> {
    /// Puts the member into the archive.
    ///
    /// # Errors
    /// Writing fails.
    pub fn finish(self) -> Result<(), XarError> {
        let checksum = |hex| Some(Checksum { style: self.style, hex });
        let (heap, encoding, extracted) = match self.encoder {
            Encoder::Stored(heap) => (heap, Encoding::Stored, None),
            Encoder::Zlib(encoder) => {
                let heap = encoder.finish().map_err(|source| XarError::Io {
                    doing: "write the heap of",
                    path: self.out.to_owned(),
                    source,
                })?;
                (heap, Encoding::Zlib, Some(self.digest.finish_hex()))
            }
        };
        let archived = heap.digest.finish_hex();
        let data = Data {
            length: heap.length,
            offset: *self.spooled,
            size: self.size,
            encoding,
            extracted: checksum(extracted.unwrap_or_else(|| archived.clone())),
            archived: checksum(archived),
        };
        *self.spooled += heap.length;
        insert(self.files, self.children, File { data: Some(data), ..self.file });
        Ok(())
    }
}

impl Write for MemberWriter<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = match &mut self.encoder {
            Encoder::Stored(heap) => heap.write(bytes)?,
            Encoder::Zlib(encoder) => {
                let count = encoder.write(bytes)?;
                self.digest.update(bytes.get(..count).unwrap_or_default());
                count
            }
        };
        self.size += count as u64;
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        // The heap is flushed when it is copied; flushing a compressor would change its output.
        Ok(())
    }
}

fn kind_name(kind: &MemberKind) -> &'static str {
    if *kind == MemberKind::Directory { "directory" } else { "file" }
}

/// Seconds since 1970 as the table of contents writes them: `2021-07-06T16:06:04`.
fn time(seconds: u32) -> String {
    // Every u32 is in range; the fallback is never taken.
    let timestamp = jiff::Timestamp::from_second(i64::from(seconds)).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    timestamp.strftime("%Y-%m-%dT%H:%M:%S").to_string()
}
