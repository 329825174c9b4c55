//! `cargo xtask ci`.

use anyhow::Result;
use clap::Args;

use release::context::Context;
use release::fetch::Supply;
use release::interpreter::{ARCH, From};
use release::mac_tool::{self, Runs};
use release::package::Ownership;
use release::pipeline::{self, Order, Vouching};
use release::plan::BuildOptions;
use release::planning::{planned_or_newest, ready};
use release::trial::{self, Trial};

use super::product_flags::Kind;
use super::{checks, emulated, twice};

/// Run every check that a change must pass: what CI runs.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cargo xtask ci --quick
  cargo xtask ci --twice")]
pub struct Ci {
    /// Leave out the build of the newest release (minutes when the cache is warm, much longer when not).
    #[arg(long)]
    quick: bool,

    /// Build the newest release once more from nothing, in a folder of its own, and compare every byte of both roots.
    #[arg(long, conflicts_with = "quick")]
    twice: bool,

    /// Nothing but this tool as a macOS program: compiled, looked at with every lint, linked and run, its unit tests too.
    #[arg(long, conflicts_with_all = ["quick", "twice"])]
    mac_tool: bool,
}

impl Ci {
    /// Runs them all.
    ///
    /// # Errors
    /// The first check that fails.
    pub fn run(self, cx: &Context) -> Result<()> {
        if self.mac_tool {
            let plan = ready(cx, newest(cx)?.planned, &Supply::default())?.plan;
            return mac_tool::check(cx, &plan, Runs::UnitTestsToo);
        }
        checks::code(cx)?;
        if !self.quick {
            cx.ui.say("#### release");
            let released = pipeline::release(cx, newest(cx)?)?;
            let package = released.product.path().to_owned();
            let plan = &released.planned.plan;
            cx.ui.say("#### the loader against the SDK");
            release::interpreter::check_loader(cx, plan, None)?;
            cx.ui.say("#### installation and smoke test");
            match release::interpreter::obstacle(ARCH) {
                None => {
                    let trial = Trial { archs: vec![ARCH], smoke: true, self_check: true, ..Trial::default() };
                    trial::run(cx, plan, &From::Package(package), &trial)?;
                    emulated::check(cx, plan)?;
                    checks::walk(cx, plan.python)?;
                }
                Some((what, remedy)) => {
                    checks::leave_out(cx, &format!("what was built can't run here: {what}"), remedy)?
                }
            }
            mac_tool::check(cx, plan, Runs::Verbs)?;
            checks::signing(cx, plan.python)?;
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
        remote: None,
        ownership: Ownership::default(),
        format,
        signing: None,
        notary: None,
        vouching: Vouching::default(),
    })
}
