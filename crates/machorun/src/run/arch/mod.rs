//! What differs by processor: one file each, with the same names. Nothing here calls the rest of the loader; what it must reach
//! from machine code is given to a macro.

#[cfg(target_arch = "aarch64")]
mod aarch64;
#[cfg(target_arch = "x86_64")]
mod x86_64;

#[cfg(target_arch = "aarch64")]
pub use aarch64::*;
#[cfg(target_arch = "x86_64")]
pub use x86_64::*;
