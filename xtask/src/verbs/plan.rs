//! `cargo xtask plan`.

use anyhow::Result;
use clap::Args;

use super::build_flags::BuildFlags;
use super::product_flags::Kind;
use release::context::Context;
use release::host::System;
use release::plan::{STAGE, render};
use release::planning::planned_for;
use release::remote::layers;
use release::stock::Stock;
use release::version::PythonVersion;

/// Show what a release takes: sources, steps, what is left out, how much of it is done. Does nothing.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cargo xtask plan 3.13.5
  cargo xtask plan 3.14.7 --no-tests --commands | less")]
pub struct Plan {
    /// A version that `list` shows, such as 3.13.5 [default: that of --source-dir, else the newest that was built].
    version: Option<PythonVersion>,

    /// Show every command and variable too.
    #[arg(long)]
    commands: bool,

    /// Print JSON; `root` is the folder that `build` fills.
    #[arg(long)]
    json: bool,

    /// Print the steps in layers, as JSON for the matrix of a CI: those of one layer need only those of the layers before. Left out
    /// is what every machine makes for itself. docs/remote.md shows the jobs.
    #[arg(long, conflicts_with_all = ["json", "commands"])]
    matrix: bool,

    /// The system of the machine that would build it [default: this one, or a Mac for what only a Mac can make].
    #[arg(long, value_name = "SYSTEM", value_enum)]
    host: Option<System>,

    #[command(flatten)]
    kind: Kind,

    #[command(flatten)]
    build: BuildFlags,
}

impl Plan {
    /// Prints the plan.
    ///
    /// # Errors
    /// When there is no such release, an option can't be had, or its oldest macOS can't install such a package.
    pub fn run(self, cx: &Context) -> Result<()> {
        let planned = planned_for(cx, self.version, &self.build.options()?, self.host)?;
        let plan = &planned.plan;
        if self.host.is_none() && System::of(&plan.host) != System::HERE {
            cx.ui.say(format_args!(
                "nothing of {} can be made on this machine: this is the plan for a Mac",
                plan.variant
            ));
        }
        let format = self.kind.format(cx, plan)?;
        if self.matrix {
            // In one line, as files of outputs want it.
            cx.ui.result(serde_json::json!({ "layers": layers(plan) }));
        } else if self.json {
            let mut value = serde_json::to_value(plan)?;
            let root = cx.paths.steps().join(plan.folder(STAGE));
            if let Some(object) = value.as_object_mut() {
                object.insert("root".into(), root.to_string_lossy().into());
            }
            cx.ui.json(&value)?;
        } else {
            cx.ui.result(render(plan, format.ending(), self.commands).trim_end());
            if System::of(&plan.host) == System::HERE {
                cx.ui.say(Stock::of(cx, &planned).outlook());
            }
        }
        Ok(())
    }
}
