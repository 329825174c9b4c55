//! On x86_64 arguments are where glibc looks for them, so its functions are called; those with a stream are jumps to them
//! with the proxy replaced by glibc's stream.

use std::arch::naked_asm;
use std::ffi::{c_char, c_int, c_void};

use libc::FILE;

use super::shims;
use super::stdio::HOST;

/// Symbols of libSystem that are glibc's, without what follows a `$`. In order.
pub const PASSED: &[&str] = &[
    "___sprintf_chk",
    "_asprintf",
    "_err",
    "_printf",
    "_scanf",
    "_snprintf",
    "_sprintf",
    "_sscanf",
    "_swprintf",
    "_syslog",
    "_syslog$DARWIN_EXTSN",
    "_vasprintf",
    "_vprintf",
    "_vsnprintf",
    "_vsprintf",
    "_vsscanf",
];

unsafe extern "C" {
    fn fprintf(stream: *mut FILE, format: *const c_char, ...) -> c_int;
    fn vfprintf(stream: *mut FILE, format: *const c_char, arguments: *mut c_void) -> c_int;
}

macro_rules! jumps {
    ($($name:ident => $target:path;)*) => {
        $(
            #[unsafe(naked)]
            unsafe extern "C" fn $name() {
                naked_asm!("mov rdi, [rdi + {host}]", "jmp {target}", host = const HOST, target = sym $target)
            }
        )*
    };
}

jumps! {
    jump_fprintf => fprintf;
    jump_vfprintf => vfprintf;
}

shims! {
    ["_fprintf" => jump_fprintf]
    ["_vfprintf" => jump_vfprintf]
}
