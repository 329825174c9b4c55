//! What the first build of a draft showed, written into its file.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, anyhow};

use crate::build::OnFailure;
use crate::context::Context;
use crate::fetch::{self, Supply};
use crate::hint::WithHint as _;
use crate::output::write_whole;
use crate::plan::{BuildOptions, STAGE};
use crate::planning::planned;
use crate::recipe::{Day, Recipes};
use crate::staged;
use crate::version::PythonVersion;

/// What became of a draft.
pub struct Accepted {
    /// Its file.
    pub path: PathBuf,
    /// Modules that were built and not expected.
    pub new: Vec<String>,
    /// Modules that were expected and not built.
    pub gone: Vec<String>,
}

/// Writes what a build of a release has: the modules, where they are others than expected, and with them the day on which it passed
/// the audit.
///
/// # Errors
/// When it isn't built, or something else than its modules is wrong with it.
pub fn accept(cx: &Context, version: PythonVersion, today: Day) -> Result<Accepted> {
    let path = cx.paths.mac().join(format!("releases/{version}.toml"));
    let before = planned(cx, Some(version), &BuildOptions::default())?;
    let root = cx.paths.steps().join(before.plan.folder(STAGE));
    if !root.is_dir() {
        return Err(anyhow!("Python {version} is not built yet"))
            .hint(format!("run `cargo xtask build {version}` first"));
    }
    let built = modules(&root)?;
    let expected: BTreeSet<String> = before.plan.expected_modules.iter().cloned().collect();
    let new: Vec<String> = built.difference(&expected).cloned().collect();
    let gone: Vec<String> = expected.difference(&built).cloned().collect();
    let text = fs_err::read_to_string(&path)?;
    let text = match new.is_empty() && gone.is_empty() {
        true => text,
        false => {
            // What is left out on this host is still expected on others.
            let whole = Recipes::load(&cx.paths.mac(), version)?.release.modules.expected;
            let elsewhere = whole.into_iter().filter(|name| !expected.contains(name));
            let all: BTreeSet<String> = built.into_iter().chain(elsewhere).collect();
            let has_series = cx.paths.mac().join(format!("series/{}.toml", version.short())).is_file();
            with_modules(&text, &all, has_series).hint("write [modules] expected by hand")?
        }
    };
    write_whole(&path, text.as_bytes(), 0o644)?;
    let plan = planned(cx, Some(version), &BuildOptions::default())?.plan;
    let sources = fetch::all(cx, &plan.sources(), &Supply::default())?;
    let audited = staged::root(cx, &plan, &sources, OnFailure::Stop);
    audited.context("its day is not written, since this is no good build yet")?;
    write_whole(&path, with_day(&text, today).as_bytes(), 0o644)?;
    Ok(Accepted { path, new, gone })
}

/// The shared modules in a staged root, by the names that Python imports them by.
fn modules(root: &Path) -> Result<BTreeSet<String>> {
    let versions = root.join("Library/Frameworks/Python.framework/Versions");
    let mut found = BTreeSet::new();
    for entry in walkdir::WalkDir::new(&versions) {
        let entry = entry?;
        let in_place = entry.path().parent().is_some_and(|parent| parent.ends_with("lib-dynload"));
        let name = entry.file_name().to_string_lossy();
        if in_place && name.ends_with(".so") {
            found.extend(name.split('.').next().map(ToOwned::to_owned));
        }
    }
    if found.is_empty() {
        return Err(anyhow!("{} has no extension modules", versions.display()));
    }
    Ok(found)
}

/// The text with a list of modules of its own at its end.
fn with_modules(text: &str, modules: &BTreeSet<String>, has_series: bool) -> Result<String> {
    let heading = if has_series { "[override.modules]" } else { "[modules]" };
    if text.contains("modules]") {
        return Err(anyhow!("the file has a list of modules already, which isn't what was built"));
    }
    let mut lines = vec![String::new()];
    for name in modules {
        let item = format!("\"{name}\",");
        match lines.last_mut() {
            Some(line) if line.len() + item.len() < 118 => {
                line.push_str(if line.is_empty() { "  " } else { " " });
                line.push_str(&item);
            }
            _ => lines.push(format!("  {item}")),
        }
    }
    Ok(format!("{}\n\n{heading}\nexpected = [\n{}\n]\n", text.trim_end(), lines.join("\n")))
}

/// The text with the day of the build behind that of the release.
fn with_day(text: &str, day: Day) -> String {
    let mut lines: Vec<String> = Vec::new();
    for line in text.lines().filter(|line| !line.starts_with("built = ")) {
        let line = line
            .replace(" A draft: what was found about", " Found by `cargo xtask new`:")
            .replace(", not built yet.", ".");
        let is_release = line.starts_with("released = ");
        lines.push(line);
        if is_release {
            lines.push(format!("built = \"{day}\""));
        }
    }
    lines.join("\n") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_day_and_the_modules_are_written_where_they_belong() {
        let day = toml::from_str::<std::collections::BTreeMap<String, Day>>("d = '2026-09-01'").unwrap()["d"];
        let draft = "# README. A draft: what was found about 3.15.1, not built yet.\n\npython = \"3.15.1\"\nreleased = \"2026-08-01\"\n\n[source]\nfile = \"x\"\n";
        let modules: BTreeSet<String> = (0..20).map(|at| format!("_module_{at:02}")).collect();
        let text = with_day(&with_modules(draft, &modules, true).unwrap(), day);
        assert!(text.starts_with("# README. Found by `cargo xtask new`: 3.15.1.\n"), "{text}");
        let table: toml::Table = text.parse().unwrap();
        assert_eq!(table["built"].as_str(), Some("2026-09-01"));
        assert_eq!(table["override"]["modules"]["expected"].as_array().unwrap().len(), 20);
        assert!(text.lines().all(|line| line.len() <= 120), "{text}");
        assert!(with_modules(&text, &modules, true).is_err(), "not twice");
        assert_eq!(with_day(&text, day), text);
    }
}
