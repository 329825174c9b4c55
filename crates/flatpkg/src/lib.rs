#![doc = include_str!("../README.md")]
#![cfg_attr(test, allow(clippy::disallowed_methods))]

pub mod bom;
pub mod budget;
pub mod cksum;
pub mod component;
pub mod cpio;
pub mod distribution;
pub mod dump;
pub mod expand;
pub mod facts;
pub mod kind;
pub mod laydown;
pub mod mode;
pub mod output;
pub mod package;
pub mod package_info;
pub mod payload;
pub mod plist;
pub mod policy;
pub mod product;
mod script;
pub mod shown;
pub mod tree;
pub mod verify;
pub mod xar;
pub mod xml;

pub use budget::Exceeded;
pub use macho::OsVersion;
