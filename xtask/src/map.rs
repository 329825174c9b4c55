//! The map of verbs, which is shown to whoever names none.

use clap::Command;

use crate::help::{ALIAS, name};

/// The verbs in the order one uses them.
pub const MAP: &[(&str, &[&str])] = &[
    ("First, and when something fails", &["doctor", "list", "status", "plan"]),
    ("Making the installer: release does all, the others one part each", &["release", "fetch", "build", "package"]),
    ("Signing it, so that macOS opens it", &["sign", "notarize"]),
    ("Trying what was built", &["test"]),
    ("Looking at any package", &["preview", "inspect", "expand", "verify", "manifest", "diff", "install", "reproduce"]),
    (
        "Keeping house",
        &["new", "upgrade-check", "vendor", "clean", "keys", "toolchain", "completions", "man", "ci", "corpus"],
    ),
];

/// The verbs with what they do, as their own help says it.
pub fn map(command: &Command) -> String {
    let about = |name: &str| {
        let verb = command.find_subcommand(name);
        verb.and_then(|verb| verb.get_about()).map(ToString::to_string).unwrap_or_default()
    };
    let mut text = "cargo xtask: from a version of Python to its macOS installer\n".to_owned();
    for (heading, verbs) in MAP {
        text.push_str(&format!("\n{heading}\n"));
        for verb in *verbs {
            text.push_str(&format!("  {verb:13} {}\n", about(verb)));
        }
    }
    text.push_str("\ncargo xtask help VERB says more. Begin with `cargo xtask doctor`.");
    text.replace(ALIAS, name())
}
