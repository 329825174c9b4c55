//! One component: what `Payload`, `Bom`, `Scripts` and `PackageInfo` say about each other.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Display;

use rayon::prelude::*;

use super::{Findings, chain};
use crate::bom::{self, Bom, DirectorySizes, Node, Record};
use crate::package::{Component, Package};
use crate::package_info::{PackageInfo, Script};
use crate::payload;
use crate::tree::TreePath;

/// What the Distribution is compared with.
pub(super) struct Checked {
    pub(super) directory: String,
    pub(super) info: Option<PackageInfo>,
}

/// Checks every component.
pub(super) fn check_all(package: &Package, findings: &mut Findings) -> Vec<Checked> {
    let components: Vec<_> = package.components().collect();
    let checked: Vec<_> = components
        .par_iter()
        .map(|component| {
            let mut findings = Findings::default();
            let info = check(component, &mut findings);
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

fn check(component: &Component<'_>, findings: &mut Findings) -> Option<PackageInfo> {
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
    let (bom, payload) = rayon::join(|| component.bom(), || archive(component, "Payload"));
    let bom = bom.unwrap_or_else(|error| {
        findings.unreadable(&component.member("Bom"), "bill of materials", chain(&error));
        None
    });
    let payload = payload.unwrap_or_else(|finding| {
        findings.unreadable(&component.member("Payload"), "archive", finding);
        None
    });
    if component.has_bom() != component.has_payload() {
        let (missing, there) = if component.has_bom() { ("Payload", "Bom") } else { ("Bom", "Payload") };
        findings.error(&component.member(missing), "member", "missing", format!("there, as {there} is"));
    }
    if let Some(payload) = &payload {
        unique(payload, &component.member("Payload"), findings);
        if let Some(bom) = &bom {
            agree(component, bom, payload, findings);
        }
    }
    if let Some(info) = &info {
        totals(component, info, payload.as_deref(), &place, findings);
        scripts(component, info, findings);
    }
    info
}

fn attributes(info: &PackageInfo, place: &str, findings: &mut Findings) {
    findings.equal(place, "format-version", info.format_version.as_str(), PackageInfo::FORMAT_VERSION);
    for (what, value) in [("identifier", &info.identifier), ("version", &info.version)] {
        if value.is_empty() {
            findings.error(place, what, "missing", "there");
        }
    }
    if let Some(location) = info.install_location.as_deref().filter(|location| !location.starts_with('/')) {
        findings.error(place, "install-location", format!("{location:?}"), "an absolute path");
    }
}

/// The records of an archive, or what is wrong with it.
fn archive(component: &Component<'_>, part: &str) -> Result<Option<Vec<Record>>, String> {
    let input = if part == "Payload" { component.payload() } else { component.scripts() };
    let Some(input) = input.map_err(|error| chain(&error))? else { return Ok(None) };
    payload::records(input).map(Some).map_err(|error| chain(&error))
}

/// No path twice, none that differs in case alone; the root first.
fn unique(records: &[Record], place: &str, findings: &mut Findings) {
    if !records.first().is_some_and(|record| record.path.is_root()) {
        findings.error(place, "first path", records.first().map_or("none".to_owned(), |r| dotted(&r.path)), ".");
    }
    let mut seen: HashMap<String, &TreePath> = HashMap::with_capacity(records.len());
    for record in records {
        let path = dotted(&record.path);
        match seen.insert(path.to_lowercase(), &record.path) {
            Some(other) if *other == record.path => {
                findings.error(&inside(place, &path), "path", "there twice", "unique")
            }
            Some(other) => {
                let got = format!("equal to {} but for case", dotted(other));
                findings.error(&inside(place, &path), "path", got, "unique");
            }
            None => {}
        }
    }
}

/// The bill of materials lists what the payload holds.
fn agree(component: &Component<'_>, bom: &Bom, payload: &[Record], findings: &mut Findings) {
    let place = component.member("Bom");
    let mut listed: BTreeMap<&TreePath, &Record> = BTreeMap::new();
    for record in &bom.records {
        if listed.insert(&record.path, record).is_some() {
            findings.error(&inside(&place, &dotted(&record.path)), "path", "there twice", "unique");
        }
    }
    for held in payload {
        let path = inside(&place, &dotted(&held.path));
        match listed.remove(&held.path) {
            Some(record) => same(record, held, &path, findings),
            None => findings.error(&path, "path", "missing", "there, as in the payload"),
        }
    }
    for path in listed.keys() {
        findings.error(&inside(&place, &dotted(path)), "path", "there", "missing, as in the payload");
    }
    form(bom, &place, findings);
}

/// What Apple's readers insist on, and the numbers that nobody looks at.
fn form(bom: &Bom, place: &str, findings: &mut Findings) {
    if !bom.form.free_list {
        findings.error(place, "free list", "missing: Apple's readers abort", "there");
    }
    if !bom.form.sorted {
        findings.error(
            place,
            "order of the paths",
            "none: Apple's readers stop in the middle",
            "by directory and name",
        );
    }
    if bom.form.short_records > 0 {
        let got = format!("{}, as before 2015", bom.form.short_records);
        findings.note(place, "short records", got, "none: macOS 26 does not list them");
    }
    let paths = bom.records.len();
    if bom.form.stated_paths as usize != paths {
        findings.note(place, "number of paths in BomInfo", bom.form.stated_paths, paths);
    }
    let sums = [DirectorySizes::Excluded, DirectorySizes::Counted].map(|how| bom::totals(&bom.records, how));
    if !sums.contains(&bom.totals) {
        let [expected, _] = sums;
        findings.note(place, "totals by processor", list(&bom.totals), list(&expected));
    }
}

fn list(totals: &[(impl Display, u32)]) -> String {
    totals.iter().map(|(cpu, bytes)| format!("{cpu} {bytes}")).collect::<Vec<_>>().join(", ")
}

/// A line of the bill of materials and an entry of the payload.
fn same(listed: &Record, held: &Record, place: &str, findings: &mut Findings) {
    if matches!(listed.node, Node::Placeholder { .. }) {
        return; // `pkgbuild --component` writes one for the root; it says nothing but the name.
    }
    if kind(&listed.node) != kind(&held.node) {
        return findings.error(place, "kind", kind(&listed.node), format!("{}, as in the payload", kind(&held.node)));
    }
    let mut equal = |what: &str, listed: String, held: String| {
        if listed != held {
            findings.error(place, what, listed, format!("{held}, as in the payload"));
        }
    };
    equal("owner", listed.uid.to_string(), held.uid.to_string());
    equal("group", listed.gid.to_string(), held.gid.to_string());
    equal("mode", listed.mode.to_string(), held.mode.to_string());
    match (&listed.node, &held.node) {
        (Node::File(listed_facts), Node::File(held_facts)) => {
            equal("size", listed.size.to_string(), held.size.to_string());
            equal("cksum", format!("{:08x}", listed_facts.cksum), format!("{:08x}", held_facts.cksum));
        }
        (Node::Symlink { target: a, cksum: c }, Node::Symlink { target: b, cksum: d }) => {
            equal("link target", a.escape_ascii().to_string(), b.escape_ascii().to_string());
            equal("cksum of the link target", format!("{c:08x}"), format!("{d:08x}"));
        }
        _ => {}
    }
}

fn kind(node: &Node) -> &'static str {
    match node {
        Node::Directory => "directory",
        Node::File(_) => "file",
        Node::Symlink { .. } => "symbolic link",
        Node::Device { .. } => "device",
        Node::Placeholder { .. } => "placeholder",
    }
}

/// The numbers that the PackageInfo states about the payload.
fn totals(
    component: &Component<'_>,
    info: &PackageInfo,
    records: Option<&[Record]>,
    place: &str,
    findings: &mut Findings,
) {
    let Some(stated) = info.payload else {
        if component.has_payload() {
            findings.error(place, "<payload>", "missing", "there, as the Payload is");
        }
        return;
    };
    let Some(records) = records else {
        if !component.has_payload() {
            findings.error(place, "<payload>", "there", "missing, as the Payload is");
        }
        return;
    };
    // `pkgbuild --component` does not count the root, and adds bytes instead of blocks.
    let paths = records.len() as u64;
    if ![paths, paths.saturating_sub(1)].contains(&stated.number_of_files) {
        findings.error(place, "numberOfFiles", stated.number_of_files, paths);
    }
    let sizes = || records.iter().filter(|r| kind(&r.node) != "directory").map(|record| u64::from(record.size));
    let directories = records.iter().filter(|r| kind(&r.node) == "directory" && !r.path.is_root()).count() as u64;
    let blocks = sizes().map(|size| size.div_ceil(512)).sum::<u64>().saturating_add(directories).div_ceil(2);
    let bytes = sizes().sum::<u64>().div_ceil(1024);
    let got = stated.install_kbytes;
    if got != blocks && got != bytes {
        // Apple's own number was seen 2 KiB off where there are links or universal files.
        let near = got.abs_diff(blocks) <= 2;
        let severity = if near { super::Severity::Note } else { super::Severity::Error };
        findings.push(severity, place, "installKBytes", got, blocks);
    }
}

/// The scripts that the PackageInfo names are in the archive and can be run; no script is there that nobody names.
fn scripts(component: &Component<'_>, info: &PackageInfo, findings: &mut Findings) {
    let place = component.member("Scripts");
    let records = archive(component, "Scripts").unwrap_or_else(|finding| {
        findings.unreadable(&place, "archive", finding);
        None
    });
    if let Some(records) = &records {
        unique(records, &place, findings);
    } else if component.has_scripts() {
        return; // Not readable: reported.
    }
    let records = records.unwrap_or_default();
    let by_path: HashMap<&[u8], &Record> = records.iter().map(|record| (record.path.as_bytes(), record)).collect();
    let named = info.scripts.iter().flat_map(|scripts| scripts.preinstall.iter().chain(&scripts.postinstall));
    let named: Vec<&str> = named.map(|Script { file, .. }| file.strip_prefix("./").unwrap_or(file)).collect();
    for name in &named {
        let path = inside(&place, &format!("./{name}"));
        match by_path.get(name.as_bytes()) {
            None => findings.error(&path, "script of the PackageInfo", "missing", "there"),
            Some(record) if kind(&record.node) != "file" => {
                findings.error(&path, "script of the PackageInfo", kind(&record.node), "file");
            }
            Some(record) if !record.mode.is_executable() => findings.error(&path, "mode", record.mode, "executable"),
            Some(_) => {}
        }
    }
    for name in crate::component::SCRIPTS {
        if !named.contains(&name) && by_path.contains_key(name.as_bytes()) {
            let path = inside(&place, &format!("./{name}"));
            findings.error(&path, "script", "not in the PackageInfo, it will not run", "named there");
        }
    }
}

/// A path as packages write it: `.` or `./a/b`, bytes that are no text escaped.
fn dotted(path: &TreePath) -> String {
    path.dotted().utf8_chunks().map(|chunk| format!("{}{}", chunk.valid(), chunk.invalid().escape_ascii())).collect()
}

fn inside(place: &str, path: &str) -> String {
    format!("{place}: {path}")
}
