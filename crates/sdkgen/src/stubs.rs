//! Stubs: what each library exports of the wanted names, as `Mac/sdk/stubs` says it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use anyhow::{Result, bail};

use crate::rust::Data;
use crate::wanted::{Library, Wanted};

/// The files, by name. The base SDK's stub of the same library is added when the SDK is made.
///
/// # Errors
/// When a library passes on the exports of one that is not in the list.
pub fn stubs(wanted: &Wanted, data: &Data) -> Result<BTreeMap<String, String>> {
    let placed = |pick: fn(&Library) -> &BTreeSet<String>| -> BTreeSet<&str> {
        wanted.libraries.iter().flat_map(|library| pick(library).iter().map(String::as_str)).collect()
    };
    let (symbols_elsewhere, classes_elsewhere) =
        (placed(|library| &library.symbols), placed(|library| &library.classes));
    let mut files = BTreeMap::new();
    for library in &wanted.libraries {
        let is_here = |framework: &String| library.source.is_some() && *framework == library.name;
        let functions =
            wanted.names.functions.iter().filter(|name| data.functions.get(*name).is_some_and(|(.., of)| is_here(of)));
        let variables =
            wanted.names.variables.iter().filter(|name| data.variables.get(*name).is_some_and(|(_, of)| is_here(of)));
        let mut symbols: BTreeSet<&str> =
            functions.chain(variables).map(String::as_str).filter(|name| !symbols_elsewhere.contains(name)).collect();
        symbols.extend(library.symbols.iter().map(String::as_str));
        let classes = wanted
            .names
            .classes
            .iter()
            .filter(|name| data.classes.get(*name).is_some_and(|class| is_here(&class.framework)));
        let mut classes: BTreeSet<&str> =
            classes.map(String::as_str).filter(|name| !classes_elsewhere.contains(name)).collect();
        classes.extend(library.classes.iter().map(String::as_str));
        let mut reexports = Vec::new();
        for name in &library.reexports {
            let Some(other) = wanted.libraries.iter().find(|other| other.name == *name) else {
                bail!("{} passes on {name}, which is not in the list of libraries", library.name);
            };
            reexports.push(other.install_name.as_str());
        }
        let text = stub(library, &reexports, &symbols, &classes);
        files.insert(format!("{}.toml", library.name), text);
    }
    Ok(files)
}

fn stub(library: &Library, reexports: &[&str], symbols: &BTreeSet<&str>, classes: &BTreeSet<&str>) -> String {
    let mut text = "# Written by sdkgen from Mac/sdk/wanted.toml. Change that file, not this one.\n".to_owned();
    _ = writeln!(text, "install-name = \"{}\"", library.install_name);
    _ = writeln!(text, "current-version = \"{}\"", library.current_version);
    _ = writeln!(text, "compatibility-version = \"{}\"", library.compatibility_version);
    let paths = paths(&library.install_name);
    list(&mut text, "paths", paths.iter().map(String::as_str));
    list(&mut text, "reexports", reexports.iter().copied());
    list(&mut text, "symbols", symbols.iter().copied());
    list(&mut text, "classes", classes.iter().copied());
    text
}

/// Where the stub of a library lies: at its place, and for a framework also where the linker looks first.
fn paths(install_name: &str) -> Vec<String> {
    let at = install_name.trim_start_matches('/');
    let at = at.strip_suffix(".dylib").unwrap_or(at);
    let mut paths = vec![format!("{at}.tbd")];
    if let Some((framework, inner)) = at.split_once(".framework/") {
        let name = inner.rsplit('/').next().unwrap_or(inner);
        paths.push(format!("{framework}.framework/{name}.tbd"));
    } else if let Some((plain, _)) = at.split_once(".A") {
        paths.push(format!("{plain}.tbd"));
    }
    paths
}

fn list<'a>(text: &mut String, key: &str, items: impl Iterator<Item = &'a str>) {
    let items: Vec<&str> = items.collect();
    if items.is_empty() {
        return;
    }
    _ = writeln!(text, "{key} = [");
    for item in items {
        _ = writeln!(text, "  \"{item}\",");
    }
    text.push_str("]\n");
}
