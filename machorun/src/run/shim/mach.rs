//! Mach and BSD calls that have no equal here: each fails as it would for a program that may not do it.

use std::ffi::c_int;

use super::{d, errno, shims};

/// `KERN_FAILURE` of `mach/kern_return.h`.
const FAILURE: c_int = 5;

static TASK_SELF: u32 = 0x103;

unsafe extern "C" fn refused() -> c_int {
    FAILURE
}

unsafe extern "C" fn not_here() -> c_int {
    errno::fail(d::ENOSYS)
}

unsafe extern "C" fn not_supported() -> c_int {
    errno::fail(d::ENOTSUP)
}

shims! {
    ["_mach_task_self_" => data &raw const TASK_SELF]
    ["_task_for_pid" => refused]
    ["_task_info" => refused]
    ["_task_threads" => refused]
    ["_mach_vm_region" => refused]
    ["_mach_vm_read_overwrite" => refused]
    ["_kqueue" => not_here]
    ["_kevent" => not_here]
    ["_fsctl" => not_supported]
}
