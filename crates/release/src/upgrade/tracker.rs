//! Debian's security tracker: which versions of source packages fixed which faults.
//!
//! Its data are one JSON object: source packages, faults in them, and for each suite of Debian's the version that fixed it
//! (<https://security-tracker.debian.org/tracker/data/json>).

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use serde::Deserialize;

use crate::context::Context;
use crate::draft::numbers;
use crate::fetch;
use crate::recipe::Upstream;

/// How long its data may be, bytes: they have 70 MB.
const LARGEST: u64 = 512 << 20;

/// What it says.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub struct Tracker(BTreeMap<String, BTreeMap<String, Fault>>);

#[derive(Debug, Deserialize)]
struct Fault {
    #[serde(default)]
    releases: BTreeMap<String, Status>,
}

#[derive(Debug, Deserialize)]
struct Status {
    #[serde(default)]
    fixed_version: Option<String>,
}

impl Tracker {
    /// Downloads its data.
    ///
    /// # Errors
    /// When it can't be reached, or says something else than it used to.
    pub fn ask(cx: &Context) -> Result<Self> {
        let url = Upstream::read(&cx.paths.mac())?.faults.tracker;
        let text = fetch::text(&url, LARGEST).with_context(|| format!("could not read {url}"))?;
        Self::parse(&text).with_context(|| format!("{url} says something else than it used to"))
    }

    /// Reads its data.
    ///
    /// # Errors
    /// When they are none.
    pub fn parse(text: &str) -> Result<Self> {
        Ok(serde_json::from_str(text)?)
    }

    /// Faults that a version of a package has, and a later one has not.
    ///
    /// A fault is fixed in several series at a time; the fix of the version's own series decides, and where that has none, the
    /// earliest fix of all.
    pub fn left_in(&self, package: &str, version: &str) -> Vec<String> {
        let faults = self.0.get(package).into_iter().flatten();
        let left = faults.filter(|(_, fault)| {
            let fixes = fault.releases.values().filter_map(|status| status.fixed_version.as_deref());
            // `0` is said of a package that never had it.
            let fixes: Vec<Vec<u64>> = fixes.filter(|fix| *fix != "0").map(|fix| numbers(upstream_of(fix))).collect();
            let own = fixes.iter().filter(|fix| fix.iter().take(2).eq(numbers(version).iter().take(2)));
            let decides = own.min().or(fixes.iter().min());
            decides.is_some_and(|fix| *fix > numbers(version))
        });
        left.map(|(name, _)| name.clone()).collect()
    }
}

/// Upstream's part of a version of Debian's: `3.0.15` of `1:3.0.15+dfsg-1~deb12u1`.
fn upstream_of(version: &str) -> &str {
    let without_epoch = version.split_once(':').map_or(version, |(_, rest)| rest);
    let without_revision = without_epoch.rsplit_once('-').map_or(without_epoch, |(upstream, _)| upstream);
    without_revision.split(['+', '~']).next().unwrap_or(without_revision)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fix_of_the_own_series_decides() {
        let fault = |fixes: &[&str]| {
            let releases: Vec<String> =
                fixes.iter().enumerate().map(|(at, fix)| format!(r#""s{at}": {{"fixed_version": "{fix}"}}"#)).collect();
            Tracker::parse(&format!(r#"{{"x": {{"CVE-1": {{"releases": {{{}}}}}}}}}"#, releases.join(","))).unwrap()
        };
        let left = |fixes: &[&str], version: &str| !fault(fixes).left_in("x", version).is_empty();
        assert!(left(&["3.0.15-1~deb12u1", "3.5.1-1"], "3.0.14") && !left(&["3.0.15-1", "3.5.1-1"], "3.0.15"));
        assert!(left(&["3.0.15-1", "3.5.1-1"], "3.5.0") && !left(&["3.0.15-1", "3.5.1-1"], "3.5.2"));
        assert!(left(&["1:9.2+dfsg-1"], "9.1") && !left(&["1:9.2+dfsg-1"], "9.2"));
        assert!(!left(&["0"], "1.0") && !left(&[], "1.0") && fault(&["2-1"]).left_in("y", "1").is_empty());
    }

    #[test]
    fn what_is_no_such_data_is_an_error() {
        for text in ["", "[]", "{\"x\": 3}", "{\"x\": {\"CVE-1\": {\"releases\": []}}}"] {
            assert!(Tracker::parse(text).is_err(), "{text}");
        }
    }
}
