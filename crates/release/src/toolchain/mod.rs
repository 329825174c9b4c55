//! What builds for macOS on Linux: clang and lld from Debian's packages, an SDK made of open parts, and stand-ins for
//! Apple's command-line tools.

mod code_signature;
pub mod lock;
pub mod open_sdk;
mod packages;
pub mod runtime;
pub mod shim;
mod stack_size;
mod tbd;

pub use packages::{downloaded, unpack_packages};
pub use stack_size::set_stack_size;
