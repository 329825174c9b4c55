//! Clocks and timers.

use std::ffi::c_int;

use libc::{clockid_t, fd_set, itimerval, timespec, timeval};

use super::metadata::timeval_to_linux;
use super::{d, errno, shims};

const CLOCKS: &[(i32, i32)] = &[
    (d::CLOCK_REALTIME, libc::CLOCK_REALTIME),
    (d::CLOCK_MONOTONIC, libc::CLOCK_MONOTONIC),
    (d::CLOCK_MONOTONIC_RAW, libc::CLOCK_MONOTONIC_RAW),
    (d::CLOCK_MONOTONIC_RAW_APPROX, libc::CLOCK_MONOTONIC_RAW),
    (d::CLOCK_UPTIME_RAW, libc::CLOCK_MONOTONIC),
    (d::CLOCK_UPTIME_RAW_APPROX, libc::CLOCK_MONOTONIC),
    (d::CLOCK_PROCESS_CPUTIME_ID, libc::CLOCK_PROCESS_CPUTIME_ID),
    (d::CLOCK_THREAD_CPUTIME_ID, libc::CLOCK_THREAD_CPUTIME_ID),
];

unsafe fn with_clock(clock: c_int, call: unsafe fn(clockid_t, *mut timespec) -> c_int, out: *mut timespec) -> c_int {
    match super::to_linux(CLOCKS, clock) {
        Some(clock) => call(clock, out),
        None => errno::fail(d::EINVAL),
    }
}

unsafe extern "C" fn clock_gettime(clock: c_int, out: *mut timespec) -> c_int {
    with_clock(clock, |clock, out| libc::clock_gettime(clock, out), out)
}

unsafe extern "C" fn clock_getres(clock: c_int, out: *mut timespec) -> c_int {
    with_clock(clock, |clock, out| libc::clock_getres(clock, out), out)
}

unsafe extern "C" fn clock_settime(clock: c_int, time: *const timespec) -> c_int {
    with_clock(clock, |clock, time| libc::clock_settime(clock, time), time.cast_mut())
}

unsafe extern "C" fn setitimer(which: c_int, new: *const itimerval, old: *mut itimerval) -> c_int {
    if new.is_null() {
        return libc::getitimer(which as _, old);
    }
    let new =
        itimerval { it_interval: timeval_to_linux((*new).it_interval), it_value: timeval_to_linux((*new).it_value) };
    libc::setitimer(which as _, &new, old)
}

/// Sets are alike on both, little-endian bits by file descriptor.
unsafe extern "C" fn select(
    count: c_int,
    read: *mut fd_set,
    write: *mut fd_set,
    error: *mut fd_set,
    timeout: *const timeval,
) -> c_int {
    if timeout.is_null() {
        return libc::select(count, read, write, error, std::ptr::null_mut());
    }
    // Linux says in it how much time was left; Darwin doesn't.
    let mut time = timeval_to_linux(*timeout);
    libc::select(count, read, write, error, &mut time)
}

/// 1 is: in bounds. The set was compiled with a fixed size.
unsafe extern "C" fn __darwin_check_fd_set_overflow(number: c_int, _set: *const fd_set, unlimited: c_int) -> c_int {
    ((0..1024).contains(&number) || unlimited != 0).into()
}

/// Linux counts the seconds that the machine slept in another clock, too.
unsafe extern "C" fn mach_absolute_time() -> u64 {
    let mut now = timespec { tv_sec: 0, tv_nsec: 0 };
    libc::clock_gettime(libc::CLOCK_MONOTONIC, &mut now);
    now.tv_sec as u64 * 1_000_000_000 + now.tv_nsec as u64
}

/// A tick is a nanosecond, as on Intel Macs.
unsafe extern "C" fn mach_timebase_info(out: *mut [u32; 2]) -> c_int {
    out.write([1, 1]);
    0
}

shims! {
    [clock_gettime]
    [clock_getres]
    [clock_settime]
    [setitimer]
    ["_select$DARWIN_EXTSN" => select]
    ["_select$1050" => select]
    ["_select" => select]
    [__darwin_check_fd_set_overflow]
    [mach_absolute_time]
    [mach_timebase_info]
}
