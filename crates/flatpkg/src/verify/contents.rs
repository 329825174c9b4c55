//! An archive of a component, entry by entry, and the bill of materials that lists what it should hold.
//!
//! Nothing here grows with the archive: a few kilobytes of gzip can hold millions of entries. What is remembered is bounded
//! by the bill of materials, which is in memory anyway, and paths by 16 times what is stored and 16 MiB.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Display;
use std::io::Read;

use unicode_normalization::UnicodeNormalization as _;

use super::finding::{Findings, Options, chain};
use super::meter::Meter;
use crate::bom::{self, Bom, DirectorySizes, Node, Record};
use crate::budget::Budget;
use crate::package::PackagePart;
use crate::payload;
use crate::tree::{TreePath, fold};

/// All paths of an archive may have so many times the bytes that it has in the package, beyond [`SMALL`]. An entry
/// takes a header and its checksum too, however well its name compresses.
const PATHS: u64 = 16;

/// Counted in addition to what is stored, in bytes: small archives compress better.
const SMALL: u64 = 1 << 20;

/// What the entries of an archive add up to.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Sums {
    /// Entries, the root among them.
    pub(super) paths: u64,
    /// 512-byte blocks of files and link targets, and one for each directory but the root.
    pub(super) blocks: u64,
    /// Bytes of files and link targets.
    pub(super) bytes: u64,
}

/// Reads an archive to its end and shows each record to `look`. Nothing comes back, and a finding says why, when it can't be
/// read or holds far more entries than are `listed`.
pub(super) fn walk(
    input: PackagePart<'_>,
    place: &str,
    listed: usize,
    options: Options,
    meter: &Meter<'_>,
    findings: &mut Findings,
    mut look: impl FnMut(&Record, &mut Findings),
) -> Option<Sums> {
    let most = listed.saturating_add(payload::MOST_IN_MEMORY);
    let budget = Budget::new(input.stored().saturating_add(SMALL), PATHS);
    let mut sums = Sums::default();
    let mut seen = HashMap::with_capacity(listed);
    let records = match payload::examine(Metered { input, meter }) {
        Ok(records) => records,
        Err(error) => {
            findings.unreadable(place, "the archive", chain(&error));
            return None;
        }
    };
    for record in records {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                findings.unreadable(place, "the archive", chain(&error));
                return None;
            }
        };
        // Could be: a payload that somebody else's cpio made. Parents are made where they are missing.
        if sums.paths == 0 && !record.path.is_root() {
            findings.push(options.odd(), place, "the first path", dotted(&record.path), ".");
        }
        sums.add(&record);
        // Never: this bounds what is remembered of an archive.
        if sums.paths > most as u64 {
            findings.error(place, "number of entries", format!("more than {most}"), format!("{listed}, as listed"));
            return None;
        }
        if let Err(error) = budget.take(record.path.as_bytes().len() as u64) {
            findings.unreadable(place, "archive", format_args!("its paths: {error}"));
            return None;
        }
        unique(&record.path, &mut seen, place, findings);
        look(&record, findings);
        meter.entry();
    }
    // Could be: an archive of nothing, as somebody else's cpio makes it.
    if sums.paths == 0 {
        findings.mentions(options.odd(), place, "the archive", "is empty; it should have the root, .");
    }
    Some(sums)
}

impl Sums {
    fn add(&mut self, record: &Record) {
        self.paths += 1;
        if kind(&record.node) == "directory" {
            self.blocks += u64::from(!record.path.is_root());
        } else {
            self.blocks += record.size.div_ceil(512);
            self.bytes += record.size;
        }
    }
}

/// No path twice, none that differs only in case or in how its letters are composed. Never: one would replace the other on
/// a disk.
fn unique(path: &TreePath, seen: &mut HashMap<Vec<u8>, TreePath>, place: &str, findings: &mut Findings) {
    let text = dotted(path);
    match seen.insert(fold(path.as_bytes()), path.clone()) {
        Some(other) if other == *path => findings.says(&inside(place, &text), "the path", "occurs twice"),
        Some(other) => {
            let composed = dotted(&other).nfc().eq(text.nfc());
            let but = if composed { "in how its letters are composed alone" } else { "in case alone" };
            let says = format!("differs from {} {but}: on a Mac they are one file", dotted(&other));
            findings.says(&inside(place, &text), "the path", says);
        }
        None => {}
    }
}

/// A bill of materials being ticked off.
pub(super) struct Listed<'a> {
    place: String,
    open: BTreeMap<&'a TreePath, &'a Record>,
}

impl<'a> Listed<'a> {
    /// Everything in it is still to be seen.
    pub(super) fn new(bom: &'a Bom, place: String, findings: &mut Findings) -> Self {
        let mut open = BTreeMap::new();
        for record in &bom.records {
            if open.insert(&record.path, record).is_some() {
                // Never: the paths are the keys of a tree.
                findings.says(&inside(&place, &dotted(&record.path)), "the path", "occurs twice");
            }
        }
        Self { place, open }
    }

    /// Compares an entry of the payload with its line. Differences: never, Apple's tools make one from the other, and Installer
    /// takes owners and modes from here, names and contents from there.
    pub(super) fn tick(&mut self, held: &Record, findings: &mut Findings) {
        let line = self.open.remove(&held.path);
        match line.map(|listed| same(listed, held)) {
            Some(differences) => differences.into_iter().for_each(|Difference { what, listed, held: other }| {
                let expected = format!("{other}, as in the payload");
                findings.error(&inside(&self.place, &dotted(&held.path)), what, listed, expected);
            }),
            None => {
                let path = inside(&self.place, &dotted(&held.path));
                findings.says(&path, "the path", "is in Payload but not listed in Bom");
            }
        }
    }

    /// What is left is not in the payload.
    pub(super) fn finish(self, findings: &mut Findings) {
        for path in self.open.keys() {
            findings.says(&inside(&self.place, &dotted(path)), "the path", "is listed in Bom but not in Payload");
        }
    }
}

/// What a bill of materials and a payload say differently about one path.
struct Difference {
    what: &'static str,
    listed: String,
    held: String,
}

fn same(listed: &Record, held: &Record) -> Vec<Difference> {
    let mut differences = Vec::new();
    let mut equal = |what, listed: &dyn Display, held: &dyn Display| {
        let (listed, held) = (listed.to_string(), held.to_string());
        if listed != held {
            differences.push(Difference { what, listed, held });
        }
    };
    if matches!(listed.node, Node::Placeholder { .. }) {
        return differences; // `pkgbuild --component` writes one for the root; it says nothing but the name.
    }
    if kind(&listed.node) != kind(&held.node) {
        equal("kind", &kind(&listed.node), &kind(&held.node));
        return differences;
    }
    equal("owner", &listed.uid, &held.uid);
    equal("group", &listed.gid, &held.gid);
    equal("mode", &listed.mode, &held.mode);
    match (&listed.node, &held.node) {
        (Node::File(listed_facts), Node::File(held_facts)) => {
            equal("size", &listed.size, &held.size);
            equal("cksum", &format_args!("{:08x}", listed_facts.cksum), &format_args!("{:08x}", held_facts.cksum));
        }
        (Node::Symlink { target: a, cksum: c }, Node::Symlink { target: b, cksum: d }) => {
            equal("link target", &a.escape_ascii(), &b.escape_ascii());
            equal("cksum of the link target", &format_args!("{c:08x}"), &format_args!("{d:08x}"));
        }
        _ => {}
    }
    differences
}

/// What Apple's readers insist on, and the numbers that nobody looks at.
pub(super) fn form(bom: &Bom, place: &str, findings: &mut Findings) {
    // Never, both: lsbom of macOS stops there.
    if !bom.form.free_list {
        findings.says(place, "the free list", "is missing: Apple's readers abort");
    }
    if !bom.form.sorted {
        findings.says(place, "the list of paths", "is not in order: Apple's readers stop in the middle");
    }
    if bom.form.short_records > 0 {
        let got = format!("{}, as before 2015", bom.form.short_records);
        findings.note(place, "short records", got, "none: macOS 26 does not list them");
    }
    if bom.form.long_records > 0 {
        let got = format!("{}, with digests that are not checked", bom.form.long_records);
        findings.note(place, "long records", got, "none");
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

/// The kind of a record in words.
pub(super) fn kind(node: &Node) -> &'static str {
    match node {
        Node::Directory => "directory",
        Node::File(_) => "file",
        Node::Symlink { .. } => "symbolic link",
        Node::Device { .. } => "device",
        Node::Placeholder { .. } => "placeholder",
    }
}

/// A path as packages write it: `.` or `./a/b`, bytes that are no text escaped.
pub(super) fn dotted(path: &TreePath) -> String {
    path.dotted().utf8_chunks().map(|chunk| format!("{}{}", chunk.valid(), chunk.invalid().escape_ascii())).collect()
}

/// A path in a member: `Bom: ./bin/tool`.
pub(super) fn inside(place: &str, path: &str) -> String {
    format!("{place}: {path}")
}

/// Counts the compressed bytes that are read.
struct Metered<'a> {
    input: PackagePart<'a>,
    meter: &'a Meter<'a>,
}

impl Read for Metered<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.input.read(buffer)?;
        self.meter.bytes(count as u64);
        Ok(count)
    }
}
