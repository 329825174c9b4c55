//! `cargo xtask ci`.

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;

use release::build::{OnFailure, tree};
use release::context::Context;
use release::exec::Check;
use release::fetch::Supply;
use release::interpreter::From;
use release::package::Ownership;
use release::pipeline::{self, Order};
use release::plan::BuildOptions;
use release::planning::{planned_or_newest, ready};
use release::trial::{self, Trial};

use super::product_flags::Kind;

/// Run every check that a change must pass: what CI runs.
#[derive(Debug, Args)]
pub struct Ci {
    /// Leave out the build of the newest release (minutes when the cache is warm, much longer when not).
    #[arg(long)]
    quick: bool,

    /// Build the newest release once more from nothing, in a folder of its own, and compare every byte of both roots.
    #[arg(long, conflicts_with = "quick")]
    twice: bool,
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
                Some((what, remedy)) => cx.ui.say(format_args!("skipped: {what} ({remedy})")),
            }
            cx.ui.say("#### the release, signed and notarized by a stand-in for Apple");
            Check { purpose: "signing", args: SIGNING, env: &[], dir: &cx.paths.repo }.run()?;
        }
        if self.twice {
            cx.ui.say("#### the same again");
            twice(cx)?;
        }
        Ok(())
    }
}

/// Builds with a cache that is removed before and after, so that nothing is shared but the data and this program.
fn twice(cx: &Context) -> Result<()> {
    let folder = cx.paths.cache.join("twice");
    tree::remove(&folder)?;
    let other = Context::new(Some(folder.clone()), Some(folder.join("dist")), cx.offline, Some(cx.jobs))?;
    let first = root(cx)?;
    let second = root(&other)?;
    super::manifest::compare(cx, &first, &second)?;
    tree::remove(&folder)
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

fn root(cx: &Context) -> Result<PathBuf> {
    let plan = ready(cx, newest(cx)?.planned, &Supply::default())?.plan;
    let sources = release::fetch::all(cx, &plan.sources(), &Supply::default())?;
    Ok(release::staged::root(cx, &plan, &sources, OnFailure::Stop)?.root)
}
