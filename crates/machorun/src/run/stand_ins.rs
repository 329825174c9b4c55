//! What is in place of the libraries of macOS: shims where the ABIs differ, and glibc where they don't.

use std::collections::HashMap;
use std::ffi::{CString, c_char};
use std::sync::OnceLock;

use super::absent;
use super::arch;
use super::shim::list::Shim;
use super::shim::{self, formatted, passed};

/// What is in place of a library.
pub struct StandIn {
    install_name: &'static str,
    /// Lists of what passes to the host's libraries as it is.
    passed: &'static [&'static [&'static str]],
    /// The host's libraries, as `dlopen` finds them.
    pub host: &'static [&'static str],
}

const STAND_INS: &[StandIn] = &[
    StandIn {
        install_name: "/usr/lib/libSystem.B.dylib",
        passed: &[passed::SYSTEM, formatted::PASSED],
        host: &["libc.so.6", "libm.so.6", "libgcc_s.so.1"],
    },
    StandIn { install_name: "/usr/lib/libz.1.dylib", passed: &[passed::ZLIB], host: &["libz.so.1"] },
    StandIn { install_name: "/usr/lib/libbz2.1.0.dylib", passed: &[passed::BZIP2], host: &["libbz2.so.1.0"] },
    StandIn { install_name: "/usr/lib/libedit.3.dylib", passed: &[passed::LIBEDIT], host: &["libedit.so.2"] },
    StandIn {
        install_name: "/System/Library/Frameworks/CoreFoundation.framework/Versions/A/CoreFoundation",
        passed: &[],
        host: &[],
    },
    StandIn {
        install_name: "/System/Library/Frameworks/Security.framework/Versions/A/Security",
        passed: &[],
        host: &[],
    },
    // The libc crate links it, and nothing calls it.
    StandIn { install_name: "/usr/lib/libiconv.2.dylib", passed: &[], host: &[] },
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

/// The shims of all areas, but for what [`prepare`] gets.
const AREAS: &[&[Shim]] = &[
    shim::accounts::SHIMS,
    shim::arguments::SHIMS,
    shim::attributes::SHIMS,
    shim::backtrace::SHIMS,
    shim::copies::SHIMS,
    shim::dispatch::SHIMS,
    shim::editline::SHIMS,
    shim::errno::SHIMS,
    shim::files::SHIMS,
    formatted::SHIMS,
    shim::foundation::SHIMS,
    shim::jumps::SHIMS,
    shim::kqueue::SHIMS,
    shim::locale::SHIMS,
    shim::locks::SHIMS,
    shim::log::SHIMS,
    shim::mach::SHIMS,
    shim::memory::SHIMS,
    shim::messages::SHIMS,
    shim::metadata::SHIMS,
    shim::numbers::SHIMS,
    shim::objects::SHIMS,
    shim::processes::SHIMS,
    shim::run_loop::SHIMS,
    shim::signals::SHIMS,
    shim::sockets::SHIMS,
    shim::spawn::SHIMS,
    shim::stdio::SHIMS,
    shim::strings::SHIMS,
    shim::terminal::SHIMS,
    shim::threads::SHIMS,
    shim::time::SHIMS,
    shim::vm::SHIMS,
    &[("__tlv_bootstrap", never as *const ()), ("dyld_stub_binder", never as *const ())],
];

static TABLE: OnceLock<HashMap<&'static str, u64>> = OnceLock::new();

/// Sets up what shims need before the first of them is called. `above` are the shims that call the loader, which stands
/// above this file: dyld's own, and those that pass exceptions.
pub fn prepare(above: &[&[Shim]]) {
    TABLE.get_or_init(|| {
        shim::locale::prepare();
        shim::mach::prepare();
        shim::stdio::prepare();
        let all = AREAS.iter().copied().chain(above.iter().copied()).flatten();
        all.map(|(name, at)| (arch::symbol(name), *at as u64)).collect()
    });
}

/// The names of all shims, for tests of what they are.
#[cfg(test)]
pub fn shims() -> impl Iterator<Item = &'static str> {
    AREAS.iter().copied().flatten().map(|(name, _)| *name)
}

/// In place of a library of which nothing is here but names: see [`super::absent`].
const ABSENT: StandIn = StandIn { install_name: "", passed: &[], host: &[] };

/// What is in place of the library with this install name.
pub fn stand_in(install_name: &str) -> Option<&'static StandIn> {
    let known = STAND_INS.iter().find(|stand_in| stand_in.install_name == install_name);
    known.or(absent::is_absent(install_name).then_some(&ABSENT))
}

impl StandIn {
    /// The address of a shim.
    pub fn shim(&self, name: &str) -> Option<u64> {
        TABLE.get()?.get(name).copied()
    }

    /// The host's name of what passes as it is: without underscore, and without `$INODE64` and the like.
    pub fn passed<'a>(&self, name: &'a str) -> Option<&'a str> {
        self.passed.iter().copied().flatten().any(|passed| arch::symbol(passed) == name).then(|| {
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

/// [`named_trap`], for the few names of [`passed::TRAPS`].
pub fn trap(name: &str) -> Option<u64> {
    passed::TRAPS.iter().any(|trap| arch::symbol(trap) == name).then(|| named_trap(name)).flatten()
}

/// A function that says which symbol was called, and ends the process.
pub fn named_trap(name: &str) -> Option<u64> {
    let name = CString::new(name).ok()?.into_raw();
    let code = arch::call(name as u64, trap_hit as *const () as u64);
    // SAFETY: a fresh page of our own, written before it becomes executable.
    unsafe {
        let protection = libc::PROT_READ | libc::PROT_WRITE;
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
        let page = libc::mmap(std::ptr::null_mut(), code.len(), protection, flags, -1, 0);
        if page == libc::MAP_FAILED {
            return None;
        }
        std::ptr::copy_nonoverlapping(code.as_ptr(), page.cast(), code.len());
        libc::mprotect(page, code.len(), libc::PROT_READ | libc::PROT_EXEC);
        arch::written(page as u64..page as u64 + code.len() as u64);
        Some(page as u64)
    }
}

unsafe extern "C" fn trap_hit(name: *const c_char) {
    let text =
        format!("machorun: {} was called, which has no shim\n", std::ffi::CStr::from_ptr(name).to_string_lossy());
    libc::write(2, text.as_ptr().cast(), text.len());
    libc::abort()
}

#[cfg(test)]
mod tests {
    use super::formatted::PASSED;
    use super::passed::{BZIP2, LIBEDIT, SYSTEM, TRAPS, ZLIB};
    use super::*;

    const LISTS: [&[&str]; 6] = [SYSTEM, PASSED, ZLIB, BZIP2, LIBEDIT, TRAPS];

    #[test]
    fn lists_are_in_order_and_apart() {
        for list in LISTS {
            assert!(list.is_sorted());
        }
        let shims: Vec<&str> = AREAS.iter().copied().flatten().map(|(name, _)| arch::symbol(name)).collect();
        for name in LISTS.into_iter().flatten() {
            assert!(!shims.contains(&arch::symbol(name)), "{name} has a shim");
        }
        let mut once = shims.clone();
        once.sort_unstable();
        once.dedup();
        assert_eq!(once.len(), shims.len(), "a name has two shims");
    }
}
