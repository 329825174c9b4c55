//! What kind of product is made: the flags that `plan`, `package`, `sign` and `release` share.

use anyhow::Result;
use clap::Args;
use release::context::Context;
use release::package::{Format, Ownership, decide_format};
use release::plan::Plan;

/// Which kind of package is made.
#[derive(Debug, Clone, Copy, Default, Args)]
pub struct Kind {
    /// The kind of package [default: what the oldest macOS of the release installs; Mac/formats.toml has the rules].
    #[arg(long, value_enum)]
    format: Option<Format>,
}

impl Kind {
    /// What packaging makes for a plan; says what there is to say against it.
    ///
    /// # Errors
    /// When the oldest macOS of the plan can't install it, or it can't offer what the plan makes.
    pub fn format(self, cx: &Context, plan: &Plan) -> Result<Format> {
        let Some(minimum) = plan.archs.values().min() else { return Ok(Format::Flat) };
        let (format, warning) = decide_format(&cx.paths.mac(), *minimum, self.format)?;
        if let Some(warning) = warning {
            cx.ui.say(format_args!("warning: {warning}"));
        }
        format.check(plan)?;
        Ok(format)
    }
}

/// Who owns what is installed.
#[derive(Debug, Clone, Copy, Default, Args)]
pub struct Owners {
    /// Only root may write into what is installed. Without it administrators may, as with python.org's installer.
    #[arg(long)]
    hardened_perms: bool,
}

impl Owners {
    /// As packaging takes it.
    pub fn ownership(self) -> Ownership {
        if self.hardened_perms { Ownership::Hardened } else { Ownership::Parity }
    }
}
