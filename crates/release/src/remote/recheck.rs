//! Making again what was taken, and comparing.
//!
//! Which steps is decided by a number that only this machine knows: whoever fills the cache can't tell which of them will be
//! looked at. A step that was found equal is not made again; it counts as made here when all that it needs was made here, too.

use std::collections::BTreeSet;
use std::fmt;
use std::io::Write as _;
use std::path::PathBuf;
use std::str::FromStr;

use anyhow::{Context as _, Result, anyhow};
use fs_err::os::unix::fs::OpenOptionsExt as _;
use serde::Deserialize;

use super::record::{KIND, Record};
use super::{Remote, portable};
use crate::build::{OnFailure, again, finished, tree};
use crate::context::Context;
use crate::digest::Sha256;
use crate::fetch::Sources;
use crate::hint::hinted;
use crate::keys::Envelope;
use crate::plan::Plan;

/// A share in percent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Share(u8);

impl FromStr for Share {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = text.strip_suffix('%').unwrap_or(text).trim().parse().ok().filter(|share| *share <= 100);
        number.map(Self).ok_or_else(|| format!("{text:?} is no share; expected a whole percentage, such as 5%"))
    }
}

impl TryFrom<String> for Share {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}%", self.0)
    }
}

impl Share {
    /// Whether a step belongs to it: about so many of a hundred do.
    fn has(self, secret: &[u8], key: Sha256) -> bool {
        let digest = Sha256::of(&[secret, key.to_string().as_bytes()].concat()).to_string();
        let number = digest.get(..8).and_then(|digits| u32::from_str_radix(digits, 16).ok()).unwrap_or_default();
        u64::from(number) * 100 < u64::from(self.0) << 32
    }
}

impl Remote {
    /// The taken steps of a plan that have to be made again.
    ///
    /// # Errors
    /// When the number that chooses can't be read or made.
    pub fn chosen(&self, cx: &Context, plan: &Plan) -> Result<BTreeSet<String>> {
        if self.recheck == Share::default() {
            return Ok(BTreeSet::new());
        }
        let secret = secret(cx)?;
        let is_taken = |name: &str| is_taken(cx, plan, name) && !marker(cx, plan, name).exists();
        let steps = plan.keys.iter().filter(|(name, key)| {
            finished::is_made(cx, plan, name) && is_taken(name) && self.recheck.has(&secret, **key)
        });
        Ok(steps.map(|(name, _)| name.clone()).collect())
    }

    /// Makes them again, and compares. What they need is made, too.
    ///
    /// # Errors
    /// A step that can't be made; all steps that are others, with the paths that differ.
    pub fn recheck(&self, cx: &Context, plan: &Plan, sources: &Sources) -> Result<()> {
        let chosen = self.chosen(cx, plan)?;
        let (mut equal, mut problems) = (Vec::new(), Vec::new());
        for name in plan.steps.iter().map(|step| &step.name).filter(|name| chosen.contains(*name)) {
            let folder = plan.folder(name);
            let taken = cx.paths.taken().join(&folder);
            let record = || {
                let envelope = Envelope::parse(&fs_err::read(&taken)?, KIND)?;
                Record::of(&envelope, name, plan.keys.get(name).copied().context("the plan has no such step")?)
            };
            let record = record().with_context(|| format!("{} is malformed", taken.display()))?;
            let made = again(cx, plan, sources, name, OnFailure::Stop)?;
            let made = portable::manifest(made.path(), &cx.paths.cache)?;
            if made.digest() == record.manifest {
                cx.ui.say(format_args!("  {folder} was made again, and is equal"));
                equal.push(name.as_str());
                continue;
            }
            let theirs = portable::manifest(&finished::product(cx, plan, name), &cx.paths.cache)?;
            problems.push((name.as_str(), finished::told(&folder, &theirs.differences(&made))));
        }
        if problems.is_empty() {
            return equal.into_iter().try_for_each(|name| checked(cx, plan, name));
        }
        // Nobody shall use them by accident.
        fs_err::create_dir_all(cx.paths.rejected())?;
        for (name, _) in &problems {
            let folder = plan.folder(name);
            tree::remove(&finished::product(cx, plan, name))?;
            flatpkg::output::replace(&cx.paths.taken().join(&folder), &rejected(cx, &folder))?;
            self.refuse(&folder);
        }
        let told: Vec<String> = problems.into_iter().map(|(_, told)| told).collect();
        let error = anyhow!(
            "steps from the remote cache {self} (-) are others when they are made here (+):\n{}",
            told.join("\n")
        );
        Err(hinted(
            error,
            "they were removed, and are not taken again; ask whoever signed them, and trust that key no more until you know why. \
             Earlier runs may have made other steps of them: `cargo xtask clean steps` removes all",
        ))
    }
}

/// Where the record is kept of a step that was another one when it was made here.
fn rejected(cx: &Context, folder: &str) -> PathBuf {
    cx.paths.rejected().join(format!("{folder}.recheck.json"))
}

/// Whether a step that this very record vouches for was another one when it was made here.
pub(super) fn lied(cx: &Context, folder: &str, text: &str) -> bool {
    fs_err::read_to_string(rejected(cx, folder)).is_ok_and(|kept| kept == text)
}

fn is_taken(cx: &Context, plan: &Plan, name: &str) -> bool {
    cx.paths.taken().join(plan.folder(name)).exists()
}

/// A file that says that a taken step was made again once, and was equal.
pub(super) fn marker(cx: &Context, plan: &Plan, name: &str) -> PathBuf {
    cx.paths.taken().join(format!("{}.checked", plan.folder(name)))
}

/// A step was found equal.
fn checked(cx: &Context, plan: &Plan, name: &str) -> Result<()> {
    let mut wanted = vec![name];
    let mut needs = BTreeSet::new();
    while let Some(step) = wanted.pop().and_then(|name| plan.step(name)) {
        wanted.extend(step.needs.iter().map(String::as_str).filter(|need| needs.insert(*need)));
    }
    if needs.iter().any(|need| is_taken(cx, plan, need)) {
        return Ok(fs_err::write(marker(cx, plan, name), "")?);
    }
    Ok(fs_err::remove_file(cx.paths.taken().join(plan.folder(name)))?)
}

/// 32 random bytes that stay on this machine.
fn secret(cx: &Context) -> Result<Vec<u8>> {
    let path = cx.paths.cache.join("recheck-secret");
    if !path.exists() {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).map_err(|error| anyhow!("the system has no random bytes: {error}"))?;
        fs_err::create_dir_all(&cx.paths.cache)?;
        let mut options = fs_err::OpenOptions::new();
        options.write(true).create_new(true).mode(0o600).open(&path)?.write_all(&bytes)?;
    }
    Ok(fs_err::read(path)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_about_what_it_says() {
        for share in [0, 5, 50, 100] {
            let of = |secret: &[u8]| -> Vec<u32> {
                let has = |number: &u32| Share(share).has(secret, Sha256::of(&number.to_le_bytes()));
                (0..2000).filter(has).collect()
            };
            let chosen = of(b"one");
            let expected = 20 * usize::from(share);
            assert!(chosen.len().abs_diff(expected) <= 100, "{share}: {}", chosen.len());
            assert_eq!(chosen == of(b"other"), [0, 100].contains(&share), "nobody else can tell which");
        }
    }

    #[test]
    fn shares_are_percentages() {
        assert_eq!(("5%".parse(), "100".parse()), (Ok(Share(5)), Ok(Share(100))));
        for wrong in ["", "%", "101%", "-1%", "0.5%", "all"] {
            assert!(wrong.parse::<Share>().unwrap_err().contains("such as 5%"), "{wrong}");
        }
    }
}
