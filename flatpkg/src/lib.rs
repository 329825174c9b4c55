//! Apple flat packages, written and read without Apple's tools.

pub mod bom;
pub mod cksum;
pub mod component;
pub mod cpio;
pub mod distribution;
pub mod dump;
pub mod expand;
pub mod macho;
pub mod mode;
pub mod os_version;
pub mod package;
pub mod package_info;
pub mod payload;
pub mod policy;
pub mod product;
pub mod tree;
pub mod xar;
pub mod xml;
