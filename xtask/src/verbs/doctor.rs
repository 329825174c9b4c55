//! `cargo xtask doctor`.

use std::os::unix::fs::FileTypeExt as _;

use anyhow::{Result, anyhow, bail};
use clap::Args;

use crate::context::Context;
use crate::exec::SYSTEM_PATH;
use crate::hint::{WithHint as _, causes, render};
use crate::plan::Host;

/// Say what this machine can build, what is missing, and the command that fixes it.
#[derive(Debug, Args)]
pub struct Doctor {}

/// Programs that a build on Linux runs, and the Debian packages that bring them.
const PROGRAMS: &[(&str, &str)] = &[
    ("gcc", "gcc libc6-dev"),
    ("make", "make"),
    ("perl", "perl"),
    ("python3", "python3"),
    ("apt-get", "apt"),
    ("dpkg-deb", "dpkg"),
];

impl Doctor {
    /// Looks at everything, and reports all problems at once.
    ///
    /// # Errors
    /// When something is missing.
    pub fn run(self, cx: &Context) -> Result<()> {
        let mut problems = Vec::new();
        let host = crate::host::detect();
        match &host {
            Ok(Host::Linux { triple }) => {
                cx.ui.result(format_args!("host: {triple}; builds x86_64 and arm64 with clang, lld and the open SDK"));
                problems.extend(missing_programs());
            }
            Ok(Host::Mac { tools }) => cx.ui.result(format_args!("host: macOS; builds with {tools}")),
            Err(error) => problems.push(causes(error)),
        }
        problems.extend(check_devices().err().map(|error| render(&error)));
        if problems.is_empty() {
            cx.ui.result("everything needed is there");
            return Ok(());
        }
        bail!("{}", problems.join("\n"))
    }
}

fn missing_programs() -> Vec<String> {
    let missing = |name: &str| which::which_in(name, Some(SYSTEM_PATH), "/").is_err();
    let absent = PROGRAMS.iter().filter(|(name, _)| missing(name));
    absent.map(|(name, package)| format!("{name} is not installed; fix: apt-get install {package}")).collect()
}

/// Tools that replace their output can turn a device into a file when they run as root; after that every test for
/// "does this compile" lies.
///
/// # Errors
/// When `/dev/null` is not a character device.
pub fn check_devices() -> Result<()> {
    if fs_err::metadata("/dev/null")?.file_type().is_char_device() {
        return Ok(());
    }
    Err(anyhow!("/dev/null is not a device any more: some program run as root replaced it by a file"))
        .hint("restore it as root with `rm -f /dev/null; mknod -m 666 /dev/null c 1 3`, then run this again")
}
