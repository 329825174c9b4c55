//! Users: Darwin's `struct passwd` has fields that Linux lacks. Groups are alike.

use std::cell::UnsafeCell;
use std::ffi::{c_char, c_int};

use super::{d, errno, shims};

fn passwd(linux: &libc::passwd) -> d::Passwd {
    d::Passwd {
        pw_name: linux.pw_name,
        pw_passwd: linux.pw_passwd,
        pw_uid: linux.pw_uid,
        pw_gid: linux.pw_gid,
        pw_change: 0,
        pw_class: c"".as_ptr().cast_mut(),
        pw_gecos: linux.pw_gecos,
        pw_dir: linux.pw_dir,
        pw_shell: linux.pw_shell,
        pw_expire: 0,
    }
}

unsafe fn answer(result: c_int, found: *mut libc::passwd, entry: *mut d::Passwd, out: *mut *mut d::Passwd) -> c_int {
    out.write(std::ptr::null_mut());
    if let Some(linux) = found.as_ref() {
        entry.write(passwd(linux));
        out.write(entry);
    }
    errno::darwin(result)
}

unsafe extern "C" fn getpwuid_r(
    uid: u32,
    entry: *mut d::Passwd,
    buffer: *mut c_char,
    size: usize,
    out: *mut *mut d::Passwd,
) -> c_int {
    let (mut linux, mut found) = (std::mem::zeroed(), std::ptr::null_mut());
    let result = libc::getpwuid_r(uid, &mut linux, buffer, size, &mut found);
    answer(result, found, entry, out)
}

unsafe extern "C" fn getpwnam_r(
    name: *const c_char,
    entry: *mut d::Passwd,
    buffer: *mut c_char,
    size: usize,
    out: *mut *mut d::Passwd,
) -> c_int {
    let (mut linux, mut found) = (std::mem::zeroed(), std::ptr::null_mut());
    let result = libc::getpwnam_r(name, &mut linux, buffer, size, &mut found);
    answer(result, found, entry, out)
}

thread_local! {
    static ENTRY: UnsafeCell<Option<d::Passwd>> = const { UnsafeCell::new(None) };
}

unsafe fn keep(linux: *const libc::passwd) -> *mut d::Passwd {
    match linux.as_ref() {
        Some(linux) => ENTRY.with(|entry| (*entry.get()).insert(passwd(linux)) as *mut d::Passwd),
        None => std::ptr::null_mut(),
    }
}

unsafe extern "C" fn getpwent() -> *mut d::Passwd {
    keep(libc::getpwent())
}

unsafe extern "C" fn getpwuid(uid: u32) -> *mut d::Passwd {
    keep(libc::getpwuid(uid))
}

unsafe extern "C" fn getpwnam(name: *const c_char) -> *mut d::Passwd {
    keep(libc::getpwnam(name))
}

unsafe extern "C" fn getgrgid_r(
    gid: u32,
    entry: *mut libc::group,
    buffer: *mut c_char,
    size: usize,
    out: *mut *mut libc::group,
) -> c_int {
    errno::darwin(libc::getgrgid_r(gid, entry, buffer, size, out))
}

unsafe extern "C" fn getgrnam_r(
    name: *const c_char,
    entry: *mut libc::group,
    buffer: *mut c_char,
    size: usize,
    out: *mut *mut libc::group,
) -> c_int {
    errno::darwin(libc::getgrnam_r(name, entry, buffer, size, out))
}

/// In the C library on Darwin, in one of its own here, which is opened for who calls it.
unsafe extern "C" fn crypt(key: *const c_char, salt: *const c_char) -> *mut c_char {
    type Crypt = unsafe extern "C" fn(*const c_char, *const c_char) -> *mut c_char;
    let library = libc::dlopen(c"libcrypt.so.1".as_ptr(), libc::RTLD_NOW);
    let found = if library.is_null() { library } else { libc::dlsym(library, c"crypt".as_ptr()) };
    if found.is_null() {
        let _: c_int = errno::fail(d::ENOTSUP);
        return std::ptr::null_mut();
    }
    std::mem::transmute::<*mut libc::c_void, Crypt>(found)(key, salt)
}

unsafe extern "C" fn getlogin_r(buffer: *mut c_char, size: usize) -> c_int {
    unsafe extern "C" {
        fn getlogin_r(buffer: *mut c_char, size: usize) -> c_int;
    }
    errno::darwin(getlogin_r(buffer, size))
}

shims! {
    [getpwuid_r]
    [getpwnam_r]
    [getpwent]
    [getpwuid]
    [getpwnam]
    [getgrgid_r]
    [getgrnam_r]
    [crypt]
    [getlogin_r]
}
