//! `cargo xtask`: the macOS release tool of CPython.

#![cfg_attr(test, allow(clippy::disallowed_methods))]

mod cli;
mod help;
mod map;
mod verbs;

use std::process::ExitCode;

use release::{hint, toolchain, ui};

fn main() -> ExitCode {
    let mut args = std::env::args_os();
    if let Some(tool) = args.next().and_then(|name| toolchain::shim::is_shim_name(&name)) {
        return toolchain::shim::run(tool, args.collect());
    }
    match cli::Cli::read().run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            if !error.is::<hint::Told>() {
                ui::Ui::new().called(help::name()).say(hint::render(&error));
            }
            ExitCode::from(hint::exit_code(&error))
        }
    }
}
