//! What was known when the process began: where things are, the program, its arguments and its environment.

use std::ffi::{CString, c_char, c_int};
use std::path::PathBuf;
use std::sync::OnceLock;

use crate::error::Error;
use crate::launch::Places;

/// It doesn't change.
pub struct Process {
    /// Where the root and the SDK are.
    pub places: Places,
    /// This loader, to start children with.
    pub loader: CString,
    /// The program, absolute: `_NSGetExecutablePath`.
    pub program: CString,
    /// Addresses of strings that live as long as the process, and NULL at the end; as `main` gets them.
    pub argv: Vec<usize>,
}

static PROCESS: OnceLock<Process> = OnceLock::new();

/// Says what it is, once.
pub fn begin(process: Process) {
    PROCESS.get_or_init(|| process);
}

/// What was said; empty in tests.
pub fn process() -> &'static Process {
    PROCESS.get_or_init(|| Process {
        places: Places::default(),
        loader: CString::default(),
        program: CString::default(),
        argv: vec![0],
    })
}

impl Process {
    /// How many arguments there are, the program's name included.
    pub fn argc(&self) -> c_int {
        c_int::try_from(self.argv.len() - 1).unwrap_or(c_int::MAX)
    }

    /// The arguments.
    pub fn argv(&self) -> *const *const c_char {
        self.argv.as_ptr().cast()
    }
}

/// Where a file with an absolute path is: below the root, when there is one.
pub fn below_root(path: &str) -> PathBuf {
    process().places.root.join(path.trim_start_matches('/'))
}

/// The environment: the host's own, of the same shape.
pub fn environment() -> *mut *mut *mut c_char {
    unsafe extern "C" {
        static mut environ: *mut *mut c_char;
    }
    &raw mut environ
}

/// Bytes as C wants them.
///
/// # Errors
/// When there is a zero byte among them.
pub fn c_string(bytes: Vec<u8>) -> Result<CString, Error> {
    CString::new(bytes).map_err(|error| std::io::Error::new(std::io::ErrorKind::InvalidInput, error).into())
}
