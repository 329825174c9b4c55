//! What the libraries of macOS export, by the `.tbd` files of an SDK.
//!
//! A `.tbd` file of version 4 is YAML in a fixed shape: one document for the library and one for each library inlined
//! into it. Of these, what lies in `exports` and `reexports` for `x86_64-macos` can be bound to. The scanner knows
//! just this shape, which Apple's `tapi` and the project's own stubs share: keys at the start of a line, and flow
//! lists of plain or single-quoted names.

use std::collections::HashSet;

/// The triple whose exports count.
const TARGET: &str = "x86_64-macos";

/// The names that a stub exports for x86_64 macOS, with those of all libraries inlined into it.
pub fn exports(text: &str) -> HashSet<&str> {
    let mut names = HashSet::new();
    let (mut exporting, mut for_us) = (false, false);
    let mut rest = text;
    while let Some((line, after)) = rest.split_once('\n') {
        let key_at = line.trim_start_matches([' ', '-']);
        let Some((key, value)) = key_at.split_once(':') else {
            rest = after;
            continue;
        };
        if !line.starts_with([' ', '-']) {
            exporting = key == "exports" || key == "reexports";
        }
        let Some(open) = value.find('[') else {
            rest = after;
            continue;
        };
        let start = line.len() - value.len() + open + 1;
        let list = rest.get(start..).unwrap_or_default();
        let end = list.find(']').unwrap_or(list.len());
        let mut items = list.get(..end).unwrap_or_default().split(',');
        match key {
            "targets" => for_us = items.any(|item| item.trim() == TARGET),
            "symbols" | "weak-symbols" | "thread-local-symbols" if exporting && for_us => {
                names.extend(items.map(|item| item.trim().trim_matches('\'')).filter(|name| !name.is_empty()));
            }
            _ => {}
        }
        rest = list.get(end..).unwrap_or_default();
        rest = rest.split_once('\n').map_or("", |(_, next)| next);
    }
    names
}

/// What a library calls itself; a stub may lie under other names, too.
pub fn install_name(text: &str) -> Option<&str> {
    let line = text.lines().find_map(|line| line.strip_prefix("install-name:"))?;
    Some(line.trim().trim_matches('\''))
}

/// Where the stub of a library is, below an SDK: the install name with `.tbd` for `.dylib`, or behind a framework's.
pub fn stub_path(install_name: &str) -> String {
    let name = install_name.trim_start_matches('/');
    format!("{}.tbd", name.strip_suffix(".dylib").unwrap_or(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const STUB: &str = "\
--- !tapi-tbd
tbd-version:     4
targets:         [ x86_64-macos, arm64-macos ]
install-name:    '/usr/lib/libone.dylib'
exports:
  - targets:         [ x86_64-macos,
                       arm64-macos ]
    symbols:         [ _a, '_b$INODE64',
                       _c ]
    weak-symbols:    [ _w ]
  - targets:         [ arm64-macos ]
    symbols:         [ _arm ]
undefineds:
  - targets:         [ x86_64-macos ]
    symbols:         [ _undefined ]
--- !tapi-tbd
targets:         [ x86_64-macos ]
install-name:    '/usr/lib/system/libtwo.dylib'
reexports:
  - targets:         [ x86_64-macos ]
    symbols:         [ _two ]
...
";

    #[test]
    fn names_for_our_target_are_found() {
        let mut names: Vec<&str> = exports(STUB).into_iter().collect();
        names.sort_unstable();
        assert_eq!(names, ["_a", "_b$INODE64", "_c", "_two", "_w"]);
    }

    #[test]
    fn the_first_library_gives_the_name() {
        assert_eq!(install_name(STUB), Some("/usr/lib/libone.dylib"));
        assert_eq!(install_name("exports:\n"), None);
    }

    #[test]
    fn stubs_lie_where_the_library_would() {
        assert_eq!(stub_path("/usr/lib/libz.1.dylib"), "usr/lib/libz.1.tbd");
        assert_eq!(
            stub_path("/System/Library/Frameworks/A.framework/Versions/A/A"),
            "System/Library/Frameworks/A.framework/Versions/A/A.tbd"
        );
    }

    proptest! {
        #[test]
        fn any_text_ends_in_an_answer(text in "[ -:a-z_,'\\[\\]\n]{0,200}") {
            exports(&text);
        }
    }
}
