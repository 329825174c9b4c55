//! Copying and cloning files: `copyfile.h`, `sys/clonefile.h`.

use std::ffi::{c_char, c_int, c_void};

use super::{d, errno, shims};

/// `COPYFILE_STAT`: owner, mode and times.
const STAT: u32 = 2;

/// `COPYFILE_DATA`: the contents. Access lists (1) and extended attributes (4) are not copied.
const DATA: u32 = 8;

/// `COPYFILE_STATE_COPIED` asks for the count of bytes.
const STATE_COPIED: u32 = 8;

/// `copyfile_state_t`: how many bytes were copied.
struct State(i64);

unsafe extern "C" fn copyfile_state_alloc() -> *mut State {
    Box::into_raw(Box::new(State(0)))
}

unsafe extern "C" fn copyfile_state_free(state: *mut State) -> c_int {
    if !state.is_null() {
        drop(Box::from_raw(state));
    }
    0
}

unsafe extern "C" fn copyfile_state_get(state: *mut State, what: u32, out: *mut c_void) -> c_int {
    if what != STATE_COPIED {
        return errno::fail(d::EINVAL);
    }
    out.cast::<i64>().write((*state).0);
    0
}

unsafe extern "C" fn fcopyfile(from: c_int, to: c_int, state: *mut State, flags: u32) -> c_int {
    if flags & DATA == 0 {
        return errno::fail(d::ENOTSUP);
    }
    let mut copied = 0;
    loop {
        match libc::sendfile(to, from, std::ptr::null_mut(), 1 << 30) {
            0 => break,
            count if count < 0 => return -1,
            count => copied += count as i64,
        }
    }
    if let Some(state) = state.as_mut() {
        state.0 = copied;
    }
    if flags & STAT == 0 { 0 } else { copy_stat(from, to) }
}

/// Metadata alone, of which access lists and extended attributes are not copied; contents go through `fcopyfile`.
unsafe extern "C" fn copyfile(_from: *const c_char, _to: *const c_char, _state: *mut State, flags: u32) -> c_int {
    if flags & (DATA | STAT) == 0 { 0 } else { errno::fail(d::ENOTSUP) }
}

/// Only root can give files away: that an owner stays is no failure, as in Apple's.
unsafe fn copy_stat(from: c_int, to: c_int) -> c_int {
    let mut stat: libc::stat = std::mem::zeroed();
    if libc::fstat(from, &mut stat) != 0 {
        return -1;
    }
    let saved = errno::save();
    libc::fchown(to, stat.st_uid, stat.st_gid);
    errno::restore(saved);
    let times = [
        libc::timespec { tv_sec: stat.st_atime, tv_nsec: stat.st_atime_nsec },
        libc::timespec { tv_sec: stat.st_mtime, tv_nsec: stat.st_mtime_nsec },
    ];
    if libc::fchmod(to, stat.st_mode & 0o7777) == 0 { libc::futimens(to, times.as_ptr()) } else { -1 }
}

/// No file system here clones as APFS does; callers copy then.
unsafe extern "C" fn clone() -> c_int {
    errno::fail(d::ENOTSUP)
}

shims! {
    [copyfile_state_alloc]
    [copyfile_state_free]
    [copyfile_state_get]
    [copyfile]
    [fcopyfile]
    ["_clonefile" => clone]
    ["_clonefileat" => clone]
    ["_fclonefileat" => clone]
}
