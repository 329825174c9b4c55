//! `pkg-config`: answers from the variable `XTASK_PACKAGES`, and nothing of the host's.
//!
//! The variable holds entries `name=libraries` with commas between them. The libraries lie in the sysroot's
//! `usr/local`, where the compiler looks by itself: no package needs compiler flags.

use std::ffi::OsString;
use std::process::ExitCode;

use anyhow::Result;

use super::site::variable;
use super::system;

/// The version of pkg-config whose options these are; configure scripts ask for 0.9.0 or newer.
const VERSION: &str = "0.29.2";

/// An answer: what to print, what to complain about, and whether it is a success.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) out: Option<String>,
    pub(super) error: Option<String>,
    pub(super) success: bool,
}

/// Answers a call.
pub(super) fn run(args: &[OsString]) -> Result<ExitCode> {
    let packages = variable("XTASK_PACKAGES").unwrap_or_default();
    let args: Vec<String> = args.iter().map(|arg| arg.to_string_lossy().into_owned()).collect();
    let answer = answer(&args, &packages.to_string_lossy());
    if let Some(text) = &answer.out {
        system::print(text);
    }
    if let Some(text) = &answer.error {
        system::complain(text);
    }
    Ok(if answer.success { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The answer to some arguments.
pub(super) fn answer(args: &[String], packages: &str) -> Answer {
    let known: Vec<(&str, &str)> = packages.split(',').filter_map(|entry| entry.split_once('=')).collect();
    let mut wanted = Vec::new();
    let mut options = Vec::new();
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        if arg == "--atleast-pkgconfig-version" {
            // Any version will do: its value is the next argument.
            args.next();
            options.push("--atleast-pkgconfig-version=");
        } else if arg.starts_with('-') {
            options.push(arg.as_str());
        } else {
            wanted.extend(names(arg));
        }
    }
    let has = |option: &str| options.contains(&option);
    let starts = |start: &str| options.iter().any(|option| option.starts_with(start));
    let said = |text: String| Answer { out: Some(text), error: None, success: true };
    if has("--version") {
        return said(VERSION.into());
    }
    if starts("--atleast-pkgconfig-version=") {
        return Answer { success: true, ..Answer::default() };
    }
    if has("--list-all") {
        return said(known.iter().map(|(name, _)| format!("{name} {name}")).collect::<Vec<_>>().join("\n"));
    }
    let mut libraries = Vec::new();
    for name in &wanted {
        let Some((_, libs)) = known.iter().find(|(known, _)| known == name) else {
            let loud = has("--print-errors") || !has("--exists");
            let error = loud.then(|| format!("Package {name} is not among the libraries of this build"));
            return Answer { out: None, error, success: false };
        };
        libraries.extend(libs.split_whitespace());
    }
    if has("--modversion") {
        // Recipes pin versions; a build that must know one asks the header.
        return Answer { out: None, error: Some("versions of packages are not recorded".into()), success: false };
    }
    let asked = |option: &str, kind: fn(&str) -> bool| {
        let chosen = libraries.iter().filter(|library| kind(library)).copied();
        has(option).then(|| chosen.collect::<Vec<_>>().join(" "))
    };
    let out = asked("--libs", |_| true)
        .or_else(|| asked("--libs-only-l", |library| library.starts_with("-l")))
        .or_else(|| asked("--libs-only-L", |library| library.starts_with("-L")))
        .or_else(|| asked("--libs-only-other", |library| !library.starts_with("-l") && !library.starts_with("-L")))
        .or_else(|| (starts("--cflags") || starts("--variable")).then(String::new));
    Answer { out, error: None, success: !wanted.is_empty() }
}

/// The packages in an argument such as `sqlite3 >= 3.15.2, zlib`; bounds on versions are left out.
fn names(arg: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut is_version = false;
    for word in arg.split([' ', ',', '\t', '\n']).filter(|word| !word.is_empty()) {
        if std::mem::take(&mut is_version) {
            continue;
        }
        if ["=", "<", ">", "<=", ">=", "!="].contains(&word) {
            is_version = true;
        } else {
            names.push(word.to_owned());
        }
    }
    names
}
