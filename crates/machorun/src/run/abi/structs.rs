//! Darwin's structures, with the field names of its headers. A test compiles the SDK's headers and compares sizes and
//! offsets.

#![allow(missing_docs, dead_code)]

use std::ffi::{c_char, c_void};

use libc::timespec;

/// Defines `repr(C)` structures, and a list of them for the test: Rust name, C name, size, and fields with offsets.
macro_rules! structures {
    ($($(#[$meta:meta])* $name:ident = $c:literal { $($field:ident: $type:ty,)* })*) => {
        $(
            $(#[$meta])*
            #[derive(Clone, Copy)]
            #[repr(C)]
            pub struct $name { $(pub $field: $type,)* }
        )*
        /// C name, size, and the fields' names and offsets; all in bytes.
        #[cfg(test)]
        pub const STRUCTURES: &[(&str, usize, &[(&str, usize)])] = &[
            $(($c, size_of::<$name>(), &[$((stringify!($field), std::mem::offset_of!($name, $field))),*])),*
        ];
    };
}

structures! {
    Stat = "struct stat" {
        st_dev: i32,
        st_mode: u16,
        st_nlink: u16,
        st_ino: u64,
        st_uid: u32,
        st_gid: u32,
        st_rdev: i32,
        st_atimespec: timespec,
        st_mtimespec: timespec,
        st_ctimespec: timespec,
        st_birthtimespec: timespec,
        st_size: i64,
        st_blocks: i64,
        st_blksize: i32,
        st_flags: u32,
        st_gen: u32,
        st_lspare: i32,
        st_qspare: [i64; 2],
    }
    Statfs = "struct statfs" {
        f_bsize: u32,
        f_iosize: i32,
        f_blocks: u64,
        f_bfree: u64,
        f_bavail: u64,
        f_files: u64,
        f_ffree: u64,
        f_fsid: [i32; 2],
        f_owner: u32,
        f_type: u32,
        f_flags: u32,
        f_fssubtype: u32,
        f_fstypename: [c_char; 16],
        f_mntonname: [c_char; 1024],
        f_mntfromname: [c_char; 1024],
        f_flags_ext: u32,
        f_reserved: [u32; 7],
    }
    Statvfs = "struct statvfs" {
        f_bsize: u64,
        f_frsize: u64,
        f_blocks: u32,
        f_bfree: u32,
        f_bavail: u32,
        f_files: u32,
        f_ffree: u32,
        f_favail: u32,
        f_fsid: u64,
        f_flag: u64,
        f_namemax: u64,
    }
    Dirent = "struct dirent" {
        d_ino: u64,
        d_seekoff: u64,
        d_reclen: u16,
        d_namlen: u16,
        d_type: u8,
        d_name: [c_char; 1024],
    }
    Flock = "struct flock" {
        l_start: i64,
        l_len: i64,
        l_pid: i32,
        l_type: i16,
        l_whence: i16,
    }
    Sigaction = "struct sigaction" {
        sa_handler: usize,
        sa_mask: u32,
        sa_flags: i32,
    }
    Siginfo = "siginfo_t" {
        si_signo: i32,
        si_errno: i32,
        si_code: i32,
        si_pid: i32,
        si_uid: u32,
        si_status: i32,
        si_addr: *mut c_void,
        si_value: *mut c_void,
        si_band: i64,
        __pad: [u64; 7],
    }
    Stack = "stack_t" {
        ss_sp: *mut c_void,
        ss_size: usize,
        ss_flags: i32,
    }
    Passwd = "struct passwd" {
        pw_name: *mut c_char,
        pw_passwd: *mut c_char,
        pw_uid: u32,
        pw_gid: u32,
        pw_change: i64,
        pw_class: *mut c_char,
        pw_gecos: *mut c_char,
        pw_dir: *mut c_char,
        pw_shell: *mut c_char,
        pw_expire: i64,
    }
    Termios = "struct termios" {
        c_iflag: u64,
        c_oflag: u64,
        c_cflag: u64,
        c_lflag: u64,
        c_cc: [u8; 20],
        c_ispeed: u64,
        c_ospeed: u64,
    }
    Addrinfo = "struct addrinfo" {
        ai_flags: i32,
        ai_family: i32,
        ai_socktype: i32,
        ai_protocol: i32,
        ai_addrlen: u32,
        ai_canonname: *mut c_char,
        ai_addr: *mut c_void,
        ai_next: *mut Addrinfo,
    }
    Msghdr = "struct msghdr" {
        msg_name: *mut c_void,
        msg_namelen: u32,
        msg_iov: *mut libc::iovec,
        msg_iovlen: i32,
        msg_control: *mut u8,
        msg_controllen: u32,
        msg_flags: i32,
    }
    Cmsghdr = "struct cmsghdr" {
        cmsg_len: u32,
        cmsg_level: i32,
        cmsg_type: i32,
    }
    SfHdtr = "struct sf_hdtr" {
        headers: *const libc::iovec,
        hdr_cnt: i32,
        trailers: *const libc::iovec,
        trl_cnt: i32,
    }
    Kevent = "struct kevent" {
        ident: u64,
        filter: i16,
        flags: u16,
        fflags: u32,
        data: i64,
        udata: *mut c_void,
    }
    Utsname = "struct utsname" {
        sysname: [c_char; 256],
        nodename: [c_char; 256],
        release: [c_char; 256],
        version: [c_char; 256],
        machine: [c_char; 256],
    }
    /// The head of a FILE is public: `getc_unlocked` and `feof_unlocked` are macros that read it.
    File = "FILE" {
        _p: *mut u8,
        _r: i32,
        _w: i32,
        _flags: i16,
        _file: i16,
        rest: [u64; 16],
    }
    Mutex = "pthread_mutex_t" {
        __sig: i64,
        __opaque: [u64; 7],
    }
    MutexAttributes = "pthread_mutexattr_t" {
        __sig: i64,
        __opaque: [u64; 1],
    }
    Condition = "pthread_cond_t" {
        __sig: i64,
        __opaque: [u64; 5],
    }
    RwLock = "pthread_rwlock_t" {
        __sig: i64,
        __opaque: [u64; 24],
    }
    Once = "pthread_once_t" {
        __sig: i64,
        __opaque: [u64; 1],
    }
    ThreadAttributes = "pthread_attr_t" {
        __sig: i64,
        __opaque: [u64; 7],
    }
    DlInfo = "Dl_info" {
        dli_fname: *const c_char,
        dli_fbase: *mut c_void,
        dli_sname: *const c_char,
        dli_saddr: *mut c_void,
    }
    RuneLocale = "_RuneLocale" {
        __magic: [u8; 8],
        __encoding: [u8; 32],
        __sgetrune: usize,
        __sputrune: usize,
        __invalid_rune: i32,
        __runetype: [u32; 256],
        __maplower: [i32; 256],
        __mapupper: [i32; 256],
        __runetype_ext: [u64; 2],
        __maplower_ext: [u64; 2],
        __mapupper_ext: [u64; 2],
        __variable: usize,
        __variable_len: i32,
        __ncharclasses: i32,
        __charclasses: usize,
    }
    MallocZone = "malloc_zone_t" {
        reserved1: usize,
        reserved2: usize,
        size: usize,
        malloc: usize,
        calloc: usize,
        valloc: usize,
        free: usize,
        realloc: usize,
        destroy: usize,
        zone_name: usize,
        rest: [usize; 16],
    }
}
