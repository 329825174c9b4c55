//! One verb, one file: its flags, and what it does with them.

pub mod build;
pub mod build_flags;
pub mod ci;
pub mod clean;
pub mod completions;
pub mod corpus;
pub mod diff;
pub mod doctor;
pub mod expand;
pub mod fetch;
pub mod inspect;
pub mod install;
pub mod limit;
pub mod manifest;
pub mod notaries;
pub mod notarize;
pub mod package;
pub mod plan;
pub mod preview;
pub mod product_flags;
pub mod release;
pub mod sign;
pub mod signers;
pub mod test;
pub mod toolchain;
pub mod verify;
