//! Threads. A `pthread_t` is glibc's; attributes fit into Darwin's larger structure.

use std::ffi::{c_char, c_int, c_ulong, c_void};
use std::mem::MaybeUninit;
use std::ops::Range;

use libc::{pthread_attr_t, pthread_t};

use super::errno::darwin;
use super::{d, errno, shims};
use crate::run::thread_locals;

const _: () = assert!(size_of::<pthread_attr_t>() <= size_of::<d::ThreadAttributes>());

type Start = unsafe extern "C" fn(*mut c_void) -> *mut c_void;

struct Beginning {
    start: Start,
    argument: *mut c_void,
}

extern "C" fn begin(beginning: *mut c_void) -> *mut c_void {
    // SAFETY: from `pthread_create` below, for this thread alone.
    unsafe {
        let Beginning { start, argument } = *Box::from_raw(beginning.cast::<Beginning>());
        thread_locals::enter_thread();
        start(argument)
    }
}

unsafe extern "C" fn pthread_create(
    thread: *mut pthread_t,
    attributes: *const pthread_attr_t,
    start: Start,
    argument: *mut c_void,
) -> c_int {
    let beginning = Box::into_raw(Box::new(Beginning { start, argument }));
    let result = libc::pthread_create(thread, attributes, begin, beginning.cast());
    if result != 0 {
        drop(Box::from_raw(beginning));
    }
    darwin(result)
}

unsafe extern "C" fn pthread_join(thread: pthread_t, value: *mut *mut c_void) -> c_int {
    darwin(libc::pthread_join(thread, value))
}

unsafe extern "C" fn pthread_detach(thread: pthread_t) -> c_int {
    darwin(libc::pthread_detach(thread))
}

unsafe extern "C" fn pthread_attr_setstacksize(attributes: *mut pthread_attr_t, size: usize) -> c_int {
    darwin(libc::pthread_attr_setstacksize(attributes, size))
}

/// All threads compete in the whole system on both.
unsafe extern "C" fn pthread_attr_setscope(_attributes: *mut pthread_attr_t, _scope: c_int) -> c_int {
    0
}

unsafe extern "C" fn pthread_attr_setdetachstate(attributes: *mut pthread_attr_t, state: c_int) -> c_int {
    let table = [
        (d::PTHREAD_CREATE_JOINABLE, libc::PTHREAD_CREATE_JOINABLE),
        (d::PTHREAD_CREATE_DETACHED, libc::PTHREAD_CREATE_DETACHED),
    ];
    match super::to_linux(&table, state) {
        Some(state) => libc::pthread_attr_setdetachstate(attributes, state),
        None => d::EINVAL,
    }
}

/// A key is 8 bytes on Darwin.
unsafe extern "C" fn pthread_key_create(
    key: *mut c_ulong,
    destructor: Option<unsafe extern "C" fn(*mut c_void)>,
) -> c_int {
    let mut linux = 0;
    let result = libc::pthread_key_create(&mut linux, destructor);
    if result == 0 {
        key.write(linux.into());
    }
    darwin(result)
}

unsafe extern "C" fn pthread_threadid_np(_thread: pthread_t, out: *mut u64) -> c_int {
    if out.is_null() {
        return d::EINVAL;
    }
    out.write(libc::gettid() as u64);
    0
}

unsafe extern "C" fn pthread_setname_np(name: *const c_char) -> c_int {
    libc::prctl(libc::PR_SET_NAME, name);
    0
}

unsafe extern "C" fn pthread_getname_np(thread: pthread_t, name: *mut c_char, size: usize) -> c_int {
    darwin(libc::pthread_getname_np(thread, name, size))
}

/// The addresses of a thread's stack, its guard left out; none when there is no such thread.
pub(super) unsafe fn stack(thread: pthread_t) -> Range<usize> {
    let saved = errno::save();
    let mut attributes = MaybeUninit::<pthread_attr_t>::uninit();
    let (mut lowest, mut size, mut guard) = (std::ptr::null_mut(), 0, 0);
    if libc::pthread_getattr_np(thread, attributes.as_mut_ptr()) == 0 {
        libc::pthread_attr_getstack(attributes.as_ptr(), &mut lowest, &mut size);
        libc::pthread_attr_getguardsize(attributes.as_ptr(), &mut guard);
        libc::pthread_attr_destroy(attributes.as_mut_ptr());
    }
    errno::restore(saved);
    let highest = lowest as usize + size;
    (lowest as usize + guard).min(highest)..highest
}

/// On Darwin a stack's address is its upper end: there it begins.
unsafe extern "C" fn pthread_get_stackaddr_np(thread: pthread_t) -> *mut c_void {
    stack(thread).end as *mut c_void
}

unsafe extern "C" fn pthread_get_stacksize_np(thread: pthread_t) -> usize {
    stack(thread).len()
}

/// Calls a destructor when the thread ends, in the opposite order of registration: glibc's own list does just that.
unsafe extern "C" fn tlv_atexit(destructor: unsafe extern "C" fn(*mut c_void), object: *mut c_void) {
    unsafe extern "C" {
        fn __cxa_thread_atexit_impl(destructor: *const (), object: *mut c_void, image: *const c_void) -> c_int;
        static __dso_handle: u8;
    }
    __cxa_thread_atexit_impl(destructor as *const (), object, (&raw const __dso_handle).cast());
}

unsafe extern "C" fn pthread_atfork(
    before: Option<unsafe extern "C" fn()>,
    parent: Option<unsafe extern "C" fn()>,
    child: Option<unsafe extern "C" fn()>,
) -> c_int {
    // What glibc's own function calls, which is in a static library.
    unsafe extern "C" {
        fn __register_atfork(
            before: Option<unsafe extern "C" fn()>,
            parent: Option<unsafe extern "C" fn()>,
            child: Option<unsafe extern "C" fn()>,
            library: *mut c_void,
        ) -> c_int;
    }
    darwin(__register_atfork(before, parent, child, std::ptr::null_mut()))
}

shims! {
    [pthread_atfork]
    ["__tlv_atexit" => tlv_atexit]
    [pthread_create]
    [pthread_join]
    [pthread_detach]
    [pthread_attr_setstacksize]
    [pthread_attr_setscope]
    [pthread_attr_setdetachstate]
    [pthread_key_create]
    [pthread_threadid_np]
    [pthread_setname_np]
    [pthread_getname_np]
    [pthread_get_stackaddr_np]
    [pthread_get_stacksize_np]
}
