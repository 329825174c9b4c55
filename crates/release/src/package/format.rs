//! Which kind of package is made: the rules of `Mac/formats.toml`.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, Result, anyhow};
use serde::{Deserialize, Serialize};

use crate::framework::Framework;
use crate::hint::WithHint as _;
use crate::plan::Plan;
use crate::recipe::read_toml;
use crate::version::DeploymentTarget;

/// A kind of package.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// One .pkg: what macOS 10.5 and later install.
    Flat,
    /// A metapackage of bundle packages, in a .dmg: what came before.
    Mpkg,
}

impl Format {
    /// The ending of the product's file.
    pub fn ending(self) -> &'static str {
        match self {
            Format::Flat => "pkg",
            Format::Mpkg => "dmg",
        }
    }
}

impl Format {
    /// Whether it can offer what a plan makes.
    ///
    /// # Errors
    /// The old format offers each component by itself, and the free-threaded framework comes with its links.
    pub fn check(self, plan: &Plan) -> Result<()> {
        if self == Format::Mpkg && plan.frameworks.contains(&Framework::PythonT) {
            return Err(anyhow!(
                "a .dmg can't offer PythonT together with the links to it: in the old format each component is a choice"
            ))
            .hint("--without PythonT leaves it out");
        }
        Ok(())
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Formats {
    rule: Vec<Rule>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    from: DeploymentTarget,
    default: Format,
    #[serde(default)]
    refused: BTreeMap<Format, String>,
    #[serde(default)]
    warned: BTreeMap<Format, String>,
}

/// The kind of package for an oldest macOS, and what there is to say against it.
///
/// # Errors
/// When what is asked for can't be installed there.
pub fn decide(mac: &Path, minimum: DeploymentTarget, wanted: Option<Format>) -> Result<(Format, Option<String>)> {
    let formats: Formats = read_toml(&mac.join("formats.toml"))?;
    let rules = formats.rule.iter().filter(|rule| rule.from <= minimum);
    let rule =
        rules.max_by_key(|rule| rule.from).with_context(|| format!("no rule of formats.toml is for {minimum}"))?;
    let format = wanted.unwrap_or(rule.default);
    if let Some(why) = rule.refused.get(&format) {
        return Err(anyhow!("an installer for macOS {minimum} can't be a .{}: {why}", format.ending()))
            .hint("without --format the one that works is made");
    }
    Ok((format, rule.warned.get(&format).cloned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_old_format_has_no_free_threaded_framework() {
        use crate::package::tests::{plan, plan_of_one};
        let error = crate::hint::render(&Format::Mpkg.check(&plan()).unwrap_err());
        assert!(error.contains("hint: --without PythonT leaves it out"), "{error}");
        Format::Mpkg.check(&plan_of_one()).unwrap();
        Format::Flat.check(&plan()).unwrap();
    }

    #[test]
    fn what_an_installer_of_the_time_reads() {
        let mac = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../Mac");
        let decide = |minimum: &str, wanted| match decide(&mac, minimum.parse().unwrap(), wanted) {
            Ok((format, warning)) => format!("{} {}", format.ending(), warning.unwrap_or_default()),
            Err(error) => crate::hint::render(&error),
        };
        let cases = [("10.3", None), ("10.3", Some(Format::Flat)), ("10.4", None), ("10.4", Some(Format::Flat))]
            .into_iter()
            .chain([("10.5", None), ("10.6", Some(Format::Mpkg)), ("11.0", None)]);
        let text: Vec<String> = cases
            .map(|(minimum, wanted)| {
                let asked = wanted.map_or("default", Format::ending);
                format!("{minimum} {asked}: {}", decide(minimum, wanted).trim_end())
            })
            .collect();
        insta::assert_snapshot!(text.join("\n"));
    }
}
