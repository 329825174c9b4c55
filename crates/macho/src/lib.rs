#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod arch;
pub mod code_signature;
pub mod damage;
mod details;
pub mod exports;
pub mod fixups;
pub mod form;
pub mod header;
pub mod image;
mod os_version;
mod outline;
mod processor;
mod read;
pub mod segments;
mod slices;
pub mod tbd;
#[cfg(test)]
mod tests;
pub mod unwind;

pub use arch::Arch;
pub use details::{Binding, Details, Dylib, ImportedSymbol, Minimum};
pub use form::{Form, is_archive, is_macho};
pub use header::FileType;
pub use os_version::{BadOsVersion, OsVersion};
pub use outline::Outline;
pub use processor::{CpuType, Processor};
pub use slices::{Slice, Unreadable, slices};
