//! Apple flat packages, written and read without Apple's tools.

pub mod bom;
pub mod cksum;
pub mod cpio;
pub mod macho;
pub mod mode;
pub mod payload;
pub mod policy;
pub mod tree;
