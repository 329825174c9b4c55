//! What `configure` believed about the system: the macros in `pyconfig.h`.
//!
//! In a cross build a test that looks at the build machine, or takes a wrong branch, leaves its trace here and nowhere
//! else: everything compiles, and behaves differently from a build on a Mac.

use std::collections::BTreeSet;

use anyhow::Result;

use super::expectations::Expectations;
use super::finding::{Check, Finding, Findings};
use super::tree::Tree;
use crate::framework::Framework;

/// The macro of a build without the global interpreter lock.
const NO_LOCK: &str = "Py_GIL_DISABLED";

/// The macros that every build for macOS defines are defined, those of other systems are not.
///
/// # Errors
/// When the file can't be read.
pub(super) fn check(tree: &Tree, expect: &Expectations, found: &mut Vec<Finding>) -> Result<()> {
    for framework in &expect.frameworks {
        check_framework(*framework, tree, expect, found)?;
    }
    Ok(())
}

fn check_framework(framework: Framework, tree: &Tree, expect: &Expectations, found: &mut Vec<Finding>) -> Result<()> {
    // A missing file is a finding of the layout.
    let header = format!("{}/Headers/pyconfig.h", framework.prefix(expect.python));
    let Ok(path) = tree.resolve(&header) else { return Ok(()) };
    let Some(file) = tree.get(&path) else { return Ok(()) };
    let text = String::from_utf8_lossy(&fs_err::read(&file.source)?).into_owned();
    let defined: BTreeSet<&str> = text.lines().filter_map(defined_name).collect();
    let mut findings = Findings::new(&path, found);
    for name in &expect.linkage.pyconfig.defined {
        if !defined.contains(name.as_str()) {
            findings.add(Check::Sysconfig, format!("no {name}"), "it, as in every build for macOS");
        }
    }
    match (framework, defined.contains(NO_LOCK)) {
        (Framework::PythonT, false) => findings.add(Check::Sysconfig, format!("no {NO_LOCK}"), "a free-threaded build"),
        (Framework::Python, true) => findings.add(Check::Sysconfig, format!("#define {NO_LOCK}"), "no such macro"),
        _ => {}
    }
    for name in &expect.linkage.pyconfig.undefined {
        if defined.contains(name.as_str()) {
            findings.add(Check::Sysconfig, format!("#define {name}"), "no such macro: macOS is different");
        }
    }
    Ok(())
}

/// The name in `#define NAME 1`, or in `#  define NAME 1` within a condition.
fn defined_name(line: &str) -> Option<&str> {
    let rest = line.trim_start().strip_prefix('#')?.trim_start().strip_prefix("define")?;
    rest.starts_with([' ', '\t']).then(|| rest.split_whitespace().next())?
}
