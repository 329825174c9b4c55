//! Text-based stubs: what a linker needs to know of a dynamic library, without the library.
//!
//! The format is version 4 of Apple's `tbd`, a YAML document; LLVM documents it in `llvm/TextAPI`. lld reads it.

use std::fmt::Write as _;

use serde::Deserialize;

/// The architectures of every library of ours.
const TARGETS: &str = "x86_64-macos, arm64-macos";

/// A library, as its file in `Mac/sdk/stubs` describes it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Stub {
    /// Where it lies on a Mac; what a binary that links to it records.
    pub install_name: String,
    /// Its version, as a binary that links to it records.
    pub current_version: String,
    /// The oldest version that it can stand in for.
    pub compatibility_version: String,
    /// Where stubs of it lie in the SDK. The first is the file, the others are links to it.
    pub paths: Vec<String>,
    /// Install names of libraries whose exports it passes on.
    #[serde(default)]
    pub reexports: Vec<String>,
    /// C functions and variables, as C names them.
    #[serde(default)]
    pub symbols: Vec<String>,
    /// Objective-C classes.
    #[serde(default)]
    pub classes: Vec<String>,
}

impl Stub {
    /// The text of the stub; lists are sorted and free of doubles.
    pub fn to_tbd(&self) -> String {
        let Self { install_name, current_version, compatibility_version, .. } = self;
        let mut text = format!(
            "--- !tapi-tbd\n\
             tbd-version:     4\n\
             targets:         [ {TARGETS} ]\n\
             install-name:    '{install_name}'\n\
             current-version: {current_version}\n\
             compatibility-version: {compatibility_version}\n"
        );
        if !self.reexports.is_empty() {
            text +=
                &section("reexported-libraries", &[("libraries", list(&self.reexports, |name| format!("'{name}'")))]);
        }
        let symbols = list(&self.symbols, |name| format!("_{name}"));
        let classes = list(&self.classes, ToOwned::to_owned);
        let lists: Vec<_> = [("symbols", symbols), ("objc-classes", classes)]
            .into_iter()
            .filter(|(_, list)| !list.is_empty())
            .collect();
        if !lists.is_empty() {
            text += &section("exports", &lists);
        }
        text + "...\n"
    }
}

fn section(name: &str, lists: &[(&str, String)]) -> String {
    let mut text = format!("{name}:\n  - targets:         [ {TARGETS} ]\n");
    for (name, list) in lists {
        _ = writeln!(text, "    {:<17}[ {list} ]", format!("{name}:"));
    }
    text
}

/// Entries with commas between them, several a line.
fn list(names: &[String], quote: impl Fn(&String) -> String) -> String {
    const INDENT: &str = "                       ";
    let mut names: Vec<String> = names.iter().map(quote).collect();
    names.sort();
    names.dedup();
    let lines: Vec<String> = names.chunks(4).map(|names| names.join(", ")).collect();
    lines.join(&format!(",\n{INDENT}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stub_with_everything() {
        let text = r#"
            install-name = "/System/Library/Frameworks/AppKit.framework/Versions/C/AppKit"
            current-version = "2022"
            compatibility-version = "45"
            paths = ["x.tbd"]
            reexports = ["/usr/lib/libobjc.A.dylib"]
            symbols = ["e", "d", "c", "b", "a", "_a", "a"]
            classes = ["NSButton", "NSApplication"]
        "#;
        insta::assert_snapshot!(toml::from_str::<Stub>(text).unwrap().to_tbd(), @r"
        --- !tapi-tbd
        tbd-version:     4
        targets:         [ x86_64-macos, arm64-macos ]
        install-name:    '/System/Library/Frameworks/AppKit.framework/Versions/C/AppKit'
        current-version: 2022
        compatibility-version: 45
        reexported-libraries:
          - targets:         [ x86_64-macos, arm64-macos ]
            libraries:       [ '/usr/lib/libobjc.A.dylib' ]
        exports:
          - targets:         [ x86_64-macos, arm64-macos ]
            symbols:         [ __a, _a, _b, _c,
                               _d, _e ]
            objc-classes:    [ NSApplication, NSButton ]
        ...
        ");
    }

    #[test]
    fn unknown_keys_are_errors() {
        let error = toml::from_str::<Stub>("install-name = '/a'\nsymbol = []\n").unwrap_err().to_string();
        assert!(error.contains("line 2") && error.contains("symbol"), "{error}");
    }
}
