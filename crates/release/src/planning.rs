//! The plan of a release on this machine, with the data that it was made from.

use anyhow::{Context as _, Result, anyhow};

use crate::context::Context;
use crate::fetch::Supply;
use crate::hint::WithHint as _;
use crate::host::System;
use crate::plan::{BuildOptions, Host, Plan};
use crate::recipe::{Recipes, known_releases, newest_built};
use crate::sphinx;
use crate::toolchain::lock::{self, Packages, Steps};
use crate::version::PythonVersion;

/// What is going to be built.
pub struct Planned {
    /// The release whose data it is made from; a checkout may be another version.
    pub release: PythonVersion,
    /// Every step of it.
    pub plan: Plan,
    /// The data that the plan was made from, as the options and this machine make them: a bill of materials must name what
    /// was built, and cross builds of old releases have libraries of their own.
    pub recipes: Recipes,
}

/// Plans a version on this machine. Without a version it is that of the checkout in the options.
///
/// # Errors
/// When there is no such release, or an option can't be had here.
pub fn planned(cx: &Context, version: Option<PythonVersion>, options: &BuildOptions) -> Result<Planned> {
    plan_of(cx, release_of(cx, version, options)?, options)
}

fn release_of(cx: &Context, version: Option<PythonVersion>, options: &BuildOptions) -> Result<PythonVersion> {
    match (version, &options.checkout) {
        (Some(version), _) => Ok(version),
        (None, Some(checkout)) => nearest(checkout.python, &known_releases(&cx.paths.mac())?),
        (None, None) => Err(anyhow!("no version is named")).hint("name one, such as 3.13.5"),
    }
}

/// Plans a version for a machine that need not be this one. Where nobody says which, it is this one, or a Mac for what can be
/// made on a Mac only.
///
/// # Errors
/// When there is no such release, or an option can't be had there.
pub fn planned_for(
    cx: &Context,
    version: Option<PythonVersion>,
    options: &BuildOptions,
    host: Option<System>,
) -> Result<Planned> {
    let release = release_of(cx, version, options)?;
    let on = |system| plan_on(cx, release, options, &crate::host::foreign(system));
    match host {
        Some(system) if system == System::HERE => plan_of(cx, release, options),
        Some(system) => on(system),
        None => plan_of(cx, release, options).or_else(|error| match System::HERE {
            System::Linux => on(System::Mac).map_err(|_| error),
            System::Mac => Err(error),
        }),
    }
}

fn plan_of(cx: &Context, release: PythonVersion, options: &BuildOptions) -> Result<Planned> {
    plan_on(cx, release, options, &crate::host::detect()?)
}

fn plan_on(cx: &Context, release: PythonVersion, options: &BuildOptions, host: &Host) -> Result<Planned> {
    let recipes = Recipes::load(&cx.paths.mac(), release)?;
    let plan = Plan::new(&recipes, &crate::host::toolchain_data(cx)?, host, options)?;
    Ok(Planned { release, plan, recipes: options.apply(&recipes, host)? })
}

/// As [`planned`], but with neither a version nor a checkout, the newest release that was built.
///
/// # Errors
/// As [`planned`].
pub fn planned_or_newest(cx: &Context, version: Option<PythonVersion>, options: &BuildOptions) -> Result<Planned> {
    let version = match version {
        None if options.checkout.is_none() => Some(newest_built(&cx.paths.mac())?),
        named => named,
    };
    planned(cx, version, options)
}

/// Makes sure that the packages which the plan's toolchain unpacks are here. Where some are gone from the mirrors, others
/// take their place, and the plan is made again.
///
/// # Errors
/// No network, a full disk; no `python3` that can make the documentation.
pub fn ready(cx: &Context, planned: Planned, supply: &Supply) -> Result<Planned> {
    with_packages(cx, planned, supply, &Steps::Unfinished)
}

/// The same for the steps that are named.
///
/// # Errors
/// As [`ready`].
pub fn with_packages(cx: &Context, planned: Planned, supply: &Supply, steps: &Steps) -> Result<Planned> {
    sphinx::check(cx, &planned.plan, &planned.recipes, steps)?;
    match lock::fetch(cx, &planned.plan, supply, steps)? {
        Packages::Here => Ok(planned),
        Packages::Replaced => {
            let again = plan_on(cx, planned.release, &planned.plan.options, &planned.plan.host)?;
            match lock::fetch(cx, &again.plan, supply, steps)? {
                Packages::Here => Ok(again),
                Packages::Replaced => Err(anyhow!("the packages of the toolchain vanish while they are fetched"))
                    .hint("try again later: the mirror is being updated"),
            }
        }
    }
}

/// The release whose data fits a checkout: the same one, else the last before it of the same `3.13`, else the first after.
fn nearest(python: PythonVersion, known: &[PythonVersion]) -> Result<PythonVersion> {
    let same = known.iter().copied().filter(|release| release.short() == python.short());
    let (before, after): (Vec<_>, Vec<_>) = same.partition(|release| *release <= python);
    let nearest = before.last().or(after.first()).copied();
    let known: Vec<String> = known.iter().map(ToString::to_string).collect();
    nearest
        .with_context(|| format!("there is no release of Python {} to take recipes from", python.short()))
        .hint(format!("known releases: {}", known.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a bill of materials names must be what was built: cross builds of old releases have libraries of their own.
    #[test]
    #[cfg(target_os = "linux")]
    fn data_beside_a_plan_are_what_it_was_made_from() {
        let dist = tempfile::tempdir().unwrap();
        let options = BuildOptions { archs: vec![macho::Arch::X86_64], ..BuildOptions::default() };
        let cx = crate::package::tests::context(dist.path());
        let Planned { plan, recipes, .. } = planned(&cx, Some("3.3.0".parse().unwrap()), &options).unwrap();
        let files = plan.sources().into_iter().map(|source| source.file.as_str()).collect::<Vec<_>>();
        assert!(recipes.libraries.iter().all(|library| files.contains(&library.source.file.as_str())), "{files:?}");
    }

    #[test]
    fn a_checkout_takes_the_nearest_release() {
        let version = |text: &str| text.parse::<PythonVersion>().unwrap();
        let known = ["3.13.5", "3.13.9", "3.14.2"].map(version);
        let nearest = |text: &str| nearest(version(text), &known).map(|found| found.to_string());
        assert_eq!(nearest("3.13.5").unwrap(), "3.13.5");
        assert_eq!(nearest("3.13.8").unwrap(), "3.13.5");
        assert_eq!(nearest("3.13.11").unwrap(), "3.13.9");
        assert_eq!(nearest("3.14.0").unwrap(), "3.14.2");
        let text = crate::hint::render(&nearest("3.15.0").unwrap_err());
        assert!(text.contains("no release of Python 3.15") && text.contains("known releases: 3.13.5"), "{text}");
    }
}
