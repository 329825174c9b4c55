//! What `--help` shows: only flags that apply, and the name that the program is called by.

use clap::builder::StyledStr;
use clap::{Arg, Command};

/// The name of the installed program; cargo's alias is `cargo xtask`.
const INSTALLED: &str = "cpython-macos-release";

/// The name of the alias, which texts use.
pub const ALIAS: &str = "cargo xtask";

/// Verbs that a flag of all verbs means something to.
const APPLIES: &[(&str, &[&str])] = &[
    ("offline", &["new", "fetch", "vendor", "build", "release", "test", "doctor", "toolchain", "upgrade-check", "ci"]),
    ("jobs", &["plan", "status", "vendor", "build", "release", "test", "ci"]),
    ("dist", &["package", "sign", "release", "clean", "list", "status", "ci"]),
    ("allow_shared_cache", &["new", "fetch", "vendor", "build", "package", "sign", "release", "test", "clean", "ci"]),
];

/// Verbs about packages: they need neither a cache nor data.
const PACKAGES: &[&str] = &["inspect", "expand", "diff", "install", "preview", "manifest", "completions", "man"];

/// Verbs that take the flags of a build to find what it made: the short help leaves them out.
const AFTER_A_BUILD: &[&str] = &["verify", "status", "test", "package", "sign"];

/// What the program is called here.
pub fn name() -> &'static str {
    if std::env::var_os("CARGO").is_some() { ALIAS } else { INSTALLED }
}

/// A command line with everything in its place.
pub fn command(mut command: Command) -> Command {
    let shared: Vec<Arg> = command.get_arguments().filter(|flag| flag.is_global_set()).cloned().collect();
    let verbs: Vec<String> = command.get_subcommands().map(|verb| verb.get_name().to_owned()).collect();
    for name in &verbs {
        let idle = |flag: &str| {
            let named = APPLIES.iter().find(|(named, _)| *named == flag);
            named.is_some_and(|(_, verbs)| !verbs.contains(&name.as_str()))
                || ["cache", "repo"].contains(&flag) && PACKAGES.contains(&name.as_str())
        };
        let hidden = shared.iter().filter(|flag| idle(flag.get_id().as_str()));
        // A verb that has the flag itself doesn't get that of all verbs.
        command =
            command.mut_subcommand(name, |verb| hidden.fold(verb, |verb, flag| verb.arg(flag.clone().hide(true))));
    }
    for name in AFTER_A_BUILD {
        let brief = |arg: Arg| {
            let is_of_build = arg.get_help_heading() == Some("What is built");
            if is_of_build { arg.hide_short_help(true) } else { arg }
        };
        command = command.mut_subcommand(name, |verb| verb.mut_args(brief));
    }
    if name() == ALIAS { command } else { renamed(command.display_name(INSTALLED)) }
}

/// The same with the name of the installed program in all texts.
fn renamed(command: Command) -> Command {
    let text =
        |text: Option<&StyledStr>| text.map(|text| text.to_string().replace(ALIAS, INSTALLED)).unwrap_or_default();
    let (after, short, long) =
        (text(command.get_after_help()), text(command.get_about()), text(command.get_long_about()));
    let mut command = command.bin_name(INSTALLED).about(short);
    if !after.is_empty() {
        command = command.after_help(after);
    }
    if !long.is_empty() {
        command = command.long_about(long);
    }
    let verbs: Vec<String> = command.get_subcommands().map(|verb| verb.get_name().to_owned()).collect();
    verbs.iter().fold(command, |command, name| {
        command.mut_subcommand(name, |verb| renamed(verb).bin_name(format!("{INSTALLED} {name}")))
    })
}
