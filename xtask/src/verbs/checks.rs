//! What `cargo xtask ci` asks cargo to check.

use anyhow::{Context as _, Result, anyhow};

use release::context::Context;
use release::exec::{Check, Needs, cmd, shell_for};
use release::hint::WithHint as _;
use release::version::PythonVersion;

/// Checks of the code, in the order that fails fastest.
const CHECKS: &[(&str, &str)] = &[
    ("format", "fmt --all -- --check"),
    ("lints", "clippy --locked --workspace --all-targets -- -D warnings"),
    ("documentation", "doc --locked --workspace --no-deps --document-private-items"),
    ("fuzz targets of the readers", "check --locked --quiet --manifest-path crates/flatpkg/fuzz/Cargo.toml"),
    ("fuzz targets of the Mach-O readers", "check --locked --quiet --manifest-path crates/macho/fuzz/Cargo.toml"),
    ("tests", "test --locked --no-fail-fast --workspace"),
];

/// Licences and places of all crates that are used; known faults are asked for by hand, since they change without the code.
const DEPENDENCIES: &str = "deny --locked --log-level error check bans licenses sources";

/// What installs the program that looks at them.
const DENY: &str = "cargo install cargo-deny --locked";

/// The tests of signing that need a release that was built.
const SIGNING: &[&str] = &[
    "test",
    "--locked",
    "--quiet",
    "--workspace",
    "--tests",
    "--",
    "--ignored",
    "--nocapture",
    "the_release_is_signed",
];

/// Checks the code, and the crates that it depends on.
///
/// # Errors
/// The first check that fails.
pub fn code(cx: &Context) -> Result<()> {
    match which::which("cargo-deny") {
        Ok(_) => check(cx, "dependencies", DEPENDENCIES)?,
        Err(_) => leave_out(cx, "the dependencies can't be checked: there is no cargo-deny", DENY)?,
    }
    CHECKS.iter().try_for_each(|(purpose, arguments)| check(cx, purpose, arguments))
}

/// Signs the newest release.
///
/// # Errors
/// When a test fails.
pub fn signing(cx: &Context, version: PythonVersion) -> Result<()> {
    cx.ui.say("#### the release, signed and notarized by a stand-in for Apple");
    let env = [("XTASK_RELEASED", version.to_string().into())];
    Check { purpose: "signing", args: SIGNING, env: &env, dir: &cx.paths.repo }.run()
}

/// Does what a release manager does with a release that was built: `docs/walks/manager.sh`.
///
/// # Errors
/// When one of the commands fails.
pub fn walk(cx: &Context, version: PythonVersion) -> Result<()> {
    cx.ui.say("#### the walk of a release manager");
    let sh = shell_for(Needs::Cargo, &cx.paths.repo)?;
    let version = version.to_string();
    let command = cmd!(sh, "sh docs/walks/manager.sh {version}").env("XTASK_CACHE", &cx.paths.cache);
    command.quiet().run().context("the walk of a release manager ended early")
}

fn check(cx: &Context, purpose: &str, arguments: &str) -> Result<()> {
    cx.ui.say(format_args!("#### {purpose}: cargo {arguments}"));
    let args: Vec<&str> = arguments.split(' ').collect();
    Check { purpose, args: &args, env: &[], dir: &cx.paths.repo }.run()
}

/// Goes on without a check, unless `XTASK_NO_SKIP` is set.
///
/// # Errors
/// What is missing, when nothing may be left out.
pub fn leave_out(cx: &Context, what: &str, remedy: &str) -> Result<()> {
    if std::env::var_os("XTASK_NO_SKIP").is_some() {
        return Err(anyhow!("{what}")).hint(remedy.to_owned());
    }
    cx.ui.say(format_args!("skipped: {what} ({remedy})"));
    Ok(())
}
