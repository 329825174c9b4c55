//! As much of Objective-C's run-time library (`objc/runtime.h`, `objc/message.h`, and Clang's "Automatic Reference Counting") as
//! code needs that has no objects: messages to nil, selectors, pools. A message to an object says so and ends the process,
//! since no class is here.

use std::collections::HashMap;
use std::ffi::{CStr, c_char, c_void};
use std::sync::{Mutex, PoisonError};

use super::shims;
use crate::run::arch;

arch::messages!(objc_msgSend => sent);

/// Selectors are their names.
unsafe extern "C" fn sent(selector: *const c_char) -> ! {
    let name = if selector.is_null() { "?".into() } else { CStr::from_ptr(selector).to_string_lossy() };
    let text = format!("machorun: [… {name}] was sent, and there are no objects here\n");
    libc::write(2, text.as_ptr().cast(), text.len());
    libc::abort()
}

/// One selector a name.
#[allow(non_snake_case)]
unsafe extern "C" fn sel_registerName(name: *const c_char) -> *const c_char {
    static KNOWN: Mutex<Option<HashMap<Vec<u8>, usize>>> = Mutex::new(None);
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    let name = CStr::from_ptr(name).to_owned();
    let known = known.get_or_insert_default();
    *known.entry(name.to_bytes().to_vec()).or_insert_with(|| name.into_raw() as usize) as *const c_char
}

unsafe extern "C" fn same(object: *const c_void) -> *const c_void {
    object
}

unsafe extern "C" fn nothing() -> *const c_void {
    std::ptr::null()
}

/// A pool's name must not be null.
unsafe extern "C" fn pool() -> *const c_void {
    static POOL: u64 = 0;
    (&raw const POOL).cast()
}

/// The class of blocks, which are functions with what they remember: nothing asks it for anything.
static BLOCK: [u64; 32] = [0; 32];

shims! {
    ["__NSConcreteGlobalBlock" => data &raw const BLOCK]
    ["__NSConcreteStackBlock" => data &raw const BLOCK]
    [objc_msgSend]
    [sel_registerName]
    ["_objc_autorelease" => same]
    ["_objc_autoreleasePoolPop" => nothing]
    ["_objc_autoreleasePoolPush" => pool]
    ["_objc_getClass" => nothing]
    ["_objc_lookUpClass" => nothing]
    ["_objc_release" => nothing]
    ["_objc_retain" => same]
    ["_objc_retainAutorelease" => same]
    ["_sel_getName" => same]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nil_answers_nothing_and_a_selector_is_one() {
        // SAFETY: a message to nil needs no class, and names are C's.
        unsafe {
            let send: unsafe extern "C" fn(*const c_void, *const c_char) -> usize =
                std::mem::transmute(objc_msgSend as *const ());
            let send_real: unsafe extern "C" fn(*const c_void, *const c_char) -> f64 =
                std::mem::transmute(objc_msgSend as *const ());
            let (one, two) = (c"setTitle:".to_owned(), c"setTitle:".to_owned());
            let selector = sel_registerName(one.as_ptr());
            assert_eq!(selector, sel_registerName(two.as_ptr()));
            assert_ne!(selector, sel_registerName(c"title".as_ptr()));
            assert_eq!(CStr::from_ptr(selector), c"setTitle:");
            assert_eq!(send(std::ptr::null(), selector), 0);
            assert_eq!(send_real(std::ptr::null(), selector), 0.0);
        }
    }
}
