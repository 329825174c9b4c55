//! Apple flat packages, written and read without Apple's tools.

pub mod distribution;
pub mod os_version;
pub mod package_info;
pub mod xar;
pub mod xml;
