//! What stands in for the libraries of macOS: shims where the ABIs differ, and glibc where they don't.
//!
//! One file an area, each with a list of its shims. A shim has Darwin's signature and gives back what Darwin would;
//! its facts are in the man page and header of its name, and in `abi`, which is checked against the headers.
//! Shims call the C library last or keep its `errno`, see `errno`.

mod accounts;
mod backtrace;
mod dyld;
mod editline;
mod errno;
mod files;
mod foundation;
mod jumps;
mod kqueue;
mod locale;
mod locks;
mod log;
mod mach;
mod memory;
mod messages;
mod metadata;
mod numbers;
mod passed;
mod processes;
mod signals;
mod sockets;
mod spawn;
mod stdio;
mod strings;
mod terminal;
mod threads;
mod time;

use std::arch::naked_asm;
use std::collections::HashMap;
use std::ffi::{CString, c_char};
use std::sync::{OnceLock, PoisonError};

use super::abi as d;

/// A name with its underscore, and where it is here.
pub(super) type Shim = (&'static str, *const ());

/// Lists shims: functions by their own name, others as `"name" => function`, data as `"name" => data &raw const x`.
macro_rules! shims {
    (@item $name:ident) => { (concat!("_", stringify!($name)), $name as *const ()) };
    (@item $name:literal => $function:ident) => { ($name, $function as *const ()) };
    (@item $name:literal => data $data:expr) => { ($name, $data as *const ()) };
    ($([$($item:tt)*])*) => {
        pub(super) const SHIMS: &[crate::run::shim::Shim] = &[$(crate::run::shim::shims!(@item $($item)*)),*];
    };
}
use shims;

/// The parts of [`crate::MACOS`].
fn macos() -> [u32; 3] {
    let mut parts = crate::MACOS.split('.').map(|part| part.parse().unwrap_or(0));
    std::array::from_fn(|_| parts.next().unwrap_or(0))
}

/// What is in place of a library.
pub struct StandIn {
    install_name: &'static str,
    /// What passes to the host's libraries as it is.
    passed: &'static [&'static str],
    /// The host's libraries, as `dlopen` finds them.
    pub host: &'static [&'static str],
}

const STAND_INS: &[StandIn] = &[
    StandIn { install_name: "/usr/lib/libSystem.B.dylib", passed: passed::SYSTEM, host: &["libc.so.6", "libm.so.6"] },
    StandIn { install_name: "/usr/lib/libz.1.dylib", passed: passed::ZLIB, host: &["libz.so.1"] },
    StandIn { install_name: "/usr/lib/libbz2.1.0.dylib", passed: passed::BZIP2, host: &["libbz2.so.1.0"] },
    StandIn { install_name: "/usr/lib/libedit.3.dylib", passed: passed::LIBEDIT, host: &["libedit.so.2"] },
    StandIn {
        install_name: "/System/Library/Frameworks/CoreFoundation.framework/Versions/A/CoreFoundation",
        passed: &[],
        host: &[],
    },
    StandIn { install_name: "/System/Library/Frameworks/Carbon.framework/Versions/A/Carbon", passed: &[], host: &[] },
    StandIn {
        install_name: "/System/Library/Frameworks/CoreServices.framework/Versions/A/CoreServices",
        passed: &[],
        host: &[],
    },
    StandIn {
        install_name: "/System/Library/Frameworks/SystemConfiguration.framework/Versions/A/SystemConfiguration",
        passed: &[],
        host: &[],
    },
];

const AREAS: &[&[Shim]] = &[
    accounts::SHIMS,
    backtrace::SHIMS,
    dyld::SHIMS,
    editline::SHIMS,
    errno::SHIMS,
    files::SHIMS,
    foundation::SHIMS,
    jumps::SHIMS,
    kqueue::SHIMS,
    locale::SHIMS,
    locks::SHIMS,
    log::SHIMS,
    mach::SHIMS,
    memory::SHIMS,
    messages::SHIMS,
    metadata::SHIMS,
    numbers::SHIMS,
    processes::SHIMS,
    signals::SHIMS,
    sockets::SHIMS,
    spawn::SHIMS,
    stdio::SHIMS,
    strings::SHIMS,
    terminal::SHIMS,
    threads::SHIMS,
    time::SHIMS,
    &[("__tlv_bootstrap", never as *const ()), ("dyld_stub_binder", never as *const ())],
];

/// The table of all shims.
fn table() -> &'static HashMap<&'static str, u64> {
    static TABLE: OnceLock<HashMap<&'static str, u64>> = OnceLock::new();
    TABLE.get_or_init(|| AREAS.iter().copied().flatten().map(|(name, at)| (*name, *at as u64)).collect())
}

/// What is in place of the library with this install name.
pub fn stand_in(install_name: &str) -> Option<&'static StandIn> {
    STAND_INS.iter().find(|stand_in| stand_in.install_name == install_name)
}

impl StandIn {
    /// The address of a shim.
    pub fn shim(&self, name: &str) -> Option<u64> {
        table().get(name).copied()
    }

    /// The host's name of what passes as it is: without underscore, and without `$INODE64` and the like.
    pub fn passed<'a>(&self, name: &'a str) -> Option<&'a str> {
        self.passed.contains(&name).then(|| {
            let name = name.strip_prefix('_').unwrap_or(name);
            name.split('$').next().unwrap_or(name)
        })
    }
}

/// Where descriptors of thread-local variables lead before they are set up: `_tlv_bootstrap`.
pub fn tlv_bootstrap() -> u64 {
    never as *const () as u64
}

/// For symbols that only the linker wants: all binding is done at load.
unsafe extern "C" fn never() {
    libc::abort()
}

/// Sets up what shims need before the first of them is called.
pub fn prepare() {
    locale::prepare();
    stdio::prepare();
}

/// The environment: the host's own, of the same shape.
pub fn environment() -> *mut *mut c_char {
    unsafe extern "C" {
        static mut environ: *mut *mut c_char;
    }
    // SAFETY: the C library's variable.
    unsafe { environ }
}

/// A function that says which symbol was called, and ends the process; for the few names of [`passed::TRAPS`].
pub fn trap(name: &str) -> Option<u64> {
    if !passed::TRAPS.contains(&name) {
        return None;
    }
    static CODE: std::sync::Mutex<Vec<u8>> = std::sync::Mutex::new(Vec::new());
    let name = CString::new(name).ok()?.into_raw();
    let mut code = CODE.lock().unwrap_or_else(PoisonError::into_inner);
    code.clear();
    // mov rdi, name; mov rax, trap_hit; jmp rax
    code.extend([0x48, 0xbf]);
    code.extend((name as u64).to_le_bytes());
    code.extend([0x48, 0xb8]);
    code.extend((trap_entry as *const () as u64).to_le_bytes());
    code.extend([0xff, 0xe0]);
    // SAFETY: a fresh page of our own, written before it becomes executable.
    unsafe {
        let protection = libc::PROT_READ | libc::PROT_WRITE;
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
        let page = libc::mmap(std::ptr::null_mut(), 4096, protection, flags, -1, 0);
        if page == libc::MAP_FAILED {
            return None;
        }
        std::ptr::copy_nonoverlapping(code.as_ptr(), page.cast(), code.len());
        libc::mprotect(page, 4096, libc::PROT_READ | libc::PROT_EXEC);
        Some(page as u64)
    }
}

#[unsafe(naked)]
unsafe extern "C" fn trap_entry() {
    naked_asm!("and rsp, -16", "call {hit}", hit = sym trap_hit)
}

unsafe extern "C" fn trap_hit(name: *const c_char) {
    let text =
        format!("machorun: {} was called, which has no shim\n", std::ffi::CStr::from_ptr(name).to_string_lossy());
    libc::write(2, text.as_ptr().cast(), text.len());
    libc::abort()
}

/// Maps the bits of a Darwin set to Linux's, by a table of pairs.
fn bits_to_linux(table: &[(i32, i32)], value: i32) -> i32 {
    table.iter().filter(|(darwin, _)| value & darwin == *darwin).fold(0, |bits, (_, linux)| bits | linux)
}

/// The other way.
fn bits_to_darwin(table: &[(i32, i32)], value: i32) -> i32 {
    table.iter().filter(|(_, linux)| value & linux == *linux).fold(0, |bits, (darwin, _)| bits | darwin)
}

/// Maps a Darwin number to Linux's.
fn to_linux(table: &[(i32, i32)], value: i32) -> Option<i32> {
    table.iter().find(|(darwin, _)| *darwin == value).map(|(_, linux)| *linux)
}

/// The other way.
fn to_darwin(table: &[(i32, i32)], value: i32) -> Option<i32> {
    table.iter().find(|(_, linux)| *linux == value).map(|(darwin, _)| *darwin)
}
