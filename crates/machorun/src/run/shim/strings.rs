//! Strings and memory that glibc of this age lacks or names otherwise.

use std::ffi::{CStr, c_char, c_int, c_void};

use super::{d, shims};

unsafe extern "C" fn strlcpy(to: *mut c_char, from: *const c_char, size: usize) -> usize {
    let len = libc::strlen(from);
    if size > 0 {
        let count = len.min(size - 1);
        std::ptr::copy_nonoverlapping(from, to, count);
        *to.add(count) = 0;
    }
    len
}

unsafe extern "C" fn strlcat(to: *mut c_char, from: *const c_char, size: usize) -> usize {
    let used = libc::strnlen(to, size);
    if used == size { used + libc::strlen(from) } else { used + strlcpy(to.add(used), from, size - used) }
}

// The compiler checked what it could; these check the rest (`secure/_string.h`).

unsafe extern "C" fn __strlcpy_chk(to: *mut c_char, from: *const c_char, size: usize, room: usize) -> usize {
    if size > room {
        libc::abort();
    }
    strlcpy(to, from, size)
}

unsafe extern "C" fn __strlcat_chk(to: *mut c_char, from: *const c_char, size: usize, room: usize) -> usize {
    if size > room {
        libc::abort();
    }
    strlcat(to, from, size)
}

unsafe extern "C" fn __bzero(at: *mut c_void, len: usize) {
    libc::memset(at, 0, len);
}

unsafe extern "C" fn memset_pattern16(at: *mut u8, pattern: *const u8, len: usize) {
    for start in (0..len).step_by(16) {
        std::ptr::copy_nonoverlapping(pattern, at.add(start), (len - start).min(16));
    }
}

unsafe extern "C" fn __assert_rtn(
    function: *const c_char,
    file: *const c_char,
    line: c_int,
    expression: *const c_char,
) -> ! {
    let text = |at| CStr::from_ptr(at).to_string_lossy();
    let message = format!(
        "Assertion failed: ({}), function {}, file {}, line {line}.\n",
        text(expression),
        if function.is_null() { "?".into() } else { text(function) },
        text(file)
    );
    libc::write(2, message.as_ptr().cast(), message.len());
    libc::abort()
}

/// Random bytes; 0 is success (`CommonCrypto/CommonRandom.h`).
#[allow(non_snake_case)]
unsafe extern "C" fn CCRandomGenerateBytes(to: *mut u8, len: usize) -> c_int {
    let mut filled = 0;
    while filled < len {
        let count = libc::getrandom(to.add(filled).cast(), len - filled, 0);
        if count < 0 {
            return -4300; // kCCUnspecifiedError
        }
        filled += count as usize;
    }
    0
}

unsafe extern "C" fn srandomdev() {
    let mut seed = 0_u32;
    CCRandomGenerateBytes((&raw mut seed).cast(), size_of::<u32>());
    unsafe extern "C" {
        fn srandom(seed: u32);
    }
    srandom(seed);
}

/// Version 1 of RFC 4122: time in 100 ns since 1582, a clock sequence and a random node.
unsafe extern "C" fn uuid_generate_time(out: *mut [u8; 16]) {
    static LAST: std::sync::Mutex<u64> = std::sync::Mutex::new(0);
    let mut now = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    libc::clock_gettime(libc::CLOCK_REALTIME, &mut now);
    let ticks = (now.tv_sec as u64 + 12_219_292_800) * 10_000_000 + now.tv_nsec as u64 / 100;
    let mut last = LAST.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    *last = ticks.max(*last + 1);
    let mut uuid = [0_u8; 16];
    CCRandomGenerateBytes(uuid.as_mut_ptr(), 16);
    uuid[..4].copy_from_slice(&(*last as u32).to_be_bytes());
    uuid[4..6].copy_from_slice(&((*last >> 32) as u16).to_be_bytes());
    uuid[6..8].copy_from_slice(&((*last >> 48) as u16 & 0x0fff | 0x1000).to_be_bytes());
    uuid[8] = uuid[8] & 0x3f | 0x80;
    uuid[10] |= 1;
    out.write(uuid);
}

/// Overwrites memory even if nobody reads it again. It gives back an error number of Darwin's, and `errno` stays.
unsafe extern "C" fn memset_s(to: *mut c_void, room: usize, byte: c_int, len: usize) -> c_int {
    if to.is_null() {
        return d::EINVAL;
    }
    // `RSIZE_MAX`: what is larger was a negative number.
    if room > usize::MAX >> 1 {
        return d::E2BIG;
    }
    libc::memset(to, byte, len.min(room));
    if len > room { d::EOVERFLOW } else { 0 }
}

type Compare = unsafe extern "C" fn(*mut c_void, *const c_void, *const c_void) -> c_int;

/// Who compares, and with what: glibc's order of both is another one.
struct Order {
    compare: Compare,
    with: *mut c_void,
}

unsafe extern "C" fn in_order(left: *const c_void, right: *const c_void, order: *mut c_void) -> c_int {
    let order = &*order.cast::<Order>();
    (order.compare)(order.with, left, right)
}

unsafe extern "C" fn qsort_r(base: *mut c_void, count: usize, size: usize, with: *mut c_void, compare: Compare) {
    let mut order = Order { compare, with };
    libc::qsort_r(base, count, size, Some(in_order), (&raw mut order).cast());
}

/// What stack protectors compare with: a value that ends strings.
static GUARD: u64 = 0x5bd1_e995_a7c3_ff00;

shims! {
    [strlcpy]
    [strlcat]
    [__strlcpy_chk]
    [__strlcat_chk]
    [__bzero]
    ["_bzero" => __bzero]
    [memset_pattern16]
    [memset_s]
    [qsort_r]
    [__assert_rtn]
    [CCRandomGenerateBytes]
    [srandomdev]
    [uuid_generate_time]
    ["___stack_chk_guard" => data &raw const GUARD]
}
