//! Apple flat packages, written and read without Apple's tools.

pub mod xar;

pub mod xml;
