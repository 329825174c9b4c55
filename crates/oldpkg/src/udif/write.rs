//! Writing an image.

use std::io::{self, Write};

use flate2::Crc;
use sha1::{Digest as _, Sha1};
use zerocopy::{FromZeros as _, IntoBytes as _};

use super::format::{Checksum, Run, Table, Trailer, method};
use super::{SECTOR, UdifError};
use flatpkg::payload::parallel::{Jobs, in_order};
use flatpkg::plist::{self, Value, dictionary};

/// Bytes compressed at a time: `hdiutil`'s 512 sectors.
const BLOCK: usize = 512 * SECTOR as usize;

/// Of zlib. A block is small: higher levels cost little, and the image is made once.
const LEVEL: u32 = 9;

/// What `hdiutil` calls the only partition of a disk without a map.
const PARTITION: &str = "whole disk (Apple_HFS : 0)";

/// Sectors a reader needs room for: a block and what compression may add, `hdiutil`'s number.
const BUFFER_SECTORS: u32 = 520;

/// A block on its way out.
struct Block {
    method: u32,
    bytes: Vec<u8>,
    /// Of the block before compression.
    crc: Crc,
    length: u64,
}

/// Writes an image of the volume that `fill` writes. It is compressed on all cores.
///
/// # Errors
/// Those of `fill`; when the output can't be written; when the volume is not whole sectors.
pub fn write<T, E: From<UdifError>>(
    out: &mut (impl Write + Send),
    fill: impl FnOnce(&mut dyn Write) -> Result<T, E>,
) -> Result<T, E> {
    let mut state = State { out, offset: 0, compressed: Crc::new(), plain: Crc::new(), sectors: 0, runs: Vec::new() };
    let (filled, consumed) = in_order(
        rayon::current_num_threads(),
        |jobs| {
            let mut blocks = Blocks { jobs, current: Vec::with_capacity(BLOCK), length: 0 };
            let filled = fill(&mut blocks)?;
            blocks.submit().map_err(UdifError::Write)?;
            if !blocks.length.is_multiple_of(SECTOR) {
                return Err(UdifError::Sectors { length: blocks.length }.into());
            }
            Ok::<T, E>(filled)
        },
        compress,
        |block: Result<Block, io::Error>| state.put(block.map_err(UdifError::Compressor)?),
    );
    // When the output fails, the producer fails too, for lack of somebody to take its blocks.
    consumed?;
    let filled = filled?;
    state.finish()?;
    Ok(filled)
}

/// Cuts what is written to it into blocks.
struct Blocks {
    jobs: Jobs<Vec<u8>, Result<Block, io::Error>>,
    current: Vec<u8>,
    length: u64,
}

impl Blocks {
    fn submit(&mut self) -> io::Result<()> {
        if self.current.is_empty() {
            return Ok(());
        }
        let block = std::mem::replace(&mut self.current, Vec::with_capacity(BLOCK));
        self.jobs.push(block).map_err(|_| io::ErrorKind::BrokenPipe.into())
    }
}

impl Write for Blocks {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let room = bytes.len().min(BLOCK - self.current.len());
        self.current.extend_from_slice(bytes.get(..room).unwrap_or_default());
        self.length += room as u64;
        if self.current.len() == BLOCK {
            self.submit()?;
        }
        Ok(room)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn compress(bytes: Vec<u8>) -> Result<Block, io::Error> {
    let mut crc = Crc::new();
    crc.update(&bytes);
    let length = bytes.len() as u64;
    if bytes.iter().all(|&byte| byte == 0) {
        return Ok(Block { method: method::ZEROS, bytes: Vec::new(), crc, length });
    }
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::new(LEVEL));
    encoder.write_all(&bytes)?;
    let packed = encoder.finish()?;
    Ok(if packed.len() < bytes.len() {
        Block { method: method::ZLIB, bytes: packed, crc, length }
    } else {
        Block { method: method::STORED, bytes, crc, length }
    })
}

struct State<'a, W> {
    out: &'a mut W,
    /// Bytes written.
    offset: u64,
    compressed: Crc,
    plain: Crc,
    sectors: u64,
    runs: Vec<Run>,
}

impl<W: Write> State<'_, W> {
    fn put(&mut self, block: Block) -> Result<(), UdifError> {
        let sectors = block.length.div_ceil(SECTOR);
        let run = |method: u32, offset: u64, length: usize| Run {
            method: method.into(),
            comment: 0.into(),
            sector: self.sectors.into(),
            sectors: sectors.into(),
            offset: offset.into(),
            length: (length as u64).into(),
        };
        match self.runs.last_mut() {
            // Zeros after zeros are one run.
            Some(last) if block.method == method::ZEROS && last.method.get() == method::ZEROS => {
                last.sectors = (last.sectors.get() + sectors).into();
            }
            _ => self.runs.push(run(block.method, self.offset, block.bytes.len())),
        }
        self.sectors += sectors;
        self.plain.combine(&block.crc);
        self.compressed.update(&block.bytes);
        self.write(&block.bytes)
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), UdifError> {
        self.out.write_all(bytes).map_err(UdifError::Write)?;
        self.offset += bytes.len() as u64;
        Ok(())
    }

    fn finish(mut self) -> Result<(), UdifError> {
        let data_length = self.offset;
        let end = Run {
            method: method::END.into(),
            sector: self.sectors.into(),
            offset: data_length.into(),
            ..Run::new_zeroed()
        };
        self.runs.push(end);
        let mut table = Table {
            magic: *b"mish",
            version: 1.into(),
            sectors: self.sectors.into(),
            buffer_sectors: BUFFER_SECTORS.into(),
            checksum: Checksum::crc32(self.plain.sum()),
            runs: (self.runs.len() as u32).into(),
            ..Table::new_zeroed()
        }
        .as_bytes()
        .to_vec();
        self.runs.iter().for_each(|run| table.extend_from_slice(run.as_bytes()));
        let id = Sha1::digest(&table);
        let plist = plist::write(&resources(table))?;
        let mut main = Crc::new();
        main.update(&self.plain.sum().to_be_bytes());
        let mut trailer = Trailer {
            magic: *b"koly",
            version: 4.into(),
            length: (size_of::<Trailer>() as u32).into(),
            flags: 1.into(),
            data_length: data_length.into(),
            segment: 1.into(),
            segments: 1.into(),
            data_checksum: Checksum::crc32(self.compressed.sum()),
            plist_offset: data_length.into(),
            plist_length: (plist.len() as u64).into(),
            main_checksum: Checksum::crc32(main.sum()),
            variant: 1.into(),
            sectors: self.sectors.into(),
            ..Trailer::new_zeroed()
        };
        trailer.id.iter_mut().zip(id).for_each(|(byte, digest)| *byte = digest);
        self.write(plist.as_bytes())?;
        self.write(trailer.as_bytes())
    }
}

fn resources(table: Vec<u8>) -> Value {
    let partition = dictionary([
        ("Attributes", Value::from("0x0050")),
        ("CFName", PARTITION.into()),
        ("Data", Value::Data(table)),
        ("ID", "0".into()),
        ("Name", PARTITION.into()),
    ]);
    let tables = dictionary([("blkx", Value::Array(vec![partition]))]);
    dictionary([("resource-fork", tables)])
}
