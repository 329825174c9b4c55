//! The program's arguments, as `crt_externs.h` gives them to code that has no `main` of its own.

use std::ffi::{c_char, c_int};
use std::sync::OnceLock;

use super::shims;
use crate::run::process::process;

/// What the functions point to: they promise places, not values.
struct Arguments {
    count: c_int,
    /// Addresses of strings, and 0 at the end.
    first: usize,
}

fn arguments() -> *mut Arguments {
    static ARGUMENTS: OnceLock<usize> = OnceLock::new();
    let place = ARGUMENTS.get_or_init(|| {
        let process = process();
        let arguments = Arguments { count: process.argc(), first: process.argv() as usize };
        Box::into_raw(Box::new(arguments)) as usize
    });
    *place as *mut Arguments
}

unsafe extern "C" fn argc() -> *mut c_int {
    &raw mut (*arguments()).count
}

unsafe extern "C" fn argv() -> *mut *const *const c_char {
    (&raw mut (*arguments()).first).cast()
}

shims! {
    ["__NSGetArgc" => argc]
    ["__NSGetArgv" => argv]
}
