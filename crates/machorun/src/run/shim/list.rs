//! How a file lists its shims.
//!
//! A shim gives back nothing narrower than `int`: on 64-bit ARM a function of Darwin's extends its result to that, one of
//! Linux's leaves it to its caller.

/// A name with its underscore, and where it is here.
pub type Shim = (&'static str, *const ());

/// Lists shims: functions by their own name, others as `"name" => function`, data as `"name" => data &raw const x`.
macro_rules! shims {
    (@item $name:ident) => { (concat!("_", stringify!($name)), $name as *const ()) };
    (@item $name:literal => $function:ident) => { ($name, $function as *const ()) };
    (@item $name:literal => data $data:expr) => { ($name, $data as *const ()) };
    ($([$($item:tt)*])*) => {
        /// What this file has.
        pub const SHIMS: &[$crate::run::shim::list::Shim] = &[$($crate::run::shim::list::shims!(@item $($item)*)),*];
    };
}
pub(crate) use shims;
