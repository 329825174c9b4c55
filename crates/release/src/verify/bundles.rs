//! What bundles say of themselves: Finder, Installer and management tools compare the versions in `Info.plist`.

use anyhow::Result;
use flatpkg::plist::{self, Value};

use super::expectations::Expectations;
use super::finding::{Check, Finding, Findings};
use super::tree::Tree;

/// Keys that hold a bundle's version, and nothing else.
const VERSIONS: [&str; 2] = ["CFBundleVersion", "CFBundleShortVersionString"];

/// Every `Info.plist` can be read, and what it says of versions is the version of Python.
pub(super) fn check(tree: &Tree, expect: &Expectations, found: &mut Vec<Finding>) -> Result<()> {
    let version = expect.python.to_string();
    for (path, file) in tree.files().filter(|(path, _)| path.ends_with("/Info.plist")) {
        let mut findings = Findings::new(path, found);
        let bytes = fs_err::read(&file.source)?;
        let Ok(Value::Dictionary(keys)) = plist::read(&bytes) else {
            findings.add(Check::Bundles, "something else", "a property list with keys");
            continue;
        };
        for key in VERSIONS {
            match keys.get(key).map(|value| value.as_string().unwrap_or_default()) {
                // Frameworks need no short one.
                None => {}
                // "3.13.5", or as the framework's: "3.13.5, (c) …".
                Some(stated) if stated.split(',').next() == Some(version.as_str()) => {}
                Some(stated) => findings.add(Check::Bundles, format!("{key} {stated:?}"), format!("{version:?}")),
            }
        }
    }
    Ok(())
}
