//! The running half: maps images into this process, and lends them a libSystem made of glibc.
//!
//! Nearly all of it is `unsafe`: it calls and is called by code that no compiler has seen. What makes it right is the
//! ABI, so each module names the header or document of the facts it relies on, and each exception is at its place.
//! Common to all: Darwin and Linux pass named arguments alike, and the C types have the same sizes. What differs by processor
//! is in `arch`, and in `shim::formatted`.

#![allow(unsafe_op_in_unsafe_fn)]

mod abi;
mod absent;
mod arch;
mod confine;
mod dyld;
mod emulator;
mod family;
mod library;
mod loader;
mod map;
mod process;
mod shim;
mod stand_ins;
mod thread_locals;
mod turn;
mod unwinding;

use std::ffi::{OsString, c_char, c_int};
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::{Path, PathBuf};

use self::process::{Process, c_string, environment, process};
use crate::error::Error;
use crate::launch::Places;

/// Runs a program to its end; gives its exit code back when `main` returns.
///
/// # Errors
/// When the program can't be loaded, or its emulator not be started.
pub fn program(places: Places, path: &Path, argv0: Option<OsString>, args: Vec<OsString>) -> Result<i32, Error> {
    let places = Places { sdk: std::path::absolute(&places.sdk)?, ..places };
    if let Some(emulation) = places.emulation.as_ref().filter(|emulation| !emulator::is_around(emulation)) {
        confine::enter(&places.root)?;
        return Err(emulator::start(emulation, &places, path, argv0, args)?);
    }
    let path: PathBuf = std::path::absolute(path)?;
    let path_text = c_string(path.clone().into_os_string().into_vec())?;
    let mut argv = Vec::new();
    let first = argv0.unwrap_or_else(|| path.clone().into_os_string());
    for arg in std::iter::once(first).chain(args) {
        // Arguments live as long as the process.
        argv.push(c_string(arg.into_vec())?.into_raw() as usize);
    }
    argv.push(0);
    let loader = c_string(std::env::current_exe()?.as_os_str().as_bytes().to_vec())?;
    process::begin(Process { places, loader, program: path_text, argv });
    thread_locals::enter_thread();
    stand_ins::prepare(&[dyld::SHIMS, unwinding::SHIMS]);
    // An emulator can't confine itself on its program's behalf: who started it did.
    match process().places.emulation {
        None => confine::enter(&process().places.root)?,
        Some(_) => confine::check()?,
    }
    let image = loader::load(&path)?;
    let Some(entry) = image.entry() else {
        return Err(Error::Unsuitable { path: path.display().to_string(), what: "no entry point".into() });
    };
    let process = process();
    let apple = [process.program.as_ptr(), std::ptr::null()];
    // SAFETY: LC_MAIN leads to `int main(int argc, char **argv, char **envp, char **apple)`, dyld's contract.
    unsafe {
        let main: unsafe extern "C" fn(
            c_int,
            *const *const c_char,
            *const *const c_char,
            *const *const c_char,
        ) -> c_int = std::mem::transmute(entry);
        let code = main(process.argc(), process.argv(), (*environment()).cast(), apple.as_ptr());
        libc::exit(code)
    }
}
