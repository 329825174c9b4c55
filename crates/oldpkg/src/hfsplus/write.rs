//! Writing a volume, front to back.

use std::io::{self, Read as _, Write};

use sha1::{Digest as _, Sha1};
use zerocopy::byteorder::big_endian::U32;
use zerocopy::{FromZeros as _, IntoBytes as _};

use super::catalog::Catalog;
use super::format::{BLOCK, Fork, HEADER_OFFSET, ROOT, VolumeHeader, time};
use super::node::{Shape, bits, tree};
use super::{HfsError, Volume};
use flatpkg::payload::Progress;
use flatpkg::tree::{EntryKind, TreePath};

/// Longest name, in characters.
const MAX_NAME: usize = 255;

/// `kHFSVolumeUnmountedBit`.
const UNMOUNTED: u32 = 0x100;

/// Which blocks hold what. Block 0 is the header's, the last one its copy's.
struct Layout {
    allocation: u32,
    extents: u32,
    catalog: u32,
    files: u32,
    total: u32,
}

/// Writes a volume; gives back its length in bytes.
///
/// # Errors
/// What the format can't hold is refused before anything is written.
pub fn write(volume: &Volume, out: &mut impl Write, progress: &dyn Fn(Progress)) -> Result<u64, HfsError> {
    check(volume)?;
    let catalog = Catalog::new(volume)?;
    let extents = tree(Shape::EXTENTS, std::iter::empty())?;
    let layout = Layout::new(catalog.encode(0)?.len() as u64, extents.len() as u64, catalog.file_blocks())?;
    let catalog_bytes = catalog.encode(layout.files)?;
    let header = header(volume, &catalog, &layout, &catalog_bytes);

    let mut out = Output { out, written: 0 };
    out.put(&[0; HEADER_OFFSET as usize])?;
    out.put(header.as_bytes())?;
    out.fill_block()?;
    out.put(&bits(layout.total as usize))?;
    out.pad_to(layout.extents)?;
    out.put(&extents)?;
    out.fill_block()?;
    out.put(&catalog_bytes)?;
    out.fill_block()?;
    let totals = volume.tree.totals();
    let mut done = Progress { entries: totals.number_of_files, bytes: totals.content_bytes, ..Progress::default() };
    for placed in catalog.entries() {
        match &placed.entry.kind {
            EntryKind::Directory => {}
            EntryKind::Symlink(target) => out.put(target)?,
            EntryKind::File(contents) => {
                copy(placed.path, contents, &mut out)?;
                done.bytes_done += contents.size();
            }
        }
        out.fill_block()?;
        done.entries_done += 1;
        progress(done);
    }
    out.zeros(u64::from(BLOCK) - HEADER_OFFSET)?;
    out.put(header.as_bytes())?;
    out.fill_block()?;
    Ok(out.written)
}

fn check(volume: &Volume) -> Result<(), HfsError> {
    let fits = |name: &[u8]| name.is_ascii() && name.len() <= MAX_NAME;
    if volume.name.is_empty() || !fits(volume.name.as_bytes()) {
        return Err(HfsError::VolumeName { name: volume.name.clone() });
    }
    if let Some((path, _)) = volume.tree.iter().find(|(path, _)| !fits(path.name())) {
        return Err(HfsError::Name { path: path.clone() });
    }
    match volume.tree.case_collisions().first() {
        Some(paths) => Err(HfsError::Case { paths: paths.iter().map(|path| path.to_string()).collect() }),
        None => Ok(()),
    }
}

impl Layout {
    fn new(catalog: u64, extents: u64, files: u32) -> Result<Layout, HfsError> {
        let blocks = |bytes: u64| u32::try_from(bytes.div_ceil(BLOCK.into())).map_err(|_| HfsError::TooLarge);
        let (catalog, extents) = (blocks(catalog)?, blocks(extents)?);
        let sum =
            |parts: &[u32]| parts.iter().try_fold(0_u32, |sum, part| sum.checked_add(*part)).ok_or(HfsError::TooLarge);
        // The map of blocks has blocks of its own: one more as long as there are more than it maps.
        let mut allocation = 1;
        let total = loop {
            let total = sum(&[1, allocation, extents, catalog, files, 1])?;
            let needed = blocks(u64::from(total).div_ceil(8))?;
            if needed <= allocation {
                break total;
            }
            allocation = needed;
        };
        Ok(Layout {
            allocation: 1,
            extents: 1 + allocation,
            catalog: 1 + allocation + extents,
            files: 1 + allocation + extents + catalog,
            total,
        })
    }
}

fn header(volume: &Volume, catalog: &Catalog<'_>, layout: &Layout, catalog_bytes: &[u8]) -> VolumeHeader {
    let blocks = |from: u32, to: u32| u64::from(to - from) * u64::from(BLOCK);
    let file = |from: u32, to: u32| {
        let length = blocks(from, to);
        Fork { clump: (length as u32).into(), ..Fork::at(from, length) }
    };
    let (folders, files) = catalog.counts();
    let date = time(volume.created);
    let mut finder = [U32::ZERO; 8];
    let number = Sha1::digest(catalog_bytes);
    let words = number.chunks_exact(4).map(|word| word.iter().fold(0, |sum, byte| sum << 8 | u32::from(*byte)));
    // Mac OS takes 0 for "no number yet".
    finder.iter_mut().skip(6).zip(words).for_each(|(word, random)| *word = random.max(1).into());
    if let Some(opened) = finder.get_mut(2).filter(|_| volume.opens_window) {
        *opened = ROOT.into();
    }
    VolumeHeader {
        signature: *b"H+",
        version: 4.into(),
        attributes: UNMOUNTED.into(),
        last_mounted: *b"10.0",
        created: date,
        modified: date,
        checked: date,
        files: files.into(),
        folders: folders.into(),
        block_size: BLOCK.into(),
        total_blocks: layout.total.into(),
        next_allocation: (layout.total - 1).into(),
        resource_clump: BLOCK.into(),
        data_clump: BLOCK.into(),
        next_id: catalog.next_id().into(),
        encodings: 1.into(),
        finder,
        allocation: file(layout.allocation, layout.extents),
        extents: file(layout.extents, layout.catalog),
        catalog: file(layout.catalog, layout.files),
        ..VolumeHeader::new_zeroed()
    }
}

fn copy(path: &TreePath, contents: &flatpkg::tree::Contents, out: &mut Output<'_, impl Write>) -> Result<(), HfsError> {
    let failed = |source| HfsError::File { path: path.clone(), source };
    let expected = contents.size();
    let mut input = contents.open().map_err(failed)?.take(expected.saturating_add(1));
    let mut buffer = vec![0; 1 << 16];
    let mut got = 0;
    loop {
        let count = match input.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(failed(error)),
        };
        got += count as u64;
        if got > expected {
            break;
        }
        out.put(buffer.get(..count).unwrap_or_default())?;
    }
    if got == expected { Ok(()) } else { Err(HfsError::Changed { path: path.clone(), expected }) }
}

/// Counts what is written.
struct Output<'a, W> {
    out: &'a mut W,
    written: u64,
}

impl<W: Write> Output<'_, W> {
    fn put(&mut self, bytes: &[u8]) -> Result<(), HfsError> {
        self.out.write_all(bytes).map_err(HfsError::Write)?;
        self.written += bytes.len() as u64;
        Ok(())
    }

    fn zeros(&mut self, count: u64) -> Result<(), HfsError> {
        let written = io::copy(&mut io::repeat(0).take(count), self.out).map_err(HfsError::Write)?;
        self.written += written;
        Ok(())
    }

    fn fill_block(&mut self) -> Result<(), HfsError> {
        self.zeros(self.written.next_multiple_of(BLOCK.into()) - self.written)
    }

    /// Zeros up to the start of a block that lies ahead.
    fn pad_to(&mut self, block: u32) -> Result<(), HfsError> {
        self.zeros((u64::from(block) * u64::from(BLOCK)).saturating_sub(self.written))
    }
}
