//! The Distribution: whether what it names is there, and whether what it says about components is true.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::component::Checked;
use super::{Findings, Options, chain};
use crate::distribution::{Distribution, PkgRef};
use crate::package::Package;
use crate::xar::Kind;

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
    let placed = placed(&distribution, components, options, findings);
    choices(&distribution, &placed, options, findings);
    architectures(&distribution, findings);
    resources(package, &distribution, options, findings);
    // Could be: a component that is left over. Installer doesn't look at it.
    let reached: HashSet<&String> = placed.values().collect();
    for component in components.iter().filter(|component| !reached.contains(&component.directory)) {
        findings.mentions(
            options.odd(),
            &component.directory,
            "the component",
            "is never installed: no pkg-ref leads to it",
        );
    }
}

/// The directory of each pkg-ref that has a location; checks location, version and size on the way.
fn placed(
    distribution: &Distribution,
    components: &[Checked],
    options: Options,
    findings: &mut Findings,
) -> BTreeMap<String, String> {
    let mut placed = BTreeMap::new();
    let components: HashMap<&str, &Checked> = components.iter().map(|c| (c.directory.as_str(), c)).collect();
    let mut by_id: HashMap<&str, Vec<&PkgRef>> = HashMap::new();
    for reference in &distribution.pkg_refs {
        by_id.entry(&reference.id).or_default().push(reference);
    }
    for reference in &distribution.pkg_refs {
        let Some(location) = reference.location.as_deref().filter(|location| !location.trim().is_empty()) else {
            continue;
        };
        let what = format!("location of pkg-ref {:?}", reference.id);
        let directory = reference.fragment();
        let component = directory.as_deref().and_then(|directory| components.get(directory));
        match (&directory, component) {
            (Some(directory), Some(component)) => match placed.insert(reference.id.clone(), directory.clone()) {
                Some(other) => findings.error(PLACE, &what, format!("{directory:?} besides {other:?}"), "one"),
                None => {
                    let same = by_id.get(reference.id.as_str()).map(Vec::as_slice).unwrap_or_default();
                    stated(&reference.id, same, component, options, findings);
                }
            },
            (Some(directory), None) => {
                findings.error(PLACE, &what, format!("{directory:?}"), "a component of the archive")
            }
            (None, _) => findings.error(PLACE, &what, format!("{location:?}"), "# and the name of a component"),
        }
    }
    placed
}

/// What all pkg-ref elements of one identifier say about a component.
fn stated(id: &str, references: &[&PkgRef], component: &Checked, options: Options, findings: &mut Findings) {
    let Some(info) = &component.info else { return };
    let what = |name: &str| format!("{name} of pkg-ref {id:?}");
    // An empty identifier in a PackageInfo is reported there.
    findings.equal(PLACE, &what("component"), info.identifier.as_str(), id);
    for reference in references {
        if let Some(version) = reference.version.as_deref().filter(|version| *version != info.version) {
            // Seen: CPython's own packages say "0" on both sides; productbuild copies the component's, and keeps what a
            // Distribution says that was given to it. The receipt has the component's.
            findings.push(
                options.odd(),
                PLACE,
                &what("version"),
                format!("{version:?}"),
                format!("{:?}, of the component", info.version),
            );
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

/// Choices have unique ids and are in the outline, lines name choices, references name components with a place.
fn choices(distribution: &Distribution, placed: &BTreeMap<String, String>, options: Options, findings: &mut Findings) {
    let mut ids = BTreeSet::new();
    let mut offered = BTreeSet::new();
    for choice in &distribution.choices {
        // Never: Installer says that the document is invalid.
        if !ids.insert(choice.id.as_str()) {
            findings.says(PLACE, &format!("the choice {:?}", choice.id), "occurs twice");
        }
        for reference in &choice.pkg_refs {
            offered.insert(reference.id.as_str());
            // Never: "does not have a valid path".
            if !placed.contains_key(&reference.id) {
                let what = format!("pkg-ref of choice {:?}", choice.id);
                findings.error(PLACE, &what, format!("{:?}", reference.id), "one that leads to a component");
            }
        }
    }
    let lines: BTreeSet<&str> = distribution.choices_outline.iter().flat_map(|outline| outline.choices()).collect();
    // Never: as for a choice that is there twice.
    for line in lines.difference(&ids) {
        findings.says(PLACE, &format!("the line {line:?} of the outline"), "names no choice");
    }
    // Could be, both: what is never offered is left over in a document.
    for choice in ids.difference(&lines) {
        findings.mentions(
            options.odd(),
            PLACE,
            &format!("the choice {choice:?}"),
            "is not in the outline: it is never offered",
        );
    }
    for id in placed.keys().filter(|id| !offered.contains(id.as_str())) {
        findings.mentions(
            options.odd(),
            PLACE,
            &format!("the component {id:?}"),
            "is in no choice: it is never installed",
        );
    }
}

/// Every page and picture is in `Resources`, at the top or in the directory of a language.
fn resources(package: &Package, distribution: &Distribution, options: Options, findings: &mut Findings) {
    let files = package.archive().toc().files.iter();
    let inside = files.filter(|file| file.kind == Kind::File).filter_map(|file| file.path.strip_prefix("Resources/"));
    let inside: BTreeSet<&str> = inside.collect();
    for (element, file) in distribution.resources() {
        let localised = |path: &&str| {
            path.split_once('/').is_some_and(|(directory, rest)| directory.ends_with(".lproj") && rest == file)
        };
        if !inside.contains(file) && !inside.iter().any(localised) {
            // Could be: Installer shows its page without it.
            let what = format!("{file:?} of <{element}>");
            let says = "is missing: it is not in Resources, nor in one of its .lproj folders";
            findings.mentions(options.odd(), PLACE, &what, says);
        }
    }
}
