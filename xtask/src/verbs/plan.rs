//! `cargo xtask plan`.

use anyhow::{Context as _, Result};
use clap::Args;

use crate::context::Context;
use crate::plan::{Choices, Plan as Value, STAGE, render};
use crate::recipe::Recipes;
use crate::version::PythonVersion;

/// Show what a release takes: sources, steps, what is left out. Does nothing.
#[derive(Debug, Args)]
pub struct Plan {
    /// A version there is data for, such as 3.13.5.
    version: PythonVersion,

    /// Show every command and variable too.
    #[arg(long)]
    commands: bool,

    /// For programs; `root` is the folder that `build` fills.
    #[arg(long)]
    json: bool,
}

impl Plan {
    /// Prints the plan.
    ///
    /// # Errors
    /// When there is no such release, or this host can't build it.
    pub fn run(self, cx: &Context) -> Result<()> {
        let plan = make(cx, self.version)?;
        if self.json {
            let mut value = serde_json::to_value(&plan)?;
            let root = cx.paths.steps().join(plan.folder(STAGE));
            if let Some(object) = value.as_object_mut() {
                object.insert("root".into(), root.to_string_lossy().into());
            }
            cx.ui.result(serde_json::to_string_pretty(&value)?);
        } else {
            cx.ui.result(render(&plan, self.commands).trim_end());
        }
        Ok(())
    }
}

/// The plan of a version on this machine.
///
/// # Errors
/// When there is no such release, or this host can't build it.
pub fn make(cx: &Context, version: PythonVersion) -> Result<Value> {
    let mac = cx.paths.mac();
    let recipes = Recipes::load(&mac, version)?;
    let choices = Choices { source_date: source_date_epoch()? };
    Value::new(&recipes, &crate::host::toolchain_data(&mac)?, &crate::host::detect()?, &choices)
}

/// When what is made is said to be made, if the user says so: <https://reproducible-builds.org/specs/source-date-epoch/>.
///
/// # Errors
/// When it is no number.
pub fn source_date_epoch() -> Result<Option<u32>> {
    let Some(text) = std::env::var_os("SOURCE_DATE_EPOCH") else { return Ok(None) };
    let text = text.to_string_lossy();
    let seconds =
        text.parse().with_context(|| format!("SOURCE_DATE_EPOCH is `{text}`, expected seconds since 1970"))?;
    Ok(Some(seconds))
}
