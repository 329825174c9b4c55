//! Mach and BSD calls that have no equal here: each fails as it would for a program that may not do it.

use std::ffi::c_int;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::{d, errno, shims};
use crate::run::process::process;

/// `KERN_FAILURE` of `mach/kern_return.h`.
const FAILURE: c_int = 5;

static TASK_SELF: u32 = 0x103;

unsafe extern "C" fn refused() -> c_int {
    FAILURE
}

/// Only into itself may a process look.
unsafe extern "C" fn task_for_pid(_task: u32, pid: c_int, out: *mut u32) -> c_int {
    if pid != libc::getpid() {
        return FAILURE;
    }
    out.write(TASK_SELF);
    0
}

/// How many threads of this process are the emulator's own.
static EMULATOR: AtomicUsize = AtomicUsize::new(0);

fn running() -> usize {
    std::fs::read_dir("/proc/self/task").map_or(1, Iterator::count)
}

/// Counts the emulator's, if there is one, before the program starts any.
pub fn prepare() {
    if process().places.emulation.is_some() {
        EMULATOR.store(running() - 1, Ordering::Relaxed);
    }
}

/// How many threads there are; the list itself is empty, and nobody looks at it.
unsafe extern "C" fn task_threads(_task: u32, list: *mut *mut u32, count: *mut u32) -> c_int {
    let saved = errno::save();
    let threads = running() - EMULATOR.load(Ordering::Relaxed);
    errno::restore(saved);
    list.write(std::ptr::null_mut());
    count.write(threads as u32);
    0
}

/// `libproc.h`: nothing is told of any process; 0 is an error.
unsafe extern "C" fn untold() -> c_int {
    let _: c_int = errno::fail(d::EPERM);
    0
}

unsafe extern "C" fn not_supported() -> c_int {
    errno::fail(d::ENOTSUP)
}

shims! {
    ["_mach_task_self_" => data &raw const TASK_SELF]
    [task_for_pid]
    [task_threads]
    ["_task_info" => refused]
    ["_mach_vm_region" => refused]
    ["_mach_vm_read_overwrite" => refused]
    ["_mach_vm_write" => refused]
    ["_task_suspend" => refused]
    ["_task_resume" => refused]
    ["_proc_listpids" => untold]
    ["_proc_pidinfo" => untold]
    ["_fsctl" => not_supported]
}
