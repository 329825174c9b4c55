//! One component: what `Payload`, `Bom`, `Scripts` and `PackageInfo` say about each other.

use std::collections::{HashMap, HashSet};

use rayon::prelude::*;

use super::contents::{self, Listed, Sums, inside, kind};
use super::finding::{Findings, Options, Severity, chain};
use super::meter::Meter;
use super::scripts;
use super::surprise::Surprises;
use crate::bom::Bom;
use crate::component::SCRIPTS;
use crate::mode::Mode;
use crate::package::{Component, Package};
use crate::package_info::{PackageInfo, Script};

/// What the Distribution is compared with.
pub(super) struct Checked {
    pub(super) directory: String,
    pub(super) info: Option<PackageInfo>,
}

/// Checks every component.
pub(super) fn check_all(
    package: &Package,
    options: Options,
    meter: &Meter<'_>,
    findings: &mut Findings,
) -> Vec<Checked> {
    let components: Vec<_> = package.components().collect();
    let checked: Vec<_> = components
        .par_iter()
        .map(|component| {
            let mut findings = Findings::default();
            let info = check(component, options, meter, &mut findings);
            (Checked { directory: component.directory().to_owned(), info }, findings)
        })
        .collect();
    checked
        .into_iter()
        .map(|(component, more)| {
            findings.0.extend(more.0);
            component
        })
        .collect()
}

fn check(
    component: &Component<'_>,
    options: Options,
    meter: &Meter<'_>,
    findings: &mut Findings,
) -> Option<PackageInfo> {
    let place = component.member("PackageInfo");
    // Members that can't be read: never, Installer gives up.
    let info = match component.package_info() {
        Ok(info) => Some(info),
        Err(error) => {
            findings.unreadable(&place, "the document", chain(&error));
            None
        }
    };
    if let Some(info) = &info {
        attributes(info, &place, options, findings);
    }
    let bom = component.bom().unwrap_or_else(|error| {
        findings.unreadable(&component.member("Bom"), "the bill of materials", chain(&error));
        None
    });
    // Never: a package without payload has neither, one with an empty payload has both.
    if component.has_bom() != component.has_payload() {
        let (missing, there) = if component.has_bom() { ("Payload", "Bom") } else { ("Bom", "Payload") };
        findings.says(&component.member(missing), "the member", format_args!("is missing, but there is a {there}"));
    }
    let sums = payload(component, bom.as_ref(), options, meter, findings);
    if let Some(info) = &info {
        totals(component, info, sums, &place, options, findings);
        named_scripts(component, info, options, meter, findings);
    }
    info
}

/// Reads the payload and compares it with the bill of materials, where there is one.
fn payload(
    component: &Component<'_>,
    bom: Option<&Bom>,
    options: Options,
    meter: &Meter<'_>,
    findings: &mut Findings,
) -> Option<Sums> {
    let place = component.member("Payload");
    let input = match component.payload() {
        Ok(input) => input?,
        Err(error) => {
            findings.unreadable(&place, "the archive", chain(&error));
            return None;
        }
    };
    let mut surprises = Surprises::default();
    let Some(bom) = bom else {
        let sums = contents::walk(input, &place, 0, options, meter, findings, |held, _| surprises.look(held))?;
        surprises.finish(&place, findings);
        return Some(sums);
    };
    let place_of_bom = component.member("Bom");
    contents::form(bom, &place_of_bom, findings);
    let mut listed = Listed::new(bom, place_of_bom, findings);
    let paths = bom.records.len();
    let sums = contents::walk(input, &place, paths, options, meter, findings, |held, findings| {
        surprises.look(held);
        listed.tick(held, findings);
    })?;
    listed.finish(findings);
    surprises.finish(&place, findings);
    Some(sums)
}

fn attributes(info: &PackageInfo, place: &str, options: Options, findings: &mut Findings) {
    // Never: 2 since there are flat packages.
    findings.equal(place, "format-version", info.format_version.as_str(), PackageInfo::FORMAT_VERSION);
    // Never: the receipt is named by it.
    if info.identifier.is_empty() {
        findings.says(place, "the identifier", "is missing");
    }
    for bundle in info.relocate.iter().flat_map(|list| &list.bundles) {
        let name = bundle.id.as_deref().or(bundle.path.as_deref()).unwrap_or_default();
        let expected = "none: it is installed over a copy that the user keeps elsewhere";
        findings.note(place, "bundle to relocate", format!("{name:?}"), expected);
    }
    // Could be: productbuild takes components of any maker; Installer then records version 0.
    if info.version.is_empty() {
        findings.mentions(options.odd(), place, "the version", "is missing");
    }
    // Could be: Installer appends it to the volume's path, with a slash between them or without.
    if let Some(location) = info.install_location.as_deref().filter(|location| !location.starts_with('/')) {
        findings.push(options.odd(), place, "install-location", format!("{location:?}"), "an absolute path");
    }
}

/// The numbers that the PackageInfo states about the payload.
fn totals(
    component: &Component<'_>,
    info: &PackageInfo,
    sums: Option<Sums>,
    place: &str,
    options: Options,
    findings: &mut Findings,
) {
    // Never: pkgbuild writes the element when it writes the member.
    let Some(stated) = info.payload else {
        if component.has_payload() {
            findings.says(place, "<payload>", "is missing, but there is a Payload");
        }
        return;
    };
    let Some(sums) = sums else {
        if !component.has_payload() {
            findings.says(place, "<payload>", "is stated, but there is no Payload");
        }
        return;
    };
    // Both numbers are for the progress bar and the free space that is asked for; Installer doesn't compare them. Seen: pkgbuild
    // --component does not count the root, and adds bytes instead of blocks; PackageMaker, Packages.app and productbuild state
    // other numbers of KiB.
    if ![sums.paths, sums.paths.saturating_sub(1)].contains(&stated.number_of_files) {
        findings.push(options.odd(), place, "numberOfFiles", stated.number_of_files, sums.paths);
    }
    let (blocks, bytes) = (sums.blocks.div_ceil(2), sums.bytes.div_ceil(1024));
    let got = stated.install_kbytes;
    if got != blocks && got != bytes {
        // Apple's own number was seen 2 KiB off where there are links or universal files.
        let near = got.abs_diff(blocks) <= 2;
        let severity = if near { Severity::Note } else { options.odd() };
        findings.push(severity, place, "installKBytes", got, blocks);
    }
}

/// The scripts that the PackageInfo names are in the archive and can be run; no script is there that nobody names.
fn named_scripts(
    component: &Component<'_>,
    info: &PackageInfo,
    options: Options,
    meter: &Meter<'_>,
    findings: &mut Findings,
) {
    let place = component.member("Scripts");
    let named = info.scripts.iter().flat_map(|scripts| scripts.preinstall.iter().chain(&scripts.postinstall));
    let named: Vec<&str> = named.map(|Script { file, .. }| file.strip_prefix("./").unwrap_or(file)).collect();
    let wanted: HashSet<&[u8]> = named.iter().chain(&SCRIPTS).map(|name| name.as_bytes()).collect();
    let mut held: HashMap<Vec<u8>, (&'static str, Mode)> = HashMap::new();
    match component.scripts() {
        Ok(None) => {}
        Ok(Some(input)) => {
            let read = contents::walk(input, &place, 0, options, meter, findings, |record, _| {
                if wanted.contains(record.path.as_bytes()) {
                    held.insert(record.path.as_bytes().to_vec(), (kind(&record.node), record.mode));
                }
            });
            if read.is_none() {
                return; // Reported.
            }
        }
        Err(error) => return findings.unreadable(&place, "the archive", chain(&error)),
    }
    for name in &named {
        let path = inside(&place, &format!("./{name}"));
        match held.get(name.as_bytes()) {
            // Never: Installer fails where it can't start a script that is named.
            None => findings.says(&path, "the script that PackageInfo names", "is missing"),
            // Could be: a link to the other script runs.
            Some(("symbolic link", _)) => {
                findings.mentions(options.odd(), &path, "the script that PackageInfo names", "is a symbolic link");
            }
            Some((kind, _)) if *kind != "file" => {
                findings.error(&path, "the script that PackageInfo names", kind, "file");
            }
            // Never: as for a missing one.
            Some((_, mode)) if !mode.is_executable() => findings.error(&path, "mode", mode, "executable"),
            Some(_) => {}
        }
    }
    scripts::forms(component, &named, &place, findings);
    // Could be: a script that is left over. Installer runs what is named.
    for name in SCRIPTS.iter().filter(|name| !named.contains(name) && held.contains_key(name.as_bytes())) {
        let path = inside(&place, &format!("./{name}"));
        findings.mentions(options.odd(), &path, "the script", "will not run: PackageInfo does not name it");
    }
}
