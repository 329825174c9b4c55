#![doc = include_str!("../README.md")]
//!
//! The *parsing half* ([`image`], [`segments`], [`fixups`], [`exports`], [`tbd`], [`launch`], [`damage`]) turns untrusted bytes into
//! values, has no `unsafe` and works on every machine. The *running half* (`run`) maps those values into this
//! process and lends them a libSystem made of glibc; it exists on x86_64 Linux only.

#![cfg_attr(test, allow(clippy::disallowed_methods))]

pub mod damage;
pub mod error;
pub mod exports;
pub mod fixups;
pub mod image;
pub mod launch;
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
pub mod run;
pub mod segments;
pub mod tbd;
#[cfg(test)]
mod tests;

/// The macOS that programs are told they run on: the oldest that runs on both of Apple's processors.
pub const MACOS: &str = "11.7.10";
