//! Error numbers. Darwin's code has a cell of its own, because the numbers differ.
//!
//! `errno` in C is `*__error()`. Host functions set glibc's `errno`; when Darwin's code next asks for its cell, a number
//! found in glibc's is translated into the cell and taken away. So 0 in glibc's means: nothing new.

use std::cell::Cell;
use std::ffi::{c_char, c_int};

use super::{d, shims};

/// Darwin's and Linux's numbers of one error (`sys/errno.h`, `asm-generic/errno.h`); equal ones are left out.
const NUMBERS: &[(i32, i32)] = &[
    (d::EDEADLK, libc::EDEADLK),
    (d::EAGAIN, libc::EAGAIN),
    (d::EINPROGRESS, libc::EINPROGRESS),
    (d::EALREADY, libc::EALREADY),
    (d::ENOTSOCK, libc::ENOTSOCK),
    (d::EDESTADDRREQ, libc::EDESTADDRREQ),
    (d::EMSGSIZE, libc::EMSGSIZE),
    (d::EPROTOTYPE, libc::EPROTOTYPE),
    (d::ENOPROTOOPT, libc::ENOPROTOOPT),
    (d::EPROTONOSUPPORT, libc::EPROTONOSUPPORT),
    (d::ESOCKTNOSUPPORT, libc::ESOCKTNOSUPPORT),
    (d::ENOTSUP, libc::ENOTSUP),
    (d::EPFNOSUPPORT, libc::EPFNOSUPPORT),
    (d::EAFNOSUPPORT, libc::EAFNOSUPPORT),
    (d::EADDRINUSE, libc::EADDRINUSE),
    (d::EADDRNOTAVAIL, libc::EADDRNOTAVAIL),
    (d::ENETDOWN, libc::ENETDOWN),
    (d::ENETUNREACH, libc::ENETUNREACH),
    (d::ENETRESET, libc::ENETRESET),
    (d::ECONNABORTED, libc::ECONNABORTED),
    (d::ECONNRESET, libc::ECONNRESET),
    (d::ENOBUFS, libc::ENOBUFS),
    (d::EISCONN, libc::EISCONN),
    (d::ENOTCONN, libc::ENOTCONN),
    (d::ESHUTDOWN, libc::ESHUTDOWN),
    (d::ETOOMANYREFS, libc::ETOOMANYREFS),
    (d::ETIMEDOUT, libc::ETIMEDOUT),
    (d::ECONNREFUSED, libc::ECONNREFUSED),
    (d::ELOOP, libc::ELOOP),
    (d::ENAMETOOLONG, libc::ENAMETOOLONG),
    (d::EHOSTDOWN, libc::EHOSTDOWN),
    (d::EHOSTUNREACH, libc::EHOSTUNREACH),
    (d::ENOTEMPTY, libc::ENOTEMPTY),
    (d::EUSERS, libc::EUSERS),
    (d::EDQUOT, libc::EDQUOT),
    (d::ESTALE, libc::ESTALE),
    (d::EREMOTE, libc::EREMOTE),
    (d::ENOLCK, libc::ENOLCK),
    (d::ENOSYS, libc::ENOSYS),
    (d::EOVERFLOW, libc::EOVERFLOW),
    (d::ECANCELED, libc::ECANCELED),
    (d::EIDRM, libc::EIDRM),
    (d::ENOMSG, libc::ENOMSG),
    (d::EILSEQ, libc::EILSEQ),
    (d::EBADMSG, libc::EBADMSG),
    (d::EMULTIHOP, libc::EMULTIHOP),
    (d::ENODATA, libc::ENODATA),
    (d::ENOLINK, libc::ENOLINK),
    (d::ENOSR, libc::ENOSR),
    (d::ENOSTR, libc::ENOSTR),
    (d::EPROTO, libc::EPROTO),
    (d::ETIME, libc::ETIME),
    (d::ENOTRECOVERABLE, libc::ENOTRECOVERABLE),
    (d::EOWNERDEAD, libc::EOWNERDEAD),
    // Only from here to there: Linux has one number for the two.
    (d::EOPNOTSUPP, libc::EOPNOTSUPP),
];

/// Linux's number as Darwin's.
pub fn darwin(linux: c_int) -> c_int {
    super::to_darwin(NUMBERS, linux).unwrap_or(linux)
}

/// Darwin's number as Linux's.
fn linux(darwin: c_int) -> c_int {
    super::to_linux(NUMBERS, darwin).unwrap_or(darwin)
}

thread_local! {
    static CELL: Cell<c_int> = const { Cell::new(0) };
}

/// Fails with one of Darwin's numbers.
pub fn fail<T: From<i8>>(darwin: c_int) -> T {
    CELL.set(darwin);
    set_host(0);
    T::from(-1)
}

/// Sets the host's number; for a signal handler that leaves no trace.
pub fn set_host(value: c_int) {
    // SAFETY: glibc's cell of this thread.
    unsafe { *libc::__errno_location() = value }
}

/// Both numbers, to be put back by [`restore`].
pub fn save() -> (c_int, c_int) {
    // SAFETY: glibc's cell of this thread.
    (CELL.get(), unsafe { *libc::__errno_location() })
}

/// Puts both numbers back.
pub fn restore((darwin, host): (c_int, c_int)) {
    CELL.set(darwin);
    set_host(host);
}

unsafe extern "C" fn __error() -> *mut c_int {
    let host = libc::__errno_location();
    CELL.with(|cell| {
        if *host != 0 {
            cell.set(darwin(*host));
            *host = 0;
        }
        cell.as_ptr()
    })
}

unsafe extern "C" fn strerror(number: c_int) -> *const c_char {
    match number {
        d::EDEADLK => c"Resource deadlock avoided".as_ptr(),
        d::ENOATTR => c"Attribute not found".as_ptr(),
        _ => libc::strerror(linux(number)),
    }
}

unsafe extern "C" fn perror(text: *const c_char) {
    set_host(linux(*__error()));
    libc::perror(text);
}

/// POSIX's, the only one of Darwin.
unsafe extern "C" fn strerror_r(number: c_int, buffer: *mut c_char, size: usize) -> c_int {
    let text = std::ffi::CStr::from_ptr(strerror(number)).to_bytes_with_nul();
    if text.len() > size {
        return d::ERANGE;
    }
    std::ptr::copy_nonoverlapping(text.as_ptr(), buffer.cast(), text.len());
    0
}

shims! { [__error] [strerror] [strerror_r] [perror] }

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_go_both_ways() {
        for (number, _) in NUMBERS.iter().filter(|(number, _)| *number != d::EOPNOTSUPP) {
            assert_eq!(darwin(linux(*number)), *number);
        }
        assert_eq!(darwin(libc::EPERM), d::EPERM);
    }

    #[test]
    fn the_cell_takes_what_the_host_left() {
        set_host(libc::EAGAIN);
        // SAFETY: the cell of this thread.
        assert_eq!(unsafe { *__error() }, d::EAGAIN);
        assert_eq!(fail::<i32>(d::ENOSYS), -1);
        // SAFETY: the same.
        assert_eq!(unsafe { *__error() }, d::ENOSYS);
    }
}
