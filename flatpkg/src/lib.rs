//! Apple flat packages, written and read without Apple's tools.
