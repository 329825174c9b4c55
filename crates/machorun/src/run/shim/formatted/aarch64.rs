//! On 64-bit ARM optional arguments are all on the stack, and a `va_list` is a pointer to them: every function becomes glibc's
//! that takes a `va_list`.

use std::arch::naked_asm;
use std::borrow::Cow;
use std::ffi::{CStr, CString, c_char, c_int, c_void};

use libc::{FILE, wchar_t};

use super::{shims, stdio};

/// Nothing passes as it is.
pub const PASSED: &[&str] = &[];

/// Linux's `va_list` (*Procedure Call Standard for the Arm 64-bit Architecture*), which leads to arguments on the stack once
/// those in registers are used up. It is passed by reference, as all that is larger than 16 bytes.
#[repr(C)]
struct VaList {
    stack: *mut u64,
    general_top: *mut u8,
    vector_top: *mut u8,
    general: c_int,
    vector: c_int,
}

impl VaList {
    /// From Darwin's, which has them all on the stack.
    fn new(darwin: *mut u64) -> Self {
        let none = std::ptr::null_mut();
        Self { stack: darwin, general_top: none, vector_top: none, general: 0, vector: 0 }
    }
}

type Arguments = *mut VaList;

unsafe extern "C" {
    #[link_name = "vfprintf"]
    fn host_vfprintf(stream: *mut FILE, format: *const c_char, arguments: Arguments) -> c_int;
    #[link_name = "vprintf"]
    fn host_vprintf(format: *const c_char, arguments: Arguments) -> c_int;
    #[link_name = "vsprintf"]
    fn host_vsprintf(to: *mut c_char, format: *const c_char, arguments: Arguments) -> c_int;
    #[link_name = "vsnprintf"]
    fn host_vsnprintf(to: *mut c_char, size: usize, format: *const c_char, arguments: Arguments) -> c_int;
    #[link_name = "vasprintf"]
    fn host_vasprintf(to: *mut *mut c_char, format: *const c_char, arguments: Arguments) -> c_int;
    #[link_name = "vswprintf"]
    fn host_vswprintf(to: *mut wchar_t, size: usize, format: *const wchar_t, arguments: Arguments) -> c_int;
    #[link_name = "vsscanf"]
    fn host_vsscanf(from: *const c_char, format: *const c_char, arguments: Arguments) -> c_int;
    #[link_name = "vscanf"]
    fn host_vscanf(format: *const c_char, arguments: Arguments) -> c_int;
    #[link_name = "vsyslog"]
    fn host_vsyslog(priority: c_int, format: *const c_char, arguments: Arguments);
    #[link_name = "verr"]
    fn host_verr(code: c_int, format: *const c_char, arguments: Arguments) -> !;
}

/// A format with the `L` of `long double` taken for the `l` of `double`, which it is on Darwin: glibc would take 16 bytes.
unsafe fn narrowed<'format>(format: *const c_char) -> Cow<'format, CStr> {
    let text = CStr::from_ptr(format);
    if !text.to_bytes().contains(&b'L') {
        return Cow::Borrowed(text);
    }
    let mut bytes = text.to_bytes().to_vec();
    let mut rest = bytes.iter_mut();
    while rest.by_ref().any(|byte| *byte == b'%') {
        // Flags, width, precision and the number of an argument.
        let modifier = rest.find(|byte| !b"#0- +'.*$123456789".contains(byte));
        if let Some(modifier) = modifier.filter(|byte| **byte == b'L')
            && rest.next().is_some_and(|conversion| b"aAeEfFgG".contains(conversion))
        {
            *modifier = b'l';
        }
    }
    Cow::Owned(CString::new(bytes).unwrap_or_default())
}

unsafe extern "C" fn vfprintf(stream: *mut c_void, format: *const c_char, arguments: *mut u64) -> c_int {
    host_vfprintf(stdio::host(stream), narrowed(format).as_ptr(), &mut VaList::new(arguments))
}

unsafe extern "C" fn vprintf(format: *const c_char, arguments: *mut u64) -> c_int {
    host_vprintf(narrowed(format).as_ptr(), &mut VaList::new(arguments))
}

unsafe extern "C" fn vsprintf(to: *mut c_char, format: *const c_char, arguments: *mut u64) -> c_int {
    host_vsprintf(to, narrowed(format).as_ptr(), &mut VaList::new(arguments))
}

unsafe extern "C" fn vsnprintf(to: *mut c_char, size: usize, format: *const c_char, arguments: *mut u64) -> c_int {
    host_vsnprintf(to, size, narrowed(format).as_ptr(), &mut VaList::new(arguments))
}

/// The compiler checked what it could; this checks the rest.
unsafe extern "C" fn vsprintf_chk(
    to: *mut c_char,
    _flag: c_int,
    room: usize,
    format: *const c_char,
    arguments: *mut u64,
) -> c_int {
    let written = vsnprintf(to, room, format, arguments);
    if usize::try_from(written).is_ok_and(|written| written >= room) {
        libc::abort();
    }
    written
}

unsafe extern "C" fn vsnprintf_chk(
    to: *mut c_char,
    size: usize,
    _flag: c_int,
    room: usize,
    format: *const c_char,
    arguments: *mut u64,
) -> c_int {
    if size > room {
        libc::abort();
    }
    vsnprintf(to, size, format, arguments)
}

unsafe extern "C" fn vasprintf(to: *mut *mut c_char, format: *const c_char, arguments: *mut u64) -> c_int {
    host_vasprintf(to, narrowed(format).as_ptr(), &mut VaList::new(arguments))
}

unsafe extern "C" fn vswprintf(to: *mut wchar_t, size: usize, format: *const wchar_t, arguments: *mut u64) -> c_int {
    host_vswprintf(to, size, format, &mut VaList::new(arguments))
}

unsafe extern "C" fn vsscanf(from: *const c_char, format: *const c_char, arguments: *mut u64) -> c_int {
    host_vsscanf(from, narrowed(format).as_ptr(), &mut VaList::new(arguments))
}

unsafe extern "C" fn vscanf(format: *const c_char, arguments: *mut u64) -> c_int {
    host_vscanf(narrowed(format).as_ptr(), &mut VaList::new(arguments))
}

unsafe extern "C" fn vsyslog(priority: c_int, format: *const c_char, arguments: *mut u64) {
    host_vsyslog(priority, narrowed(format).as_ptr(), &mut VaList::new(arguments));
}

unsafe extern "C" fn verr(code: c_int, format: *const c_char, arguments: *mut u64) -> ! {
    host_verr(code, narrowed(format).as_ptr(), &mut VaList::new(arguments))
}

/// A variadic function becomes one with a list: where the stack is when it is called, in the register after those of the
/// named arguments.
macro_rules! variadic {
    ($($name:ident: $register:literal => $function:path;)*) => {
        $(
            #[unsafe(naked)]
            unsafe extern "C" fn $name() {
                naked_asm!(concat!("mov ", $register, ", sp"), "b {}", sym $function)
            }
        )*
    };
}

variadic! {
    fprintf: "x2" => vfprintf;
    printf: "x1" => vprintf;
    sprintf: "x2" => vsprintf;
    snprintf: "x3" => vsnprintf;
    sprintf_chk: "x4" => vsprintf_chk;
    snprintf_chk: "x5" => vsnprintf_chk;
    asprintf: "x2" => vasprintf;
    swprintf: "x3" => vswprintf;
    sscanf: "x2" => vsscanf;
    scanf: "x1" => vscanf;
    syslog: "x2" => vsyslog;
    err: "x2" => verr;
}

shims! {
    [fprintf]
    [printf]
    [sprintf]
    [snprintf]
    ["___sprintf_chk" => sprintf_chk]
    ["___snprintf_chk" => snprintf_chk]
    [asprintf]
    [swprintf]
    [sscanf]
    [scanf]
    [syslog]
    ["_syslog$DARWIN_EXTSN" => syslog]
    [err]
    [vfprintf]
    [vprintf]
    [vsprintf]
    [vsnprintf]
    ["___vsprintf_chk" => vsprintf_chk]
    ["___vsnprintf_chk" => vsnprintf_chk]
    [vasprintf]
    [vsscanf]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_double_is_a_double() {
        // SAFETY: strings.
        let said = |format: &CStr| unsafe { narrowed(format.as_ptr()).into_owned() };
        assert_eq!(said(c"%d Lf"), c"%d Lf".into());
        assert_eq!(said(c"L%Lf %%Lf %-08.3Lg %2$Le %Ld %L"), c"L%lf %%Lf %-08.3lg %2$le %Ld %L".into());
    }

    #[test]
    fn arguments_are_read_from_the_stack() {
        let mut out = [0; 64];
        let text = c"text".as_ptr() as u64;
        let mut arguments = [1, text, 2.5_f64.to_bits(), u64::MAX, 5, 6, 7, 8, 9, 10];
        let format = c"%d %s %.1Lf %ld %d %d %d %d %d %d".as_ptr();
        // SAFETY: as many arguments as the format has, and room for all.
        let len = unsafe { vsnprintf(out.as_mut_ptr(), out.len(), format, arguments.as_mut_ptr()) };
        assert_eq!(&out[..len as usize], b"1 text 2.5 -1 5 6 7 8 9 10");
    }
}
