//! An installation: what a package lays down, and what its install scripts do with it.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, Result};
use effect::{Offer, OfferPart, Selection};
use flatpkg::laydown::Options;
use oldpkg::bundle::Phase;

use super::copy::Interpreter;
use super::{emulation, smoke, trust};
use crate::context::Context;
use crate::framework::Framework;
use crate::install::{self, Opened, confine};
use crate::plan::Plan;

/// A package that was laid down, for its scripts.
pub struct Installation {
    package: Opened,
    offer: Offer,
}

/// Lays all parts of a package down below `root`, by the rules of `install`. What belongs to whom doesn't matter here.
///
/// # Errors
/// When its scripts can't be confined on this machine, it can't be read, or something can't be written.
pub fn payloads(package: &Path, root: &Path) -> Result<Installation> {
    confine::check()?;
    let opened = install::open(package, None)?;
    let offer = opened.offer().with_context(|| format!("failed to read {}", package.display()))?;
    let all: Selection = offer.parts.iter().map(|part| part.identifier.clone()).collect();
    opened.lay_down(&offer, &all, root, Options::default(), None)?;
    Ok(Installation { package: opened, offer })
}

/// Runs the parts' `postinstall` scripts in their order, as the Installer does, confined to the root. They can read what the
/// loader needs to run the new Python, too. Then the new Python looks at what they left.
///
/// # Errors
/// When one of them fails.
pub fn scripts(cx: &Context, plan: &Plan, installation: &Installation, interpreter: &mut Interpreter) -> Result<()> {
    let log = interpreter.log(cx, "install")?;
    let task = cx.ui.task("install scripts", None);
    let parts: Vec<&OfferPart> = installation.offer.parts.iter().collect();
    let folder = fs_err::canonicalize(interpreter.folder.path())?;
    let mut env: BTreeMap<String, String> = interpreter.environment()?;
    env.insert("TMPDIR".to_owned(), "/tmp".to_owned());
    let mut readable = vec![folder];
    if let Some((loader, places)) = &interpreter.loader {
        readable.push(loader.clone());
        readable.extend(places.emulation.iter().flat_map(emulation::folders));
    }
    let room = confine::Room { root: &interpreter.root, readable: &readable, env: &env, log: &log };
    installation.package.run_scripts(&parts, |phase| phase >= Phase::Postinstall, &room)?;
    let tools = interpreter.root.join("usr/local/bin").to_string_lossy().into_owned();
    let openssl = plan.libraries.iter().any(|library| library.name == "openssl");
    // Before 3.6 nothing is checked unless a program says so.
    let tests_trust = openssl && !plan.options.no_tests && (plan.python.major, plan.python.minor) >= (3, 6);
    if tests_trust {
        trust::follow(&interpreter.home(), &interpreter.root)?;
    }
    for framework in &plan.frameworks {
        interpreter.select(*framework)?;
        let programs = match framework {
            Framework::Python => &tools,
            // Its pip has no links, so that `pip3` stays that of the first.
            Framework::PythonT => &interpreter.home().join("bin").to_string_lossy().into_owned(),
        };
        smoke::part(interpreter, "installed", std::slice::from_ref(programs), &log)?;
        if tests_trust {
            smoke::part(interpreter, "trusted", &[], &log)?;
        }
    }
    interpreter.select(Framework::Python)?;
    task.done("");
    Ok(())
}
