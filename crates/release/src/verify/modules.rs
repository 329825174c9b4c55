//! Extension modules: the expected ones are there, and each can be imported under its name.

use std::collections::{BTreeMap, BTreeSet};

use super::expectations::{Binary, Expectations};
use super::finding::{Check, Finding, Findings};
use super::tree::Tree;
use crate::framework::Framework;
use crate::version::PythonVersion;

/// The names of all extension modules in each framework's `lib-dynload`, sorted.
pub(super) fn check(
    tree: &Tree,
    binaries: &BTreeMap<String, Binary>,
    expect: &Expectations,
    found: &mut Vec<Finding>,
) -> Vec<String> {
    let mut modules = BTreeSet::new();
    for framework in &expect.frameworks {
        modules.extend(check_framework(*framework, tree, binaries, expect, found));
    }
    modules.into_iter().collect()
}

fn check_framework(
    framework: Framework,
    tree: &Tree,
    binaries: &BTreeMap<String, Binary>,
    expect: &Expectations,
    found: &mut Vec<Finding>,
) -> BTreeSet<String> {
    let folder = format!("{}/lib-dynload", expect.library_in_root(framework));
    let mut modules = BTreeSet::new();
    for (path, _) in tree.files() {
        let Some(file) = path.strip_prefix(&folder).and_then(|rest| rest.strip_prefix('/')) else { continue };
        let Some((name, suffix)) = file.split_once('.') else { continue };
        if !suffix.ends_with("so") {
            continue;
        }
        let mut findings = Findings::new(path, found);
        if !is_importable(suffix, framework, expect) {
            let got = format!("the suffix .{suffix}");
            findings.add(Check::Modules, got, "one that this Python imports on macOS");
            continue;
        }
        modules.insert(name.to_owned());
        check_entry_point(name, binaries.get(path), expect, &mut findings);
    }
    for name in &expect.modules {
        if !modules.contains(name) {
            let path = format!("{folder}/{name}.*.so");
            Findings::new(&path, found).add(Check::Modules, "nothing", format!("the extension module {name}"));
        }
    }
    modules
}

/// Whether a suffix is one of those in `importlib.machinery.EXTENSION_SUFFIXES` on macOS: `cpython-313-darwin.so`,
/// `abi3.so`, `so`; before 3.5 `cpython-33m.so`. The free-threaded one imports `cpython-313t-darwin.so`, and no `abi3.so`: it has another
/// interface (PEP 703).
pub(super) fn is_importable(suffix: &str, framework: Framework, expect: &Expectations) -> bool {
    let tag = format!("cpython-{}{}", expect.python.major, expect.python.minor);
    let rest = match suffix {
        "so" => return true,
        "abi3.so" => return framework == Framework::Python,
        other => other.strip_prefix(&tag).and_then(|rest| rest.strip_suffix(".so")),
    };
    let Some(rest) = rest else { return false };
    let flags = rest.strip_suffix("-darwin").unwrap_or(rest);
    let named = (expect.python.major, expect.python.minor) < (3, 5) || rest.ends_with("-darwin");
    let is_free_threaded = flags.contains('t') == (framework == Framework::PythonT);
    named && is_free_threaded && flags.chars().all(|flag| "dmut".contains(flag))
}

/// One of the module's entry points is in every slice.
fn check_entry_point(name: &str, binary: Option<&Binary>, expect: &Expectations, findings: &mut Findings<'_>) {
    let entries = entry_points(name, expect.python);
    for image in binary.into_iter().flat_map(|binary| &binary.images) {
        if !entries.iter().any(|entry| image.exports.contains(&format!("_{entry}"))) {
            findings.of_slice(image.arch).add(Check::Modules, "no entry point", entries.join(" or "));
        }
    }
}

/// `import _ssl` calls `PyInit__ssl`; since 3.15 `PyModExport__ssl` where there is one (PEP 793).
fn entry_points(name: &str, python: PythonVersion) -> Vec<String> {
    let export = (python.major, python.minor) >= (3, 15);
    ["PyInit"].into_iter().chain(export.then_some("PyModExport")).map(|prefix| format!("{prefix}_{name}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_export_themselves_since_3_15() {
        let of = |python: &str| entry_points("_ssl", python.parse().unwrap()).join(" ");
        assert_eq!(of("3.14.7"), "PyInit__ssl");
        assert_eq!(of("3.15.0rc2"), "PyInit__ssl PyModExport__ssl");
    }
}
