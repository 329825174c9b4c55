//! The running half: maps images into this process, and lends them a libSystem made of glibc.
//!
//! Nearly all of it is `unsafe`: it calls and is called by code that no compiler has seen. What makes it right is the
//! ABI, so each module names the header or document of the facts it relies on, and each exception is at its place.
//! Common to all: Darwin and Linux pass arguments alike on x86_64 (System V ABI, with variadic integers and pointers
//! in the same registers as named ones), and the C types have the same sizes, except `long double`, which is alike too.

#![allow(unsafe_op_in_unsafe_fn)]

mod abi;
mod confine;
mod family;
mod library;
mod loader;
mod map;
mod shim;
mod thread_locals;

use std::ffi::{CString, OsString, c_char, c_int};
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use crate::error::Error;
use crate::launch::Places;

/// What was known when the process began.
struct Process {
    places: Places,
    /// This loader, to start children with.
    loader: CString,
    /// The program, absolute: `_NSGetExecutablePath`.
    program: CString,
    /// As `main` gets them: NULL at the end.
    argv: Vec<usize>,
}

static PROCESS: OnceLock<Process> = OnceLock::new();

fn process() -> &'static Process {
    PROCESS.get_or_init(|| Process {
        places: Places::default(),
        loader: CString::default(),
        program: CString::default(),
        argv: vec![0],
    })
}

fn c_string(bytes: Vec<u8>) -> Result<CString, Error> {
    CString::new(bytes).map_err(|error| std::io::Error::new(std::io::ErrorKind::InvalidInput, error).into())
}

/// Runs a program to its end; gives its exit code back when `main` returns.
///
/// # Errors
/// When the program can't be loaded.
pub fn program(places: Places, path: &Path, argv0: Option<OsString>, args: Vec<OsString>) -> Result<i32, Error> {
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
    let places = Places { root: places.root, sdk: std::path::absolute(places.sdk)? };
    PROCESS.get_or_init(|| Process { places, loader, program: path_text, argv });
    thread_locals::enter_thread();
    shim::prepare();
    confine::enter(&process().places.root)?;
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
        let argc = c_int::try_from(process.argv.len() - 1).unwrap_or(c_int::MAX);
        let code = main(argc, process.argv.as_ptr().cast(), shim::environment().cast(), apple.as_ptr());
        libc::exit(code)
    }
}
