//! `cargo xtask`: the macOS release tool of CPython.

#![cfg_attr(test, allow(clippy::disallowed_methods))]

mod apt;
mod arch;
mod build;
mod cli;
mod context;
mod digest;
mod doctor;
mod evidence;
mod exec;
mod fetch;
mod given;
mod hint;
mod host;
mod install;
mod interpreter;
mod lock;
mod manifest;
mod notarize;
mod output;
mod package;
mod plan;
mod preview;
mod recipe;
#[cfg(test)]
mod rules;
mod sign;
mod toolchain;
mod ui;
mod verbs;
mod verify;
mod version;

use std::process::ExitCode;

use clap::Parser as _;

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
