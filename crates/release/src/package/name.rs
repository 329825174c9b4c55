//! File names of installers, as python.org has them.

/// What a package's signature is worth; its file name says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// Signed by somebody Apple vouches for.
    Signed,
    /// Signed by somebody Apple doesn't vouch for.
    SelfSigned,
    /// Signed without a time stamp: no longer valid than the certificate, and not to be notarized.
    NoTimestamp,
    /// Not signed, and code in it has hashes that nobody signed.
    AdHoc,
    /// Not signed.
    Unsigned,
}

impl Mark {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Signed, Self::SelfSigned, Self::NoTimestamp, Self::AdHoc, Self::Unsigned];

    /// What it adds to a name.
    pub fn text(self) -> &'static str {
        match self {
            Self::Signed => "",
            Self::SelfSigned => "-self-signed",
            Self::NoTimestamp => "-no-timestamp",
            Self::AdHoc => "-adhoc",
            Self::Unsigned => "-unsigned",
        }
    }
}

/// `python-3.13.5-macos11.pkg`; `python-3.13.5-macos11-unsigned.pkg` and the like for what may not be published.
pub fn file_name(product: &str, mark: Mark) -> String {
    format!("{product}{}.pkg", mark.text())
}

/// Whether python.org's release tools take a file for the macOS installer of a release. They look for
/// `-macos(x)?1[1-9](\.[0-9]*)?\.pkg$` (python/release-tools, add_to_pydotorg.py), and before macOS 11 names said
/// `macosx10.9`, which they no longer do.
pub fn is_published(name: &str) -> bool {
    let rest = name.strip_suffix(".pkg").and_then(|name| name.rsplit_once("-macos")).map(|(_, rest)| rest);
    let Some(rest) = rest else { return false };
    let rest = rest.strip_prefix('x').unwrap_or(rest);
    let (major, minor) = rest.split_once('.').unwrap_or((rest, ""));
    let major = matches!(major.as_bytes(), [b'1', b'1'..=b'9']);
    major && minor.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::package::tests::plan;

    #[test]
    fn names_are_those_of_python_org() {
        let name = |python: &str, variant: &str, mark| {
            let plan = crate::plan::Plan { python: python.parse().unwrap(), variant: variant.into(), ..plan() };
            file_name(&plan.product_name(), mark)
        };
        assert_eq!(name("3.13.5", "macos11", Mark::Signed), "python-3.13.5-macos11.pkg");
        assert_eq!(name("3.15.0rc2", "macos11", Mark::Signed), "python-3.15.0rc2-macos11.pkg");
        assert_eq!(name("3.9.1", "macos11.0", Mark::Signed), "python-3.9.1-macos11.0.pkg");
        assert_eq!(name("3.7.0", "macosx10.9", Mark::Signed), "python-3.7.0-macosx10.9.pkg");
        assert_eq!(name("3.13.5", "macos11", Mark::Unsigned), "python-3.13.5-macos11-unsigned.pkg");
        for mark in Mark::ALL {
            assert_eq!(is_published(&name("3.13.5", "macos11", mark)), mark == Mark::Signed, "{mark:?}");
        }
    }

    #[test]
    fn release_tools_find_what_is_signed_and_nothing_else() {
        for name in ["python-3.13.5-macos11.pkg", "python-3.9.1-macos11.0.pkg", "python-3.20.0-macosx12.pkg"] {
            assert!(is_published(name), "{name}");
        }
        for name in [
            "python-3.13.5-macos11-unsigned.pkg",
            "python-3.7.0-macosx10.9.pkg",
            "python-3.13.5-macos11.pkg.spdx.json",
            "python-3.13.5-macos1.pkg",
            "python-3.13.5-macosxx11.pkg",
            "python-3.13.5.pkg",
            "python-3.13.5-macos11.dmg",
        ] {
            assert!(!is_published(name), "{name}");
        }
    }
}
