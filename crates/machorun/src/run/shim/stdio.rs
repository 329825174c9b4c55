//! Streams. Darwin's `FILE` has a public head that macros read, so Darwin's code gets a proxy of glibc's stream.
//!
//! The proxy never has buffered characters (`_r` is 0), so `getc_unlocked` always calls `__srget`; its flags tell
//! `feof_unlocked` and `ferror_unlocked`. `formatted` has the variadic functions.

use std::ffi::{c_char, c_int, c_long, c_void};

use libc::FILE;

use super::files::Path;
use super::{d, shims};

/// A proxy: Darwin's structure, then glibc's stream.
#[repr(C)]
struct Stream {
    head: d::File,
    host: *mut FILE,
}

/// Where glibc's stream is in the proxy, bytes.
#[cfg(target_arch = "x86_64")]
pub const HOST: usize = std::mem::offset_of!(Stream, host);

/// `__SEOF` and `__SERR` of `stdio.h`.
const END: i16 = 0x20;
const ERROR: i16 = 0x40;

const CLOSED: Stream = Stream {
    head: d::File { _p: std::ptr::null_mut(), _r: 0, _w: 0, _flags: 0, _file: 0, rest: [0; 16] },
    host: std::ptr::null_mut(),
};

static mut STANDARD: [Stream; 3] = [CLOSED, CLOSED, CLOSED];
static mut STDIN: *mut Stream = (&raw mut STANDARD).cast::<Stream>();
static mut STDOUT: *mut Stream = (&raw mut STANDARD).cast::<Stream>().wrapping_add(1);
static mut STDERR: *mut Stream = (&raw mut STANDARD).cast::<Stream>().wrapping_add(2);

unsafe extern "C" {
    static mut stdin: *mut FILE;
    static mut stdout: *mut FILE;
    static mut stderr: *mut FILE;
    fn flockfile(stream: *mut FILE);
    fn funlockfile(stream: *mut FILE);
}

/// Makes the proxies of the standard streams.
pub fn prepare() {
    // SAFETY: before any thread of the program starts.
    unsafe {
        for (number, host) in [stdin, stdout, stderr].into_iter().enumerate() {
            let proxy = (&raw mut STANDARD).cast::<Stream>().add(number);
            (*proxy).host = host;
            (*proxy).head._file = number as i16;
        }
    }
}

/// glibc's stream of a proxy.
pub unsafe fn host(proxy: *mut c_void) -> *mut FILE {
    if proxy.is_null() { std::ptr::null_mut() } else { (*proxy.cast::<Stream>()).host }
}

unsafe fn proxy(host: *mut FILE) -> *mut Stream {
    if host.is_null() {
        return std::ptr::null_mut();
    }
    let head = d::File { _file: libc::fileno(host) as i16, ..CLOSED.head };
    Box::into_raw(Box::new(Stream { head, host }))
}

/// Sets the flags that macros look at.
unsafe fn note(stream: *mut Stream) {
    let mut flags = 0;
    if libc::feof((*stream).host) != 0 {
        flags |= END;
    }
    if libc::ferror((*stream).host) != 0 {
        flags |= ERROR;
    }
    (*stream).head._flags = flags;
    (*stream).head._r = 0;
}

unsafe extern "C" fn fopen(path: *const c_char, mode: *const c_char) -> *mut Stream {
    proxy(libc::fopen(Path::new(path).as_ptr(), mode))
}

unsafe extern "C" fn fdopen(file: c_int, mode: *const c_char) -> *mut Stream {
    proxy(libc::fdopen(file, mode))
}

unsafe extern "C" fn tmpfile() -> *mut Stream {
    proxy(libc::tmpfile())
}

unsafe extern "C" fn fclose(stream: *mut Stream) -> c_int {
    let result = libc::fclose((*stream).host);
    let standard = (&raw mut STANDARD).cast::<Stream>();
    if !(standard..standard.add(3)).contains(&stream) {
        drop(Box::from_raw(stream));
    }
    result
}

unsafe extern "C" fn fread(to: *mut c_void, size: usize, count: usize, stream: *mut Stream) -> usize {
    let result = libc::fread(to, size, count, (*stream).host);
    note(stream);
    result
}

unsafe extern "C" fn fwrite(from: *const c_void, size: usize, count: usize, stream: *mut Stream) -> usize {
    let result = libc::fwrite(from, size, count, (*stream).host);
    note(stream);
    result
}

unsafe extern "C" fn fgetc(stream: *mut Stream) -> c_int {
    let result = libc::fgetc((*stream).host);
    note(stream);
    result
}

unsafe extern "C" fn fgets(to: *mut c_char, size: c_int, stream: *mut Stream) -> *mut c_char {
    let result = libc::fgets(to, size, (*stream).host);
    note(stream);
    result
}

unsafe extern "C" fn ungetc(character: c_int, stream: *mut Stream) -> c_int {
    let result = libc::ungetc(character, (*stream).host);
    note(stream);
    result
}

unsafe extern "C" fn fputc(character: c_int, stream: *mut Stream) -> c_int {
    libc::fputc(character, (*stream).host)
}

unsafe extern "C" fn fputs(text: *const c_char, stream: *mut Stream) -> c_int {
    libc::fputs(text, (*stream).host)
}

unsafe extern "C" fn fflush(stream: *mut Stream) -> c_int {
    libc::fflush(if stream.is_null() { std::ptr::null_mut() } else { (*stream).host })
}

unsafe extern "C" fn fseek(stream: *mut Stream, offset: c_long, whence: c_int) -> c_int {
    let result = libc::fseek((*stream).host, offset, whence);
    note(stream);
    result
}

unsafe extern "C" fn rewind(stream: *mut Stream) {
    libc::rewind((*stream).host);
    note(stream);
}

unsafe extern "C" fn clearerr(stream: *mut Stream) {
    libc::clearerr((*stream).host);
    note(stream);
}

/// Functions that only need glibc's stream in place of the proxy, with all other arguments as they are.
macro_rules! of_host {
    ($($name:ident($($argument:ident: $type:ty),*) $(-> $result:ty)? => $target:path;)*) => {
        $(
            unsafe extern "C" fn $name(stream: *mut Stream, $($argument: $type),*) $(-> $result)? {
                $target((*stream).host, $($argument),*)
            }
        )*
    };
}

of_host! {
    ftell() -> c_long => libc::ftell;
    feof() -> c_int => libc::feof;
    ferror() -> c_int => libc::ferror;
    fileno() -> c_int => libc::fileno;
    lock() => flockfile;
    unlock() => funlockfile;
    setbuf(buffer: *mut c_char) => libc::setbuf;
    // _IOFBF, _IOLBF and _IONBF are 0, 1, 2 on both.
    setvbuf(buffer: *mut c_char, mode: c_int, size: usize) -> c_int => libc::setvbuf;
}

shims! {
    ["___stdinp" => data &raw const STDIN]
    ["___stdoutp" => data &raw const STDOUT]
    ["___stderrp" => data &raw const STDERR]
    [fopen]
    ["_fopen$DARWIN_EXTSN" => fopen]
    [fdopen]
    ["_fdopen$DARWIN_EXTSN" => fdopen]
    [tmpfile]
    [fclose]
    [fread]
    [fwrite]
    [fgetc]
    ["_getc" => fgetc]
    ["___srget" => fgetc]
    [fgets]
    [ungetc]
    [fputc]
    ["_putc" => fputc]
    [fputs]
    [fflush]
    [fseek]
    // off_t and long have 64 bits on both.
    ["_fseeko" => fseek]
    [rewind]
    [clearerr]
    [ftell]
    ["_ftello" => ftell]
    [feof]
    [ferror]
    [fileno]
    ["_flockfile" => lock]
    ["_funlockfile" => unlock]
    [setbuf]
    [setvbuf]
}
