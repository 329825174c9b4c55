//! What is known of files: `stat`, `statfs`, `readdir`, modes, owners and times.

use std::cell::UnsafeCell;
use std::collections::BTreeMap;
use std::ffi::{c_char, c_int};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use libc::{DIR, timespec, timeval};

use super::files::{Path, at_flags, folder};
use super::{d, errno, shims};

/// Darwin's `makedev`: 8 bits of major, 24 of minor (`sys/types.h`).
fn device(linux: libc::dev_t) -> i32 {
    (libc::major(linux) << 24 | (libc::minor(linux) & 0x00ff_ffff)) as i32
}

unsafe fn stat_from(result: c_int, linux: &libc::stat, out: *mut d::Stat) -> c_int {
    if result != 0 {
        return result;
    }
    let time = |seconds, nanoseconds| timespec { tv_sec: seconds, tv_nsec: nanoseconds };
    let changed = time(linux.st_ctime, linux.st_ctime_nsec);
    let modified = time(linux.st_mtime, linux.st_mtime_nsec);
    out.write(d::Stat {
        st_dev: device(linux.st_dev),
        st_mode: mode(linux),
        st_nlink: linux.st_nlink as u16,
        st_ino: linux.st_ino,
        st_uid: linux.st_uid,
        st_gid: linux.st_gid,
        st_rdev: device(linux.st_rdev),
        st_atimespec: time(linux.st_atime, linux.st_atime_nsec),
        st_mtimespec: modified,
        st_ctimespec: changed,
        st_birthtimespec: changed,
        st_size: linux.st_size,
        st_blocks: linux.st_blocks,
        st_blksize: linux.st_blksize as i32,
        st_flags: FLAGS.get(linux).unwrap_or(0),
        st_gen: 0,
        st_lspare: 0,
        st_qspare: [0; 2],
    });
    0
}

unsafe extern "C" fn stat(path: *const c_char, out: *mut d::Stat) -> c_int {
    let mut linux = std::mem::zeroed();
    stat_from(libc::stat(Path::new(path).as_ptr(), &mut linux), &linux, out)
}

unsafe extern "C" fn lstat(path: *const c_char, out: *mut d::Stat) -> c_int {
    let mut linux = std::mem::zeroed();
    stat_from(libc::lstat(Path::new(path).as_ptr(), &mut linux), &linux, out)
}

unsafe extern "C" fn fstat(file: c_int, out: *mut d::Stat) -> c_int {
    let mut linux: libc::stat = std::mem::zeroed();
    let result = libc::fstat(file, &mut linux);
    if result == 0 && linux.st_mode & libc::S_IFMT == libc::S_IFIFO && is_pipe(file) {
        linux.st_nlink = 0;
    }
    stat_from(result, &linux, out)
}

/// Whether it is a pipe, which has no name that Darwin would count, and no FIFO of a folder.
unsafe fn is_pipe(file: c_int) -> bool {
    // `PIPEFS_MAGIC` of Linux's `linux/magic.h`.
    const PIPES: i64 = 0x5049_5045;
    let mut system: libc::statfs = std::mem::zeroed();
    libc::fstatfs(file, &mut system) == 0 && system.f_type == PIPES
}

unsafe extern "C" fn fstatat(dir: c_int, path: *const c_char, out: *mut d::Stat, flags: c_int) -> c_int {
    let mut linux = std::mem::zeroed();
    stat_from(libc::fstatat(folder(dir), path, &mut linux, at_flags(flags)), &linux, out)
}

unsafe fn statfs_from(result: c_int, linux: &libc::statfs, out: *mut d::Statfs) -> c_int {
    if result != 0 {
        return result;
    }
    let mut statfs: d::Statfs = std::mem::zeroed();
    statfs.f_bsize = linux.f_bsize as u32;
    statfs.f_iosize = linux.f_bsize as i32;
    statfs.f_blocks = linux.f_blocks;
    statfs.f_bfree = linux.f_bfree;
    statfs.f_bavail = linux.f_bavail;
    statfs.f_files = linux.f_files;
    statfs.f_ffree = linux.f_ffree;
    for (to, from) in statfs.f_fstypename.iter_mut().zip(b"apfs") {
        *to = *from as c_char;
    }
    statfs.f_mntonname = [0; 1024];
    if let Some(first) = statfs.f_mntonname.first_mut() {
        *first = b'/' as c_char;
    }
    out.write(statfs);
    0
}

unsafe extern "C" fn statfs(path: *const c_char, out: *mut d::Statfs) -> c_int {
    let mut linux = std::mem::zeroed();
    statfs_from(libc::statfs(path, &mut linux), &linux, out)
}

unsafe extern "C" fn fstatfs(file: c_int, out: *mut d::Statfs) -> c_int {
    let mut linux = std::mem::zeroed();
    statfs_from(libc::fstatfs(file, &mut linux), &linux, out)
}

/// Darwin's numbers have 32 bits; a disk with more blocks than they can count has as many as they can.
unsafe fn statvfs_from(result: c_int, linux: &libc::statvfs, out: *mut d::Statvfs) -> c_int {
    if result != 0 {
        return result;
    }
    let count = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
    out.write(d::Statvfs {
        f_bsize: linux.f_bsize,
        f_frsize: linux.f_frsize,
        f_blocks: count(linux.f_blocks),
        f_bfree: count(linux.f_bfree),
        f_bavail: count(linux.f_bavail),
        f_files: count(linux.f_files),
        f_ffree: count(linux.f_ffree),
        f_favail: count(linux.f_favail),
        f_fsid: linux.f_fsid,
        // ST_RDONLY and ST_NOSUID are 1 and 2 in both; Darwin has no others.
        f_flag: linux.f_flag & 3,
        f_namemax: linux.f_namemax,
    });
    0
}

unsafe extern "C" fn statvfs(path: *const c_char, out: *mut d::Statvfs) -> c_int {
    let mut linux = std::mem::zeroed();
    statvfs_from(libc::statvfs(path, &mut linux), &linux, out)
}

unsafe extern "C" fn fstatvfs(file: c_int, out: *mut d::Statvfs) -> c_int {
    let mut linux = std::mem::zeroed();
    statvfs_from(libc::fstatvfs(file, &mut linux), &linux, out)
}

thread_local! {
    static ENTRY: UnsafeCell<d::Dirent> = const {
        UnsafeCell::new(d::Dirent { d_ino: 0, d_seekoff: 0, d_reclen: 0, d_namlen: 0, d_type: 0, d_name: [0; 1024] })
    };
}

/// The entry is this thread's and lives until its next call; POSIX promises it per directory, but every caller here
/// copies it before it reads on.
unsafe extern "C" fn readdir(dir: *mut DIR) -> *mut d::Dirent {
    let linux = libc::readdir(dir);
    if linux.is_null() {
        return std::ptr::null_mut();
    }
    let entry = ENTRY.with(UnsafeCell::get);
    let name = &raw const (*linux).d_name;
    let len = libc::strnlen(name.cast(), 255);
    (*entry).d_ino = (*linux).d_ino;
    (*entry).d_seekoff = (*linux).d_off as u64;
    (*entry).d_type = (*linux).d_type;
    (*entry).d_namlen = len as u16;
    (*entry).d_reclen = size_of::<d::Dirent>() as u16;
    std::ptr::copy_nonoverlapping(name.cast::<c_char>(), (&raw mut (*entry).d_name).cast(), len + 1);
    entry
}

/// The caller's entry may end behind the name.
unsafe extern "C" fn readdir_r(dir: *mut DIR, entry: *mut d::Dirent, out: *mut *mut d::Dirent) -> c_int {
    *libc::__errno_location() = 0;
    let found = readdir(dir);
    if found.is_null() {
        out.write(std::ptr::null_mut());
        return errno::darwin(*libc::__errno_location());
    }
    let length = std::mem::offset_of!(d::Dirent, d_name) + usize::from((*found).d_namlen) + 1;
    std::ptr::copy_nonoverlapping(found.cast::<u8>(), entry.cast::<u8>(), length);
    out.write(entry);
    0
}

/// Two times, with Darwin's ways to say *now* and *leave it* (`sys/stat.h`).
unsafe fn times(darwin: *const timespec) -> [timespec; 2] {
    let one = |time: timespec| timespec {
        tv_sec: time.tv_sec,
        tv_nsec: match time.tv_nsec as i32 {
            d::UTIME_NOW => libc::UTIME_NOW,
            d::UTIME_OMIT => libc::UTIME_OMIT,
            _ => time.tv_nsec,
        },
    };
    [one(*darwin), one(*darwin.add(1))]
}

unsafe extern "C" fn utimensat(dir: c_int, path: *const c_char, darwin: *const timespec, flags: c_int) -> c_int {
    if darwin.is_null() {
        return libc::utimensat(folder(dir), path, std::ptr::null(), at_flags(flags));
    }
    libc::utimensat(folder(dir), path, times(darwin).as_ptr(), at_flags(flags))
}

unsafe extern "C" fn futimens(file: c_int, darwin: *const timespec) -> c_int {
    if darwin.is_null() {
        return libc::futimens(file, std::ptr::null());
    }
    libc::futimens(file, times(darwin).as_ptr())
}

/// Microseconds are 4 bytes on Darwin, with 4 of padding after them, and 8 here.
pub fn timeval_to_linux(darwin: timeval) -> timeval {
    timeval { tv_sec: darwin.tv_sec, tv_usec: (darwin.tv_usec as i32).into() }
}

/// Two times; none when the file's are to become the present.
unsafe fn microseconds(darwin: *const timeval) -> Option<[timeval; 2]> {
    (!darwin.is_null()).then(|| [timeval_to_linux(*darwin), timeval_to_linux(*darwin.add(1))])
}

unsafe extern "C" fn utimes(path: *const c_char, darwin: *const timeval) -> c_int {
    libc::utimes(path, microseconds(darwin).as_ref().map_or(std::ptr::null(), |times| times.as_ptr()))
}

unsafe extern "C" fn lutimes(path: *const c_char, darwin: *const timeval) -> c_int {
    libc::lutimes(path, microseconds(darwin).as_ref().map_or(std::ptr::null(), |times| times.as_ptr()))
}

unsafe extern "C" fn futimes(file: c_int, darwin: *const timeval) -> c_int {
    libc::futimes(file, microseconds(darwin).as_ref().map_or(std::ptr::null(), |times| times.as_ptr()))
}

unsafe extern "C" fn fchmodat(dir: c_int, path: *const c_char, mode: libc::mode_t, flags: c_int) -> c_int {
    if flags & d::AT_SYMLINK_NOFOLLOW != 0 && dir == d::AT_FDCWD {
        return lchmod(path, mode);
    }
    libc::fchmodat(folder(dir), path, mode, at_flags(flags))
}

/// Something that Linux doesn't keep of a file, by device and inode. It is this process's alone.
struct Kept<T> {
    /// Nearly no process needs it, and a child of a fork must not wait for a lock that nobody holds any more.
    used: AtomicBool,
    values: Mutex<BTreeMap<(u64, u64), T>>,
}

impl<T: Copy> Kept<T> {
    const fn new() -> Self {
        Self { used: AtomicBool::new(false), values: Mutex::new(BTreeMap::new()) }
    }

    fn get(&self, file: &libc::stat) -> Option<T> {
        let values = || self.values.lock().unwrap_or_else(PoisonError::into_inner);
        self.used.load(Ordering::Relaxed).then(|| values().get(&(file.st_dev, file.st_ino)).copied()).flatten()
    }

    fn set(&self, file: &libc::stat, value: T) {
        self.used.store(true, Ordering::Relaxed);
        self.values.lock().unwrap_or_else(PoisonError::into_inner).insert((file.st_dev, file.st_ino), value);
    }
}

/// Modes of symbolic links.
static LINK_MODES: Kept<u16> = Kept::new();

/// Flags of files: those that change nothing of what may be done with a file.
static FLAGS: Kept<u32> = Kept::new();

const HARMLESS: u32 = (d::UF_NODUMP | d::UF_OPAQUE | d::UF_HIDDEN) as u32;

/// On other files it is `chmod`.
unsafe extern "C" fn lchmod(path: *const c_char, mode: libc::mode_t) -> c_int {
    let mut linux: libc::stat = std::mem::zeroed();
    if libc::lstat(path, &mut linux) != 0 {
        return -1;
    }
    if linux.st_mode & libc::S_IFMT != libc::S_IFLNK {
        return libc::chmod(path, mode);
    }
    LINK_MODES.set(&linux, (linux.st_mode & libc::S_IFMT | mode & 0o7777) as u16);
    0
}

/// The mode of a file, as Darwin would have it.
fn mode(linux: &libc::stat) -> u16 {
    let link = linux.st_mode & libc::S_IFMT == libc::S_IFLNK;
    let kept = link.then(|| LINK_MODES.get(linux)).flatten();
    kept.unwrap_or(linux.st_mode as u16)
}

/// A link whose mode lets nobody read it is not read, by root neither.
unsafe extern "C" fn readlink(path: *const c_char, buffer: *mut c_char, size: usize) -> isize {
    let path = Path::new(path);
    let mut linux: libc::stat = std::mem::zeroed();
    if LINK_MODES.used.load(Ordering::Relaxed)
        && libc::lstat(path.as_ptr(), &mut linux) == 0
        && mode(&linux) & 0o444 == 0
    {
        return errno::fail(d::EACCES);
    }
    libc::readlink(path.as_ptr(), buffer, size)
}

unsafe extern "C" fn fchownat(dir: c_int, path: *const c_char, user: u32, group: u32, flags: c_int) -> c_int {
    libc::fchownat(folder(dir), path, user, group, at_flags(flags))
}

unsafe fn set_flags(result: c_int, file: &libc::stat, flags: u32) -> c_int {
    if result != 0 {
        return result;
    }
    if flags & !HARMLESS != 0 {
        return errno::fail(d::EOPNOTSUPP);
    }
    FLAGS.set(file, flags);
    0
}

unsafe extern "C" fn chflags(path: *const c_char, flags: u32) -> c_int {
    let mut linux = std::mem::zeroed();
    set_flags(libc::stat(path, &mut linux), &linux, flags)
}

unsafe extern "C" fn lchflags(path: *const c_char, flags: u32) -> c_int {
    let mut linux = std::mem::zeroed();
    set_flags(libc::lstat(path, &mut linux), &linux, flags)
}

shims! {
    ["_stat$INODE64" => stat]
    ["_lstat$INODE64" => lstat]
    ["_fstat$INODE64" => fstat]
    ["_fstatat$INODE64" => fstatat]
    ["_statfs$INODE64" => statfs]
    ["_fstatfs$INODE64" => fstatfs]
    [statvfs]
    [fstatvfs]
    ["_readdir$INODE64" => readdir]
    ["_readdir_r$INODE64" => readdir_r]
    [utimensat]
    [futimens]
    [utimes]
    [lutimes]
    [futimes]
    [fchmodat]
    [lchmod]
    [fchownat]
    [readlink]
    [chflags]
    [lchflags]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// CPython's asyncio tells a pipe from a FIFO by it.
    #[test]
    fn a_pipe_has_no_name_and_a_fifo_has_one() {
        let dir = tempfile::tempdir().unwrap();
        let name = std::ffi::CString::new(dir.path().join("fifo").to_str().unwrap()).unwrap();
        // SAFETY: all pointers lead to variables of their type.
        unsafe {
            let mut ends = [0; 3];
            assert_eq!(libc::pipe(ends.as_mut_ptr()), 0);
            assert_eq!(libc::mkfifo(name.as_ptr(), 0o600), 0);
            ends[2] = libc::open(name.as_ptr(), libc::O_RDWR);
            let names = ends.map(|end| {
                let mut found: d::Stat = std::mem::zeroed();
                assert_eq!(fstat(end, &mut found), 0);
                libc::close(end);
                found.st_nlink
            });
            assert_eq!(names, [0, 0, 1]);
        }
    }
}
