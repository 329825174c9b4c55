//! Reading images. Nothing in them is trusted.

use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

use flate2::Crc;
use flate2::read::ZlibDecoder;
use zerocopy::FromBytes as _;

use super::format::{Checksum, Run, Table, Trailer, method};
use super::{Error, SECTOR};
use crate::plist::{self, Value};

/// The longest list of resources we read, in bytes. A run takes about 60.
const MAX_PLIST: u64 = 64 << 20;

/// The longest block that is decompressed, in bytes. Apple's have 256 KiB or 1 MiB.
const MAX_BLOCK: u64 = 64 << 20;

/// An open image.
#[derive(Debug)]
pub struct Image<R> {
    input: R,
    data_offset: u64,
    partitions: Vec<Partition>,
}

/// A partition of an image.
#[derive(Debug, Clone)]
pub struct Partition {
    /// Its name, with its type in it: `disk image (Apple_HFS : 1)`.
    pub name: String,
    /// Its length in sectors.
    pub sectors: u64,
    checksum: Option<u32>,
    runs: Vec<Stored>,
}

/// A run of sectors.
#[derive(Debug, Clone)]
struct Stored {
    method: u32,
    sector: u64,
    sectors: u64,
    offset: u64,
    length: u64,
}

impl Image<fs_err::File> {
    /// Opens an image.
    ///
    /// # Errors
    /// The file can't be read, or is no image.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let file = fs_err::File::open(path).map_err(|source| Error::Open { path: path.to_owned(), source })?;
        Image::new(file)
    }
}

impl<R: Read + Seek> Image<R> {
    /// Reads the trailer and the list of partitions of an image.
    ///
    /// # Errors
    /// It can't be read, or is no image.
    pub fn new(mut input: R) -> Result<Self, Error> {
        let end = input.seek(SeekFrom::End(0)).map_err(|source| Error::Read { what: "the end", offset: 0, source })?;
        let at = end.checked_sub(size_of::<Trailer>() as u64).ok_or(Error::Trailer)?;
        let bytes = bytes(&mut input, at, size_of::<Trailer>() as u64, "the trailer")?;
        let trailer = Trailer::read_from_bytes(&bytes).map_err(|_| Error::Trailer)?;
        if &trailer.magic != b"koly" || trailer.plist_length.get() > MAX_PLIST {
            return Err(Error::Trailer);
        }
        let plist = self::bytes(&mut input, trailer.plist_offset.get(), trailer.plist_length.get(), "the list")?;
        let plist = plist::read(&plist)?;
        let fork = plist::key(&plist, "resource-fork");
        let tables = fork.and_then(|fork| plist::key(fork, "blkx")).and_then(Value::as_array);
        let partitions = tables.into_iter().flatten().map(Partition::read).collect::<Result<_, _>>()?;
        Ok(Image { input, data_offset: trailer.data_offset.get(), partitions })
    }

    /// The partitions, in the order of the list.
    pub fn partitions(&self) -> &[Partition] {
        &self.partitions
    }

    /// Writes the only volume of the image, checked by its checksum. Zeros are left out by seeking.
    ///
    /// # Errors
    /// There is no volume of Apple's, it is longer than `limit` bytes, or its blocks are damaged.
    pub fn unpack(&mut self, out: &mut (impl Write + Seek), limit: u64) -> Result<(), Error> {
        let hfs = |partition: &&Partition| ["Apple_HFS", "Apple_HFSX"].iter().any(|kind| partition.name.contains(kind));
        let only = match self.partitions.as_slice() {
            [only] => Some(only),
            many => many.iter().find(hfs),
        };
        let names = || self.partitions.iter().map(|partition| partition.name.clone()).collect();
        let partition = only.cloned().ok_or_else(|| Error::NoVolume { names: names() })?;
        let length = partition.sectors.saturating_mul(SECTOR);
        if length > limit {
            return Err(Error::TooLarge { length, limit });
        }
        let mut crc = Crc::new();
        for run in &partition.runs {
            self.run(run, out, &mut crc)?;
        }
        let got = crc.sum();
        match partition.checksum {
            Some(expected) if expected != got => Err(Error::Checksum { partition: partition.name, got, expected }),
            _ => Ok(()),
        }
    }

    fn run(&mut self, run: &Stored, out: &mut (impl Write + Seek), crc: &mut Crc) -> Result<(), Error> {
        let expected = run.sectors.saturating_mul(SECTOR);
        let wrong = || Error::Block { sector: run.sector, expected };
        let unread = |method| Err(Error::Method { sector: run.sector, method });
        let block = match run.method {
            method::ZEROS | method::IGNORED => {
                // The last byte is written, so that the file is as long as the volume.
                let mut zeros = io::repeat(0).take(expected);
                let mut buffer = [0; 1 << 16];
                while let count @ 1.. = zeros.read(&mut buffer).map_err(Error::Write)? {
                    crc.update(buffer.get(..count).unwrap_or_default());
                }
                let skipped = i64::try_from(expected.saturating_sub(1)).map_err(|_| wrong())?;
                out.seek(SeekFrom::Current(skipped)).map_err(Error::Write)?;
                return out.write_all(if expected > 0 { &[0] } else { &[] }).map_err(Error::Write);
            }
            method::COMMENT | method::END => return Ok(()),
            _ if expected > MAX_BLOCK || run.length > MAX_BLOCK => return Err(wrong()),
            method::STORED | method::ZLIB => {
                let at = self.data_offset.checked_add(run.offset).ok_or_else(wrong)?;
                let stored = bytes(&mut self.input, at, run.length, "a block")?;
                if run.method == method::STORED { stored } else { inflate(&stored, expected).ok_or_else(wrong)? }
            }
            method::ADC => return unread("ADC"),
            method::BZIP2 => return unread("bzip2"),
            method::LZFSE => return unread("LZFSE"),
            method::LZMA => return unread("LZMA"),
            _ => return unread("an unknown method"),
        };
        if block.len() as u64 != expected {
            return Err(wrong());
        }
        crc.update(&block);
        out.write_all(&block).map_err(Error::Write)
    }
}

impl Partition {
    fn read(entry: &Value) -> Result<Partition, Error> {
        let name = plist::text(entry, "Name").or_else(|| plist::text(entry, "CFName")).unwrap_or_default();
        let bad = |expected| Error::Table { partition: name.to_owned(), expected };
        let data = plist::key(entry, "Data").and_then(Value::as_data).unwrap_or_default();
        let (table, rest) = Table::ref_from_prefix(data).map_err(|_| bad("table"))?;
        if &table.magic != b"mish" {
            return Err(bad("table that begins with \"mish\""));
        }
        let runs = <[Run]>::ref_from_prefix_with_elems(rest, table.runs.get() as usize);
        let (runs, _) = runs.map_err(|_| bad("table with all its runs"))?;
        let runs: Vec<Stored> = runs
            .iter()
            .map(|run| Stored {
                method: run.method.get(),
                sector: run.sector.get(),
                sectors: run.sectors.get(),
                offset: table.data_offset.get().saturating_add(run.offset.get()),
                length: run.length.get(),
            })
            .collect();
        let mut next = 0_u64;
        for run in runs.iter().filter(|run| ![method::COMMENT, method::END].contains(&run.method)) {
            if run.sector != next {
                return Err(bad("table of runs without gaps"));
            }
            next = next.checked_add(run.sectors).ok_or_else(|| bad("table of a disk that there can be"))?;
        }
        if next != table.sectors.get() {
            return Err(bad("table of as many sectors as it states"));
        }
        let checksum = (table.checksum.kind.get() == Checksum::CRC32).then(|| table.checksum.value.get());
        Ok(Partition { name: name.to_owned(), sectors: next, checksum, runs })
    }
}

fn inflate(stored: &[u8], expected: u64) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    ZlibDecoder::new(stored).take(expected + 1).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

fn bytes(input: &mut (impl Read + Seek), offset: u64, length: u64, what: &'static str) -> Result<Vec<u8>, Error> {
    let fail = |source| Error::Read { what, offset, source };
    input.seek(SeekFrom::Start(offset)).map_err(fail)?;
    // Only as much memory as there are bytes.
    let mut bytes = Vec::new();
    input.take(length).read_to_end(&mut bytes).map_err(fail)?;
    if bytes.len() as u64 == length { Ok(bytes) } else { Err(fail(io::ErrorKind::UnexpectedEof.into())) }
}
