//! The unified log (`os/log.h`). Nobody reads it here, so no type of message is enabled, and what is sent anyway is dropped.

use std::ffi::{c_char, c_int, c_void};

use super::shims;

/// Programs only take its address: `OS_LOG_DEFAULT`.
static DEFAULT: [u64; 8] = [0; 8];

unsafe extern "C" fn os_log_type_enabled(_log: *const c_void, _type: u8) -> c_int {
    0
}

/// What Clang's `os_log_with_type` becomes.
unsafe extern "C" fn os_log_impl(
    _image: *const c_void,
    _log: *const c_void,
    _type: u8,
    _format: *const c_char,
    _arguments: *const u8,
    _size: u32,
) {
}

shims! {
    ["__os_log_default" => data &raw const DEFAULT]
    ["__os_log_impl" => os_log_impl]
    [os_log_type_enabled]
}
