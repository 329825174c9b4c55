//! Darwin's side of the ABI: constants and structures as its headers define them for x86_64.

mod constants;
mod structs;
#[cfg(test)]
mod tests;

pub use constants::*;
pub use structs::*;
