//! libedit: Debian's is the library that Apple's is made from. Its two variables that hold streams want glibc's.

use std::ffi::{CStr, c_char, c_int, c_void};
use std::sync::OnceLock;

use super::{shims, stdio};

static mut RL_INSTREAM: *mut c_void = std::ptr::null_mut();
static mut RL_OUTSTREAM: *mut c_void = std::ptr::null_mut();

/// The address of a symbol of the host's libedit. It is there: imports of libedit were resolved against it.
unsafe fn host(name: &CStr) -> *mut c_void {
    static LIBRARY: OnceLock<usize> = OnceLock::new();
    let library = LIBRARY.get_or_init(|| libc::dlopen(c"libedit.so.2".as_ptr(), libc::RTLD_NOW) as usize);
    libc::dlsym(*library as *mut c_void, name.as_ptr())
}

/// Hands the streams on, before libedit looks at them.
unsafe fn hand_on() {
    for (name, proxy) in [(c"rl_instream", RL_INSTREAM), (c"rl_outstream", RL_OUTSTREAM)] {
        let variable = host(name).cast::<*mut libc::FILE>();
        if !variable.is_null() && !proxy.is_null() {
            variable.write(stdio::host(proxy));
        }
    }
}

unsafe extern "C" fn rl_initialize() -> c_int {
    hand_on();
    std::mem::transmute::<*mut c_void, unsafe extern "C" fn() -> c_int>(host(c"rl_initialize"))()
}

unsafe extern "C" fn rl_prep_terminal(meta: c_int) {
    hand_on();
    std::mem::transmute::<*mut c_void, unsafe extern "C" fn(c_int)>(host(c"rl_prep_terminal"))(meta);
}

unsafe extern "C" fn rl_callback_handler_install(prompt: *const c_char, call: *mut c_void) {
    hand_on();
    let install: unsafe extern "C" fn(*const c_char, *mut c_void) =
        std::mem::transmute(host(c"rl_callback_handler_install"));
    install(prompt, call);
}

shims! {
    ["_rl_instream" => data &raw const RL_INSTREAM]
    ["_rl_outstream" => data &raw const RL_OUTSTREAM]
    [rl_initialize]
    [rl_prep_terminal]
    [rl_callback_handler_install]
}
