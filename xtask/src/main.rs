//! `cargo xtask`: the macOS release tool of CPython.

#![cfg_attr(test, allow(clippy::disallowed_methods))]

mod cli;
mod verbs;

use std::process::ExitCode;

use clap::Parser as _;
use release::{hint, toolchain, ui};

fn main() -> ExitCode {
    let mut args = std::env::args_os();
    if let Some(tool) = args.next().and_then(|name| toolchain::shim::is_shim_name(&name)) {
        return toolchain::shim::run(tool, args.collect());
    }
    match cli::Cli::parse().run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            ui::Ui::new().say(hint::render(&error));
            ExitCode::from(hint::exit_code(&error))
        }
    }
}
