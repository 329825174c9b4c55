//! The uninstall script: `installer-assets/scripts/uninstall` with a list made from the package's own bills of materials.

use std::collections::BTreeSet;

use anyhow::{Result, ensure};
use flatpkg::bom::Node;

use super::contents::Laid;
use super::facts::Facts;
use crate::context::Context;
use crate::framework::Framework;
use crate::package::{ComponentAssets, Escape, Names, assets_dir};

/// Kinds of line; the script explains them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Made,
    File,
    Link,
    Bytecode,
    All,
    Shared,
    Folder,
}

/// One line: what, where below the root of the disk, and where a link leads.
type Line = (Kind, String, String);

/// The script.
///
/// # Errors
/// When the asset uses an unknown name, or a path can't be in a line.
pub fn text(cx: &Context, facts: &Facts<'_>) -> Result<String> {
    let python = facts.subject.planned.plan.python;
    let names = Names::new([
        ("version", python.to_string()),
        ("short", python.short()),
        ("framework", Framework::Python.prefix(python)),
    ]);
    let prefixes = facts.subject.planned.plan.frameworks.iter();
    let prefixes: Vec<_> =
        prefixes.map(|framework| framework.prefix(python).trim_start_matches('/').to_owned()).collect();
    let mut lines: BTreeSet<Line> = BTreeSet::new();
    for laid in &facts.contents.components {
        let component = facts.assets.component.iter().find(|component| component.file == laid.file);
        list(laid, component, &prefixes, &mut lines);
        for path in component.map(|component| component.makes.as_slice()).unwrap_or_default() {
            lines.insert((Kind::Made, names.fill(path, Escape::Plain, "product.toml")?, String::new()));
        }
    }
    let receipts: Vec<&str> =
        facts.subject.product.package.components.iter().map(|component| component.identifier.as_str()).collect();
    let names = names.with("list", written(&lines)?).with("receipts", receipts.join(" "));
    let asset = assets_dir(cx).join("scripts/uninstall");
    names.fill(&fs_err::read_to_string(asset)?, Escape::Plain, "scripts/uninstall")
}

/// Adds the lines of a component; `prefixes` are the version folders of the frameworks.
fn list(laid: &Laid, component: Option<&ComponentAssets>, prefixes: &[String], lines: &mut BTreeSet<Line>) {
    let inside = |path: &str, folder: &str| path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
    // `Headers` and `Versions/Current` serve all versions of a framework.
    let serves_all = |path: &str| {
        let framework =
            |prefix: &str| prefix.rsplit_once("/Versions/").map_or("", |(framework, _)| framework).to_owned();
        prefixes.iter().any(|prefix| inside(path, &framework(prefix)) && !inside(path, prefix))
    };
    let shares = component.is_some_and(|component| component.shared);
    for record in &laid.records {
        let path = laid.place(record);
        let line = match &record.node {
            Node::Directory if record.path.is_root() && shares => continue,
            Node::Directory => (Kind::Folder, path, String::new()),
            Node::Symlink { target, .. } => {
                let kind = if serves_all(&path) { Kind::Shared } else { Kind::Link };
                (kind, path, String::from_utf8_lossy(target).into_owned())
            }
            _ => {
                if let Some((folder, _)) = path.rsplit_once('/').filter(|_| path.ends_with(".py")) {
                    let folder = format!("{folder}/__pycache__");
                    lines.extend([
                        (Kind::Bytecode, folder.clone(), String::new()),
                        (Kind::Folder, folder, String::new()),
                    ]);
                }
                (Kind::File, path, String::new())
            }
        };
        lines.insert(line);
    }
    let folders = laid.folders().map(|record| laid.place(record)).filter(|folder| prefixes.contains(folder));
    lines.extend(folders.map(|folder| (Kind::All, folder, String::new())));
}

/// The lines in the order the script takes them: folders last, the deepest first.
fn written(lines: &BTreeSet<Line>) -> Result<String> {
    let (folders, others): (Vec<&Line>, Vec<&Line>) = lines.iter().partition(|(kind, _, _)| *kind == Kind::Folder);
    let mut text = Vec::new();
    for (kind, path, target) in others.into_iter().chain(folders.into_iter().rev()) {
        let odd = |text: &str| text.contains(|c: char| c.is_control() || c == char::REPLACEMENT_CHARACTER);
        ensure!(!odd(path) && !odd(target), "{path:?} can't be a line of the uninstall script");
        let letter = match kind {
            Kind::Made => 'm',
            Kind::File => 'f',
            Kind::Link => 'l',
            Kind::Bytecode => 'c',
            Kind::All => 'a',
            Kind::Shared => 's',
            Kind::Folder => 'd',
        };
        text.push(if target.is_empty() { format!("{letter}\t{path}") } else { format!("{letter}\t{path}\t{target}") });
    }
    Ok(text.join("\n"))
}
