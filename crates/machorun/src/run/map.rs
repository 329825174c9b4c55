//! Memory of images.

use std::os::fd::AsRawFd as _;
use std::path::Path;

use macho::segments::Segments;

use crate::error::Error;

fn last_error() -> Error {
    std::io::Error::last_os_error().into()
}

/// A whole file in memory, read only, for the life of the process.
///
/// # Errors
/// When it can't be read.
pub fn file(path: &Path) -> Result<(fs_err::File, &'static [u8]), Error> {
    let file = fs_err::File::open(path)?;
    let len = usize::try_from(file.metadata()?.len()).unwrap_or(usize::MAX);
    if len == 0 {
        return Ok((file, &[]));
    }
    // SAFETY: a fresh private mapping of `len` bytes, which nobody unmaps. A file that shrinks meanwhile ends the
    // process with SIGBUS, as it does under dyld.
    let bytes = unsafe {
        let at = libc::mmap(std::ptr::null_mut(), len, libc::PROT_READ, libc::MAP_PRIVATE, file.as_raw_fd(), 0);
        if at == libc::MAP_FAILED {
            return Err(last_error());
        }
        std::slice::from_raw_parts(at.cast::<u8>(), len)
    };
    Ok((file, bytes))
}

/// Maps an image's segments, all writable, and gives back how far they lie from where the file says.
///
/// # Errors
/// When memory can't be had, or the slice doesn't lie on a page.
pub fn image(path: &Path, segments: &Segments, file: &fs_err::File, slice_offset: u64) -> Result<u64, Error> {
    let (span, page) = (segments.span(), segments.page());
    // SAFETY: one reservation, and pieces of it replaced; `Image::parse` guarantees that they lie in it and don't overlap.
    unsafe {
        let len = (span.end - span.start) as usize;
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
        let writable = libc::PROT_READ | libc::PROT_WRITE;
        let base = libc::mmap(std::ptr::null_mut(), len, writable, flags, -1, 0);
        if base == libc::MAP_FAILED {
            return Err(last_error());
        }
        let slide = (base as u64).wrapping_sub(span.start);
        for segment in segments.mapped().filter(|segment| !segment.file.is_empty()) {
            let offset = slice_offset + segment.file.start;
            if !offset.is_multiple_of(page) {
                let what = format!("segment {} doesn't lie on a page of the file", segment.name);
                return Err(Error::Malformed { path: path.display().to_string(), what });
            }
            let start = segment.memory.start.wrapping_add(slide) as *mut u8;
            let filled = (segment.file.end - segment.file.start) as usize;
            let flags = libc::MAP_PRIVATE | libc::MAP_FIXED;
            let at = libc::mmap(start.cast(), filled, writable, flags, file.as_raw_fd(), offset as i64);
            if at == libc::MAP_FAILED {
                return Err(last_error());
            }
            // The rest of the last page is not the segment's.
            let rest = filled.next_multiple_of(page as usize) - filled;
            std::ptr::write_bytes(start.add(filled), 0, rest);
        }
        Ok(slide)
    }
}

/// Gives segments their own protection.
///
/// # Errors
/// When the kernel refuses.
pub fn protect(segments: &Segments, slide: u64) -> Result<(), Error> {
    for segment in segments.mapped() {
        let start = segment.memory.start.wrapping_add(slide) as *mut libc::c_void;
        let len = (segment.memory.end - segment.memory.start) as usize;
        // SAFETY: the range is the segment's own. VM_PROT_* and PROT_* are the same bits (mach/vm_prot.h).
        if unsafe { libc::mprotect(start, len, segment.protection as i32) } != 0 {
            return Err(last_error());
        }
    }
    Ok(())
}
