//! The Distribution: whether what it names is there, and whether what it says about components is true.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::component::Checked;
use super::{Findings, chain};
use crate::distribution::{BadReference, Distribution, PkgRef, References};
use crate::package::Package;

const PLACE: &str = "Distribution";

/// Checks the document against the components.
pub(super) fn check(package: &Package, components: &[Checked], findings: &mut Findings) {
    let distribution = match package.distribution() {
        Ok(Some(distribution)) => distribution,
        Ok(None) => return,
        Err(error) => return findings.unreadable(PLACE, "document", chain(&error)),
    };
    if components.is_empty() {
        findings.error(PLACE, "components in the archive", "none", "at least one");
    }
    let references = package.references(&distribution);
    for problem in references.problems() {
        bad(problem, findings);
    }
    let (mut reached, mut by_id): (HashSet<usize>, HashMap<&str, Vec<&PkgRef>>) = Default::default();
    let inside = distribution.choices.iter().flat_map(|choice| &choice.pkg_refs);
    for reference in distribution.pkg_refs.iter().chain(inside) {
        by_id.entry(&reference.id).or_default().push(reference);
    }
    for (id, index) in references.iter() {
        reached.insert(index);
        if let Some(component) = components.get(index) {
            stated(id, by_id.get(id).map(Vec::as_slice).unwrap_or_default(), component, findings);
        }
    }
    // productbuild puts only components into a product that a pkg-ref names.
    for (_, component) in components.iter().enumerate().filter(|(index, _)| !reached.contains(index)) {
        findings.error(&component.directory, "pkg-ref that leads to it", "missing", "one in the Distribution");
    }
    choices(&distribution, &references, findings);
    resources(package, &distribution, findings);
}

/// A reference that leads to no component: the Installer stops there. No tool of Apple's writes one.
fn bad(problem: &BadReference, findings: &mut Findings) {
    let location = |id: &str| format!("location of pkg-ref {id:?}");
    match problem {
        BadReference::Missing { id, name } => {
            findings.error(PLACE, &location(id), format!("{name:?}"), "a component of the archive");
        }
        BadReference::Outside { id, location: at } => {
            findings.error(
                PLACE,
                &location(id),
                format!("{at:?}, outside of the package"),
                "# and the name of a component",
            );
        }
        BadReference::Ambiguous { id, one, other } => {
            findings.error(PLACE, &location(id), format!("{other:?} besides {one:?}"), "one");
        }
        BadReference::NoLocation { choice, id } => {
            let what = format!("pkg-ref of choice {choice:?}");
            findings.error(PLACE, &what, format!("{id:?}, which has no location"), "one that leads to a component");
        }
    }
}

/// What all pkg-ref elements of one id say about a component.
fn stated(id: &str, references: &[&PkgRef], component: &Checked, findings: &mut Findings) {
    let Some(info) = &component.info else { return };
    let what = |name: &str| format!("{name} of pkg-ref {id:?}");
    for reference in references {
        // The Installer looks for a receipt of that name. productbuild copies it from the component.
        if let Some(identifier) = reference.package_identifier.as_deref() {
            findings.equal(PLACE, &what("packageIdentifier"), identifier, info.identifier.as_str());
        }
        // The receipt has the component's version. Documents that people write say "0" or an older one, and productbuild
        // keeps that.
        if let Some(version) = reference.version.as_deref().filter(|version| *version != info.version) {
            let expected = format!("{:?}, as the component says", info.version);
            findings.note(PLACE, &what("version"), format!("{version:?}"), expected);
        }
        // What the Installer shows as the space needed. PackageMaker, Packages and productbuild count in other ways.
        let size = info.payload.map_or(0, |payload| payload.install_kbytes);
        if let Some(stated) = reference.install_kbytes.filter(|stated| *stated != size) {
            findings.note(PLACE, &what("installKBytes"), stated, format!("{size}, as the component says"));
        }
    }
}

/// Choices have unique ids, lines name choices, and every component can be installed.
fn choices(distribution: &Distribution, references: &References, findings: &mut Findings) {
    let mut ids = BTreeSet::new();
    let mut offered = HashSet::new();
    for choice in &distribution.choices {
        // Which of the two counts is not known; no tool of Apple's writes that.
        if !ids.insert(choice.id.as_str()) {
            findings.error(PLACE, "id of choice", format!("{:?} twice", choice.id), "unique");
        }
        offered.extend(choice.pkg_refs.iter().filter_map(|reference| references.component(&reference.id)));
    }
    let lines: BTreeSet<&str> = distribution.choices_outline.iter().flat_map(|outline| outline.choices()).collect();
    // The Installer refuses the document.
    for line in lines.difference(&ids) {
        findings.error(PLACE, "line of the outline", format!("{line:?}"), "the id of a choice");
    }
    // Documents that people write keep choices for scripts to look at; they are neither shown nor installed.
    for choice in ids.difference(&lines) {
        findings.note(PLACE, "choice", format!("{choice:?}, in no line of the outline"), "in the outline");
    }
    // A component for nothing, which changes nothing on any disk.
    for (id, _) in references.iter().filter(|(_, index)| !offered.contains(index)) {
        findings.note(PLACE, "component", format!("{id:?}, in no choice"), "in a choice");
    }
}

/// Every page and picture is in `Resources`, at the top or in the directory of a language.
fn resources(package: &Package, distribution: &Distribution, findings: &mut Findings) {
    // A page may be a folder: the text and pictures of an .rtfd.
    let files = package.archive().toc().files.iter();
    let inside = files.filter_map(|file| file.path.strip_prefix("Resources/"));
    let names: HashSet<&str> = inside.map(without_language).collect();
    for (element, file) in distribution.resources().filter(|(_, file)| !names.contains(file)) {
        let expected = "in Resources or one of its .lproj directories";
        findings.error(PLACE, &format!("file of <{element}>"), format!("{file:?}, missing"), expected);
    }
}

/// The path of a resource without the directory of its language.
fn without_language(path: &str) -> &str {
    match path.split_once('/') {
        Some((directory, rest)) if directory.ends_with(".lproj") => rest,
        _ => path,
    }
}
