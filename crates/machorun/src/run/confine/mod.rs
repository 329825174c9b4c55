//! Keeps the machine as it is, whatever the program does that is run here, and whoever runs it.
//!
//! A program under the loader has the rights of its user, and in CI that user is root: CPython's own tests then set
//! the clock of the host. So before the first foreign instruction runs, the loader gives up for good what an ordinary
//! user of macOS doesn't have. Children inherit all of it; none of it can be taken back.
//!
//! | wall | refuses | where |
//! |---|---|---|
//! | capabilities | every privilege of root's but those over files | [`capabilities`] |
//! | system calls | those that change the machine, by number, for raw `syscall` instructions too | [`calls`] |
//! | folders | writing to the system's folders, its devices and the kernel's knobs; signals to others | [`folders`] |
//! | family | signals to others, with the errno that macOS gives | [`super::family`], by the shims |
//!
//! `no_new_privs` makes set-id programs ordinary ones. Errors are `EPERM`, folders' are `EACCES`; both numbers are the
//! same on macOS.

mod calls;
mod capabilities;
mod folders;
#[cfg(test)]
mod tests;

use std::path::Path;

use crate::error::Error;

/// Makes sure that this process is confined, by whoever started it.
///
/// # Errors
/// When it isn't.
pub fn check() -> Result<(), Error> {
    let refuses = calls::refuses_kill_of_everything();
    refuses.then_some(()).ok_or_else(|| Error::Unconfined("who started the emulator did not do it".to_owned()))
}

/// Confines this process and all it will start. A child of a confined process is confined already, and stays as it is.
///
/// `root` is where the program and its libraries are; it stays writable.
///
/// # Errors
/// When the kernel can't; then nothing foreign may run. A kernel without Landlock (before 5.19) is no error: it lacks the wall of the
/// folders, and has the others.
pub fn enter(root: &Path) -> Result<(), Error> {
    if calls::refused_already() {
        return Ok(());
    }
    let unconfined = |what: &str, error: &dyn std::fmt::Display| Error::Unconfined(format!("{what}: {error}"));
    capabilities::give_up().map_err(|error| unconfined("capabilities", &error))?;
    folders::protect(root).map_err(|error| unconfined("Landlock", &error))?;
    calls::refuse().map_err(|error| unconfined("seccomp", &error))
}
