//! Reading images. Nothing in them is trusted.

use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

use bzip2::read::BzDecoder;
use flate2::Crc;
use flate2::read::ZlibDecoder;
use lzma_rust2::XzReader;
use zerocopy::FromBytes as _;

use super::format::{Checksum, Run, Table, Trailer, method};
use super::{SECTOR, UdifError};
use flatpkg::budget::Budget;
use flatpkg::plist::{self, Value};

/// The longest list of resources we read, in bytes. A run takes about 60.
const MAX_PLIST: u64 = 64 << 20;

/// The blocks of all runs together may have so many times the bytes of the file: each is stored once.
const STORED: u64 = 2;

/// Largest memory of the LZMA decoder in KiB; `hdiutil`'s dictionaries have 1 MiB or 8 MiB.
const MEMORY: u32 = 80 << 10;

/// An encrypted image: at the start of version 2, at the end of version 1.
const ENCRYPTED: [&[u8; 8]; 2] = [b"encrcdsa", b"cdsaencr"];

/// An open image.
#[derive(Debug)]
pub struct Image<R> {
    input: R,
    data_offset: u64,
    /// For the blocks of all runs.
    stored: Budget,
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
    pub(super) runs: Vec<Stored>,
}

/// A run of sectors.
#[derive(Debug, Clone)]
pub(super) struct Stored {
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
    pub fn open(path: &Path) -> Result<Self, UdifError> {
        let file = fs_err::File::open(path).map_err(|source| UdifError::Open { path: path.to_owned(), source })?;
        Image::new(file)
    }
}

impl<R: Read + Seek> Image<R> {
    /// Reads the trailer and the list of partitions of an image.
    ///
    /// # Errors
    /// It can't be read, is encrypted, or is no image.
    pub fn new(mut input: R) -> Result<Self, UdifError> {
        let end =
            input.seek(SeekFrom::End(0)).map_err(|source| UdifError::Read { what: "the end", offset: 0, source })?;
        let edges = [(0, ENCRYPTED[0]), (end.saturating_sub(8), ENCRYPTED[1])];
        for (at, magic) in edges.into_iter().filter(|_| end >= 8) {
            if bytes(&mut input, at, 8, "the first and the last bytes")? == magic {
                return Err(UdifError::Encrypted);
            }
        }
        let at = end.checked_sub(size_of::<Trailer>() as u64).ok_or(UdifError::Trailer)?;
        let bytes = bytes(&mut input, at, size_of::<Trailer>() as u64, "the trailer")?;
        let trailer = Trailer::read_from_bytes(&bytes).map_err(|_| UdifError::Trailer)?;
        if &trailer.magic != b"koly" || trailer.plist_length.get() > MAX_PLIST {
            return Err(UdifError::Trailer);
        }
        let plist = self::bytes(&mut input, trailer.plist_offset.get(), trailer.plist_length.get(), "the list")?;
        let plist = plist::read(&plist)?;
        let fork = plist::key(&plist, "resource-fork");
        let tables = fork.and_then(|fork| plist::key(fork, "blkx")).and_then(Value::as_array);
        let partitions = tables.into_iter().flatten().map(Partition::read).collect::<Result<_, _>>()?;
        Ok(Image { input, data_offset: trailer.data_offset.get(), stored: Budget::new(end, STORED), partitions })
    }

    /// The partitions, in the order of the list.
    pub fn partitions(&self) -> &[Partition] {
        &self.partitions
    }

    /// Writes the only volume of the image, checked by its checksum. Zeros are left out by seeking.
    ///
    /// Memory is that of one decoder (80 MiB at most, for LZMA). The stored blocks that are read have at most 2 times the bytes of
    /// the file, and what they decompress to is at most `limit`; a run of zeros takes the same time whatever its length.
    ///
    /// # Errors
    /// There is no volume of Apple's that can be read, it is longer than `limit` bytes, or its blocks are damaged.
    pub fn unpack(&mut self, out: &mut (impl Write + Seek), limit: u64) -> Result<(), UdifError> {
        let partition = self.volume()?.clone();
        self.copy(&partition, out, limit)
    }

    /// Writes any partition of the image, as [`Image::unpack`] writes the volume.
    ///
    /// # Errors
    /// It is stored in a way that is not read, is longer than `limit` bytes, or its blocks are damaged.
    pub fn copy(&mut self, partition: &Partition, out: &mut (impl Write + Seek), limit: u64) -> Result<(), UdifError> {
        let length = partition.sectors.saturating_mul(SECTOR);
        if length > limit {
            return Err(UdifError::TooLarge { length, limit });
        }
        partition.runs.iter().try_for_each(readable)?;
        let mut crc = Crc::new();
        for run in &partition.runs {
            self.run(run, out, &mut crc)?;
        }
        let got = crc.sum();
        match partition.checksum {
            Some(expected) if expected != got => {
                Err(UdifError::Checksum { partition: partition.name.clone(), got, expected })
            }
            _ => Ok(()),
        }
    }

    /// The partition with an HFS+ volume: the only one, or the one of that type.
    fn volume(&self) -> Result<&Partition, UdifError> {
        let is = |partition: &&Partition, kind: &str| partition.name.contains(kind);
        let hfs = self.partitions.iter().find(|partition| is(partition, "Apple_HFS"));
        let apfs = self.partitions.iter().find(|partition| is(partition, "Apple_APFS"));
        match (self.partitions.as_slice(), hfs, apfs) {
            (_, Some(hfs), _) => Ok(hfs),
            (_, None, Some(_)) => Err(UdifError::Apfs),
            ([only], ..) => Ok(only),
            (all, ..) => {
                Err(UdifError::NoVolume { names: all.iter().map(|partition| partition.name.clone()).collect() })
            }
        }
    }

    fn run(&mut self, run: &Stored, out: &mut (impl Write + Seek), crc: &mut Crc) -> Result<(), UdifError> {
        let expected = run.sectors.saturating_mul(SECTOR);
        let wrong = || UdifError::Block { sector: run.sector, expected };
        if matches!(run.method, method::COMMENT | method::END) {
            return Ok(());
        }
        if matches!(run.method, method::ZEROS | method::IGNORED) {
            if run.method == method::ZEROS {
                add_zeros(crc, expected);
            }
            // The last byte is written, so that the file is as long as the volume.
            let skipped = i64::try_from(expected.saturating_sub(1)).map_err(|_| wrong())?;
            out.seek(SeekFrom::Current(skipped)).map_err(UdifError::Write)?;
            return out.write_all(if expected > 0 { &[0] } else { &[] }).map_err(UdifError::Write);
        }
        self.stored.take(run.length)?;
        let at = self.data_offset.checked_add(run.offset).ok_or_else(wrong)?;
        let failed = |source| UdifError::Read { what: "a block", offset: at, source };
        self.input.seek(SeekFrom::Start(at)).map_err(failed)?;
        let stored = self.input.by_ref().take(run.length);
        match run.method {
            method::ZLIB => pour(ZlibDecoder::new(stored), expected, out, crc),
            method::BZIP2 => pour(BzDecoder::new(stored), expected, out, crc),
            method::LZMA => pour(XzReader::new_mem_limit(stored, false, MEMORY), expected, out, crc),
            _ => pour(stored, expected, out, crc),
        }?
        .then_some(())
        .ok_or_else(wrong)
    }
}

/// Whether a run is stored in a way that is read here.
fn readable(run: &Stored) -> Result<(), UdifError> {
    let method = match run.method {
        method::ZEROS | method::STORED | method::IGNORED | method::COMMENT | method::END => return Ok(()),
        method::ZLIB | method::BZIP2 | method::LZMA => return Ok(()),
        method::ADC => "ADC (UDCO)".to_owned(),
        method::LZFSE => "LZFSE (ULFO)".to_owned(),
        other => format!("an unknown method ({other:#010x})"),
    };
    Err(UdifError::Method { sector: run.sector, method })
}

/// Copies a block; false when it is broken, or not as long as stated.
fn pour(mut block: impl Read, expected: u64, out: &mut impl Write, crc: &mut Crc) -> Result<bool, UdifError> {
    let mut buffer = vec![0; 1 << 16];
    let mut left = expected;
    loop {
        let count = match block.read(&mut buffer) {
            Ok(0) => return Ok(left == 0),
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(_) => return Ok(false),
        };
        let Some(rest) = left.checked_sub(count as u64) else { return Ok(false) };
        left = rest;
        let bytes = buffer.get(..count).unwrap_or_default();
        crc.update(bytes);
        out.write_all(bytes).map_err(UdifError::Write)?;
    }
}

/// Adds so many zeros to a checksum, in a few steps whatever their number.
pub(super) fn add_zeros(crc: &mut Crc, mut length: u64) {
    // The checksum counts its bytes in 32 bits.
    const STEP: u64 = 1 << 30;
    let mut zeros = Crc::new();
    zeros.update(&[0]);
    let mut size = 1;
    while size < STEP && length > 0 {
        if length & size != 0 {
            crc.combine(&zeros);
            length -= size;
        }
        let half = std::mem::replace(&mut zeros, Crc::new());
        zeros.combine(&half);
        zeros.combine(&half);
        size *= 2;
    }
    while length > 0 {
        crc.combine(&zeros);
        length -= STEP;
    }
}

impl Partition {
    fn read(entry: &Value) -> Result<Partition, UdifError> {
        let name = plist::text(entry, "Name").or_else(|| plist::text(entry, "CFName")).unwrap_or_default();
        let bad = |expected| UdifError::Table { partition: name.to_owned(), expected };
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

fn bytes(input: &mut (impl Read + Seek), offset: u64, length: u64, what: &'static str) -> Result<Vec<u8>, UdifError> {
    let fail = |source| UdifError::Read { what, offset, source };
    input.seek(SeekFrom::Start(offset)).map_err(fail)?;
    // Only as much memory as there are bytes.
    let mut bytes = Vec::new();
    input.take(length).read_to_end(&mut bytes).map_err(fail)?;
    if bytes.len() as u64 == length { Ok(bytes) } else { Err(fail(io::ErrorKind::UnexpectedEof.into())) }
}
