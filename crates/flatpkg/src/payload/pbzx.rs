//! pbzx: blocks of 16 MiB, each an xz stream of its own.
//!
//! ```text
//! "pbzx"  u64 block size 0x1000000     then for each block   u64 raw size  u64 stored size  bytes
//! ```
//!
//! All numbers are big-endian. Every block but the last has the block size. If both sizes are equal the bytes are
//! stored as they are, else they are one .xz stream (LZMA2, preset 6, check CRC-32). `compression_tool(1)` names
//! the format; `pkgbuild --compression latest` makes it for packages that need macOS 10.10 or later. That Apple's
//! check is CRC-32 was not seen in the packages at hand; xz readers take any.

use std::io::{self, Read, Write};

use lzma_rust2::{CheckType, XzOptions, XzReader, XzWriter};

use super::error::PayloadError;
use super::output::Output;
use super::parallel::{Jobs, in_order};

/// The first four bytes.
pub(super) const MAGIC: &[u8; 4] = b"pbzx";

/// Bytes in a block before compression.
const BLOCK: usize = 16 << 20;

/// Largest block that is read, before or after compression. Apple's are 16 MiB.
const MAX_BLOCK: u64 = 64 << 20;

/// Largest memory of the decoder in KiB; the dictionary of preset 9 is 64 MiB.
const MEMORY: u32 = 80 << 10;

/// What a pbzx stream can have wrong; comes wrapped in an [`io::Error`].
#[derive(Debug, thiserror::Error)]
pub(super) enum Corrupt {
    #[error("the pbzx block size is {0}, expected at most {MAX_BLOCK}")]
    BlockSize(u64),
    #[error("the pbzx block at byte {offset} has {raw} bytes, {stored} of them stored; expected 1 to {limit}")]
    Sizes { offset: u64, raw: u64, stored: u64, limit: u64 },
    #[error("the pbzx block at byte {offset} holds another number of bytes than the {raw} it states")]
    Length { offset: u64, raw: u64 },
    #[error("the pbzx block at byte {offset} has bytes after its xz stream")]
    Trailing { offset: u64 },
}

impl From<Corrupt> for io::Error {
    fn from(corrupt: Corrupt) -> io::Error {
        io::Error::new(io::ErrorKind::InvalidData, corrupt)
    }
}

/// Compresses what `fill` writes.
pub(super) fn write<T>(
    workers: usize,
    out: &mut (impl Write + Send),
    fill: impl FnOnce(&mut dyn Write) -> Result<T, PayloadError>,
) -> Result<T, PayloadError> {
    write_blocks(BLOCK, workers, out, fill)
}

/// [`write()`] with blocks of `size` bytes.
fn write_blocks<T>(
    size: usize,
    workers: usize,
    out: &mut (impl Write + Send),
    fill: impl FnOnce(&mut dyn Write) -> Result<T, PayloadError>,
) -> Result<T, PayloadError> {
    let mut out = Output::new(out);
    out.put(MAGIC)?;
    out.put(&(size as u64).to_be_bytes())?;
    let (filled, consumed) = in_order(
        workers,
        |jobs| {
            let mut blocks = Blocks { jobs, size, current: Vec::new() };
            let filled = fill(&mut blocks)?;
            blocks.submit().map_err(PayloadError::Compressor)?;
            Ok::<T, PayloadError>(filled)
        },
        |raw: Vec<u8>| compress(&raw).map(|xz| if xz.len() < raw.len() { (raw.len(), xz) } else { (raw.len(), raw) }),
        |block: io::Result<(usize, Vec<u8>)>| {
            let (raw, stored) = block.map_err(PayloadError::Compressor)?;
            out.put(&(raw as u64).to_be_bytes())?;
            out.put(&(stored.len() as u64).to_be_bytes())?;
            out.put(&stored)
        },
    );
    consumed?;
    filled
}

fn compress(raw: &[u8]) -> io::Result<Vec<u8>> {
    let mut options = XzOptions::with_preset(6);
    options.set_check_sum_type(CheckType::Crc32);
    let mut xz = XzWriter::new(Vec::with_capacity(raw.len() / 3), options)?;
    xz.write_all(raw)?;
    xz.finish()
}

/// Cuts what is written into blocks.
struct Blocks {
    jobs: Jobs<Vec<u8>, io::Result<(usize, Vec<u8>)>>,
    /// Bytes in a block.
    size: usize,
    current: Vec<u8>,
}

impl Blocks {
    fn submit(&mut self) -> io::Result<()> {
        if self.current.is_empty() {
            return Ok(());
        }
        self.jobs.push(std::mem::take(&mut self.current)).map_err(|_| io::ErrorKind::BrokenPipe.into())
    }
}

impl Write for Blocks {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = bytes.len().min(self.size - self.current.len());
        self.current.extend_from_slice(bytes.get(..count).unwrap_or_default());
        if self.current.len() == self.size {
            self.submit()?;
        }
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Reads the archive out of a pbzx stream, one block in memory at a time.
pub(super) struct Decoder<R> {
    input: R,
    block_size: u64,
    /// Bytes of the stream read.
    offset: u64,
    block: io::Cursor<Vec<u8>>,
}

impl<R: Read> Decoder<R> {
    /// Reads the block size; the magic has been read.
    pub(super) fn new(mut input: R) -> io::Result<Decoder<R>> {
        let mut size = [0; 8];
        input.read_exact(&mut size)?;
        let block_size = u64::from_be_bytes(size);
        if block_size > MAX_BLOCK {
            return Err(Corrupt::BlockSize(block_size).into());
        }
        Ok(Decoder { input, block_size, offset: 12, block: io::Cursor::default() })
    }

    /// Reads the next block; false at the stream's end.
    fn next(&mut self) -> io::Result<bool> {
        let mut sizes = Vec::with_capacity(16);
        self.input.by_ref().take(16).read_to_end(&mut sizes)?;
        let (raw, stored) =
            match (sizes.get(..8).and_then(<[u8]>::first_chunk), sizes.get(8..).and_then(<[u8]>::first_chunk)) {
                _ if sizes.is_empty() => return Ok(false),
                (Some(raw), Some(stored)) => (u64::from_be_bytes(*raw), u64::from_be_bytes(*stored)),
                _ => return Err(io::ErrorKind::UnexpectedEof.into()),
            };
        let (offset, limit) = (self.offset, self.block_size);
        if raw == 0 || raw > limit || stored == 0 || stored > raw {
            return Err(Corrupt::Sizes { offset, raw, stored, limit }.into());
        }
        self.offset += 16 + stored;
        let mut bytes = Vec::new();
        self.input.by_ref().take(stored).read_to_end(&mut bytes)?;
        if bytes.len() as u64 != stored {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.block = io::Cursor::new(if stored == raw { bytes } else { decompress(&bytes, raw, offset)? });
        Ok(true)
    }
}

fn decompress(stored: &[u8], raw: u64, offset: u64) -> io::Result<Vec<u8>> {
    let mut xz = XzReader::new_mem_limit(stored, false, MEMORY);
    let mut bytes = Vec::new();
    xz.by_ref().take(raw + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 != raw {
        return Err(Corrupt::Length { offset, raw }.into());
    }
    // One more read makes the decoder check the index and the footer.
    if xz.read(&mut [0])? != 0 || !xz.into_inner().is_empty() {
        return Err(Corrupt::Trailing { offset }.into());
    }
    Ok(bytes)
}

impl<R: Read> Read for Decoder<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.block.read(buffer)? {
                0 if !buffer.is_empty() && self.next()? => {}
                count => return Ok(count),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: usize = 200_000;

    fn pack(bytes: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        let write = write_blocks(SIZE, 2, &mut out, |sink| {
            bytes.chunks(10_003).for_each(|piece| sink.write_all(piece).unwrap());
            Ok(())
        });
        write.unwrap();
        out
    }

    fn unpack(packed: &[u8]) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        Decoder::new(&packed[4..])?.read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    #[test]
    fn blocks_come_back() {
        let mut state = 9u32;
        let mut bytes: Vec<u8> = (0..SIZE + 1000).map(|i| (i / 100 % 256) as u8).collect();
        bytes.resize_with(2 * SIZE + 300, || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        });
        let packed = pack(&bytes);
        assert_eq!(packed[..12], *b"pbzx\0\0\0\0\0\x03\x0d\x40");
        assert!(packed.len() < 2 * SIZE);
        assert!(unpack(&packed).unwrap() == bytes);
    }

    #[test]
    fn nothing_makes_no_block() {
        assert_eq!(pack(b"").len(), 12);
        assert_eq!(unpack(&pack(b"")).unwrap(), b"");
    }

    #[test]
    fn corrupt_streams() {
        let good = pack(&[7; 5000]);
        let refused = |change: &dyn Fn(&mut Vec<u8>)| {
            let mut packed = good.clone();
            change(&mut packed);
            unpack(&packed).unwrap_err().to_string()
        };
        let cases = [
            refused(&|packed| packed[5] = 1),
            refused(&|packed| packed[16] = 1),
            refused(&|packed| packed[19] += 1),
            refused(&|packed| packed[19] -= 1),
            refused(&|packed| packed[27] += 1),
            refused(&|packed| {
                packed[27] += 4;
                packed.extend([0; 4]);
            }),
            refused(&|packed| packed.truncate(40)),
            refused(&|packed| packed.push(0)),
        ];
        insta::assert_snapshot!(cases.join("\n"), @r"
        the pbzx block size is 281474976910656, expected at most 67108864
        the pbzx block at byte 12 has 16782216 bytes, 92 of them stored; expected 1 to 200000
        the pbzx block at byte 12 holds another number of bytes than the 5001 it states
        the pbzx block at byte 12 holds another number of bytes than the 4999 it states
        unexpected end of file
        the pbzx block at byte 12 has bytes after its xz stream
        unexpected end of file
        unexpected end of file
        ");
    }
}
