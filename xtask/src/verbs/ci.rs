//! `cargo xtask ci`.

use anyhow::{Result, anyhow};
use clap::Args;

use release::context::Context;
use release::exec::Check;
use release::fetch::Supply;
use release::hint::WithHint as _;
use release::interpreter::From;
use release::mac_tool;
use release::package::Ownership;
use release::pipeline::{self, Order};
use release::plan::BuildOptions;
use release::planning::{planned_or_newest, ready};
use release::trial::{self, Trial};

use super::product_flags::Kind;
use super::twice;

/// Run every check that a change must pass: what CI runs.
#[derive(Debug, Args)]
pub struct Ci {
    /// Leave out the build of the newest release (minutes when the cache is warm, much longer when not).
    #[arg(long)]
    quick: bool,

    /// Build the newest release once more from nothing, in a folder of its own, and compare every byte of both roots.
    #[arg(long, conflicts_with = "quick")]
    twice: bool,

    /// Nothing but this tool as a macOS program: compiled, looked at with every lint, and linked.
    #[arg(long, conflicts_with_all = ["quick", "twice"])]
    mac_tool: bool,
}

/// Checks of the code, in the order that fails fastest.
const CHECKS: &[(&str, &str)] = &[
    ("format", "fmt --all -- --check"),
    ("lints", "clippy --locked --workspace --all-targets -- -D warnings"),
    ("documentation", "doc --locked --workspace --no-deps --document-private-items"),
    ("fuzz targets of the readers", "check --locked --quiet --manifest-path crates/flatpkg/fuzz/Cargo.toml"),
    ("fuzz targets of the Mach-O readers", "check --locked --quiet --manifest-path crates/macho/fuzz/Cargo.toml"),
    ("tests", "test --locked --no-fail-fast --workspace"),
];

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

impl Ci {
    /// Runs them all.
    ///
    /// # Errors
    /// The first check that fails.
    pub fn run(self, cx: &Context) -> Result<()> {
        if self.mac_tool {
            return mac_tool::check(cx, &ready(cx, newest(cx)?.planned, &Supply::default())?.plan);
        }
        for (purpose, arguments) in CHECKS {
            cx.ui.say(format_args!("#### {purpose}: cargo {arguments}"));
            let args: Vec<&str> = arguments.split(' ').collect();
            Check { purpose, args: &args, env: &[], dir: &cx.paths.repo }.run()?;
        }
        if !self.quick {
            cx.ui.say("#### release");
            let released = pipeline::release(cx, newest(cx)?)?;
            let package = released.product.path().to_owned();
            let plan = &released.planned.plan;
            cx.ui.say("#### the loader against the SDK");
            release::interpreter::check_loader(cx, plan)?;
            cx.ui.say("#### installation and smoke test");
            match release::interpreter::obstacle() {
                None => {
                    let trial = Trial { smoke: true, self_check: true, ..Trial::default() };
                    trial::run(cx, plan, &From::Package(package), &trial)?;
                }
                Some((what, remedy)) if std::env::var_os("XTASK_NO_SKIP").is_some() => {
                    return Err(anyhow!("what was built can't run here: {what}")).hint(remedy);
                }
                Some((what, remedy)) => cx.ui.say(format_args!("skipped: {what} ({remedy})")),
            }
            mac_tool::check(cx, plan)?;
            cx.ui.say("#### the release, signed and notarized by a stand-in for Apple");
            Check { purpose: "signing", args: SIGNING, env: &[], dir: &cx.paths.repo }.run()?;
        }
        if self.twice {
            cx.ui.say("#### the same again");
            twice::compare(cx)?;
        }
        Ok(())
    }
}

/// The newest release that is no draft, unsigned.
fn newest(cx: &Context) -> Result<Order> {
    let planned = planned_or_newest(cx, None, &BuildOptions::default())?;
    let format = Kind::default().format(cx, &planned.plan)?;
    Ok(Order {
        planned,
        supply: Supply::default(),
        ownership: Ownership::default(),
        format,
        signing: None,
        notary: None,
    })
}
