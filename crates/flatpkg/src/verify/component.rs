//! One component: what `Payload`, `Bom`, `Scripts` and `PackageInfo` say about each other.

use std::collections::{HashMap, HashSet};

use rayon::prelude::*;

use super::contents::{self, Listed, Sums, inside, kind};
use super::surprise::Surprises;
use super::{Findings, Meter, chain, scripts};
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
pub(super) fn check_all(package: &Package, meter: &Meter<'_>, findings: &mut Findings) -> Vec<Checked> {
    let components: Vec<_> = package.components().collect();
    let checked: Vec<_> = components
        .par_iter()
        .map(|component| {
            let mut findings = Findings::default();
            let info = check(component, meter, &mut findings);
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

fn check(component: &Component<'_>, meter: &Meter<'_>, findings: &mut Findings) -> Option<PackageInfo> {
    let place = component.member("PackageInfo");
    let info = match component.package_info() {
        Ok(info) => Some(info),
        Err(error) => {
            findings.unreadable(&place, "document", chain(&error));
            None
        }
    };
    if let Some(info) = &info {
        attributes(info, &place, findings);
    }
    let bom = component.bom().unwrap_or_else(|error| {
        findings.unreadable(&component.member("Bom"), "bill of materials", chain(&error));
        None
    });
    if component.has_bom() != component.has_payload() {
        let (missing, there) = if component.has_bom() { ("Payload", "Bom") } else { ("Bom", "Payload") };
        findings.error(&component.member(missing), "member", "missing", format!("there, as {there} is"));
    }
    let sums = payload(component, bom.as_ref(), meter, findings);
    if let Some(info) = &info {
        totals(component, info, sums, &place, findings);
        named_scripts(component, info, meter, findings);
    }
    info
}

/// Reads the payload and compares it with the bill of materials, where there is one.
fn payload(component: &Component<'_>, bom: Option<&Bom>, meter: &Meter<'_>, findings: &mut Findings) -> Option<Sums> {
    let place = component.member("Payload");
    let input = match component.payload() {
        Ok(input) => input?,
        Err(error) => {
            findings.unreadable(&place, "archive", chain(&error));
            return None;
        }
    };
    let mut surprises = Surprises::default();
    let Some(bom) = bom else {
        let sums = contents::walk(input, &place, 0, meter, findings, |held, _| surprises.look(held))?;
        surprises.finish(&place, findings);
        return Some(sums);
    };
    let place_of_bom = component.member("Bom");
    contents::form(bom, &place_of_bom, findings);
    let mut listed = Listed::new(bom, place_of_bom, findings);
    let paths = bom.records.len();
    let sums = contents::walk(input, &place, paths, meter, findings, |held, findings| {
        surprises.look(held);
        listed.tick(held, findings);
    })?;
    listed.finish(findings);
    surprises.finish(&place, findings);
    Some(sums)
}

fn attributes(info: &PackageInfo, place: &str, findings: &mut Findings) {
    findings.equal(place, "format-version", info.format_version.as_str(), PackageInfo::FORMAT_VERSION);
    for (what, value) in [("identifier", &info.identifier), ("version", &info.version)] {
        if value.is_empty() {
            findings.error(place, what, "missing", "there");
        }
    }
    for bundle in info.relocate.iter().flat_map(|list| &list.bundles) {
        let name = bundle.id.as_deref().or(bundle.path.as_deref()).unwrap_or_default();
        let expected = "none: it is installed over a copy that the user keeps elsewhere";
        findings.note(place, "bundle to relocate", format!("{name:?}"), expected);
    }
    if let Some(location) = info.install_location.as_deref().filter(|location| !location.starts_with('/')) {
        findings.error(place, "install-location", format!("{location:?}"), "an absolute path");
    }
}

/// The numbers that the PackageInfo states about the payload.
fn totals(component: &Component<'_>, info: &PackageInfo, sums: Option<Sums>, place: &str, findings: &mut Findings) {
    let Some(stated) = info.payload else {
        if component.has_payload() {
            findings.error(place, "<payload>", "missing", "there, as the Payload is");
        }
        return;
    };
    let Some(sums) = sums else {
        if !component.has_payload() {
            findings.error(place, "<payload>", "there", "missing, as the Payload is");
        }
        return;
    };
    // `pkgbuild --component` does not count the root, and adds bytes instead of blocks.
    if ![sums.paths, sums.paths.saturating_sub(1)].contains(&stated.number_of_files) {
        findings.error(place, "numberOfFiles", stated.number_of_files, sums.paths);
    }
    let (blocks, bytes) = (sums.blocks.div_ceil(2), sums.bytes.div_ceil(1024));
    let got = stated.install_kbytes;
    if got != blocks && got != bytes {
        // Apple's own number was seen 2 KiB off where there are links or universal files.
        let near = got.abs_diff(blocks) <= 2;
        let severity = if near { super::Severity::Note } else { super::Severity::Error };
        findings.push(severity, place, "installKBytes", got, blocks);
    }
}

/// The scripts that the PackageInfo names are in the archive and can be run; no script is there that nobody names.
fn named_scripts(component: &Component<'_>, info: &PackageInfo, meter: &Meter<'_>, findings: &mut Findings) {
    let place = component.member("Scripts");
    let named = info.scripts.iter().flat_map(|scripts| scripts.preinstall.iter().chain(&scripts.postinstall));
    let named: Vec<&str> = named.map(|Script { file, .. }| file.strip_prefix("./").unwrap_or(file)).collect();
    let wanted: HashSet<&[u8]> = named.iter().chain(&SCRIPTS).map(|name| name.as_bytes()).collect();
    let mut held: HashMap<Vec<u8>, (&'static str, Mode)> = HashMap::new();
    match component.scripts() {
        Ok(None) => {}
        Ok(Some(input)) => {
            let read = contents::walk(input, &place, 0, meter, findings, |record, _| {
                if wanted.contains(record.path.as_bytes()) {
                    held.insert(record.path.as_bytes().to_vec(), (kind(&record.node), record.mode));
                }
            });
            if read.is_none() {
                return; // Reported.
            }
        }
        Err(error) => return findings.unreadable(&place, "archive", chain(&error)),
    }
    for name in &named {
        let path = inside(&place, &format!("./{name}"));
        match held.get(name.as_bytes()) {
            None => findings.error(&path, "script of the PackageInfo", "missing", "there"),
            Some((kind, _)) if *kind != "file" => {
                findings.error(&path, "script of the PackageInfo", kind, "file");
            }
            Some((_, mode)) if !mode.is_executable() => findings.error(&path, "mode", mode, "executable"),
            Some(_) => {}
        }
    }
    scripts::forms(component, &named, &place, findings);
    for name in SCRIPTS.iter().filter(|name| !named.contains(name) && held.contains_key(name.as_bytes())) {
        let path = inside(&place, &format!("./{name}"));
        findings.error(&path, "script", "not in the PackageInfo, it will not run", "named there");
    }
}
