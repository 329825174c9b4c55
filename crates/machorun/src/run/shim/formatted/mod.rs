//! Formatted input and output: the functions whose optional arguments may be of any type. Both processors have the same
//! names in their lists.

#[cfg(target_arch = "aarch64")]
mod aarch64;
#[cfg(target_arch = "x86_64")]
mod x86_64;

#[cfg(target_arch = "aarch64")]
pub use aarch64::{PASSED, SHIMS};
#[cfg(target_arch = "x86_64")]
pub use x86_64::{PASSED, SHIMS};

use super::{shims, stdio};
