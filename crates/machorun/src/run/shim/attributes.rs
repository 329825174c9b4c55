//! `setattrlist` and `getattrlist`: many attributes at once (`sys/attr.h`). Times are all that is known here; Rust's standard library sets them so.

use std::ffi::{c_char, c_int, c_ulong};

use libc::timespec;

use super::{d, errno, shims};

/// `struct attrlist`.
#[repr(C)]
struct List {
    count: u16,
    reserved: u16,
    common: u32,
    volume: u32,
    directory: u32,
    file: u32,
    fork: u32,
}

/// `ATTR_CMN_CRTIME` (of the creation), `MODTIME`, `CHGTIME` (of the inode), `ACCTIME`: the values lie in this order.
const TIMES: [u32; 4] = [0x200, 0x400, 0x800, 0x1000];

/// `FSOPT_NOFOLLOW`.
const NO_FOLLOW: c_ulong = 1;

/// Access and modification, as `utimensat` takes them. Linux keeps the other two for itself.
unsafe fn times(list: *const List, values: *const timespec) -> Option<[timespec; 2]> {
    if (*list).common & !TIMES.iter().fold(0, |all, time| all | time) != 0 {
        return None;
    }
    let omitted = timespec { tv_sec: 0, tv_nsec: libc::UTIME_OMIT };
    let mut given = TIMES.iter().filter(|time| (*list).common & **time != 0).enumerate();
    let at = |time: u32| {
        given.clone().find(|(_, given)| **given == time).map(|(index, _)| values.add(index).read_unaligned())
    };
    let times = [at(0x1000), at(0x400)].map(|time| time.unwrap_or(omitted));
    given.next().map(|_| times)
}

unsafe extern "C" fn setattrlist(
    path: *const c_char,
    list: *const List,
    values: *const timespec,
    _size: usize,
    options: c_ulong,
) -> c_int {
    let flags = if options & NO_FOLLOW == 0 { 0 } else { libc::AT_SYMLINK_NOFOLLOW };
    match times(list, values) {
        Some(times) => libc::utimensat(libc::AT_FDCWD, path, times.as_ptr(), flags),
        None => errno::fail(d::EINVAL),
    }
}

unsafe extern "C" fn fsetattrlist(
    file: c_int,
    list: *const List,
    values: *const timespec,
    _size: usize,
    _options: c_ulong,
) -> c_int {
    match times(list, values) {
        Some(times) => libc::futimens(file, times.as_ptr()),
        None => errno::fail(d::EINVAL),
    }
}

/// No file system here keeps what callers want of it: Finder's flags, the size of a resource fork.
unsafe extern "C" fn getattrlist() -> c_int {
    errno::fail(d::ENOTSUP)
}

shims! {
    [getattrlist]
    [setattrlist]
    [fsetattrlist]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_lie_in_the_order_of_their_bits() {
        let list = |common| List { count: 5, reserved: 0, common, volume: 0, directory: 0, file: 0, fork: 0 };
        let values = [1, 2].map(|tv_sec| timespec { tv_sec, tv_nsec: 0 });
        // SAFETY: the list asks for no more values than there are.
        let given = |common| unsafe { times(&list(common), values.as_ptr()) };
        let seconds = |common| given(common).map(|times| times.map(|time| time.tv_sec));
        assert_eq!(seconds(0x400 | 0x1000), Some([2, 1]), "modification, then access");
        assert_eq!(seconds(0x200 | 0x400), Some([0, 2]), "creation, then modification");
        assert!(given(0x1).is_none() && given(0).is_none());
        assert_eq!(given(0x1000).unwrap()[1].tv_nsec, libc::UTIME_OMIT);
    }
}
