//! Mutexes, conditions, read-write locks and `pthread_once`.
//!
//! Darwin's objects start with a signature: one for each static initialiser, another once the object is set up
//! (`pthread_impl.h`). Ours is the same idea: a word that says what state the object is in; glibc's object lies behind
//! it where it fits, and on the heap where it doesn't.

use std::ffi::{c_int, c_void};
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};

use libc::{pthread_cond_t, pthread_mutex_t, pthread_mutexattr_t, pthread_rwlock_t, timespec};

use super::errno::darwin;
use super::{d, shims};

/// The object behind the word is ready.
const READY: i64 = 0x4c49_4e55_5831;
/// Somebody is setting it up.
const BUSY: i64 = 0x4c49_4e55_5832;

const _: () = assert!(size_of::<pthread_mutex_t>() <= size_of::<d::Mutex>() - 8);
const _: () = assert!(size_of::<pthread_rwlock_t>() <= size_of::<d::RwLock>() - 8);

/// Sets an object up once, whoever comes first.
unsafe fn ready(signature: *mut i64, set_up: impl FnOnce(i64)) {
    let word = AtomicI64::from_ptr(signature);
    let mut state = word.load(Ordering::Acquire);
    loop {
        match state {
            READY => return,
            BUSY => {
                std::thread::yield_now();
                state = word.load(Ordering::Acquire);
            }
            initial => match word.compare_exchange(initial, BUSY, Ordering::Acquire, Ordering::Acquire) {
                Ok(_) => {
                    set_up(initial);
                    word.store(READY, Ordering::Release);
                    return;
                }
                Err(now) => state = now,
            },
        }
    }
}

unsafe fn set_up_mutex(mutex: *mut pthread_mutex_t, kind: c_int) {
    let linux = match kind {
        d::PTHREAD_MUTEX_RECURSIVE => libc::PTHREAD_MUTEX_RECURSIVE,
        d::PTHREAD_MUTEX_ERRORCHECK => libc::PTHREAD_MUTEX_ERRORCHECK,
        _ => libc::PTHREAD_MUTEX_NORMAL,
    };
    let mut attributes: pthread_mutexattr_t = std::mem::zeroed();
    libc::pthread_mutexattr_init(&mut attributes);
    libc::pthread_mutexattr_settype(&mut attributes, linux);
    libc::pthread_mutex_init(mutex, &attributes);
}

unsafe fn mutex(darwin: *mut d::Mutex) -> *mut pthread_mutex_t {
    let inner = (&raw mut (*darwin).__opaque).cast::<pthread_mutex_t>();
    ready(&raw mut (*darwin).__sig, |signature| {
        let kind = match signature as i32 {
            d::_PTHREAD_RECURSIVE_MUTEX_SIG_init => d::PTHREAD_MUTEX_RECURSIVE,
            d::_PTHREAD_ERRORCHECK_MUTEX_SIG_init => d::PTHREAD_MUTEX_ERRORCHECK,
            _ => d::PTHREAD_MUTEX_NORMAL,
        };
        set_up_mutex(inner, kind);
    });
    inner
}

unsafe extern "C" fn pthread_mutex_init(darwin: *mut d::Mutex, attributes: *const d::MutexAttributes) -> c_int {
    let inner = (&raw mut (*darwin).__opaque).cast::<pthread_mutex_t>();
    let kind = attributes.as_ref().map_or(d::PTHREAD_MUTEX_NORMAL, |attributes| attributes.__opaque[0] as i32);
    set_up_mutex(inner, kind);
    AtomicI64::from_ptr(&raw mut (*darwin).__sig).store(READY, Ordering::Release);
    0
}

unsafe extern "C" fn pthread_mutex_destroy(object: *mut d::Mutex) -> c_int {
    let result = libc::pthread_mutex_destroy(mutex(object));
    if result == 0 {
        (*object).__sig = 0;
    }
    darwin(result)
}

unsafe extern "C" fn pthread_mutex_lock(object: *mut d::Mutex) -> c_int {
    darwin(libc::pthread_mutex_lock(mutex(object)))
}

unsafe extern "C" fn pthread_mutex_trylock(object: *mut d::Mutex) -> c_int {
    darwin(libc::pthread_mutex_trylock(mutex(object)))
}

unsafe extern "C" fn pthread_mutex_unlock(object: *mut d::Mutex) -> c_int {
    darwin(libc::pthread_mutex_unlock(mutex(object)))
}

unsafe extern "C" fn pthread_mutexattr_init(attributes: *mut d::MutexAttributes) -> c_int {
    attributes.write(d::MutexAttributes { __sig: READY, __opaque: [d::PTHREAD_MUTEX_DEFAULT as u64] });
    0
}

unsafe extern "C" fn pthread_mutexattr_settype(attributes: *mut d::MutexAttributes, kind: c_int) -> c_int {
    (*attributes).__opaque = [kind as u64];
    0
}

unsafe extern "C" fn pthread_mutexattr_destroy(_attributes: *mut d::MutexAttributes) -> c_int {
    0
}

/// glibc's condition is as large as Darwin's whole, so it lies on the heap.
unsafe fn condition(darwin: *mut d::Condition) -> *mut pthread_cond_t {
    ready(&raw mut (*darwin).__sig, |_| {
        let inner = Box::new(libc::PTHREAD_COND_INITIALIZER);
        (*darwin).__opaque[0] = Box::into_raw(inner) as u64;
    });
    (*darwin).__opaque[0] as *mut pthread_cond_t
}

unsafe extern "C" fn pthread_cond_init(object: *mut d::Condition, _attributes: *const c_void) -> c_int {
    (*object).__sig = d::_PTHREAD_COND_SIG_init.into();
    condition(object);
    0
}

unsafe extern "C" fn pthread_cond_destroy(object: *mut d::Condition) -> c_int {
    let inner = condition(object);
    libc::pthread_cond_destroy(inner);
    drop(Box::from_raw(inner));
    (*object).__sig = 0;
    0
}

unsafe extern "C" fn pthread_cond_signal(object: *mut d::Condition) -> c_int {
    darwin(libc::pthread_cond_signal(condition(object)))
}

unsafe extern "C" fn pthread_cond_broadcast(object: *mut d::Condition) -> c_int {
    darwin(libc::pthread_cond_broadcast(condition(object)))
}

unsafe extern "C" fn pthread_cond_wait(object: *mut d::Condition, with: *mut d::Mutex) -> c_int {
    darwin(libc::pthread_cond_wait(condition(object), mutex(with)))
}

unsafe extern "C" fn pthread_cond_timedwait(
    object: *mut d::Condition,
    with: *mut d::Mutex,
    until: *const timespec,
) -> c_int {
    darwin(libc::pthread_cond_timedwait(condition(object), mutex(with), until))
}

/// Waits so long from now, rather than until a time.
unsafe extern "C" fn pthread_cond_timedwait_relative_np(
    object: *mut d::Condition,
    with: *mut d::Mutex,
    time: *const timespec,
) -> c_int {
    let mut until = timespec { tv_sec: 0, tv_nsec: 0 };
    libc::clock_gettime(libc::CLOCK_MONOTONIC, &mut until);
    until.tv_sec = until.tv_sec.saturating_add((*time).tv_sec);
    until.tv_nsec += (*time).tv_nsec;
    if until.tv_nsec >= 1_000_000_000 {
        until.tv_nsec -= 1_000_000_000;
        until.tv_sec = until.tv_sec.saturating_add(1);
    }
    unsafe extern "C" {
        fn pthread_cond_clockwait(
            condition: *mut pthread_cond_t,
            mutex: *mut pthread_mutex_t,
            clock: libc::clockid_t,
            until: *const timespec,
        ) -> c_int;
    }
    darwin(pthread_cond_clockwait(condition(object), mutex(with), libc::CLOCK_MONOTONIC, &until))
}

unsafe fn rwlock(darwin: *mut d::RwLock) -> *mut pthread_rwlock_t {
    let inner = (&raw mut (*darwin).__opaque).cast::<pthread_rwlock_t>();
    ready(&raw mut (*darwin).__sig, |_| {
        libc::pthread_rwlock_init(inner, std::ptr::null());
    });
    inner
}

unsafe extern "C" fn pthread_rwlock_init(object: *mut d::RwLock, _attributes: *const c_void) -> c_int {
    (*object).__sig = d::_PTHREAD_RWLOCK_SIG_init.into();
    rwlock(object);
    0
}

unsafe extern "C" fn pthread_rwlock_destroy(object: *mut d::RwLock) -> c_int {
    let result = libc::pthread_rwlock_destroy(rwlock(object));
    (*object).__sig = 0;
    darwin(result)
}

unsafe extern "C" fn pthread_rwlock_rdlock(object: *mut d::RwLock) -> c_int {
    darwin(libc::pthread_rwlock_rdlock(rwlock(object)))
}

unsafe extern "C" fn pthread_rwlock_wrlock(object: *mut d::RwLock) -> c_int {
    darwin(libc::pthread_rwlock_wrlock(rwlock(object)))
}

unsafe extern "C" fn pthread_rwlock_unlock(object: *mut d::RwLock) -> c_int {
    darwin(libc::pthread_rwlock_unlock(rwlock(object)))
}

unsafe extern "C" fn pthread_once(once: *mut d::Once, call: unsafe extern "C" fn()) -> c_int {
    ready(&raw mut (*once).__sig, |_| call());
    0
}

/// `os/lock.h`: a word that is 0 while nobody has the lock. Darwin's wait in the kernel; these wait in turns.
unsafe extern "C" fn os_unfair_lock_lock(lock: *mut u32) {
    let word = AtomicU32::from_ptr(lock);
    while word.compare_exchange_weak(0, 1, Ordering::Acquire, Ordering::Relaxed).is_err() {
        std::thread::yield_now();
    }
}

unsafe extern "C" fn os_unfair_lock_unlock(lock: *mut u32) {
    AtomicU32::from_ptr(lock).store(0, Ordering::Release);
}

shims! {
    [os_unfair_lock_lock]
    [os_unfair_lock_unlock]
    [pthread_mutex_init]
    [pthread_mutex_destroy]
    [pthread_mutex_lock]
    [pthread_mutex_trylock]
    [pthread_mutex_unlock]
    [pthread_mutexattr_init]
    [pthread_mutexattr_settype]
    [pthread_mutexattr_destroy]
    [pthread_cond_init]
    [pthread_cond_destroy]
    [pthread_cond_signal]
    [pthread_cond_broadcast]
    [pthread_cond_wait]
    [pthread_cond_timedwait]
    [pthread_cond_timedwait_relative_np]
    [pthread_rwlock_init]
    [pthread_rwlock_destroy]
    [pthread_rwlock_rdlock]
    [pthread_rwlock_wrlock]
    [pthread_rwlock_unlock]
    [pthread_once]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How often each thread adds one.
    const TIMES: u32 = 1000;

    struct Shared(std::cell::UnsafeCell<(u32, u32)>);

    // SAFETY: the number is touched with the lock only.
    unsafe impl Sync for Shared {}

    #[test]
    fn an_unfair_lock_lets_one_thread_in() {
        static SHARED: Shared = Shared(std::cell::UnsafeCell::new((0, 0)));
        let add = || {
            for _ in 0..TIMES {
                // SAFETY: both lead into a static.
                unsafe {
                    let (lock, number) = (&raw mut (*SHARED.0.get()).0, &raw mut (*SHARED.0.get()).1);
                    os_unfair_lock_lock(lock);
                    number.write(number.read() + 1);
                    os_unfair_lock_unlock(lock);
                }
            }
        };
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(add);
            }
        });
        // SAFETY: all threads have ended.
        assert_eq!(unsafe { *SHARED.0.get() }, (0, 4 * TIMES));
    }
}
