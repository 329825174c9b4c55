//! What would make a product unsound, looked for before it is made.

use std::collections::{BTreeMap, BTreeSet};

use super::Product;
use crate::component::Problem;
use crate::distribution::Distribution;
use crate::tree::{EntryKind, Tree};

/// Names at the top of an archive that are not components.
const RESERVED: [&str; 3] = ["Distribution", "Resources", "Plugins"];

impl Product<'_> {
    /// What would make it unsound.
    pub fn problems(&self) -> Vec<Problem> {
        problems(self)
    }
}

/// Everything that is wrong with a product, in the order of its parts.
fn problems(product: &Product<'_>) -> Vec<Problem> {
    let mut problems = Vec::new();
    components(product, &mut problems);
    let identifiers = product.components.iter().map(|part| part.component.identifier.as_str()).collect();
    choices(&product.distribution, &identifiers, &mut problems);
    references(&product.distribution, &identifiers, &mut problems);
    resources(&product.distribution, product.resources, &mut problems);
    problems
}

fn components(product: &Product<'_>, problems: &mut Vec<Problem>) {
    if product.components.is_empty() {
        problems.push(Problem::new("product", "no component", "at least one"));
    }
    let min_os = product.distribution.min_os();
    let (mut names, mut identifiers) = (BTreeSet::new(), BTreeSet::new());
    for part in &product.components {
        let place = format!("component {:?}", part.component.identifier);
        let name = &part.file_name;
        if !name.ends_with(".pkg") || name.contains('/') || RESERVED.contains(&name.as_str()) {
            problems.push(Problem::new(&place, format!("file name {name:?}"), "a name that ends in .pkg"));
        }
        if !names.insert(name.to_lowercase()) {
            problems.push(Problem::new(&place, format!("file name {name:?} is taken"), "another one"));
        }
        if !identifiers.insert(&part.component.identifier) {
            problems.push(Problem::new(&place, "the identifier is taken", "another one"));
        }
        problems.extend(part.component.problems(min_os));
    }
}

/// Every choice is offered once and installs components that are there; every component is offered.
fn choices(distribution: &Distribution, identifiers: &BTreeSet<&str>, problems: &mut Vec<Problem>) {
    if distribution.choices.is_empty() && distribution.choices_outline.is_none() {
        return; // Everything is offered at once.
    }
    let mut lines: BTreeMap<&str, usize> = BTreeMap::new();
    for choice in distribution.choices_outline.iter().flat_map(|outline| outline.choices()) {
        *lines.entry(choice).or_default() += 1;
    }
    let (mut ids, mut offered) = (BTreeSet::new(), BTreeSet::new());
    for choice in &distribution.choices {
        let place = format!("choice {:?}", choice.id);
        if !ids.insert(choice.id.as_str()) {
            problems.push(Problem::new(&place, "the id is taken", "another one"));
        }
        match lines.get(choice.id.as_str()) {
            Some(1) => {}
            Some(count) => problems.push(Problem::new(&place, format!("{count} lines in the outline"), "one")),
            None => problems.push(Problem::new(&place, "no line in the outline", "one")),
        }
        for reference in &choice.pkg_refs {
            if !identifiers.contains(reference.id.as_str()) {
                problems.push(Problem::new(
                    &place,
                    format!("pkg-ref {:?}", reference.id),
                    "the identifier of a component",
                ));
            }
            offered.insert(reference.id.as_str());
        }
    }
    for line in lines.keys().filter(|line| !ids.contains(**line)) {
        problems.push(Problem::new("outline", format!("line {line:?}"), "the id of a choice"));
    }
    for identifier in identifiers.iter().filter(|identifier| !offered.contains(**identifier)) {
        problems.push(Problem::new(format!("component {identifier:?}"), "no choice installs it", "one"));
    }
}

/// References outside of choices name components and leave to them what they know.
fn references(distribution: &Distribution, identifiers: &BTreeSet<&str>, problems: &mut Vec<Problem>) {
    let inside = distribution.choices.iter().flat_map(|choice| &choice.pkg_refs);
    for reference in distribution.pkg_refs.iter().chain(inside) {
        let stated = [
            ("version", reference.version.is_some()),
            ("installKBytes", reference.install_kbytes.is_some()),
            ("a location", reference.location.is_some()),
            ("onConclusion", reference.on_conclusion.is_some()),
        ];
        for (what, _) in stated.iter().filter(|(_, stated)| *stated) {
            let place = format!("pkg-ref {:?}", reference.id);
            problems.push(Problem::new(place, format!("it states {what}"), "nothing: it comes from the component"));
        }
    }
    for reference in distribution.pkg_refs.iter().filter(|reference| !identifiers.contains(reference.id.as_str())) {
        problems.push(Problem::new(format!("pkg-ref {:?}", reference.id), "unknown", "the identifier of a component"));
    }
}

/// Every file that the document names is there, at the top or in a localisation.
fn resources(distribution: &Distribution, resources: Option<&Tree>, problems: &mut Vec<Problem>) {
    let mut files = BTreeSet::new();
    for (path, entry) in resources.iter().flat_map(|tree| tree.iter()) {
        match &entry.kind {
            EntryKind::Directory => {}
            EntryKind::Symlink(_) => {
                problems.push(Problem::new(
                    format!("resource {path}"),
                    "a symbolic link",
                    "a file: archives hold no links",
                ));
            }
            EntryKind::File(_) if std::str::from_utf8(path.as_bytes()).is_err() => {
                problems.push(Problem::new(format!("resource {path}"), "a name that is not UTF-8", "UTF-8"));
            }
            EntryKind::File(_) => {
                files.insert(path.to_string());
            }
        }
    }
    for (element, file) in distribution.resources().filter(|(_, file)| !is_there(file, &files)) {
        let expected = "a file at the top of the resources or in a language's .lproj";
        problems.push(Problem::new(format!("<{element}>"), format!("{file:?} is missing"), expected));
    }
}

/// Whether a resource is at the top or in the directory of a language: a file, or a folder with files (`.rtfd`).
pub(crate) fn is_there(file: &str, files: &BTreeSet<String>) -> bool {
    let is = |path: &str| path.strip_prefix(file).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    files.iter().any(|path| {
        let localised = path.split_once('/').filter(|(directory, _)| directory.ends_with(".lproj"));
        is(path) || localised.is_some_and(|(_, rest)| is(rest))
    })
}
