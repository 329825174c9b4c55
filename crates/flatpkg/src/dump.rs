//! Any package as text: stable, readable, complete enough that a change of the package shows as a change of the text.
//!
//! The same numbers as a tree of plain values ([`Dump`]) for machines, by serde.

use std::fmt::{self, Write as _};

use serde::Serialize;

use crate::bom::{Bom, Node, Record};
use crate::facts::SliceFacts;
use crate::package::{self, Component, Package, PackageKind};
use crate::payload;
use crate::shown;
use crate::tree::TreePath;
use crate::xar::{Header, Signature, Toc, TocChecksum, Trailer};
use macho::OsVersion;

/// A package as plain values.
#[derive(Debug, Clone, Serialize)]
pub struct Dump {
    /// Component or product.
    pub kind: PackageKind,
    /// Bytes of the file.
    pub len: u64,
    /// The archive's header.
    pub header: Header,
    /// Time in the table of contents.
    pub creation_time: String,
    /// Where the digest of the table of contents is.
    pub checksum: TocChecksum,
    /// The digest that the archive holds, in hexadecimal.
    pub toc_digest: String,
    /// Who signed it.
    pub signatures: Vec<Signature>,
    /// What follows the last member.
    pub trailer: Trailer,
    /// The members.
    pub members: Vec<crate::xar::File>,
    /// The product's document.
    pub distribution: Option<DistributionDump>,
    /// The components.
    pub components: Vec<ComponentDump>,
}

/// A Distribution as plain values: what is offered. Its text says the rest.
#[derive(Debug, Clone, Serialize)]
pub struct DistributionDump {
    /// Name of the product.
    pub title: Option<String>,
    /// The oldest macOS allowed.
    pub min_os: Option<OsVersion>,
    /// The choices, in the order of the document.
    pub choices: Vec<ChoiceDump>,
    /// Which component each `pkg-ref` means, by id.
    pub references: Vec<ReferenceDump>,
    /// References that lead to no component: the Installer stops there.
    pub problems: Vec<String>,
    /// The document.
    pub xml: String,
}

/// A choice as plain values.
#[derive(Debug, Clone, Serialize)]
pub struct ChoiceDump {
    /// Its name.
    pub id: String,
    /// What the user reads, or a key of `Localizable.strings`.
    pub title: Option<String>,
    /// `true`, `false` or JavaScript.
    pub start_selected: Option<String>,
    /// Identifiers of the components it installs.
    pub components: Vec<String>,
}

/// A reference as plain values.
#[derive(Debug, Clone, Serialize)]
pub struct ReferenceDump {
    /// The name that the document uses.
    pub id: String,
    /// Directory of the component in the archive.
    pub directory: String,
    /// Name of its receipt, often the same as the id.
    pub identifier: String,
}

/// A component as plain values.
#[derive(Debug, Clone, Serialize)]
pub struct ComponentDump {
    /// Its directory in the archive; empty at the top.
    pub directory: String,
    /// Name of the receipt.
    pub identifier: String,
    /// Version of the receipt.
    pub version: String,
    /// Where the payload goes.
    pub install_location: String,
    /// Paths in the payload, as the document states them.
    pub number_of_files: Option<u64>,
    /// KiB on disk, as the document states them.
    pub install_kbytes: Option<u64>,
    /// The document.
    pub package_info_xml: String,
    /// Bytes by processor, as the bill of materials has them; `none` is everything that is not Mach-O.
    pub totals: Vec<(String, u32)>,
    /// The bill of materials, sorted by path.
    pub paths: Vec<PathDump>,
    /// The archive of scripts, in its order.
    pub scripts: Vec<PathDump>,
}

/// One path as plain values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PathDump {
    /// `.` or `./a/b`; bytes that are not UTF-8 are escaped.
    pub path: String,
    /// `directory`, `file`, `symlink`, `device`, or `placeholder` when only the name means something.
    pub kind: &'static str,
    /// What `ls -l` shows: `-rwxr-xr-x`.
    pub mode: String,
    /// Number of the owner.
    pub uid: u32,
    /// Number of the group.
    pub gid: u32,
    /// Seconds since 1970.
    pub mtime: u32,
    /// Bytes; 0 for directories, whose number means nothing.
    pub size: u64,
    /// POSIX checksum of a file or of a link's target.
    pub cksum: Option<u32>,
    /// A link's target.
    pub target: Option<String>,
    /// The parts of a Mach-O file: processor and bytes.
    pub slices: Vec<(String, u32)>,
}

impl Dump {
    /// Reads everything but the contents of the payload.
    ///
    /// # Errors
    /// A part that can't be read or understood.
    pub fn of(package: &Package) -> Result<Self, package::PackageError> {
        let archive = package.archive();
        let components = package.components().map(ComponentDump::of).collect::<Result<Vec<_>, _>>()?;
        let Toc { creation_time, checksum, signatures, files } = archive.toc().clone();
        Ok(Self {
            kind: package.kind(),
            len: archive.file_len(),
            header: *archive.header(),
            creation_time,
            checksum,
            toc_digest: hex::encode(archive.stored_digest()?),
            signatures,
            trailer: archive.trailer()?,
            members: files,
            distribution: DistributionDump::of(package, &components)?,
            components,
        })
    }
}

impl DistributionDump {
    fn of(package: &Package, components: &[ComponentDump]) -> Result<Option<Self>, package::PackageError> {
        let (Some(distribution), Some(xml)) = (package.distribution()?, package.distribution_xml()?) else {
            return Ok(None);
        };
        let references = package.references(&distribution);
        let component = |id: &str| components.get(references.component(id)?);
        let choices = distribution.choices.iter().map(|choice| ChoiceDump {
            id: choice.id.clone(),
            title: choice.title.clone(),
            start_selected: choice.start_selected.clone(),
            components: choice
                .pkg_refs
                .iter()
                .filter_map(|reference| Some(component(&reference.id)?.identifier.clone()))
                .collect(),
        });
        let named = references.iter().filter_map(|(id, index)| {
            let component = components.get(index)?;
            let (directory, identifier) = (component.directory.clone(), component.identifier.clone());
            Some(ReferenceDump { id: id.to_owned(), directory, identifier })
        });
        Ok(Some(Self {
            title: distribution.title.clone(),
            min_os: distribution.min_os(),
            choices: choices.collect(),
            references: named.collect(),
            problems: references.problems().iter().map(ToString::to_string).collect(),
            xml: String::from_utf8_lossy(&xml).into_owned(),
        }))
    }
}

impl ComponentDump {
    fn of(component: Component<'_>) -> Result<Self, package::PackageError> {
        let (totals, records) = component.bom()?.map_or_else(Default::default, |bom: Bom| (bom.totals, bom.records));
        let scripts = match component.scripts()? {
            None => Vec::new(),
            Some(input) => payload::records(input)
                .map_err(|source| package::PackageError::Archive { member: component.member("Scripts"), source })?,
        };
        let info = component.package_info()?;
        Ok(Self {
            directory: component.directory().to_owned(),
            identifier: info.identifier,
            version: info.version,
            install_location: info.install_location.unwrap_or_else(|| "/".to_owned()),
            number_of_files: info.payload.map(|payload| payload.number_of_files),
            install_kbytes: info.payload.map(|payload| payload.install_kbytes),
            package_info_xml: String::from_utf8_lossy(&component.package_info_xml()?).into_owned(),
            totals: totals.iter().map(|(cpu, bytes)| (cpu.to_string(), *bytes)).collect(),
            paths: records.iter().map(PathDump::of).collect(),
            scripts: scripts.iter().map(PathDump::of).collect(),
        })
    }
}

impl PathDump {
    /// What a bill of materials says about a path.
    #[must_use]
    pub fn of(record: &Record) -> Self {
        let (kind, letter, cksum, target, slices): (_, _, _, _, &[SliceFacts]) = match &record.node {
            Node::Directory => ("directory", 'd', None, None, &[]),
            Node::File(facts) => {
                let slices = facts.macho.as_ref().map(|macho| macho.slices()).unwrap_or_default();
                ("file", '-', Some(facts.cksum), None, slices)
            }
            Node::Symlink { target, cksum } => ("symlink", 'l', Some(*cksum), Some(shown::bytes(target)), &[]),
            Node::Device { .. } => ("device", 'b', None, None, &[]),
            Node::Placeholder { .. } => ("placeholder", '?', None, None, &[]),
        };
        Self {
            path: dotted(&record.path),
            kind,
            mode: format!("{letter}{}", record.mode.symbolic()),
            uid: record.uid,
            gid: record.gid,
            mtime: record.mtime,
            size: if kind == "directory" { 0 } else { record.size },
            cksum,
            target,
            slices: slices.iter().map(|slice| (slice.cpu.to_string(), slice.size)).collect(),
        }
    }
}

impl fmt::Display for PathDump {
    /// `-rwxrwxr-x root admin 1431216 c=1a06f7cd ./bin/python3.14 [x86_64 715608, arm64 715608]`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.mode, name(self.uid, &OWNERS), name(self.gid, &GROUPS))?;
        if self.kind != "directory" {
            write!(f, " {}", self.size)?;
        }
        if let Some(cksum) = self.cksum {
            write!(f, " c={cksum:08x}")?;
        }
        write!(f, " {}", self.path)?;
        if let Some(target) = &self.target {
            write!(f, " -> {target}")?;
        }
        if !self.slices.is_empty() {
            let slices: Vec<_> = self.slices.iter().map(|(cpu, size)| format!("{cpu} {size}")).collect();
            write!(f, " [{}]", slices.join(", "))?;
        }
        Ok(())
    }
}

/// Owners and groups that every macOS has.
const OWNERS: [(u32, &str); 1] = [(0, "root")];
const GROUPS: [(u32, &str); 3] = [(0, "wheel"), (20, "staff"), (80, "admin")];

fn name(number: u32, names: &[(u32, &str)]) -> String {
    names.iter().find(|(known, _)| *known == number).map_or_else(|| number.to_string(), |(_, name)| (*name).to_owned())
}

fn dotted(path: &TreePath) -> String {
    shown::bytes(&path.dotted())
}

/// A package as text.
///
/// # Errors
/// A part that can't be read or understood.
pub fn dump(package: &Package) -> Result<String, package::PackageError> {
    let dump = Dump::of(package)?;
    let mut out = String::new();
    archive(&dump, &mut out);
    if let Some(xml) = package.distribution_xml()? {
        section(&mut out, "Distribution");
        lines(&mut out, &xml);
    }
    if let Some(distribution) = &dump.distribution {
        references(distribution, &mut out);
    }
    for (component, values) in package.components().zip(&dump.components) {
        section(&mut out, &component.member("PackageInfo"));
        lines(&mut out, &component.package_info_xml()?);
        if component.has_bom() {
            section(&mut out, &component.member("Bom"));
            let totals: Vec<_> = values.totals.iter().map(|(cpu, bytes)| format!("{cpu} {bytes}")).collect();
            line(
                &mut out,
                format_args!("totals: {}", if totals.is_empty() { "none".to_owned() } else { totals.join(", ") }),
            );
            values.paths.iter().for_each(|path| line(&mut out, format_args!("{path}")));
        }
        if component.has_scripts() {
            section(&mut out, &component.member("Scripts"));
            values.scripts.iter().for_each(|path| line(&mut out, format_args!("{path}")));
        }
    }
    Ok(out)
}

fn archive(dump: &Dump, out: &mut String) {
    let Header { header_len, version, toc_len_compressed, toc_len, checksum } = dump.header;
    line(
        out,
        format_args!("xar version {version}, header {header_len}, table of contents {toc_len} in {toc_len_compressed}"),
    );
    line(out, format_args!("{checksum} {} at {}", dump.toc_digest, dump.checksum.offset));
    line(out, format_args!("created {}", shown::bytes(dump.creation_time.as_bytes())));
    for signature in &dump.signatures {
        let style = shown::bytes(signature.style.as_bytes());
        line(out, format_args!("signature {style}, {} at {}", signature.size, signature.offset));
        for certificate in &signature.certificates {
            let name = certificate.common_name().or_else(|| certificate.subject());
            let name = name.unwrap_or_else(|| "(not readable)".to_owned());
            line(out, format_args!("  {}", shown::bytes(name.as_bytes())));
        }
    }
    for member in &dump.members {
        let mode = member.stat.mode.map_or_else(|| "-".to_owned(), |mode| format!("{mode:04o}"));
        let owner = |name: &Option<String>| shown::bytes(name.as_deref().unwrap_or("-").as_bytes());
        let (user, group) = (owner(&member.stat.user), owner(&member.stat.group));
        let data = member.data.as_ref().map(|data| {
            let digest = data.extracted.as_ref().map_or("no checksum", |checksum| checksum.hex.as_str());
            let style = match &data.encoding {
                crate::xar::Encoding::Stored => "stored",
                crate::xar::Encoding::Bzip2 => "bzip2",
                _ => "compressed",
            };
            format!(" {style} {} in {} at {} {}", data.size, data.length, data.offset, shown::bytes(digest.as_bytes()))
        });
        let kind = shown::bytes(member.kind.name().as_bytes());
        let path = shown::bytes(member.path.as_bytes());
        line(out, format_args!("{:>3} {kind} {mode} {user} {group} {path}{}", member.id, data.unwrap_or_default()));
    }
    match &dump.trailer {
        Trailer::Nothing => {}
        Trailer::Stapled(staple) => line(out, format_args!("stapled ticket of {} bytes", staple.ticket_len)),
        Trailer::Slack { bytes, staple } => {
            let ticket = staple
                .as_ref()
                .map_or_else(String::new, |s| format!(", then a stapled ticket of {} bytes", s.ticket_len));
            line(out, format_args!("{bytes} bytes after the last member{ticket}"));
        }
    }
}

/// Which component each reference means, and what is wrong with the others.
fn references(distribution: &DistributionDump, out: &mut String) {
    section(out, "pkg-refs");
    for ReferenceDump { id, directory, identifier } in &distribution.references {
        let receipt = if id == identifier { String::new() } else { format!(", receipt {identifier}") };
        line(out, format_args!("{}", shown::shown(&format!("{id}: {directory}{receipt}"))));
    }
    for problem in &distribution.problems {
        line(out, format_args!("error: {}", shown::shown(problem)));
    }
}

fn section(out: &mut String, title: &str) {
    line(out, format_args!("\n--- {}", shown::bytes(title.as_bytes())));
}

fn line(out: &mut String, line: fmt::Arguments<'_>) {
    // Writing to a String can't fail.
    let _ = writeln!(out, "{line}");
}

/// A document line by line.
fn lines(out: &mut String, text: &[u8]) {
    for row in text.split(|byte| *byte == b'\n').filter(|row| !row.is_empty()) {
        line(out, format_args!("{}", shown::bytes(row)));
    }
}
