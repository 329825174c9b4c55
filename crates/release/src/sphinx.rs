//! The `python3` of this machine, which runs Sphinx: looked at before anything is fetched, not an hour later.

use std::path::Path;

use anyhow::{Result, anyhow};

use crate::context::Context;
use crate::exec::{cmd, read, shell};
use crate::hint::WithHint as _;
use crate::plan::{DOCS, Docs, PYTHON3_PATH, Plan};
use crate::recipe::Recipes;
use crate::toolchain::lock::Steps;
use crate::version::PythonVersion;

/// Whether the documentation can be made here, if it is to be made.
///
/// # Errors
/// When there is no `python3`, or one that is too old.
pub fn check(cx: &Context, plan: &Plan, recipes: &Recipes, steps: &Steps) -> Result<()> {
    let Some(documentation) = recipes.documentation.as_ref().filter(|_| plan.options.docs == Docs::Sphinx) else {
        return Ok(());
    };
    match steps.mean(cx, plan, DOCS) && *steps != Steps::All {
        true => suffices(documentation.python, here()),
        false => Ok(()),
    }
}

/// What `python3` says of itself, when it has what a wheel needs to be unpacked.
fn here() -> Option<PythonVersion> {
    let sh = shell(Path::new("/")).ok()?;
    let program = which::which_in("python3", Some(PYTHON3_PATH), "/").ok()?;
    let say = "import sys, zlib; print('%d.%d.%d' % sys.version_info[:3])";
    read(cmd!(sh, "{program} -I -c {say}")).ok()?.parse().ok()
}

fn suffices(oldest: PythonVersion, found: Option<PythonVersion>) -> Result<()> {
    let found = match found {
        Some(found) if found >= oldest => return Ok(()),
        Some(found) => format!("the `python3` of this machine is {found}"),
        None => format!("this machine has no `python3` with zlib in {PYTHON3_PATH}"),
    };
    Err(anyhow!("the documentation is made by Python {} or newer; {found}", oldest.short()))
        .hint("--docs FILE takes prebuilt documentation, and --no-docs leaves it out")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_older_python_is_named_with_what_to_do() {
        let version = |text: &str| text.parse::<PythonVersion>().unwrap();
        suffices(version("3.11.0"), Some(version("3.11.0"))).unwrap();
        suffices(version("3.11.0"), Some(version("3.14.2"))).unwrap();
        let said = |found: Option<PythonVersion>| crate::hint::render(&suffices(version("3.11.0"), found).unwrap_err());
        insta::assert_snapshot!(said(Some(version("3.9.6"))), @r"
        error: the documentation is made by Python 3.11 or newer; the `python3` of this machine is 3.9.6
          hint: --docs FILE takes prebuilt documentation, and --no-docs leaves it out
        ");
        assert!(said(None).contains("has no `python3` with zlib"), "{}", said(None));
    }
}
