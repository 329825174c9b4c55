#![doc = include_str!("../README.md")]
#![cfg_attr(test, allow(clippy::disallowed_methods))]

pub mod bundle;
pub mod hfsplus;
pub mod udif;
