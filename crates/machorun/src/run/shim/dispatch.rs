//! Semaphores of libdispatch (`dispatch/semaphore.h`, `dispatch/time.h`): Rust's standard library parks its threads with them.

use std::sync::{Condvar, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use super::shims;

/// `KERN_OPERATION_TIMED_OUT` of `mach/kern_return.h`: any number but 0 would do.
const TIMED_OUT: isize = 49;

/// `DISPATCH_TIME_FOREVER`.
const FOREVER: u64 = u64::MAX;

struct Semaphore {
    value: Mutex<isize>,
    raised: Condvar,
}

unsafe extern "C" fn dispatch_semaphore_create(value: isize) -> *mut Semaphore {
    Box::into_raw(Box::new(Semaphore { value: Mutex::new(value), raised: Condvar::new() }))
}

unsafe extern "C" fn dispatch_semaphore_signal(semaphore: *mut Semaphore) -> isize {
    let mut value = (*semaphore).value.lock().unwrap_or_else(PoisonError::into_inner);
    *value += 1;
    (*semaphore).raised.notify_one();
    0
}

unsafe extern "C" fn dispatch_semaphore_wait(semaphore: *mut Semaphore, until: u64) -> isize {
    let mut value = (*semaphore).value.lock().unwrap_or_else(PoisonError::into_inner);
    while *value <= 0 {
        value = if until == FOREVER {
            (*semaphore).raised.wait(value).unwrap_or_else(PoisonError::into_inner)
        } else {
            let left = until.saturating_sub(now());
            if left == 0 {
                return TIMED_OUT;
            }
            let waited = (*semaphore).raised.wait_timeout(value, Duration::from_nanos(left));
            waited.unwrap_or_else(PoisonError::into_inner).0
        };
    }
    *value -= 1;
    0
}

unsafe extern "C" fn dispatch_release(semaphore: *mut Semaphore) {
    drop(Box::from_raw(semaphore));
}

/// Nanoseconds of a clock of its own, never 0: that is `DISPATCH_TIME_NOW`.
fn now() -> u64 {
    static START: OnceLock<Instant> = OnceLock::new();
    let passed = START.get_or_init(Instant::now).elapsed().as_nanos();
    u64::try_from(passed).unwrap_or(FOREVER - 1) + 1
}

unsafe extern "C" fn dispatch_time(when: u64, nanoseconds: i64) -> u64 {
    let when = if when == 0 { now() } else { when };
    when.saturating_add_signed(nanoseconds).min(FOREVER - 1)
}

shims! {
    [dispatch_semaphore_create]
    [dispatch_semaphore_signal]
    [dispatch_semaphore_wait]
    [dispatch_release]
    [dispatch_time]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_ends_with_a_signal_or_when_its_time_is_over() {
        // SAFETY: what was created is used, then released.
        unsafe {
            let semaphore = dispatch_semaphore_create(0);
            assert_eq!(dispatch_semaphore_wait(semaphore, dispatch_time(0, 1)), TIMED_OUT);
            let address = semaphore as usize;
            let other = std::thread::spawn(move || dispatch_semaphore_signal(address as *mut Semaphore));
            assert_eq!(dispatch_semaphore_wait(semaphore, FOREVER), 0);
            other.join().unwrap();
            dispatch_release(semaphore);
        }
    }
}
