//! `cargo xtask`: the macOS release tool of CPython.

mod arch;
mod context;
mod digest;
mod exec;
mod hint;
mod plan;
mod recipe;
mod toolchain;
mod ui;
mod verify;
mod version;

fn main() {}
