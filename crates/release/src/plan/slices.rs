//! Which slices of a release this host makes, and what the result may call itself.

use anyhow::{Result, anyhow};

use crate::hint::WithHint as _;
use crate::recipe::{LeftOut, Release, Variant};
use crate::version::DeploymentTarget;
use macho::Arch;

/// Why slices are left out.
const WHY_NOT: &str = "no compiler and linker on Linux make it for macOS; take a Mac of its time";

/// For a machine that is no Mac, where nobody named a variant or architectures: the first variant of which it can make
/// something, and of that what it can. The rest is left out by name.
pub(super) fn settle(release: &mut Release) {
    if !has_some(&release.variant) {
        let Some(other) = release.other_variants.iter_mut().find(|variant| has_some(variant)) else { return };
        std::mem::swap(&mut release.variant, other);
    }
    let (made, not_made) = release.variant.archs.iter().partition(|arch| arch.is_cross_compiled());
    release.variant.archs = made;
    let left_out = |arch: Arch| LeftOut { name: format!("the {arch} slice"), why: WHY_NOT.to_owned(), sdk: None };
    release.modules.left_out.splice(0..0, Vec::from_iter(not_made).into_iter().map(left_out));
}

fn has_some(variant: &Variant) -> bool {
    variant.archs.iter().any(|arch| arch.is_cross_compiled())
}

/// Says before any work what the compilers of a machine that is no Mac can't make, and what works.
///
/// # Errors
/// When some of what is asked for can't be made.
pub(super) fn check(release: &Release, archs: &[Arch], variant: Option<&str>) -> Result<()> {
    let built = if archs.is_empty() { &release.variant.archs } else { archs };
    let (made, impossible): (Vec<Arch>, Vec<Arch>) = built.iter().partition(|arch| arch.is_cross_compiled());
    if impossible.is_empty() {
        return Ok(());
    }
    let python = release.python;
    let hint = match (&made[..], release.variants().any(has_some), &release.variant.period) {
        ([_, ..], ..) => {
            let variant = variant.map(|name| format!(" --variant {name}")).unwrap_or_default();
            format!("this works here: cargo xtask release {python}{variant} --archs {}", names(&made, ","))
        }
        ([], true, _) => format!("this works here: cargo xtask release {python}"),
        ([], false, Some(period)) => {
            format!(
                "nothing of Python {python} can be made here: take a Mac of its time, with {} and {}",
                period.cc, period.sdk
            )
        }
        ([], false, None) => format!("nothing of Python {python} can be made here: take a Mac"),
    };
    let what = names(&impossible, " and ");
    Err(anyhow!("{} can't be made on Linux: clang and lld know no {what} for macOS", release.variant.name)).hint(hint)
}

/// How file names call what is made: the variant's own name while all of its slices are there and run on every macOS
/// that it promises; otherwise the oldest macOS, and the slice when there is one alone: `macosx10.9-x86_64`.
pub(super) fn name(variant: &Variant, staged: &[(Arch, DeploymentTarget)]) -> String {
    let promised = |arch: &Arch| (*arch, variant.minimum_of(*arch));
    if variant.archs.iter().map(promised).all(|slice| staged.contains(&slice)) {
        return variant.name.clone();
    }
    let oldest = staged.iter().map(|(_, minimum)| *minimum).min().unwrap_or(variant.minimum);
    // As python.org's installers were called when they ran on Mac OS X, and since.
    let system = match oldest.major {
        10 => format!("macosx{oldest}"),
        major => format!("macos{major}"),
    };
    match staged {
        [(arch, _)] if variant.archs.len() > 1 => format!("{system}-{arch}"),
        _ => system,
    }
}

/// In a line, what is made of a product where this host can't make all of it.
pub(super) fn in_short(product: &str, made: &[Arch], left_out: &[Arch]) -> Option<String> {
    let (made, left_out) = (names(made, " and "), names(left_out, " and "));
    (!left_out.is_empty()).then(|| format!("{product}: {made} is made; {left_out} is left out: {WHY_NOT}"))
}

fn names(archs: &[Arch], between: &str) -> String {
    archs.iter().map(|arch| arch.name()).collect::<Vec<_>>().join(between)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_promises_what_is_there() {
        let target = |text: &str| text.parse::<DeploymentTarget>().unwrap();
        let variant = |name: &str, archs: &[Arch], minimum: &str| Variant {
            name: name.to_owned(),
            archs: archs.to_vec(),
            minimum: target(minimum),
            cross_minimum: None,
            configure: Vec::new(),
            period: None,
        };
        let (intel, arm) = ((Arch::X86_64, target("10.13")), (Arch::Arm64, target("11.0")));
        let universal = variant("macos11", &[Arch::X86_64, Arch::Arm64], "10.13");
        assert_eq!(name(&universal, &[intel, arm]), "macos11");
        assert_eq!(name(&universal, &[intel]), "macosx10.13-x86_64");
        assert_eq!(name(&universal, &[arm]), "macos11-arm64");
        let old = variant("macosx10.6", &[Arch::I386, Arch::X86_64], "10.6");
        assert_eq!(name(&old, &[(Arch::X86_64, target("10.9"))]), "macosx10.9-x86_64");
        let newer = [(Arch::I386, target("10.9")), (Arch::X86_64, target("10.9"))];
        assert_eq!(name(&old, &newer), "macosx10.9");
        let alone = variant("macosx10.9", &[Arch::X86_64], "10.9");
        assert_eq!(name(&alone, &[(Arch::X86_64, target("10.9"))]), "macosx10.9");
    }
}
