//! `posix_spawn`. Darwin's attributes and actions are pointers to something opaque; here they lead to glibc's attributes, and to
//! a list of actions.

use std::ffi::{CStr, CString, c_char, c_int, c_short};
use std::os::unix::ffi::OsStrExt as _;

use libc::posix_spawnattr_t;

use super::by_fork::{self, Action};
use super::files::open_flags;
use super::processes::Command;
use super::{d, errno, shims, signals};
use crate::run::process::{environment, process};

/// glibc's attributes, and the one flag of Darwin's that it lacks: become the program instead of starting it.
struct Attributes {
    linux: posix_spawnattr_t,
    set_exec: bool,
}

type Actions = *mut Vec<Action>;

unsafe extern "C" fn posix_spawnattr_init(out: *mut *mut Attributes) -> c_int {
    let mut attributes = Box::new(Attributes { linux: std::mem::zeroed(), set_exec: false });
    let result = libc::posix_spawnattr_init(&mut attributes.linux);
    out.write(Box::into_raw(attributes));
    errno::darwin(result)
}

unsafe extern "C" fn posix_spawnattr_destroy(attributes: *mut *mut Attributes) -> c_int {
    drop(Box::from_raw(*attributes));
    0
}

unsafe extern "C" fn posix_spawnattr_setflags(attributes: *mut *mut Attributes, flags: c_short) -> c_int {
    let flags = i32::from(flags);
    let table = [
        (d::POSIX_SPAWN_RESETIDS, libc::POSIX_SPAWN_RESETIDS),
        (d::POSIX_SPAWN_SETPGROUP, libc::POSIX_SPAWN_SETPGROUP),
        (d::POSIX_SPAWN_SETSIGDEF, libc::POSIX_SPAWN_SETSIGDEF),
        (d::POSIX_SPAWN_SETSIGMASK, libc::POSIX_SPAWN_SETSIGMASK),
        (d::POSIX_SPAWN_SETSID, i32::from(libc::POSIX_SPAWN_SETSID)),
    ];
    let attributes = *attributes;
    (*attributes).set_exec = flags & d::POSIX_SPAWN_SETEXEC != 0;
    let linux = super::bits_to_linux(&table, flags) as c_short;
    errno::darwin(libc::posix_spawnattr_setflags(&mut (*attributes).linux, linux))
}

unsafe extern "C" fn posix_spawnattr_setpgroup(attributes: *mut *mut Attributes, group: libc::pid_t) -> c_int {
    errno::darwin(libc::posix_spawnattr_setpgroup(&mut (**attributes).linux, group))
}

unsafe extern "C" fn posix_spawnattr_setsigdefault(attributes: *mut *mut Attributes, set: *const u32) -> c_int {
    let set = signals::set_to_linux(*set);
    errno::darwin(libc::posix_spawnattr_setsigdefault(&mut (**attributes).linux, &set))
}

unsafe extern "C" fn posix_spawnattr_setsigmask(attributes: *mut *mut Attributes, set: *const u32) -> c_int {
    let set = signals::set_to_linux(*set);
    errno::darwin(libc::posix_spawnattr_setsigmask(&mut (**attributes).linux, &set))
}

/// Which slice to start: there is only one that can be.
unsafe extern "C" fn posix_spawnattr_setbinpref_np(
    _attributes: *mut *mut Attributes,
    count: usize,
    _preferences: *mut c_int,
    out: *mut usize,
) -> c_int {
    if !out.is_null() {
        out.write(count);
    }
    0
}

unsafe extern "C" fn posix_spawn_file_actions_init(out: *mut Actions) -> c_int {
    out.write(Box::into_raw(Box::default()));
    0
}

unsafe extern "C" fn posix_spawn_file_actions_destroy(actions: *mut Actions) -> c_int {
    drop(Box::from_raw(*actions));
    0
}

/// Adds an action that is about these files.
unsafe fn add(actions: *mut Actions, action: Action, files: &[c_int]) -> c_int {
    if files.iter().any(|file| *file < 0) {
        return d::EBADF;
    }
    (**actions).push(action);
    0
}

unsafe extern "C" fn posix_spawn_file_actions_addclose(actions: *mut Actions, file: c_int) -> c_int {
    add(actions, Action::Close(file), &[file])
}

unsafe extern "C" fn posix_spawn_file_actions_adddup2(actions: *mut Actions, from: c_int, to: c_int) -> c_int {
    add(actions, Action::Duplicate(from, to), &[from, to])
}

unsafe extern "C" fn posix_spawn_file_actions_addopen(
    actions: *mut Actions,
    file: c_int,
    path: *const c_char,
    flags: c_int,
    mode: libc::mode_t,
) -> c_int {
    let path = CStr::from_ptr(path).to_owned();
    add(actions, Action::Open { file, path, flags: open_flags(flags), mode }, &[file])
}

unsafe extern "C" fn posix_spawn(
    pid: *mut libc::pid_t,
    path: *const c_char,
    actions: *const Actions,
    attributes: *const *mut Attributes,
    argv: *const *const c_char,
    environment: *const *const c_char,
) -> c_int {
    let command = Command::new(path, argv);
    let attributes = attributes.as_ref().and_then(|attributes| attributes.as_ref());
    if attributes.is_some_and(|attributes| attributes.set_exec) {
        libc::execve(command.file.as_ptr(), command.argv.as_ptr(), environment);
        return errno::darwin(*libc::__errno_location());
    }
    let mut ignored = 0;
    let pid = if pid.is_null() { &mut ignored } else { pid };
    let actions = actions.as_ref().map_or([].as_slice(), |actions| (**actions).as_slice());
    let attributes = attributes.map(|attributes| &attributes.linux);
    // In an emulator the child is a copy, whose failure to become the program glibc doesn't learn of.
    let start = if process().places.emulation.is_some() { by_fork::spawn } else { by_glibc };
    errno::darwin(start(pid, &command, actions, attributes, environment))
}

/// Gives back Linux's error number.
unsafe fn by_glibc(
    pid: *mut libc::pid_t,
    command: &Command,
    actions: &[Action],
    attributes: Option<&posix_spawnattr_t>,
    environment: *const *const c_char,
) -> c_int {
    let mut list = std::mem::zeroed();
    libc::posix_spawn_file_actions_init(&mut list);
    let added = actions.iter().map(|action| match action {
        Action::Close(file) => libc::posix_spawn_file_actions_addclose(&mut list, *file),
        Action::Duplicate(from, to) => libc::posix_spawn_file_actions_adddup2(&mut list, *from, *to),
        Action::Open { file, path, flags, mode } => {
            libc::posix_spawn_file_actions_addopen(&mut list, *file, path.as_ptr(), *flags, *mode)
        }
        Action::Enter(folder) => libc::posix_spawn_file_actions_addchdir_np(&mut list, folder.as_ptr()),
    });
    let mut result = added.fold(0, |first, result| if first == 0 { result } else { first });
    if result == 0 {
        let attributes = attributes.map_or(std::ptr::null(), |attributes| attributes);
        let (file, argv) = (command.file.as_ptr(), command.argv.as_ptr().cast());
        result = libc::posix_spawn(pid, file, &list, attributes, argv, environment.cast());
    }
    libc::posix_spawn_file_actions_destroy(&mut list);
    result
}

unsafe extern "C" fn posix_spawn_file_actions_addchdir_np(actions: *mut Actions, path: *const c_char) -> c_int {
    add(actions, Action::Enter(CStr::from_ptr(path).to_owned()), &[])
}

/// Where a program is, looked up in `PATH` as the shell does; none when it is nowhere.
unsafe fn look_up(file: *const c_char) -> Option<CString> {
    let name = CStr::from_ptr(file);
    if name.to_bytes().contains(&b'/') {
        return Some(name.to_owned());
    }
    let path = std::env::var_os("PATH").unwrap_or_else(|| "/usr/bin:/bin".into());
    let candidates = std::env::split_paths(&path).map(|dir| dir.join(std::ffi::OsStr::from_bytes(name.to_bytes())));
    let mut candidates = candidates.filter_map(|path| CString::new(path.as_os_str().as_bytes()).ok());
    candidates.find(|path| libc::access(path.as_ptr(), libc::X_OK) == 0)
}

unsafe extern "C" fn execvp(file: *const c_char, argv: *const *const c_char) -> c_int {
    let Some(file) = look_up(file) else { return errno::fail(d::ENOENT) };
    let command = Command::new(file.as_ptr(), argv);
    libc::execve(command.file.as_ptr(), command.argv.as_ptr(), (*environment()).cast())
}

unsafe extern "C" fn posix_spawnp(
    pid: *mut libc::pid_t,
    file: *const c_char,
    actions: *const Actions,
    attributes: *const *mut Attributes,
    argv: *const *const c_char,
    environment: *const *const c_char,
) -> c_int {
    let Some(found) = look_up(file) else { return d::ENOENT };
    posix_spawn(pid, found.as_ptr(), actions, attributes, argv, environment)
}

/// A shell runs it; what the shell starts is the kernel's to start.
unsafe extern "C" fn system(command: *const c_char) -> c_int {
    let status = libc::system(command);
    if libc::WIFSIGNALED(status) { status & !0x7f | signals::to_darwin(libc::WTERMSIG(status)) } else { status }
}

shims! {
    [posix_spawnattr_init]
    [posix_spawnattr_destroy]
    [posix_spawnattr_setflags]
    [posix_spawnattr_setpgroup]
    [posix_spawnattr_setsigdefault]
    [posix_spawnattr_setsigmask]
    [posix_spawnattr_setbinpref_np]
    [posix_spawn_file_actions_init]
    [posix_spawn_file_actions_destroy]
    [posix_spawn_file_actions_addclose]
    [posix_spawn_file_actions_adddup2]
    [posix_spawn_file_actions_addopen]
    [posix_spawn]
    [posix_spawnp]
    [posix_spawn_file_actions_addchdir_np]
    [execvp]
    [system]
}
