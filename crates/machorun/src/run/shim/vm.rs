//! Memory by Mach's calls (`mach/vm_map.h`), as libffi asks for it on 64-bit ARM: pages of trampolines, each a copy of the one
//! in its code with data before it.

use std::ffi::{c_int, c_void};

use super::shims;
use crate::run::arch;

/// `KERN_NO_SPACE` of `mach/kern_return.h`.
const NO_SPACE: c_int = 3;

/// `VM_FLAGS_ANYWHERE` of `mach/vm_statistics.h`.
const ANYWHERE: c_int = 1;

/// Read and execute: `VM_PROT_*` are `PROT_*` of Linux.
const CODE: c_int = libc::PROT_READ | libc::PROT_EXEC;

unsafe extern "C" fn vm_allocate(_task: u32, at: *mut usize, size: usize, flags: c_int) -> c_int {
    let fixed = if flags & ANYWHERE == 0 { libc::MAP_FIXED } else { 0 };
    let protection = libc::PROT_READ | libc::PROT_WRITE;
    let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | fixed;
    let got = libc::mmap(*at as *mut c_void, size, protection, flags, -1, 0);
    if got == libc::MAP_FAILED {
        return NO_SPACE;
    }
    at.write(got as usize);
    0
}

unsafe extern "C" fn vm_deallocate(_task: u32, at: usize, size: usize) -> c_int {
    if libc::munmap(at as *mut c_void, size) == 0 { 0 } else { NO_SPACE }
}

unsafe extern "C" fn vm_protect(_task: u32, at: usize, size: usize, _maximum: c_int, protection: c_int) -> c_int {
    if libc::mprotect(at as *mut c_void, size, protection) == 0 { 0 } else { NO_SPACE }
}

/// Only for code, which isn't written any more: a copy stands for the same pages.
unsafe extern "C" fn vm_remap(
    task: u32,
    at: *mut usize,
    size: usize,
    _mask: usize,
    flags: c_int,
    _source_task: u32,
    source: usize,
    _copy: c_int,
    current: *mut c_int,
    maximum: *mut c_int,
    _inheritance: u32,
) -> c_int {
    let allocated = vm_allocate(task, at, size, flags);
    if allocated != 0 {
        return allocated;
    }
    std::ptr::copy_nonoverlapping(source as *const u8, *at as *mut u8, size);
    libc::mprotect(*at as *mut c_void, size, CODE);
    arch::written(*at as u64..(*at + size) as u64);
    current.write(CODE);
    maximum.write(CODE);
    0
}

shims! {
    [vm_allocate]
    [vm_deallocate]
    [vm_protect]
    [vm_remap]
}
