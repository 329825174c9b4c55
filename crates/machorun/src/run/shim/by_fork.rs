//! `posix_spawn` by a fork: a pipe that closes when the program begins tells why it didn't.

use std::ffi::{CString, c_char, c_int, c_short};

use libc::posix_spawnattr_t;

use super::processes::Command;

/// What is done to files before the program begins.
pub enum Action {
    /// Closed.
    Close(c_int),
    /// The first is what the second will be, too.
    Duplicate(c_int, c_int),
    /// Opened as `file`.
    Open { file: c_int, path: CString, flags: c_int, mode: libc::mode_t },
    /// The folder where the program begins.
    Enter(CString),
}

/// What the attributes say, without their structure.
struct Attributes {
    flags: c_int,
    group: libc::pid_t,
    defaults: libc::sigset_t,
    mask: libc::sigset_t,
}

impl Attributes {
    unsafe fn read(attributes: Option<&posix_spawnattr_t>) -> Self {
        let mut read = Self { flags: 0, group: 0, defaults: std::mem::zeroed(), mask: std::mem::zeroed() };
        let Some(attributes) = attributes else { return read };
        let mut flags: c_short = 0;
        libc::posix_spawnattr_getflags(attributes, &mut flags);
        libc::posix_spawnattr_getpgroup(attributes, &mut read.group);
        libc::posix_spawnattr_getsigdefault(attributes, &mut read.defaults);
        libc::posix_spawnattr_getsigmask(attributes, &mut read.mask);
        read.flags = flags.into();
        read
    }

    fn has(&self, flag: c_int) -> bool {
        self.flags & flag != 0
    }

    /// In the child, where nothing may be allocated.
    unsafe fn apply(&self) -> Result<(), c_int> {
        if self.has(libc::POSIX_SPAWN_SETSIGDEF) {
            for signal in (1..64).filter(|signal| libc::sigismember(&self.defaults, *signal) == 1) {
                libc::signal(signal, libc::SIG_DFL);
            }
        }
        if self.has(libc::POSIX_SPAWN_SETSIGMASK) {
            libc::sigprocmask(libc::SIG_SETMASK, &self.mask, std::ptr::null_mut());
        }
        if self.has(libc::POSIX_SPAWN_SETSID.into()) {
            checked(libc::setsid())?;
        }
        if self.has(libc::POSIX_SPAWN_SETPGROUP) {
            checked(libc::setpgid(0, self.group))?;
        }
        if self.has(libc::POSIX_SPAWN_RESETIDS) {
            checked(libc::setegid(libc::getgid()))?;
            checked(libc::seteuid(libc::getuid()))?;
        }
        Ok(())
    }
}

unsafe fn checked(result: c_int) -> Result<c_int, c_int> {
    if result < 0 { Err(*libc::__errno_location()) } else { Ok(result) }
}

impl Action {
    unsafe fn apply(&self) -> Result<c_int, c_int> {
        match self {
            // A file that is not open is as good as closed.
            Self::Close(file) => Ok(libc::close(*file)),
            Self::Duplicate(from, to) if from == to => checked(libc::fcntl(*to, libc::F_SETFD, 0)),
            Self::Duplicate(from, to) => checked(libc::dup2(*from, *to)),
            Self::Open { file, path, flags, mode } => {
                let opened = checked(libc::open(path.as_ptr(), *flags, *mode))?;
                if opened == *file {
                    return Ok(opened);
                }
                let result = checked(libc::dup2(opened, *file));
                libc::close(opened);
                result
            }
            Self::Enter(folder) => checked(libc::chdir(folder.as_ptr())),
        }
    }
}

/// Gives back Linux's error number.
///
/// # Safety
/// As for `posix_spawn`.
pub unsafe fn spawn(
    pid: *mut libc::pid_t,
    command: &Command,
    actions: &[Action],
    attributes: Option<&posix_spawnattr_t>,
    environment: *const *const c_char,
) -> c_int {
    let attributes = Attributes::read(attributes);
    let mut pipe = [0; 2];
    if libc::pipe2(pipe.as_mut_ptr(), libc::O_CLOEXEC) != 0 {
        return *libc::__errno_location();
    }
    let [read, write] = pipe;
    let child = libc::fork();
    if child == 0 {
        let error = begin(&attributes, actions, write, command, environment);
        libc::write(write, (&raw const error).cast(), size_of::<c_int>());
        libc::_exit(127);
    }
    libc::close(write);
    let mut error: c_int = if child < 0 { *libc::__errno_location() } else { 0 };
    if child > 0 && told(read, &mut error) {
        libc::waitpid(child, std::ptr::null_mut(), 0);
    }
    libc::close(read);
    if error == 0 {
        pid.write(child);
    }
    error
}

/// Waits until the pipe tells an error, or closes.
unsafe fn told(pipe: c_int, error: &mut c_int) -> bool {
    loop {
        match libc::read(pipe, (&raw mut *error).cast(), size_of::<c_int>()) {
            -1 if *libc::__errno_location() == libc::EINTR => {}
            len => return len > 0,
        }
    }
}

/// Becomes the program; comes back with the number of the error that keeps it from that.
unsafe fn begin(
    attributes: &Attributes,
    actions: &[Action],
    pipe: c_int,
    command: &Command,
    environment: *const *const c_char,
) -> c_int {
    let applied = attributes.apply().and_then(|()| {
        // One that is about the pipe's own number would break the pipe; the program may have it.
        let about_others = actions.iter().filter(|action| !matches!(action, Action::Close(file) if *file == pipe));
        about_others.map(|action| action.apply()).find(Result::is_err).unwrap_or(Ok(0))
    });
    if let Err(error) = applied {
        return error;
    }
    libc::execve(command.file.as_ptr(), command.argv.as_ptr(), environment);
    *libc::__errno_location()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Starts the program with one action; the error, or its exit code.
    fn started(path: &CString, action: Action) -> Result<c_int, c_int> {
        let argv = [path.as_ptr(), std::ptr::null()];
        let environment = [std::ptr::null()];
        // SAFETY: a path, arguments and variables as `execve` wants them, and a child of this process.
        unsafe {
            let command = Command::new(path.as_ptr(), argv.as_ptr());
            let mut pid = 0;
            match spawn(&mut pid, &command, &[action], None, environment.as_ptr()) {
                0 => {
                    let mut status = 0;
                    assert_eq!(libc::waitpid(pid, &mut status, 0), pid);
                    Ok(libc::WEXITSTATUS(status))
                }
                error => Err(error),
            }
        }
    }

    #[test]
    fn whoever_starts_a_program_learns_why_it_did_not_begin() {
        let nothing = || Action::Close(1000);
        assert_eq!(started(&c"/bin/false".to_owned(), nothing()), Ok(1));
        assert_eq!(started(&c"/bin/no-such-program".to_owned(), nothing()), Err(libc::ENOENT));
        assert_eq!(started(&c"/bin/true".to_owned(), Action::Duplicate(1000, 1)), Err(libc::EBADF));
        let missing = || c"/no-such-folder".to_owned();
        assert_eq!(started(&c"/bin/true".to_owned(), Action::Enter(missing())), Err(libc::ENOENT));
        let open = Action::Open { file: 0, path: missing(), flags: libc::O_RDONLY, mode: 0 };
        assert_eq!(started(&c"/bin/true".to_owned(), open), Err(libc::ENOENT));
    }
}
