#![doc = include_str!("../README.md")]
//!
//! [`macho`] turns untrusted bytes into values, and [`launch`] those before them; both work on every machine. `run` maps
//! these values into this process and lends them a libSystem made of glibc; it exists on Linux only, on x86_64 and 64-bit
//! ARM.

#![cfg_attr(test, allow(clippy::disallowed_methods))]

pub mod error;
pub mod launch;
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
pub mod run;

/// Whose programs it runs: those for the processor that it runs on.
pub const ARCH: macho::Arch = if cfg!(target_arch = "aarch64") { macho::Arch::Arm64 } else { macho::Arch::X86_64 };

/// The macOS that programs are told they run on: the oldest that runs on both of Apple's processors.
pub const MACOS: &str = "11.7.10";
