//! The libraries of a release, beside the newest that there are recipes for, and the known faults that the difference leaves.
//!
//! Faults are those of Debian's security tracker, which says for each which versions of a source package fixed it. Nothing is
//! decided here.

mod tracker;

use std::fmt;

use anyhow::Result;

use crate::context::Context;
use crate::draft::numbers;
use crate::hint::innermost;
use crate::recipe::{Library, Recipes, Upstream, known_recipes};

pub use tracker::Tracker;

/// What was found.
#[derive(Debug, PartialEq, Eq)]
pub struct Check {
    /// Libraries, as the release lists them.
    pub libraries: Vec<Row>,
    /// Why nobody told which faults are known; nothing where somebody did.
    pub untold: Option<String>,
}

/// A library.
#[derive(Debug, PartialEq, Eq)]
pub struct Row {
    /// `openssl`.
    pub name: String,
    /// The release's.
    pub version: String,
    /// The newest of the same series for which there is a recipe, when that is newer.
    pub newer: Option<String>,
    /// Known faults that a later version than the release's fixed.
    pub faults: Vec<String>,
}

/// Compares the libraries of a release with the newest recipes.
///
/// # Errors
/// When the recipes can't be listed.
pub fn check(cx: &Context, recipes: &Recipes, tracker: Result<&Tracker, String>) -> Result<Check> {
    let upstream = Upstream::read(&cx.paths.mac())?;
    let known = known_recipes(&cx.paths.mac())?;
    let row = |library: &Library| {
        let newer = known.iter().filter(|(name, version)| {
            *name == library.name
                && same_series(version, &library.version)
                && numbers(version) > numbers(&library.version)
        });
        let newest = newer.max_by_key(|(_, version)| numbers(version)).map(|(_, version)| version.clone());
        let package = package(library, &upstream);
        let faults = tracker.as_ref().map_or_else(|_| vec![], |tracker| tracker.left_in(&package, &library.version));
        Row { name: library.name.clone(), version: library.version.clone(), newer: newest, faults }
    };
    Ok(Check { libraries: recipes.libraries.iter().map(row).collect(), untold: tracker.err() })
}

/// Asks the tracker, unless `--offline` was given.
///
/// # Errors
/// A line: why nobody told.
pub fn ask(cx: &Context) -> Result<Tracker, String> {
    if cx.offline {
        return Err("--offline was given".to_owned());
    }
    Tracker::ask(cx).map_err(|error| innermost(&error).lines().next().unwrap_or_default().to_owned())
}

/// Debian's source package of a library.
fn package(library: &Library, upstream: &Upstream) -> String {
    let own = library.source.debian.as_ref().map(|debian| debian.package.clone());
    own.or_else(|| upstream.packages.get(&library.name).cloned()).unwrap_or_else(|| library.name.clone())
}

/// Whether versions differ only in their last parts: `3.0.20` and `3.0.22`, not `3.5.7`.
fn same_series(one: &str, other: &str) -> bool {
    numbers(one).iter().take(2).eq(numbers(other).iter().take(2))
}

impl Check {
    /// In a line, what is behind, and what that leaves.
    pub fn in_short(&self) -> String {
        let behind = self.libraries.iter().filter_map(|row| Some((row, row.newer.as_ref()?)));
        let behind: Vec<String> =
            behind.map(|(row, newer)| format!("{} {} ({newer})", row.name, row.version)).collect();
        let all = self.libraries.len();
        let behind = match behind.len() {
            0 => format!("none of {all} libraries is older than its newest recipe"),
            count => format!("{count} of {all} libraries are older than their newest recipes: {}", behind.join(", ")),
        };
        let faults: usize = self.libraries.iter().map(|row| row.faults.len()).sum();
        match &self.untold {
            Some(why) => format!("{behind}; known faults were not looked up: {why}"),
            None => format!("{behind}; {faults} known faults are fixed in later versions"),
        }
    }
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{:12} {:14} {:14} known faults that later versions fix",
            "library", "the release", "newest recipe"
        )?;
        for row in &self.libraries {
            let newer = row.newer.as_deref().unwrap_or("-");
            let line = format!("{:12} {:14} {newer:14} {}", row.name, row.version, row.faults.join(" "));
            writeln!(f, "{}", line.trim_end())?;
        }
        f.write_str(&self.in_short())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(tracker: Result<&Tracker, String>) -> Check {
        let dir = tempfile::tempdir().unwrap();
        let cx = crate::package::tests::context(dir.path());
        let mut recipes = Recipes::load(&cx.paths.mac(), "3.13.5".parse().unwrap()).unwrap();
        recipes.libraries.retain(|library| ["openssl", "xz", "tcl"].contains(&library.name.as_str()));
        check(&cx, &recipes, tracker).unwrap()
    }

    #[test]
    fn what_is_behind_and_what_that_leaves() {
        let text = r#"{
            "openssl": {
                "CVE-1": {"releases": {
                    "bookworm": {"status": "resolved", "fixed_version": "3.0.21-1~deb12u1"},
                    "sid": {"status": "resolved", "fixed_version": "3.5.6-1"}
                }},
                "CVE-2": {"releases": {"sid": {"status": "resolved", "fixed_version": "3.0.15-1"}}}
            },
            "xz-utils": {"CVE-3": {"releases": {"sid": {"status": "open"}}}}
        }"#;
        let tracker = Tracker::parse(text).unwrap();
        insta::assert_snapshot!(checked(Ok(&tracker)), @"
        library      the release    newest recipe  known faults that later versions fix
        openssl      3.0.20         3.0.22         CVE-1
        xz           5.8.1          -
        tcl          8.6.18         -
        1 of 3 libraries are older than their newest recipes: openssl 3.0.20 (3.0.22); 1 known faults are fixed in later versions
        ");
    }

    #[test]
    fn without_a_network_it_says_so_in_one_line() {
        let dir = tempfile::tempdir().unwrap();
        let cx = crate::package::tests::context(dir.path());
        let said = ask(&cx).err().unwrap();
        let line = checked(Err(said)).in_short();
        assert!(
            line.ends_with("known faults were not looked up: --offline was given") && !line.contains('\n'),
            "{line}"
        );
    }
}
