//! Apple flat packages, written and read without Apple's tools.

pub mod cksum;
pub mod macho;
pub mod mode;
pub mod policy;
pub mod tree;
