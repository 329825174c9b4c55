//! Processes: waiting for them, and becoming another program.
//!
//! A Mach-O file can't be started by the kernel, so starting one means starting this loader with it. That a program
//! starts anything through `/bin/sh` is what launchable copies are for.

use std::ffi::{CStr, CString, OsString, c_char, c_int, c_void};

use super::{d, errno, shims, signals};
use crate::launch;
use crate::run::process::{below_root, environment, process};

const OPTIONS: &[(i32, i32)] = &[
    (d::WNOHANG, libc::WNOHANG),
    (d::WUNTRACED, libc::WUNTRACED),
    (d::WEXITED, libc::WEXITED),
    (d::WCONTINUED, libc::WCONTINUED),
    (d::WNOWAIT, libc::WNOWAIT),
];

/// Statuses are put together alike; the signals in them differ. A continued child is 0x13 in the high byte there.
unsafe fn translate_status(result: libc::pid_t, status: *mut c_int) -> libc::pid_t {
    if result > 0 && !status.is_null() {
        let linux = *status;
        *status = if libc::WIFSIGNALED(linux) {
            linux & !0x7f | signals::to_darwin(libc::WTERMSIG(linux))
        } else if libc::WIFSTOPPED(linux) {
            signals::to_darwin(libc::WSTOPSIG(linux)) << 8 | 0x7f
        } else if libc::WIFCONTINUED(linux) {
            d::SIGCONT << 8 | 0x7f
        } else {
            linux
        };
    }
    result
}

unsafe extern "C" fn wait4(pid: libc::pid_t, status: *mut c_int, options: c_int, usage: *mut libc::rusage) -> c_int {
    let result = translate_status(libc::wait4(pid, status, super::bits_to_linux(OPTIONS, options), usage), status);
    if result > 0 && !usage.is_null() {
        (*usage).ru_maxrss *= 1024;
    }
    result
}

unsafe extern "C" fn wait3(status: *mut c_int, options: c_int, usage: *mut libc::rusage) -> c_int {
    wait4(-1, status, options, usage)
}

unsafe extern "C" fn waitpid(pid: libc::pid_t, status: *mut c_int, options: c_int) -> c_int {
    wait4(pid, status, options, std::ptr::null_mut())
}

unsafe extern "C" fn wait(status: *mut c_int) -> c_int {
    wait4(-1, status, 0, std::ptr::null_mut())
}

unsafe extern "C" fn waitid(kind: c_int, id: u32, out: *mut d::Siginfo, options: c_int) -> c_int {
    let kinds = [(d::P_ALL, libc::P_ALL as i32), (d::P_PID, libc::P_PID as i32), (d::P_PGID, libc::P_PGID as i32)];
    let Some(kind) = super::to_linux(&kinds, kind) else { return errno::fail(d::EINVAL) };
    let table = [
        (d::WNOHANG, libc::WNOHANG),
        (d::WEXITED, libc::WEXITED),
        (d::WSTOPPED, libc::WSTOPPED),
        (d::WCONTINUED, libc::WCONTINUED),
        (d::WNOWAIT, libc::WNOWAIT),
    ];
    let mut linux: libc::siginfo_t = std::mem::zeroed();
    let result = libc::waitid(kind as u32, id, &mut linux, super::bits_to_linux(&table, options));
    if result == 0 && !out.is_null() {
        let mut info: d::Siginfo = std::mem::zeroed();
        if linux.si_pid() != 0 {
            info.si_signo = d::SIGCHLD;
            info.si_pid = linux.si_pid();
            info.si_uid = linux.si_uid();
            // CLD_* are alike.
            info.si_code = linux.si_code;
            let by_signal = [libc::CLD_KILLED, libc::CLD_DUMPED, libc::CLD_STOPPED, libc::CLD_CONTINUED];
            let status = linux.si_status();
            info.si_status = if by_signal.contains(&linux.si_code) { signals::to_darwin(status) } else { status };
        }
        out.write(info);
    }
    result
}

/// What to start, and with which arguments: a Mach-O program under this loader, anything else as it is.
pub struct Command {
    /// The file to execute.
    pub file: CString,
    /// NULL at the end.
    pub argv: Vec<*const c_char>,
    /// Keeps what `argv` leads to.
    _texts: Vec<CString>,
}

impl Command {
    /// How to start a file.
    ///
    /// # Safety
    /// `path` and `argv` are as `execve` wants them.
    pub unsafe fn new(path: *const c_char, argv: *const *const c_char) -> Self {
        let mut file = CStr::from_ptr(path).to_owned();
        if libc::access(path, libc::F_OK) != 0 && file.as_bytes().starts_with(b"/usr/") {
            // A program of macOS's, which the root may have.
            let below = below_root(&file.to_string_lossy());
            if below.is_file() {
                file = CString::new(below.into_os_string().into_encoded_bytes()).unwrap_or(file);
            }
        }
        let mut given = Vec::new();
        let mut at = argv;
        while !at.is_null() && !(*at).is_null() {
            given.push(*at);
            at = at.add(1);
        }
        if !is_macho(&file) {
            given.push(std::ptr::null());
            return Command { file, argv: given, _texts: Vec::new() };
        }
        let process = process();
        let text = |text: OsString| CString::new(text.into_encoded_bytes()).unwrap_or_default();
        let mut texts = vec![process.loader.clone()];
        if let Some(emulation) = &process.places.emulation {
            texts.insert(0, text(emulation.emulator.clone().into()));
        }
        let starter = texts.first().cloned().unwrap_or_default();
        texts.extend(process.places.options().into_iter().map(text));
        texts.push(c"--argv0".to_owned());
        let mut all: Vec<*const c_char> = texts.iter().map(|text| text.as_ptr()).collect();
        // Without any argument, the file's name is as good as one.
        all.push(given.first().copied().unwrap_or(file.as_ptr()));
        all.push(file.as_ptr());
        all.extend(given.iter().skip(1));
        all.push(std::ptr::null());
        // A CString's text stays where it is when the CString moves.
        texts.push(file);
        Command { file: starter, argv: all, _texts: texts }
    }
}

/// Whether a file that may be executed is a Mach-O file or a launchable copy of one.
fn is_macho(path: &CStr) -> bool {
    use std::os::unix::ffi::OsStrExt as _;
    let saved = errno::save();
    // SAFETY: a path.
    let executable = unsafe { libc::access(path.as_ptr(), libc::X_OK) };
    let path = std::path::Path::new(std::ffi::OsStr::from_bytes(path.to_bytes()));
    let mut head = Vec::new();
    let read = executable == 0
        && path.is_file()
        && fs_err::File::open(path)
            .and_then(|file| {
                std::io::Read::read_to_end(&mut std::io::Read::take(file, launch::BLOCK as u64), &mut head)
            })
            .is_ok();
    errno::restore(saved);
    read && (launch::header_len(&head) > 0
        || matches!(macho::Form::of(&head), Some(macho::Form::Thin | macho::Form::Fat)))
}

unsafe extern "C" fn execve(
    path: *const c_char,
    argv: *const *const c_char,
    environment: *const *const c_char,
) -> c_int {
    let command = Command::new(path, argv);
    libc::execve(command.file.as_ptr(), command.argv.as_ptr(), environment)
}

unsafe extern "C" fn execv(path: *const c_char, argv: *const *const c_char) -> c_int {
    execve(path, argv, (*environment()).cast())
}

crate::run::arch::listed!(execl => execv);

#[allow(non_snake_case)]
unsafe extern "C" fn _NSGetExecutablePath(buffer: *mut c_char, size: *mut u32) -> c_int {
    let path = process().program.as_bytes_with_nul();
    let fits = *size as usize >= path.len();
    *size = path.len() as u32;
    if !fits {
        return -1;
    }
    std::ptr::copy_nonoverlapping(path.as_ptr().cast(), buffer, path.len());
    0
}

#[allow(non_snake_case)]
unsafe extern "C" fn _NSGetEnviron() -> *mut *mut *mut c_char {
    environment()
}

unsafe extern "C" fn atexit(call: unsafe extern "C" fn()) -> c_int {
    unsafe extern "C" {
        fn __cxa_atexit(call: *const (), argument: *mut c_void, object: *mut c_void) -> c_int;
    }
    __cxa_atexit(call as *const (), std::ptr::null_mut(), std::ptr::null_mut())
}

/// No process may look into another.
unsafe extern "C" fn proc_regionfilename(_pid: c_int, _at: u64, _buffer: *mut c_void, _size: u32) -> c_int {
    0
}

shims! {
    [wait4]
    [wait3]
    [waitpid]
    [wait]
    [waitid]
    [execve]
    [execv]
    [execl]
    ["__NSGetExecutablePath" => _NSGetExecutablePath]
    ["__NSGetEnviron" => _NSGetEnviron]
    [atexit]
    [proc_regionfilename]
}
