//! The Distribution: whether what it names is there, and whether what it says about components is true.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::component::Checked;
use super::finding::{Findings, Options, chain};
use crate::distribution::{BadReference, Distribution, PkgRef, References};
use crate::package::Package;

const PLACE: &str = "Distribution";

/// Checks the document against the components.
pub(super) fn check(package: &Package, components: &[Checked], options: Options, findings: &mut Findings) {
    let distribution = match package.distribution() {
        Ok(Some(distribution)) => distribution,
        Ok(None) => return,
        Err(error) => return findings.unreadable(PLACE, "the document", chain(&error)),
    };
    // Could be: a product whose components are all fetched from a server. Then there is nothing here to install.
    if components.is_empty() {
        findings.says(PLACE, "the archive", "has no components");
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
            stated(id, by_id.get(id).map(Vec::as_slice).unwrap_or_default(), component, options, findings);
        }
    }
    choices(&distribution, &references, options, findings);
    architectures(&distribution, findings);
    resources(package, &distribution, options, findings);
    // Could be: a component that is left over. Installer doesn't look at it.
    for (_, component) in components.iter().enumerate().filter(|(index, _)| !reached.contains(index)) {
        let says = "is never installed: no pkg-ref leads to it";
        findings.mentions(options.odd(), &component.directory, "the component", says);
    }
}

/// A reference that leads to no component. Never: Installer says that it "does not have a valid path".
fn bad(problem: &BadReference, findings: &mut Findings) {
    match problem {
        BadReference::Missing { id, name } => {
            let what = format!("location of pkg-ref {id:?}");
            findings.error(PLACE, &what, format!("{name:?}"), "a component of the archive");
        }
        BadReference::Outside { id, location } => {
            let says = format!("leads to {location:?}, which is outside of the package");
            findings.says(PLACE, &format!("pkg-ref {id:?}"), says);
        }
        BadReference::Ambiguous { id, one, other } => {
            let says = format!("leads to two components, {one:?} and {other:?}");
            findings.says(PLACE, &format!("pkg-ref {id:?}"), says);
        }
        BadReference::NoLocation { choice, id } => {
            let says = format!("installs pkg-ref {id:?}, which leads to no component");
            findings.says(PLACE, &format!("the choice {choice:?}"), says);
        }
    }
}

/// What all pkg-ref elements of one id say about a component.
fn stated(id: &str, references: &[&PkgRef], component: &Checked, options: Options, findings: &mut Findings) {
    let Some(info) = &component.info else { return };
    let what = |name: &str| format!("{name} of pkg-ref {id:?}");
    for reference in references {
        // Never: productbuild copies it from the component. Installer looks for a receipt of that name.
        if let Some(identifier) = reference.package_identifier.as_deref() {
            findings.equal(PLACE, &what("packageIdentifier"), identifier, info.identifier.as_str());
        }
        if let Some(version) = reference.version.as_deref().filter(|version| *version != info.version) {
            // Seen: CPython's own packages say "0" on both sides; productbuild copies the component's, and keeps what a
            // Distribution says that was given to it. The receipt has the component's.
            let expected = format!("{:?}, of the component", info.version);
            findings.push(options.odd(), PLACE, &what("version"), format!("{version:?}"), expected);
        }
        let size = info.payload.map_or(0, |payload| payload.install_kbytes);
        if let Some(stated) = reference.install_kbytes.filter(|stated| *stated != size) {
            // Seen: Packages.app, and productbuild with a Distribution of an earlier build. It is for the free space.
            let expected = format!("{size}, of the component");
            findings.push(options.odd(), PLACE, &what("installKBytes"), stated, expected);
        }
    }
}

/// Without arm64 the Installer of a Mac with Apple silicon wants Rosetta before it starts.
fn architectures(distribution: &Distribution, findings: &mut Findings) {
    let stated = distribution.options.iter().filter_map(|options| options.host_architectures.as_deref());
    let stated = stated.collect::<Vec<_>>().join(",");
    if !stated.split(',').any(|architecture| architecture.trim() == "arm64") {
        let got = if stated.is_empty() { "missing".to_owned() } else { format!("{stated:?}") };
        let expected = "arm64 in it: without it a Mac with Apple silicon asks for Rosetta first";
        findings.note(PLACE, "hostArchitectures", got, expected);
    }
}

/// Choices have unique ids and are in the outline, and every component can be installed.
fn choices(distribution: &Distribution, references: &References, options: Options, findings: &mut Findings) {
    let mut ids = BTreeSet::new();
    let mut offered = HashSet::new();
    for choice in &distribution.choices {
        // Never: Installer says that the document is invalid.
        if !ids.insert(choice.id.as_str()) {
            findings.says(PLACE, &format!("the choice {:?}", choice.id), "occurs twice");
        }
        offered.extend(choice.pkg_refs.iter().filter_map(|reference| references.component(&reference.id)));
    }
    let lines: BTreeSet<&str> = distribution.choices_outline.iter().flat_map(|outline| outline.choices()).collect();
    // Never: as for a choice that is there twice.
    for line in lines.difference(&ids) {
        findings.says(PLACE, &format!("the line {line:?} of the outline"), "names no choice");
    }
    // Could be, both: what is never offered is left over in a document.
    for choice in ids.difference(&lines) {
        let says = "is not in the outline: it is never offered";
        findings.mentions(options.odd(), PLACE, &format!("the choice {choice:?}"), says);
    }
    for (id, _) in references.iter().filter(|(_, index)| !offered.contains(index)) {
        let says = "is in no choice: it is never installed";
        findings.mentions(options.odd(), PLACE, &format!("the component {id:?}"), says);
    }
}

/// Every page and picture is in `Resources`, at the top or in the directory of a language.
fn resources(package: &Package, distribution: &Distribution, options: Options, findings: &mut Findings) {
    // A page may be a folder: the text and pictures of an .rtfd.
    let files = package.archive().toc().files.iter();
    let inside = files.filter_map(|file| file.path.strip_prefix("Resources/"));
    let names: HashSet<&str> = inside.map(without_language).collect();
    for (element, file) in distribution.resources().filter(|(_, file)| !names.contains(file)) {
        // Could be: Installer shows its page without it.
        let what = format!("{file:?} of <{element}>");
        let says = "is missing: it is not in Resources, nor in one of its .lproj folders";
        findings.mentions(options.odd(), PLACE, &what, says);
    }
}

/// The path of a resource without the directory of its language.
fn without_language(path: &str) -> &str {
    match path.split_once('/') {
        Some((directory, rest)) if directory.ends_with(".lproj") => rest,
        _ => path,
    }
}
