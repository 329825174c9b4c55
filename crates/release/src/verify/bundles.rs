//! What bundles say of themselves: Finder, Installer and management tools compare the versions in `Info.plist`.

use anyhow::Result;
use flatpkg::plist::{self, Value};

use super::expectations::Expectations;
use super::finding::{Check, Finding, Findings};
use super::tree::Tree;

/// Keys that hold a bundle's version, and nothing else.
const VERSIONS: [&str; 2] = ["CFBundleVersion", "CFBundleShortVersionString"];

/// Where the program of a bundle is, by its property list: beside `Contents/Info.plist` in `MacOS`, above a framework's
/// `Resources/Info.plist`.
fn folder_of_program(list: &str) -> Option<String> {
    let contents = list.strip_suffix("/Info.plist")?;
    match contents.strip_suffix("/Resources") {
        Some(version) => Some(version.to_owned()),
        None => contents.ends_with("/Contents").then(|| format!("{contents}/MacOS")),
    }
}

/// Every `Info.plist` can be read, the program that it names is there, and what it says of versions is the version of Python.
pub(super) fn check(tree: &Tree, expect: &Expectations, found: &mut Vec<Finding>) -> Result<()> {
    let version = expect.python.to_string();
    for (path, file) in tree.files().filter(|(path, _)| path.ends_with("/Info.plist")) {
        let mut findings = Findings::new(path, found);
        let bytes = fs_err::read(&file.source)?;
        let Ok(Value::Dictionary(keys)) = plist::read(&bytes) else {
            findings.add(Check::Bundles, "something else", "a property list with keys");
            continue;
        };
        let program = keys.get("CFBundleExecutable").and_then(Value::as_string);
        if let (Some(program), Some(folder)) = (program, folder_of_program(path)) {
            let at = format!("{folder}/{program}");
            if tree.get(&at).is_none() {
                findings.add(
                    Check::Bundles,
                    format!("CFBundleExecutable {program:?}"),
                    format!("a program: there is no {at}"),
                );
            }
        }
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
