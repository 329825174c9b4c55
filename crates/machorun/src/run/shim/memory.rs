//! Memory: mappings and malloc zones.

use std::ffi::{c_char, c_int, c_void};

use super::{bits_to_linux, d, errno, shims};

const MAP_FLAGS: &[(i32, i32)] = &[
    (d::MAP_SHARED, libc::MAP_SHARED),
    (d::MAP_PRIVATE, libc::MAP_PRIVATE),
    (d::MAP_FIXED, libc::MAP_FIXED),
    (d::MAP_NORESERVE, libc::MAP_NORESERVE),
    (d::MAP_ANON, libc::MAP_ANONYMOUS),
];

/// With `MAP_ANON`, Darwin takes a tag for the file descriptor.
unsafe extern "C" fn mmap(
    at: *mut c_void,
    len: usize,
    protection: c_int,
    flags: c_int,
    file: c_int,
    offset: i64,
) -> *mut c_void {
    let file = if flags & d::MAP_ANON != 0 { -1 } else { file };
    libc::mmap(at, len, protection, bits_to_linux(MAP_FLAGS, flags), file, offset)
}

unsafe extern "C" fn msync(at: *mut c_void, len: usize, flags: c_int) -> c_int {
    // MS_SYNC is 0x10 on Darwin.
    let table = [(d::MS_ASYNC, libc::MS_ASYNC), (d::MS_INVALIDATE, libc::MS_INVALIDATE), (d::MS_SYNC, libc::MS_SYNC)];
    let linux = bits_to_linux(&table, flags);
    libc::msync(at, len, if linux & (libc::MS_ASYNC | libc::MS_SYNC) == 0 { linux | libc::MS_SYNC } else { linux })
}

unsafe extern "C" fn madvise(at: *mut c_void, len: usize, advice: c_int) -> c_int {
    match advice {
        d::MADV_NORMAL | d::MADV_RANDOM | d::MADV_SEQUENTIAL | d::MADV_WILLNEED => libc::madvise(at, len, advice),
        // Darwin's MADV_DONTNEED keeps the contents; Linux's would drop them.
        d::MADV_DONTNEED | d::MADV_FREE => 0,
        _ => errno::fail(d::EINVAL),
    }
}

unsafe extern "C" fn malloc_size(block: *mut c_void) -> usize {
    libc::malloc_usable_size(block)
}

unsafe extern "C" fn zone_size(_zone: *mut c_void, block: *mut c_void) -> usize {
    libc::malloc_usable_size(block)
}

unsafe extern "C" fn zone_malloc(_zone: *mut c_void, size: usize) -> *mut c_void {
    libc::malloc(size)
}

unsafe extern "C" fn zone_calloc(_zone: *mut c_void, count: usize, size: usize) -> *mut c_void {
    libc::calloc(count, size)
}

unsafe extern "C" fn zone_realloc(_zone: *mut c_void, block: *mut c_void, size: usize) -> *mut c_void {
    libc::realloc(block, size)
}

unsafe extern "C" fn zone_free(_zone: *mut c_void, block: *mut c_void) {
    libc::free(block)
}

/// There is one zone, and it is glibc's heap. SQLite calls through the fields of its structure (`malloc/malloc.h`).
unsafe extern "C" fn malloc_default_zone() -> *mut d::MallocZone {
    static ZONE: std::sync::OnceLock<usize> = std::sync::OnceLock::new();
    let zone = ZONE.get_or_init(|| {
        Box::into_raw(Box::new(d::MallocZone {
            reserved1: 0,
            reserved2: 0,
            size: zone_size as *const () as usize,
            malloc: zone_malloc as *const () as usize,
            calloc: zone_calloc as *const () as usize,
            valloc: 0,
            free: zone_free as *const () as usize,
            realloc: zone_realloc as *const () as usize,
            destroy: 0,
            zone_name: 0,
            rest: [0; 16],
        })) as usize
    });
    *zone as *mut d::MallocZone
}

unsafe extern "C" fn malloc_create_zone(_start_size: usize, _flags: u32) -> *mut d::MallocZone {
    malloc_default_zone()
}

unsafe extern "C" fn malloc_set_zone_name(_zone: *mut c_void, _name: *const c_char) {}

shims! {
    [mmap]
    [msync]
    [madvise]
    [malloc_size]
    ["_malloc_zone_malloc" => zone_malloc]
    ["_malloc_zone_realloc" => zone_realloc]
    ["_malloc_zone_free" => zone_free]
    [malloc_default_zone]
    [malloc_create_zone]
    [malloc_set_zone_name]
}
