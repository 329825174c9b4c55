//! Numbers of the system: `sysconf` and its kin, limits, `sysctl`, `uname`, arithmetic of the compiler.

use std::ffi::{CStr, c_char, c_int, c_long};
use std::num::FpCategory;

use libc::rlimit;

use super::{d, errno, shims, version};
use crate::run::arch;
use crate::run::family::{self, Reach};

const SYSCONF: &[(i32, i32)] = &[
    (d::_SC_ARG_MAX, libc::_SC_ARG_MAX),
    (d::_SC_CHILD_MAX, libc::_SC_CHILD_MAX),
    (d::_SC_CLK_TCK, libc::_SC_CLK_TCK),
    (d::_SC_NGROUPS_MAX, libc::_SC_NGROUPS_MAX),
    (d::_SC_OPEN_MAX, libc::_SC_OPEN_MAX),
    (d::_SC_JOB_CONTROL, libc::_SC_JOB_CONTROL),
    (d::_SC_SAVED_IDS, libc::_SC_SAVED_IDS),
    (d::_SC_VERSION, libc::_SC_VERSION),
    (d::_SC_BC_BASE_MAX, libc::_SC_BC_BASE_MAX),
    (d::_SC_BC_DIM_MAX, libc::_SC_BC_DIM_MAX),
    (d::_SC_BC_SCALE_MAX, libc::_SC_BC_SCALE_MAX),
    (d::_SC_BC_STRING_MAX, libc::_SC_BC_STRING_MAX),
    (d::_SC_COLL_WEIGHTS_MAX, libc::_SC_COLL_WEIGHTS_MAX),
    (d::_SC_EXPR_NEST_MAX, libc::_SC_EXPR_NEST_MAX),
    (d::_SC_LINE_MAX, libc::_SC_LINE_MAX),
    (d::_SC_RE_DUP_MAX, libc::_SC_RE_DUP_MAX),
    (d::_SC_STREAM_MAX, libc::_SC_STREAM_MAX),
    (d::_SC_TZNAME_MAX, libc::_SC_TZNAME_MAX),
    (d::_SC_FSYNC, libc::_SC_FSYNC),
    (d::_SC_MAPPED_FILES, libc::_SC_MAPPED_FILES),
    (d::_SC_RTSIG_MAX, libc::_SC_RTSIG_MAX),
    (d::_SC_IOV_MAX, libc::_SC_IOV_MAX),
    (d::_SC_NPROCESSORS_CONF, libc::_SC_NPROCESSORS_CONF),
    (d::_SC_NPROCESSORS_ONLN, libc::_SC_NPROCESSORS_ONLN),
    (d::_SC_GETGR_R_SIZE_MAX, libc::_SC_GETGR_R_SIZE_MAX),
    (d::_SC_GETPW_R_SIZE_MAX, libc::_SC_GETPW_R_SIZE_MAX),
    (d::_SC_LOGIN_NAME_MAX, libc::_SC_LOGIN_NAME_MAX),
    (d::_SC_THREAD_STACK_MIN, libc::_SC_THREAD_STACK_MIN),
    (d::_SC_THREADS, libc::_SC_THREADS),
    (d::_SC_TTY_NAME_MAX, libc::_SC_TTY_NAME_MAX),
    (d::_SC_HOST_NAME_MAX, libc::_SC_HOST_NAME_MAX),
    (d::_SC_SYMLOOP_MAX, libc::_SC_SYMLOOP_MAX),
    (d::_SC_ATEXIT_MAX, libc::_SC_ATEXIT_MAX),
    (d::_SC_XOPEN_VERSION, libc::_SC_XOPEN_VERSION),
];

unsafe extern "C" fn sysconf(name: c_int) -> c_long {
    match name {
        // What Darwin has: many semaphores, of 15 bits each.
        d::_SC_SEM_NSEMS_MAX => 87_381,
        d::_SC_SEM_VALUE_MAX => 32_767,
        // Whatever the host's are.
        d::_SC_PAGESIZE => crate::ARCH.page_size() as c_long,
        d::_SC_PHYS_PAGES => {
            let [pages, size] = [libc::_SC_PHYS_PAGES, libc::_SC_PAGESIZE].map(|name| libc::sysconf(name));
            pages.saturating_mul(size) / crate::ARCH.page_size() as c_long
        }
        _ => match super::to_linux(SYSCONF, name) {
            Some(name) => libc::sysconf(name),
            None => errno::fail::<i32>(d::EINVAL).into(),
        },
    }
}

unsafe extern "C" fn getpagesize() -> c_int {
    crate::ARCH.page_size() as c_int
}

const PATHCONF: &[(i32, i32)] = &[
    (d::_PC_LINK_MAX, libc::_PC_LINK_MAX),
    (d::_PC_MAX_CANON, libc::_PC_MAX_CANON),
    (d::_PC_MAX_INPUT, libc::_PC_MAX_INPUT),
    (d::_PC_NAME_MAX, libc::_PC_NAME_MAX),
    (d::_PC_PATH_MAX, libc::_PC_PATH_MAX),
    (d::_PC_PIPE_BUF, libc::_PC_PIPE_BUF),
    (d::_PC_CHOWN_RESTRICTED, libc::_PC_CHOWN_RESTRICTED),
    (d::_PC_NO_TRUNC, libc::_PC_NO_TRUNC),
    (d::_PC_VDISABLE, libc::_PC_VDISABLE),
    (d::_PC_FILESIZEBITS, libc::_PC_FILESIZEBITS),
    (d::_PC_SYNC_IO, libc::_PC_SYNC_IO),
    (d::_PC_ASYNC_IO, libc::_PC_ASYNC_IO),
    (d::_PC_PRIO_IO, libc::_PC_PRIO_IO),
    (d::_PC_SYMLINK_MAX, libc::_PC_SYMLINK_MAX),
    (d::_PC_REC_XFER_ALIGN, libc::_PC_REC_XFER_ALIGN),
    (d::_PC_ALLOC_SIZE_MIN, libc::_PC_ALLOC_SIZE_MIN),
    (d::_PC_2_SYMLINKS, libc::_PC_2_SYMLINKS),
];

unsafe extern "C" fn pathconf(path: *const c_char, name: c_int) -> c_long {
    match super::to_linux(PATHCONF, name) {
        Some(name) => libc::pathconf(path, name),
        None => errno::fail::<i32>(d::EINVAL).into(),
    }
}

unsafe extern "C" fn fpathconf(file: c_int, name: c_int) -> c_long {
    match super::to_linux(PATHCONF, name) {
        Some(name) => libc::fpathconf(file, name),
        None => errno::fail::<i32>(d::EINVAL).into(),
    }
}

/// `_CS_PATH` is the one name on both (1 there, 0 here).
unsafe extern "C" fn confstr(name: c_int, buffer: *mut c_char, size: usize) -> usize {
    if name != d::_CS_PATH {
        errno::fail::<i32>(d::EINVAL);
        return 0;
    }
    libc::confstr(0, buffer, size)
}

const LIMITS: &[(i32, u32)] = &[
    (d::RLIMIT_CPU, libc::RLIMIT_CPU),
    (d::RLIMIT_FSIZE, libc::RLIMIT_FSIZE),
    (d::RLIMIT_DATA, libc::RLIMIT_DATA),
    (d::RLIMIT_STACK, libc::RLIMIT_STACK),
    (d::RLIMIT_CORE, libc::RLIMIT_CORE),
    (d::RLIMIT_AS, libc::RLIMIT_AS),
    (d::RLIMIT_MEMLOCK, libc::RLIMIT_MEMLOCK),
    (d::RLIMIT_NPROC, libc::RLIMIT_NPROC),
    (d::RLIMIT_NOFILE, libc::RLIMIT_NOFILE),
];

/// `RLIM_INFINITY` of Darwin.
const INFINITY: u64 = i64::MAX as u64;

fn limit(darwin: c_int) -> Option<u32> {
    let darwin = darwin & !d::_RLIMIT_POSIX_FLAG;
    LIMITS.iter().find(|(name, _)| *name == darwin).map(|(_, linux)| *linux)
}

unsafe extern "C" fn getrlimit(name: c_int, out: *mut rlimit) -> c_int {
    let Some(name) = limit(name) else { return errno::fail(d::EINVAL) };
    let mut linux = rlimit { rlim_cur: 0, rlim_max: 0 };
    let result = libc::getrlimit(name, &mut linux);
    if result == 0 {
        out.write(rlimit { rlim_cur: linux.rlim_cur.min(INFINITY), rlim_max: linux.rlim_max.min(INFINITY) });
    }
    result
}

unsafe extern "C" fn setrlimit(name: c_int, new: *const rlimit) -> c_int {
    let Some(name) = limit(name) else { return errno::fail(d::EINVAL) };
    let linux = |value: u64| if value == INFINITY { libc::RLIM_INFINITY } else { value };
    libc::setrlimit(name, &rlimit { rlim_cur: linux((*new).rlim_cur), rlim_max: linux((*new).rlim_max) })
}

/// Which processes: a process, a group or a user (`PRIO_*` of `sys/resource.h`, alike on both).
unsafe extern "C" fn setpriority(which: c_int, who: u32, priority: c_int) -> c_int {
    let target = match which as u32 {
        // 0 is the caller itself.
        libc::PRIO_PROCESS => {
            if who == 0 {
                libc::getpid()
            } else {
                who as c_int
            }
        }
        libc::PRIO_PGRP => (who as c_int).wrapping_neg(),
        libc::PRIO_USER => return errno::fail(d::EPERM),
        _ => return errno::fail(d::EINVAL),
    };
    match family::reach(target) {
        Reach::All => libc::setpriority(which as _, who, priority),
        Reach::Only(processes) => {
            let set = |process: libc::pid_t| libc::setpriority(libc::PRIO_PROCESS, process as u32, priority);
            if processes.into_iter().map(set).fold(0, c_int::min) == 0 { 0 } else { -1 }
        }
        Reach::Nobody => errno::fail(d::EPERM),
    }
}

/// `ru_maxrss` is bytes on Darwin, KiB here; the rest is alike.
unsafe extern "C" fn getrusage(who: c_int, out: *mut libc::rusage) -> c_int {
    let result = libc::getrusage(who, out);
    if result == 0 {
        (*out).ru_maxrss *= 1024;
    }
    result
}

unsafe extern "C" fn sysctlbyname(
    name: *const c_char,
    out: *mut u8,
    len: *mut usize,
    new: *const u8,
    _new_len: usize,
) -> c_int {
    if !new.is_null() {
        return errno::fail(d::EPERM);
    }
    let bytes = match CStr::from_ptr(name).to_bytes() {
        b"hw.ncpu" | b"hw.logicalcpu" | b"hw.physicalcpu" => {
            (libc::sysconf(libc::_SC_NPROCESSORS_ONLN) as i32).to_le_bytes().to_vec()
        }
        b"kern.osrelease" => format!("{}\0", version::KERNEL).into_bytes(),
        b"kern.osproductversion" => format!("{}\0", crate::MACOS).into_bytes(),
        b"hw.pagesize" => crate::ARCH.page_size().to_le_bytes().to_vec(),
        name => match arch::known(name) {
            Some(bytes) => bytes,
            None => return errno::fail(d::ENOENT),
        },
    };
    if !out.is_null() {
        if *len < bytes.len() {
            return errno::fail(d::ENOMEM);
        }
        std::ptr::copy_nonoverlapping(bytes.as_ptr(), out, bytes.len());
    }
    *len = bytes.len();
    0
}

unsafe extern "C" fn uname(out: *mut d::Utsname) -> c_int {
    let mut linux: libc::utsname = std::mem::zeroed();
    if libc::uname(&mut linux) != 0 {
        return -1;
    }
    let field = |text: &[u8]| {
        let mut field = [0; 256];
        for (to, from) in field.iter_mut().take(255).zip(text) {
            *to = *from as c_char;
        }
        field
    };
    out.write(d::Utsname {
        sysname: field(b"Darwin"),
        nodename: field(CStr::from_ptr(linux.nodename.as_ptr()).to_bytes()),
        release: field(version::KERNEL.as_bytes()),
        version: field(format!("Darwin Kernel Version {} (machorun)", version::KERNEL).as_bytes()),
        machine: field(arch::MACHINE),
    });
    0
}

// Of the compiler's run-time library, which is part of libSystem.

unsafe extern "C" fn __udivti3(a: u128, b: u128) -> u128 {
    a.checked_div(b).unwrap_or(0)
}

unsafe extern "C" fn __umodti3(a: u128, b: u128) -> u128 {
    a.checked_rem(b).unwrap_or(0)
}

/// Two doubles come back in two registers.
#[repr(C)]
struct SinCos(f64, f64);

unsafe extern "C" fn __sincos_stret(angle: f64) -> SinCos {
    let (sin, cos) = angle.sin_cos();
    SinCos(sin, cos)
}

/// Two floats, likewise.
#[repr(C)]
struct SinCosF(f32, f32);

unsafe extern "C" fn __sincosf_stret(angle: f32) -> SinCosF {
    let (sin, cos) = angle.sin_cos();
    SinCosF(sin, cos)
}

/// `math.h`: ten to a power.
unsafe extern "C" fn __exp10(power: f64) -> f64 {
    unsafe extern "C" {
        fn exp10(power: f64) -> f64;
    }
    exp10(power)
}

/// What `fpclassify` is for a double (`math.h`).
unsafe extern "C" fn __fpclassifyd(number: f64) -> c_int {
    match number.classify() {
        FpCategory::Nan => d::FP_NAN,
        FpCategory::Infinite => d::FP_INFINITE,
        FpCategory::Zero => d::FP_ZERO,
        FpCategory::Normal => d::FP_NORMAL,
        FpCategory::Subnormal => d::FP_SUBNORMAL,
    }
}

shims! {
    [__exp10]
    [__fpclassifyd]
    [sysconf]
    [getpagesize]
    [pathconf]
    [fpathconf]
    [confstr]
    [getrlimit]
    [setrlimit]
    [setpriority]
    [getrusage]
    [sysctlbyname]
    [uname]
    [__udivti3]
    [__umodti3]
    [__sincos_stret]
    [__sincosf_stret]
}
