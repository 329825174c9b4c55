//! The Distribution: whether what it names is there, and whether what it says about components is true.

use std::collections::{BTreeMap, BTreeSet};

use super::component::Checked;
use super::{Findings, chain};
use crate::distribution::{Distribution, PkgRef};
use crate::package::Package;
use crate::xar::Kind;

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
    let placed = placed(&distribution, components, findings);
    choices(&distribution, &placed, findings);
    resources(package, &distribution, findings);
    for component in components.iter().filter(|component| !placed.values().any(|place| place == &component.directory)) {
        findings.error(&component.directory, "pkg-ref that leads to it", "missing", "one in the Distribution");
    }
}

/// The directory of each pkg-ref that has a location; checks location, version and size on the way.
fn placed(distribution: &Distribution, components: &[Checked], findings: &mut Findings) -> BTreeMap<String, String> {
    let mut placed = BTreeMap::new();
    for reference in &distribution.pkg_refs {
        let Some(location) = reference.location.as_deref().filter(|location| !location.trim().is_empty()) else {
            continue;
        };
        let what = format!("location of pkg-ref {:?}", reference.id);
        let directory = reference.fragment();
        let component = components.iter().find(|component| Some(&component.directory) == directory.as_ref());
        match (&directory, component) {
            (Some(directory), Some(component)) => {
                stated(distribution, reference, component, findings);
                if let Some(other) = placed.insert(reference.id.clone(), directory.clone()) {
                    findings.error(PLACE, &what, format!("{directory:?} besides {other:?}"), "one");
                }
            }
            (Some(directory), None) => {
                findings.error(PLACE, &what, format!("{directory:?}"), "a component of the archive")
            }
            (None, _) => findings.error(PLACE, &what, format!("{location:?}"), "# and the name of a component"),
        }
    }
    placed
}

/// What all pkg-ref elements of one identifier say about a component.
fn stated(distribution: &Distribution, placed: &PkgRef, component: &Checked, findings: &mut Findings) {
    let Some(info) = &component.info else { return };
    let what = |name: &str| format!("{name} of pkg-ref {:?}", placed.id);
    // An empty identifier in a PackageInfo is reported there.
    findings.equal(PLACE, &what("component"), info.identifier.as_str(), placed.id.as_str());
    for reference in distribution.pkg_refs.iter().filter(|reference| reference.id == placed.id) {
        if let Some(version) = reference.version.as_deref().filter(|version| *version != info.version) {
            // CPython's own packages say "0" on both sides; `productbuild` copies the component's.
            findings.error(
                PLACE,
                &what("version"),
                format!("{version:?}"),
                format!("{:?}, of the component", info.version),
            );
        }
        let size = info.payload.map_or(0, |payload| payload.install_kbytes);
        if let Some(stated) = reference.install_kbytes.filter(|stated| *stated != size) {
            findings.error(PLACE, &what("installKBytes"), stated, format!("{size}, of the component"));
        }
    }
}

/// Choices have unique ids and are in the outline, lines name choices, references name components with a place.
fn choices(distribution: &Distribution, placed: &BTreeMap<String, String>, findings: &mut Findings) {
    let mut ids = BTreeSet::new();
    let mut offered = BTreeSet::new();
    for choice in &distribution.choices {
        if !ids.insert(choice.id.as_str()) {
            findings.error(PLACE, "id of choice", format!("{:?} twice", choice.id), "unique");
        }
        for reference in &choice.pkg_refs {
            offered.insert(reference.id.as_str());
            if !placed.contains_key(&reference.id) {
                let what = format!("pkg-ref of choice {:?}", choice.id);
                findings.error(PLACE, &what, format!("{:?}", reference.id), "one that leads to a component");
            }
        }
    }
    let lines: Vec<&str> = distribution.choices_outline.iter().flat_map(|outline| outline.choices()).collect();
    for line in lines.iter().filter(|line| !ids.contains(**line)) {
        findings.error(PLACE, "line of the outline", format!("{line:?}"), "the id of a choice");
    }
    for choice in ids.iter().filter(|choice| !lines.contains(choice)) {
        findings.error(PLACE, "choice", format!("{choice:?}, in no line of the outline"), "in the outline");
    }
    for id in placed.keys().filter(|id| !offered.contains(id.as_str())) {
        findings.error(PLACE, "component", format!("{id:?}, in no choice"), "in a choice");
    }
}

/// Every page and picture is in `Resources`, at the top or in the directory of a language.
fn resources(package: &Package, distribution: &Distribution, findings: &mut Findings) {
    let files = package.archive().toc().files.iter();
    let inside = files.filter(|file| file.kind == Kind::File).filter_map(|file| file.path.strip_prefix("Resources/"));
    let inside: BTreeSet<&str> = inside.collect();
    for (element, file) in distribution.resources() {
        let localised = |path: &&str| {
            path.split_once('/').is_some_and(|(directory, rest)| directory.ends_with(".lproj") && rest == file)
        };
        if !inside.contains(file) && !inside.iter().any(localised) {
            let expected = "in Resources or one of its .lproj directories";
            findings.error(PLACE, &format!("file of <{element}>"), format!("{file:?}, missing"), expected);
        }
    }
}
