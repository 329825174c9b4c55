//! Jumps of `setjmp.h`. glibc's buffer has 200 bytes and more, Darwin's 148 on x86_64 and 192 on 64-bit ARM
//! (`machine/setjmp.h`), so glibc's can't be used. `arch` keeps registers in the first of them.

use std::ffi::{c_int, c_void};

use super::{d, shims, signals};
use crate::run::arch;

arch::jumps!(set, jump; set_with_mask => keep_mask, jump_with_mask => put_mask_back);

/// What is in the buffer behind the registers.
#[repr(C)]
struct Kept {
    mask: u32,
    /// Whether the mask counts.
    wanted: c_int,
}

unsafe fn kept(buffer: *mut c_void) -> *mut Kept {
    buffer.add(arch::JUMP).cast()
}

unsafe extern "C" fn keep_mask(buffer: *mut c_void, wanted: c_int) {
    let mut mask = 0;
    if wanted != 0 {
        signals::pthread_sigmask(d::SIG_BLOCK, std::ptr::null(), &mut mask);
    }
    kept(buffer).write(Kept { mask, wanted });
}

unsafe extern "C" fn put_mask_back(buffer: *mut c_void, _value: c_int) {
    let Kept { mask, wanted } = kept(buffer).read();
    if wanted != 0 {
        signals::pthread_sigmask(d::SIG_SETMASK, &mask, std::ptr::null_mut());
    }
}

shims! {
    ["__setjmp" => set]
    ["__longjmp" => jump]
    ["_sigsetjmp" => set_with_mask]
    ["_siglongjmp" => jump_with_mask]
}
