//! What CPython asks of CoreFoundation and SystemConfiguration, proxies (`_scproxy`), of which there are none; of
//! CoreServices, the system's version (`_gestalt`); and what Tcl asks when it starts, the user's language and its own bundle, of
//! which there are none either.

use std::ffi::{c_int, c_long, c_void};

use super::{shims, version};

/// An object without contents.
static EMPTY: u64 = 0;

/// Keys are only compared and looked up, in a dictionary that has nothing.
static KEY: &u64 = &EMPTY;

#[allow(non_snake_case)]
unsafe extern "C" fn SCDynamicStoreCopyProxies(_store: *const c_void) -> *const c_void {
    (&raw const EMPTY).cast()
}

unsafe extern "C" fn nothing() -> *const c_void {
    std::ptr::null()
}

unsafe extern "C" fn zero() -> c_long {
    0
}

unsafe extern "C" fn no() -> c_int {
    0
}

/// `gestaltUndefSelectorErr` of `MacErrors.h`.
const UNKNOWN_SELECTOR: i32 = -5551;

/// `sys1`, `sys2` and `sys3` are the parts of the system's version; of everything else nothing is known. An `OSErr` has 16
/// bits, which on 64-bit ARM a function of Darwin's extends itself.
#[allow(non_snake_case)]
unsafe extern "C" fn Gestalt(selector: u32, response: *mut i32) -> i32 {
    let [major, minor, patch] = version::macos();
    let part = match &selector.to_be_bytes() {
        b"sys1" => major,
        b"sys2" => minor,
        b"sys3" => patch,
        _ => return UNKNOWN_SELECTOR,
    };
    response.write(part as i32);
    0
}

/// Seconds between 1970 and 2001, which CoreFoundation counts from (`CFDate.h`).
static SINCE_1970: f64 = 978_307_200.0;

/// No allocator is the default one.
static NO_ALLOCATOR: usize = 0;

/// `CFArrayCallBacks`: a version and four functions.
static CALLBACKS: [usize; 5] = [0; 5];

shims! {
    ["_kCFAbsoluteTimeIntervalSince1970" => data &raw const SINCE_1970]
    ["_kCFAllocatorDefault" => data &raw const NO_ALLOCATOR]
    ["_kCFTypeArrayCallBacks" => data &raw const CALLBACKS]
    [Gestalt]
    [SCDynamicStoreCopyProxies]
    ["_CFDictionaryGetValue" => nothing]
    ["_CFArrayGetValueAtIndex" => nothing]
    ["_CFBundleGetBundleWithIdentifier" => nothing]
    ["_CFLocaleCopyCurrent" => nothing]
    ["_CFStringGetCStringPtr" => nothing]
    ["_CFArrayGetCount" => zero]
    ["_CFStringGetLength" => zero]
    ["_CFNumberGetValue" => no]
    ["_CFStringGetCString" => no]
    ["_CFBundleGetVersionNumber" => no]
    ["_CFRelease" => no]
    ["_kSCPropNetProxiesExceptionsList" => data &raw const KEY]
    ["_kSCPropNetProxiesExcludeSimpleHostnames" => data &raw const KEY]
    ["_kSCPropNetProxiesFTPEnable" => data &raw const KEY]
    ["_kSCPropNetProxiesFTPPort" => data &raw const KEY]
    ["_kSCPropNetProxiesFTPProxy" => data &raw const KEY]
    ["_kSCPropNetProxiesGopherEnable" => data &raw const KEY]
    ["_kSCPropNetProxiesGopherPort" => data &raw const KEY]
    ["_kSCPropNetProxiesGopherProxy" => data &raw const KEY]
    ["_kSCPropNetProxiesHTTPEnable" => data &raw const KEY]
    ["_kSCPropNetProxiesHTTPPort" => data &raw const KEY]
    ["_kSCPropNetProxiesHTTPProxy" => data &raw const KEY]
    ["_kSCPropNetProxiesHTTPSEnable" => data &raw const KEY]
    ["_kSCPropNetProxiesHTTPSPort" => data &raw const KEY]
    ["_kSCPropNetProxiesHTTPSProxy" => data &raw const KEY]
    ["_kSCPropNetProxiesSOCKSEnable" => data &raw const KEY]
    ["_kSCPropNetProxiesSOCKSPort" => data &raw const KEY]
    ["_kSCPropNetProxiesSOCKSProxy" => data &raw const KEY]
}
