//! Programs for another processor: an emulator runs this loader as a program of that processor, and that the program.

use std::ffi::{CString, OsString};
use std::os::unix::ffi::OsStringExt as _;
use std::path::Path;

use super::process::c_string;
use crate::error::Error;
use crate::launch::{Emulation, Places};

/// Whether this loader is the one that runs in the emulator.
pub fn is_around(emulation: &Emulation) -> bool {
    let own = std::env::current_exe().ok();
    own.is_some() && own == fs_err::canonicalize(&emulation.loader).ok()
}

/// Becomes the emulator, which is told all that this loader was told. Comes back only when that is impossible, with why.
///
/// # Errors
/// When an argument has a zero byte.
pub fn start(
    emulation: &Emulation,
    places: &Places,
    program: &Path,
    argv0: Option<OsString>,
    args: Vec<OsString>,
) -> Result<Error, Error> {
    let c_string = |text: OsString| c_string(text.into_vec());
    let file = c_string(emulation.emulator.clone().into())?;
    let mut line: Vec<OsString> = vec![emulation.emulator.clone().into(), emulation.loader.clone().into()];
    line.extend(places.options());
    line.extend(["--argv0".into(), argv0.unwrap_or_else(|| program.into()), program.into()]);
    line.extend(args);
    let line = line.into_iter().map(c_string).collect::<Result<Vec<CString>, Error>>()?;
    let mut pointers: Vec<_> = line.iter().map(|text| text.as_ptr()).collect();
    pointers.push(std::ptr::null());
    // SAFETY: strings, and NULL at the end.
    unsafe { libc::execv(file.as_ptr(), pointers.as_ptr()) };
    let error = std::io::Error::last_os_error();
    let what = format!("the emulator can't be started: {error}");
    Ok(Error::Unsuitable { path: emulation.emulator.display().to_string(), what })
}
