//! Unwinding, which nothing here does yet: a panic says what it has to say, and the program ends.

use std::ffi::c_int;

use super::shims;

/// `_URC_END_OF_STACK` of `unwind.h`: there is nobody who would catch it.
const END_OF_STACK: c_int = 5;

unsafe extern "C" fn nobody() -> c_int {
    END_OF_STACK
}

shims! {
    ["__Unwind_Backtrace" => nobody]
    ["__Unwind_RaiseException" => nobody]
}
