//! The oldest macOS that a slice runs on.

use super::expectations::Expectations;
use super::finding::{Check, Findings};
use macho::{Details, Minimum};

/// The slice states the expected version of macOS, once.
///
/// A lower one is wrong as well: the compiler was told another target than the rest, so it had other rules for what
/// is imported weakly.
pub(super) fn check(image: &Details, expect: &Expectations, findings: &mut Findings<'_>) {
    let expected = expect.minimum_of(image.arch);
    if image.minimums == [Minimum::MacOs(expected)] {
        return;
    }
    let texts: Vec<_> = image.minimums.iter().map(describe).collect();
    let got = if texts.is_empty() { "no minimum macOS".to_owned() } else { texts.join(" and ") };
    findings.add(Check::MinimumOs, got, format!("macOS {expected}"));
}

fn describe(minimum: &Minimum) -> String {
    match minimum {
        Minimum::MacOs(version) => format!("macOS {version}"),
        Minimum::Platform(number) => format!("platform {number}"),
    }
}
