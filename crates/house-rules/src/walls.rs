//! Who may need whom: crates by their lists of dependencies, folders of a crate by what their files need.

use std::collections::BTreeSet;
use std::path::Path;

use crate::tree::Needs;

/// What a crate's `Cargo.toml` says it needs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Manifest {
    /// The crate.
    pub name: String,
    /// Crates that it needs, on whatever system, of the workspace or not.
    pub needs: BTreeSet<String>,
}

/// What the crates in these folders need. Dependencies of tests don't count.
///
/// # Panics
/// When a `Cargo.toml` can't be read.
pub fn manifests(folders: &[impl AsRef<Path>]) -> Vec<Manifest> {
    folders.iter().map(|folder| Manifest::read(folder.as_ref())).collect()
}

impl Manifest {
    fn read(folder: &Path) -> Self {
        let path = folder.join("Cargo.toml");
        let text = fs_err::read_to_string(&path).unwrap_or_else(|error| panic!("{error}"));
        Self::parse(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    fn parse(text: &str) -> Result<Self, toml::de::Error> {
        let table: toml::Table = text.parse()?;
        let mut manifest = Self::default();
        let name = table.get("package").and_then(|package| package.get("name")).and_then(toml::Value::as_str);
        manifest.name = name.unwrap_or_default().to_owned();
        let systems = table.get("target").and_then(toml::Value::as_table).into_iter().flat_map(toml::Table::values);
        for place in systems.filter_map(toml::Value::as_table).chain([&table]) {
            for list in ["dependencies", "build-dependencies"] {
                let crates = place.get(list).and_then(toml::Value::as_table);
                manifest.needs.extend(crates.into_iter().flat_map(toml::Table::keys).cloned());
            }
        }
        Ok(manifest)
    }
}

/// What breaks the walls between crates. `allowed` has every crate of the workspace, with those of the workspace that it may
/// need; `reserved` has outside crates, with the only ones of the workspace that may need them.
pub fn broken_walls(manifests: &[Manifest], allowed: &[(&str, &[&str])], reserved: &[(&str, &[&str])]) -> Vec<String> {
    let mut broken = Vec::new();
    for Manifest { name, needs } in manifests {
        let Some((_, may)) = allowed.iter().find(|(known, _)| known == name) else {
            broken.push(format!("{name} has no place in the list of crates"));
            continue;
        };
        for need in needs {
            if allowed.iter().any(|(known, _)| known == need) && !may.contains(&need.as_str()) {
                broken.push(format!("{name} must not need {need}"));
            }
            if let Some((_, few)) = reserved.iter().find(|(outside, _)| outside == need)
                && !few.contains(&name.as_str())
            {
                broken.push(format!("{name} must not need {need}, which is for {}", few.join(" and ")));
            }
        }
    }
    broken
}

/// Which files of the module `from` need files of the modules `to`, a line each. Modules are given by their paths with slashes.
pub fn crossings(needs: &Needs, from: &str, to: &[&str]) -> Vec<String> {
    let inside =
        |file: &str, module: &str| file.strip_prefix(module).is_some_and(|rest| rest.starts_with('/') || rest == ".rs");
    let from = needs.iter().filter(|(file, _)| inside(file, from));
    from.flat_map(|(file, needed)| {
        let needed = needed.iter().filter(|other| to.iter().any(|module| inside(other, module)));
        needed.map(move |other| format!("{file} needs {other}"))
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(name: &str, needs: &[&str]) -> Manifest {
        Manifest { name: name.to_owned(), needs: needs.iter().map(ToString::to_string).collect() }
    }

    #[test]
    fn dependencies_of_tests_do_not_count() {
        let text = "[package]\nname = 'top'\n[dependencies]\nlow.workspace = true\n[dev-dependencies]\nfake = '1'\n\
                    [target.'cfg(unix)'.dependencies]\nlibc = '1'\n";
        assert_eq!(Manifest::parse(text).unwrap(), manifest("top", &["libc", "low"]));
    }

    #[test]
    fn a_broken_wall_is_named() {
        let allowed: &[(&str, &[&str])] = &[("low", &[]), ("middle", &["low"]), ("top", &["middle", "low"])];
        let reserved: &[(&str, &[&str])] = &[("network", &["top"])];
        let sound = [manifest("low", &["hex"]), manifest("middle", &["low"]), manifest("top", &["middle", "network"])];
        assert_eq!(broken_walls(&sound, allowed, reserved), [""; 0]);
        let broken = [manifest("low", &["top", "network"]), manifest("middle", &["low"]), manifest("new", &[])];
        assert_eq!(
            broken_walls(&broken, allowed, reserved),
            [
                "low must not need network, which is for top",
                "low must not need top",
                "new has no place in the list of crates",
            ]
        );
    }

    #[test]
    fn a_file_on_the_wrong_side_is_named() {
        let file = |name: &str, needs: &[&str]| (name.to_owned(), needs.iter().map(ToString::to_string).collect());
        let needs = Needs::from([
            file("check.rs", &["check/one.rs"]),
            file("check/one.rs", &["make/mod.rs", "version.rs"]),
            file("checked.rs", &["make/mod.rs"]),
            file("make/mod.rs", &["check.rs"]),
        ]);
        assert_eq!(crossings(&needs, "check", &["make", "take"]), ["check/one.rs needs make/mod.rs"]);
        assert_eq!(crossings(&needs, "make", &["check"]), ["make/mod.rs needs check.rs"]);
        assert_eq!(crossings(&needs, "check", &["take", "mak"]), [""; 0]);
    }
}
