//! What there is: versions that are defined, what of them was built, what fills the cache and the folder of products.

use std::fmt;
use std::path::Path;

use anyhow::Result;
use serde::Serialize;

use crate::build::Outlook;
use crate::clean::size_of;
use crate::context::Context;
use crate::fetch;
use crate::plan::BuildOptions;
use crate::planning::{Planned, planned};
use crate::recipe::{Recipes, known_releases};
use crate::ui::{brief, size};
use crate::version::PythonVersion;

/// One defined version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Listed {
    /// Which.
    pub version: String,
    /// The day on which a build of its data last passed the audit; a draft has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub built: Option<String>,
    /// Whether its staged root is in the cache.
    pub is_staged: bool,
    /// Its installers in the folder of products.
    pub products: Vec<String>,
}

/// Every version that is defined, the oldest first.
///
/// # Errors
/// When its data can't be read.
pub fn list(cx: &Context) -> Result<Vec<Listed>> {
    let there = products(&cx.paths.dist);
    let one = |version: PythonVersion| {
        let release = Recipes::load(&cx.paths.mac(), version)?.release;
        // What this machine can't make has nothing in the cache.
        let planned = planned(cx, Some(version), &BuildOptions::default());
        let is_staged = planned.is_ok_and(|Planned { plan, .. }| Outlook::of(cx, &plan).missing.is_empty());
        let start = format!("python-{version}-");
        let products = there.iter().map(|(name, _)| name).filter(|name| name.starts_with(&start)).cloned().collect();
        Ok(Listed {
            version: version.to_string(),
            built: release.built.map(|day| day.to_string()),
            is_staged,
            products,
        })
    };
    known_releases(&cx.paths.mac())?.into_iter().map(one).collect()
}

impl fmt::Display for Listed {
    /// One line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let built = self.built.as_ref().map_or_else(|| "draft".to_owned(), |day| format!("built {day}"));
        let staged = if self.is_staged { "staged" } else { "" };
        let line = format!("{:12} {built:18} {staged:8} {}", self.version, self.products.join("  "));
        f.write_str(line.trim_end())
    }
}

/// What is where, and what a release would still do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Stock {
    /// The cache.
    pub cache: String,
    /// Its folders with the bytes in them.
    pub folders: Vec<(String, u64)>,
    /// The folder of products.
    pub dist: String,
    /// Its installers with their bytes.
    pub products: Vec<(String, u64)>,
    /// The version that the rest is about.
    pub version: String,
    /// Its steps that have to run.
    pub missing: Vec<String>,
    /// How many steps it has.
    pub steps: usize,
    /// How many sources have to be fetched.
    pub sources: usize,
    /// Bytes of these, as far as they are known.
    pub source_bytes: u64,
    /// About how long a build takes here, in seconds.
    pub seconds: u64,
}

impl Stock {
    /// Looks.
    ///
    /// # Errors
    /// When a folder can't be read.
    pub fn of(cx: &Context, planned: &Planned) -> Self {
        let folders = ["sources", "steps", "manifests", "work", "logs", "apt", "debs", "rejected", "corpus"];
        let folders = folders.map(|name| (name.to_owned(), size_of(&cx.paths.cache.join(name))));
        let outlook = Outlook::of(cx, &planned.plan);
        let (sources, source_bytes) = fetch::missing(cx, &planned.plan.sources());
        Self {
            cache: cx.paths.cache.display().to_string(),
            folders: folders.into_iter().filter(|(_, bytes)| *bytes > 0).collect(),
            dist: cx.paths.dist.display().to_string(),
            products: products(&cx.paths.dist),
            version: planned.plan.python.to_string(),
            missing: outlook.missing,
            steps: outlook.steps,
            sources,
            source_bytes,
            seconds: outlook.time.as_secs(),
        }
    }

    /// What is done and what is not, in one line.
    pub fn outlook(&self) -> String {
        let done = self.steps - self.missing.len();
        if self.missing.is_empty() {
            return format!("all {} steps are finished here: packaging is all that is left", self.steps);
        }
        let fetch = match self.sources {
            0 => "all sources are here".to_owned(),
            1 => format!("1 source to fetch, {}", size(self.source_bytes)),
            count => format!("{count} sources to fetch, {}", size(self.source_bytes)),
        };
        let time = brief(std::time::Duration::from_secs(self.seconds));
        format!("{done} of {} steps are finished here; {fetch}; about {time} to build", self.steps)
    }
}

impl fmt::Display for Stock {
    /// Lines without a break at the end.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines = |f: &mut fmt::Formatter<'_>, title: &str, place: &str, all: &[(String, u64)]| {
            let total: u64 = all.iter().map(|(_, bytes)| bytes).sum();
            writeln!(f, "{title} {place}: {}", size(total))?;
            all.iter().try_for_each(|(name, bytes)| writeln!(f, "{:>10}  {name}", size(*bytes)))
        };
        lines(f, "cache", &self.cache, &self.folders)?;
        lines(f, "products in", &self.dist, &self.products)?;
        write!(f, "Python {}: {}", self.version, self.outlook())
    }
}

/// Installers in a folder, sorted, with their bytes.
fn products(dist: &Path) -> Vec<(String, u64)> {
    let entries = fs_err::read_dir(dist).into_iter().flatten().flatten();
    let named = entries.filter_map(|entry| Some((entry.file_name().into_string().ok()?, entry.metadata().ok()?.len())));
    let mut found: Vec<_> = named.filter(|(name, _)| name.ends_with(".pkg") || name.ends_with(".dmg")).collect();
    found.sort();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_says_what_is_there_and_what_is_not() {
        let dir = tempfile::tempdir().unwrap();
        let mut cx = crate::package::tests::context(dir.path());
        cx.paths.cache = dir.path().join("cache");
        fs_err::create_dir_all(cx.paths.sources()).unwrap();
        fs_err::write(cx.paths.sources().join("a"), [0; 2500]).unwrap();
        fs_err::write(cx.paths.dist.join("python-3.13.5-macos11-unsigned.pkg"), [0; 1_200_000]).unwrap();
        let listed = list(&cx).unwrap();
        let line = listed.iter().find(|listed| listed.version == "3.13.5").unwrap().to_string();
        assert!(line.starts_with("3.13.5 ") && line.ends_with(" python-3.13.5-macos11-unsigned.pkg"), "{line}");
        assert!(listed.iter().any(|listed| listed.to_string().contains(" draft")), "{listed:?}");
        let host = Some(crate::host::System::Linux);
        let version = Some("3.13.5".parse().unwrap());
        let planned = crate::planning::planned_for(&cx, version, &BuildOptions::default(), host).unwrap();
        let stock = Stock::of(&cx, &planned);
        let text = stock.to_string();
        assert!(text.contains(" kB  sources\n"), "{text}");
        assert!(text.contains("    1.2 MB  python-3.13.5-macos11-unsigned.pkg\n"), "{text}");
        let start = format!("\nPython 3.13.5: 0 of {} steps are finished here; ", stock.steps);
        assert!(text.contains(&start) && text.contains(" sources to fetch, "), "{text}");
    }
}
