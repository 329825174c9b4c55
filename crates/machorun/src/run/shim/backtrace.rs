//! Callers of callers (`execinfo.h`). Code for macOS keeps frame pointers: a register points to the caller's, and above that
//! lies where the call returns to.

use std::ffi::c_int;

use super::{shims, threads};
use crate::run::arch;

arch::with_frame!(backtrace => walk);

/// Writes at most `size` return addresses, the innermost first, and says how many.
unsafe extern "C" fn walk(addresses: *mut u64, size: c_int, frame: usize, returns_to: u64) -> c_int {
    let stack = threads::stack(libc::pthread_self());
    let (mut frame, mut address) = (frame, returns_to);
    let mut count = 0;
    while count < size && address != 0 {
        addresses.add(count as usize).write(address);
        count += 1;
        if !frame.is_multiple_of(8) || frame < stack.start || frame > stack.end.saturating_sub(16) {
            break;
        }
        let [above, next] = (frame as *const [usize; 2]).read();
        address = next as u64;
        // Callers' frames lie above; a smaller number is none.
        frame = if above > frame { above } else { 0 };
    }
    count
}

shims! {
    [backtrace]
}
