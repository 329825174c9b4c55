//! Opening, controlling and linking files.

use std::ffi::{CStr, CString, c_char, c_int, c_long, c_uint};

use libc::mode_t;

use super::{bits_to_darwin, bits_to_linux, d, errno, shims};
use crate::run::family::{self, Reach};
use crate::run::process::below_root;

/// Flags of `open` (`fcntl.h`); the access mode is the two lowest bits on both.
const OPEN_FLAGS: &[(i32, i32)] = &[
    (d::O_NONBLOCK, libc::O_NONBLOCK),
    (d::O_APPEND, libc::O_APPEND),
    (d::O_ASYNC, libc::O_ASYNC),
    (d::O_SYNC, libc::O_SYNC),
    (d::O_DSYNC, libc::O_DSYNC),
    (d::O_NOFOLLOW, libc::O_NOFOLLOW),
    (d::O_CREAT, libc::O_CREAT),
    (d::O_TRUNC, libc::O_TRUNC),
    (d::O_EXCL, libc::O_EXCL),
    (d::O_NOCTTY, libc::O_NOCTTY),
    (d::O_DIRECTORY, libc::O_DIRECTORY),
    (d::O_CLOEXEC, libc::O_CLOEXEC),
];

/// Flags of `open`, as Linux has them.
pub fn open_flags(darwin: c_int) -> c_int {
    darwin & libc::O_ACCMODE | bits_to_linux(OPEN_FLAGS, darwin)
}

/// `AT_FDCWD` differs; all else is a file descriptor.
pub fn folder(darwin: c_int) -> c_int {
    if darwin == d::AT_FDCWD { libc::AT_FDCWD } else { darwin }
}

/// `AT_*` flags.
pub fn at_flags(darwin: c_int) -> c_int {
    bits_to_linux(
        &[
            (d::AT_EACCESS, libc::AT_EACCESS),
            (d::AT_SYMLINK_NOFOLLOW, libc::AT_SYMLINK_NOFOLLOW),
            (d::AT_SYMLINK_FOLLOW, libc::AT_SYMLINK_FOLLOW),
            (d::AT_REMOVEDIR, libc::AT_REMOVEDIR),
        ],
        darwin,
    )
}

/// Paths of macOS's own files and of what is installed for all its users, which are below the root when it has them; the
/// host has none there.
pub struct Path(Option<CString>, *const c_char);

impl Path {
    /// # Safety
    /// `path` is null or a string.
    pub unsafe fn new(path: *const c_char) -> Self {
        let text = if path.is_null() { c"" } else { CStr::from_ptr(path) };
        let own = [b"/System/".as_slice(), b"/Library/"].iter().any(|folder| text.to_bytes().starts_with(folder));
        let below = own.then(|| below_root(&text.to_string_lossy())).filter(|below| below.exists());
        let below = below.and_then(|path| CString::new(path.into_os_string().into_encoded_bytes()).ok());
        Self(below, path)
    }

    /// Where it is here.
    pub fn as_ptr(&self) -> *const c_char {
        self.0.as_ref().map_or(self.1, |path| path.as_ptr())
    }
}

// `open` and the like are variadic.
crate::run::arch::optional! {
    variadic_open: 2 => open;
    variadic_openat: 3 => openat;
    variadic_shm_open: 2 => shm_open;
    variadic_sem_open: 2 => sem_open;
    variadic_fcntl: 2 => fcntl;
}

unsafe extern "C" fn open(path: *const c_char, flags: c_int, mode: c_uint) -> c_int {
    lock_opened(libc::open(Path::new(path).as_ptr(), open_flags(flags), mode), flags)
}

unsafe extern "C" fn openat(dir: c_int, path: *const c_char, flags: c_int, mode: c_uint) -> c_int {
    lock_opened(libc::openat(folder(dir), path, open_flags(flags), mode), flags)
}

/// `O_SHLOCK` and `O_EXLOCK`: opened with a lock, as `flock` would take it.
unsafe fn lock_opened(file: c_int, flags: c_int) -> c_int {
    let kind = match flags & (d::O_SHLOCK | d::O_EXLOCK) {
        0 => return file,
        kind if kind & d::O_EXLOCK != 0 => libc::LOCK_EX,
        _ => libc::LOCK_SH,
    };
    let wait = if flags & d::O_NONBLOCK != 0 { libc::LOCK_NB } else { 0 };
    if file >= 0 && libc::flock(file, kind | wait) != 0 {
        let saved = errno::save();
        libc::close(file);
        errno::restore(saved);
        return -1;
    }
    file
}

unsafe extern "C" fn shm_open(name: *const c_char, flags: c_int, mode: c_uint) -> c_int {
    libc::shm_open(name, open_flags(flags), mode)
}

/// `SEM_FAILED` is -1 on Darwin (`sys/semaphore.h`), NULL here.
unsafe extern "C" fn sem_open(name: *const c_char, flags: c_int, mode: c_uint, value: c_uint) -> *mut libc::sem_t {
    // Longer names are too long on Darwin: PSEMNAMLEN is 31.
    if libc::strlen(name) > 31 {
        errno::fail::<i32>(d::ENAMETOOLONG);
        return usize::MAX as *mut libc::sem_t;
    }
    let semaphore = libc::sem_open(name, open_flags(flags), mode, value);
    if semaphore.is_null() { usize::MAX as *mut libc::sem_t } else { semaphore }
}

unsafe extern "C" fn mkostemp(template: *mut c_char, flags: c_int) -> c_int {
    libc::mkostemp(template, open_flags(flags))
}

unsafe extern "C" fn posix_openpt(flags: c_int) -> c_int {
    libc::posix_openpt(open_flags(flags))
}

unsafe extern "C" fn fcntl(file: c_int, command: c_int, argument: c_long) -> c_int {
    match command {
        d::F_DUPFD | d::F_GETFD | d::F_SETFD => libc::fcntl(file, command, argument as c_int),
        d::F_GETFL => {
            let flags = libc::fcntl(file, libc::F_GETFL);
            if flags < 0 { flags } else { flags & libc::O_ACCMODE | bits_to_darwin(OPEN_FLAGS, flags) }
        }
        d::F_SETFL => libc::fcntl(file, libc::F_SETFL, open_flags(argument as c_int)),
        d::F_GETOWN => libc::fcntl(file, libc::F_GETOWN),
        d::F_SETOWN => set_owner(file, argument as c_int),
        d::F_DUPFD_CLOEXEC => libc::fcntl(file, libc::F_DUPFD_CLOEXEC, argument as c_int),
        d::F_FULLFSYNC | d::F_BARRIERFSYNC => libc::fsync(file),
        d::F_NOCACHE => 0,
        d::F_GETPATH => path_of(file, argument as *mut c_char),
        d::F_GETLK => lock(file, libc::F_GETLK, argument as *mut d::Flock),
        d::F_SETLK => lock(file, libc::F_SETLK, argument as *mut d::Flock),
        d::F_SETLKW => lock(file, libc::F_SETLKW, argument as *mut d::Flock),
        _ => errno::fail(d::EINVAL),
    }
}

/// Who gets SIGIO. The kernel would send it to anybody.
unsafe fn set_owner(file: c_int, process: c_int) -> c_int {
    if process != 0 && family::reach(process) != Reach::All {
        return errno::fail(d::EPERM);
    }
    libc::fcntl(file, libc::F_SETOWN, process)
}

/// Fills a buffer of `PATH_MAX` (1024) bytes.
unsafe fn path_of(file: c_int, out: *mut c_char) -> c_int {
    let link = format!("/proc/self/fd/{file}\0");
    let len = libc::readlink(link.as_ptr().cast(), out, 1023);
    if len < 0 {
        return errno::fail(d::EBADF);
    }
    *out.add(len as usize) = 0;
    0
}

unsafe fn lock(file: c_int, command: c_int, darwin: *mut d::Flock) -> c_int {
    const KINDS: &[(i32, i32)] =
        &[(d::F_RDLCK, libc::F_RDLCK), (d::F_UNLCK, libc::F_UNLCK), (d::F_WRLCK, libc::F_WRLCK)];
    let Some(kind) = super::to_linux(KINDS, (*darwin).l_type.into()) else { return errno::fail(d::EINVAL) };
    let mut linux: libc::flock = std::mem::zeroed();
    linux.l_type = kind as i16;
    linux.l_whence = (*darwin).l_whence;
    linux.l_start = (*darwin).l_start;
    linux.l_len = (*darwin).l_len;
    let result = libc::fcntl(file, command, &mut linux);
    if result >= 0 && command == libc::F_GETLK {
        (*darwin).l_type = super::to_darwin(KINDS, linux.l_type.into()).unwrap_or(d::F_UNLCK) as i16;
        (*darwin).l_pid = linux.l_pid;
        (*darwin).l_start = linux.l_start;
        (*darwin).l_len = linux.l_len;
        (*darwin).l_whence = linux.l_whence;
    }
    result
}

/// `SEEK_HOLE` is 3 and `SEEK_DATA` 4 on Darwin (`sys/unistd.h`), the other way round here.
unsafe extern "C" fn lseek(file: c_int, offset: i64, whence: c_int) -> i64 {
    let whence = match whence {
        3 => libc::SEEK_HOLE,
        4 => libc::SEEK_DATA,
        other => other,
    };
    libc::lseek(file, offset, whence)
}

unsafe extern "C" fn faccessat(dir: c_int, path: *const c_char, mode: c_int, flags: c_int) -> c_int {
    libc::faccessat(folder(dir), path, mode, at_flags(flags))
}

unsafe extern "C" fn linkat(from: c_int, old: *const c_char, to: c_int, new: *const c_char, flags: c_int) -> c_int {
    libc::linkat(folder(from), old, folder(to), new, at_flags(flags))
}

unsafe extern "C" fn mkdirat(dir: c_int, path: *const c_char, mode: mode_t) -> c_int {
    libc::mkdirat(folder(dir), path, mode)
}

unsafe extern "C" fn mkfifoat(dir: c_int, path: *const c_char, mode: mode_t) -> c_int {
    libc::mkfifoat(folder(dir), path, mode)
}

unsafe extern "C" fn mknodat(dir: c_int, path: *const c_char, mode: mode_t, device: i32) -> c_int {
    libc::mknodat(folder(dir), path, mode, linux_device(device))
}

unsafe extern "C" fn mknod(path: *const c_char, mode: mode_t, device: i32) -> c_int {
    libc::mknod(path, mode, linux_device(device))
}

fn linux_device(darwin: i32) -> libc::dev_t {
    let darwin = darwin as u32;
    libc::makedev(darwin >> 24, darwin & 0x00ff_ffff)
}

unsafe extern "C" fn access(path: *const c_char, mode: c_int) -> c_int {
    libc::access(Path::new(path).as_ptr(), mode)
}

unsafe extern "C" fn opendir(path: *const c_char) -> *mut libc::DIR {
    libc::opendir(Path::new(path).as_ptr())
}

unsafe extern "C" fn readlinkat(dir: c_int, path: *const c_char, buffer: *mut c_char, size: usize) -> isize {
    libc::readlinkat(folder(dir), path, buffer, size)
}

unsafe extern "C" fn renameat(from: c_int, old: *const c_char, to: c_int, new: *const c_char) -> c_int {
    libc::renameat(folder(from), old, folder(to), new)
}

unsafe extern "C" fn symlinkat(target: *const c_char, dir: c_int, path: *const c_char) -> c_int {
    libc::symlinkat(target, folder(dir), path)
}

unsafe extern "C" fn unlinkat(dir: c_int, path: *const c_char, flags: c_int) -> c_int {
    libc::unlinkat(folder(dir), path, at_flags(flags))
}

/// `sendfile(file, socket, offset, length, headers, flags)`: sends headers, `*length` bytes (all when 0) and trailers,
/// and says in `*length` how many bytes went out.
unsafe extern "C" fn sendfile(
    file: c_int,
    socket: c_int,
    offset: i64,
    length: *mut i64,
    around: *const d::SfHdtr,
    _flags: c_int,
) -> c_int {
    let mut status: libc::stat = std::mem::zeroed();
    if libc::fstat(socket, &mut status) == 0 && status.st_mode & libc::S_IFMT != libc::S_IFSOCK {
        return errno::fail(d::ENOTSOCK);
    }
    let mut sent = 0;
    let mut result = 0;
    let write = |vectors: *const libc::iovec, count: c_int| libc::writev(socket, vectors, count);
    // Without a list, the count may be anything.
    if !around.is_null() && !(*around).headers.is_null() {
        let wrote = write((*around).headers, (*around).hdr_cnt);
        result = if wrote < 0 { -1 } else { 0 };
        sent += wrote.max(0) as i64;
    }
    // The length includes the headers'.
    let (mut at, wanted) = (offset, if *length == 0 { i64::MAX } else { *length - sent });
    while result == 0 && at - offset < wanted {
        let count = (wanted - (at - offset)).min(1 << 20) as usize;
        let wrote = libc::sendfile(socket, file, &mut at, count);
        match wrote {
            0 => break,
            1.. => sent += wrote as i64,
            _ => result = -1,
        }
    }
    if result == 0 && !around.is_null() && !(*around).trailers.is_null() {
        let wrote = write((*around).trailers, (*around).trl_cnt);
        result = if wrote < 0 { -1 } else { 0 };
        sent += wrote.max(0) as i64;
    }
    *length = sent;
    result
}

/// `RENAME_SWAP` and `RENAME_EXCL` of `sys/stdio.h`.
unsafe extern "C" fn renameatx_np(
    from: c_int,
    old: *const c_char,
    to: c_int,
    new: *const c_char,
    flags: c_uint,
) -> c_int {
    let linux = match flags {
        0 => 0,
        2 => libc::RENAME_EXCHANGE,
        4 => libc::RENAME_NOREPLACE,
        _ => return errno::fail(d::EINVAL),
    };
    libc::renameat2(folder(from), old, folder(to), new, linux)
}

unsafe extern "C" fn renamex_np(old: *const c_char, new: *const c_char, flags: c_uint) -> c_int {
    renameatx_np(d::AT_FDCWD, old, d::AT_FDCWD, new, flags)
}

shims! {
    ["_open" => variadic_open]
    ["_openat" => variadic_openat]
    [access]
    ["_opendir$INODE64" => opendir]
    ["_shm_open" => variadic_shm_open]
    ["_sem_open" => variadic_sem_open]
    [mkostemp]
    [posix_openpt]
    ["_fcntl" => variadic_fcntl]
    [lseek]
    [faccessat]
    [linkat]
    [mkdirat]
    [mkfifoat]
    [mknod]
    [mknodat]
    [readlinkat]
    [renameat]
    [symlinkat]
    [unlinkat]
    [sendfile]
    [renameatx_np]
    [renamex_np]
}
