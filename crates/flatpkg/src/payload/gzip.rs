//! gzip, one member, compressed on several threads.
//!
//! The scheme is pigz's: the input is cut every 1 MiB; each chunk is deflated on its own, with the last 32 KiB
//! before it as dictionary, and ends on a byte boundary (sync flush); the last one ends the stream. The parts
//! after each other are one deflate stream. The CRC-32 of the whole is combined from those of the chunks.
//!
//! Header `1f 8b 08 00 00 00 00 00 00 03`, as in every Apple-made payload looked at. Apple's deflate stream is that of zlib's
//! level 6 on one thread; ours decodes to the same bytes. Levels of `zlib-rs` are not zlib's. For a Python of 301 MB, in
//! user seconds and MB:
//!
//! ```text
//! zlib    6   11.6   86.2      what Apple makes
//! zlib-rs 4    4.3   89.6
//! zlib-rs 5    4.6   87.7      ours
//! zlib-rs 6    5.5   87.4
//! zlib-rs 7    9.0   86.7
//! ```
//!
//! Cutting costs next to nothing: chunks of 4 MiB come out as long as those of 1 MiB. libdeflate is smaller in the time of
//! level 5 (85.5), but ends every piece with a final block, which can't be continued by the next.
//!
//! `flate2` on `zlib-rs` offers all that is needed (dictionaries, sync flush, combined CRCs). `zlib-rs` picks the
//! same matches on every processor, so the bytes don't depend on the machine either.

use std::io::{self, Write};

use flate2::{Compress, Crc, FlushCompress};

use super::error::PayloadError;
use super::output::Output;
use super::parallel::{Jobs, in_order};

/// Bytes compressed at a time.
pub(super) const CHUNK: usize = 1 << 20;

/// Reach of a deflate match, and length of the dictionary of a chunk.
const WINDOW: usize = 32 * 1024;

/// Of `zlib-rs`.
const LEVEL: u32 = 5;

/// Method deflate, no flags, no time, no extra flags, Unix.
const HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3];

/// A chunk to be compressed.
struct Chunk {
    bytes: Vec<u8>,
    dictionary: Vec<u8>,
    last: bool,
}

/// A compressed chunk.
struct Part {
    deflated: Vec<u8>,
    crc: Crc,
    length: usize,
}

/// Compresses what `fill` writes.
pub(super) fn write<T>(
    workers: usize,
    out: &mut (impl Write + Send),
    fill: impl FnOnce(&mut dyn Write) -> Result<T, PayloadError>,
) -> Result<T, PayloadError> {
    let mut out = Output::new(out);
    out.put(&HEADER)?;
    let mut crc = Crc::new();
    let mut length = 0u64;
    let (filled, consumed) = in_order(
        workers,
        |jobs| {
            let mut chunks = Chunks { jobs, current: Vec::with_capacity(CHUNK), dictionary: Vec::new() };
            let filled = fill(&mut chunks)?;
            chunks.submit(true).map_err(PayloadError::Compressor)?;
            Ok::<T, PayloadError>(filled)
        },
        deflate,
        |part: Result<Part, flate2::CompressError>| {
            let part = part.map_err(|error| PayloadError::Compressor(error.into()))?;
            crc.combine(&part.crc);
            length += part.length as u64;
            out.put(&part.deflated)
        },
    );
    // When the output fails, the producer fails too, for lack of somebody to take its chunks.
    consumed?;
    let filled = filled?;
    out.put(&crc.sum().to_le_bytes())?;
    out.put(&(length as u32).to_le_bytes())?;
    Ok(filled)
}

fn deflate(chunk: Chunk) -> Result<Part, flate2::CompressError> {
    let mut deflate = Compress::new(flate2::Compression::new(LEVEL), false);
    if !chunk.dictionary.is_empty() {
        deflate.set_dictionary(&chunk.dictionary)?;
    }
    let flush = if chunk.last { FlushCompress::Finish } else { FlushCompress::Sync };
    let mut deflated = Vec::with_capacity(chunk.bytes.len() / 2 + 1024);
    loop {
        let done = deflate.total_in() as usize;
        deflate.compress_vec(chunk.bytes.get(done..).unwrap_or_default(), &mut deflated, flush)?;
        // Room left over means that nothing more was there to write.
        if deflated.len() < deflated.capacity() {
            break;
        }
        deflated.reserve(64 * 1024);
    }
    let mut crc = Crc::new();
    crc.update(&chunk.bytes);
    Ok(Part { deflated, crc, length: chunk.bytes.len() })
}

/// Cuts what is written into chunks.
struct Chunks {
    jobs: Jobs<Chunk, Result<Part, flate2::CompressError>>,
    current: Vec<u8>,
    dictionary: Vec<u8>,
}

impl Chunks {
    fn submit(&mut self, last: bool) -> io::Result<()> {
        let bytes = std::mem::replace(&mut self.current, Vec::with_capacity(if last { 0 } else { CHUNK }));
        let next = bytes.get(bytes.len().saturating_sub(WINDOW)..).unwrap_or_default().to_vec();
        let dictionary = std::mem::replace(&mut self.dictionary, next);
        self.jobs.push(Chunk { bytes, dictionary, last }).map_err(|_| io::ErrorKind::BrokenPipe.into())
    }
}

impl Write for Chunks {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // A full chunk goes only when more follows: the last one must be known as the last.
        if self.current.len() == CHUNK && !bytes.is_empty() {
            self.submit(false)?;
        }
        let count = bytes.len().min(CHUNK - self.current.len());
        self.current.extend_from_slice(bytes.get(..count).unwrap_or_default());
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    fn compress(bytes: &[u8], workers: usize) -> Vec<u8> {
        let mut out = Vec::new();
        write(workers, &mut out, |sink| {
            bytes.chunks(70_001).for_each(|piece| sink.write_all(piece).unwrap());
            Ok(())
        })
        .unwrap();
        out
    }

    /// Bytes that repeat over a long distance, with noise between.
    fn sample(length: usize) -> Vec<u8> {
        let mut state = 1u32;
        (0..length)
            .map(|i| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                if i / 5000 % 3 == 0 { (state >> 24) as u8 } else { (i % 251) as u8 }
            })
            .collect()
    }

    #[test]
    fn one_member_whatever_the_length() {
        for length in [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK + 12345] {
            let bytes = sample(length);
            let packed = compress(&bytes, 3);
            assert_eq!(packed[..10], HEADER);
            let mut decoder = flate2::bufread::GzDecoder::new(&packed[..]);
            let mut back = Vec::new();
            decoder.read_to_end(&mut back).unwrap();
            assert!(back == bytes, "{length} bytes differ");
            assert!(decoder.into_inner().is_empty(), "more than one member for {length} bytes");
        }
    }

    #[test]
    fn threads_do_not_matter() {
        let bytes = sample(5 * CHUNK + 99);
        let one = compress(&bytes, 1);
        assert!(one == compress(&bytes, 2));
        assert!(one == compress(&bytes, 8));
    }

    #[test]
    fn a_full_disk_is_the_error() {
        struct Full(usize);
        impl Write for Full {
            fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
                self.0 = self.0.checked_sub(bytes.len()).ok_or(io::ErrorKind::StorageFull)?;
                Ok(bytes.len())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let bytes = sample(40 * CHUNK);
        let error = write(2, &mut Full(1_000_000), |sink| {
            sink.write_all(&bytes).map_err(|source| PayloadError::Output { offset: 0, source })
        });
        let Err(PayloadError::Output { source, .. }) = error else { panic!("{error:?}") };
        assert_eq!(source.kind(), io::ErrorKind::StorageFull);
    }
}
