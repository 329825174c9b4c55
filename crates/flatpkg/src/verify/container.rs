//! The archive itself: header, table of contents, members, and every byte between them.

use std::collections::HashMap;
use std::io::{self, Read};

use rayon::prelude::*;

use super::finding::{Finding, Findings, Options, Severity, chain};
use crate::xar::{Archive, Checksum, Data, Encoding, Extent, Header, MemberKind, Style, Trailer};

/// What the header and the table of contents are called in a finding.
const HEADER: &str = "header";
const TOC: &str = "table of contents";
const HEAP: &str = "heap";

/// Everything that the archive's own numbers and digests can tell.
pub(super) fn check(archive: &Archive, options: Options) -> Findings {
    let slack = options.odd();
    let mut findings = Findings::default();
    toc_digest(archive, &mut findings);
    names(archive, slack, &mut findings);
    extents(archive, slack, &mut findings);
    trailer(archive, slack, &mut findings);
    findings.0.par_extend(members(archive).into_par_iter().flat_map_iter(|(place, data)| {
        let mut findings = Findings::default();
        stretch(archive, &place, data, slack, &mut findings);
        findings.0
    }));
    findings.0.par_extend(attributes(archive).into_par_iter().flat_map_iter(|(place, data)| {
        let mut findings = Findings::default();
        stretch(archive, &place, data, slack, &mut findings);
        findings.0.into_iter().map(|finding| Finding { severity: Severity::Note, ..finding })
    }));
    findings
}

/// Whether the file was cut off: what it should have lies one after the other, as every writer puts it, and some of it isn't there.
/// Nothing more can be said of such a file than that.
pub(super) fn cut_off(archive: &Archive) -> Option<Finding> {
    let whole = in_order(archive)
        .into_iter()
        .try_fold(0, |end: u64, extent| (extent.offset == end).then(|| end.saturating_add(extent.length)))?;
    let lost = whole.checked_sub(archive.heap_available()).filter(|lost| *lost > 0)?;
    let (len, whole) = (archive.file_len(), archive.heap_offset().saturating_add(whole));
    let mut findings = Findings::default();
    findings.says(
        HEAP,
        "the file",
        format_args!("was cut off: it has {len} bytes of {whole}, the last {lost} are missing; fetch it again"),
    );
    findings.0.pop()
}

fn toc_digest(archive: &Archive, findings: &mut Findings) {
    let (header, checksum) = (archive.header(), &archive.toc().checksum);
    // Never: libxar writes the length of its structure. Bytes after it would be covered by nothing.
    findings.equal(HEADER, "header length", usize::from(header.header_len), Header::LEN);
    // Never: the compressed length is what zlib gave.
    if archive.toc_slack() > 0 {
        findings.says(TOC, "the zlib stream", format_args!("is followed by {} bytes", archive.toc_slack()));
    }
    // Never: libxar refuses such a package.
    findings.equal(TOC, "checksum style", checksum.style, header.checksum);
    findings.equal(TOC, "checksum size", checksum.size, header.checksum.len());
    // Could be: libxar reads the offset, and writes 0.
    if checksum.offset != 0 {
        findings.note(TOC, "checksum offset", checksum.offset, 0);
    }
    // Never: Apple's tools write SHA-1, and read SHA-256 and SHA-512 besides.
    let Some(digest) = archive.toc_digest() else {
        findings.error(
            HEADER,
            "checksum algorithm",
            header.checksum,
            "sha1, sha256 or sha512: Apple refuses the others",
        );
        return;
    };
    match archive.stored_digest() {
        Ok(stored) => findings.equal(TOC, "digest", hex::encode(digest), hex::encode(&stored)),
        Err(error) => findings.unreadable(TOC, "digest", chain(&error)),
    }
}

/// Ids, names and kinds of the members.
fn names(archive: &Archive, odd: Severity, findings: &mut Findings) {
    let files = &archive.toc().files;
    let (mut ids, mut paths) = (HashMap::new(), HashMap::new());
    for file in files {
        let place = file.path.as_str();
        // Never: libxar counts.
        if let Some(other) = ids.insert(file.id, place) {
            findings.error(place, "id", format!("{}, as of {other}", file.id), "unique");
        }
        // Never: the second is laid over the first where Installer unpacks resources, and case counts for nothing there.
        match paths.insert(file.path.to_lowercase(), place) {
            Some(other) if other == place => findings.says(place, "the path", "occurs twice"),
            Some(other) => findings.says(place, "the path", format_args!("differs from {other} in case alone")),
            None => {}
        }
        // Never: two readers could take two different names.
        for name in &file.other_names {
            findings.error(place, "further <name>", format!("{name:?}"), format!("{:?}", file.name));
        }
        match &file.kind {
            // Never.
            MemberKind::Directory if file.data.is_some() => findings.says(place, "the directory", "has data"),
            // Could be: productbuild archives a link in its folder of resources as the link that it is.
            MemberKind::Other(kind) if kind == "symlink" || kind == "hardlink" => {
                findings.mentions(odd, place, "the member", format_args!("is a {kind}"));
            }
            // Never: devices, sockets and the like.
            MemberKind::Other(kind) => findings.error(place, "kind", kind, "file or directory"),
            MemberKind::File | MemberKind::Directory => {}
        }
        if let Some(parent) = file.parent.and_then(|index| files.get(index))
            && parent.kind != MemberKind::Directory
        {
            // Never.
            findings.says(place, "the member", format_args!("is inside of a {}", parent.kind.name()));
        }
    }
}

/// The stretches of the heap that have bytes, as they lie there.
fn in_order(archive: &Archive) -> Vec<Extent> {
    let mut extents: Vec<_> = archive.toc().extents().filter(|extent| extent.length > 0).collect();
    extents.sort_by_key(|extent| (extent.offset, extent.length));
    extents
}

/// Whether the stretches of the heap lie inside the file and beside each other.
fn extents(archive: &Archive, slack: Severity, findings: &mut Findings) {
    let available = archive.heap_available();
    let severity = |is_attribute| if is_attribute { Severity::Note } else { Severity::Error };
    let start = || (0_u64, "the start of the heap".to_owned());
    // Where the last stretch ends, and where the last one ends that is no extended attribute.
    let (mut any, mut kept) = (start(), start());
    for Extent { place, offset, length, is_attribute } in in_order(archive) {
        if offset > any.0 {
            // Seen: PackageMaker and productbuild leave bytes between members.
            let got = format!("{} bytes that nothing refers to, at {}", offset - any.0, any.0);
            findings.push(slack, HEAP, &format!("between {} and {place}", any.1), got, "nothing");
        }
        // Members: never by Apple's tools, which store each for itself; `xar --coalesce-heap` could. Attributes: seen.
        let overlapped = [(&kept, severity(is_attribute)), (&any, Severity::Note)];
        if let Some(((end, before), severity)) = overlapped.into_iter().find(|((end, _), _)| offset < *end) {
            let expected = format!("{end} or more, where {before} ends");
            findings.push(severity, HEAP, &format!("offset of {place}"), offset, expected);
        }
        let stop = offset.saturating_add(length);
        if stop > available {
            let expected = format!("at most {available}, where the file ends");
            findings.push(severity(is_attribute), HEAP, &format!("end of {place}"), stop, expected);
        }
        if stop >= kept.0 && !is_attribute {
            kept = (stop, place.clone());
        }
        if stop >= any.0 {
            any = (stop, place);
        }
    }
}

fn trailer(archive: &Archive, slack: Severity, findings: &mut Findings) {
    const WHAT: &str = "what follows the last member";
    match archive.trailer() {
        Ok(Trailer::Nothing | Trailer::Stapled(_)) => {}
        // Seen: productbuild and Packages.app leave bytes after the heap.
        Ok(Trailer::Slack { bytes, staple }) => {
            let and = if staple.is_some() { ", then a ticket" } else { "" };
            findings.push(
                slack,
                HEAP,
                WHAT,
                format!("{bytes} bytes that nothing refers to{and}"),
                "nothing or a ticket",
            );
        }
        Err(error) => findings.unreadable(HEAP, WHAT, chain(&error)),
    }
}

/// The members, with bytes and digests.
fn members(archive: &Archive) -> Vec<(String, &Data)> {
    let files = archive.toc().files.iter();
    files.flat_map(|file| file.data.iter().map(|data| (file.path.clone(), data))).collect()
}

/// The extended attributes of the members: `com.apple.TextEncoding`, `com.apple.FinderInfo`. Installer reads none of them, and where
/// a member has several, `productsign` gives all but one the offset of another: seen from 2021 to 2025 in packages that Apple
/// notarized. So whatever is wrong with them is a note.
fn attributes(archive: &Archive) -> Vec<(String, &Data)> {
    let files = archive.toc().files.iter();
    files.flat_map(|file| file.extended.iter().map(|extended| (extended.place(file), &extended.data))).collect()
}

/// Sizes and digests of one stretch, before and after decoding.
fn stretch(archive: &Archive, place: &str, data: &Data, slack: Severity, findings: &mut Findings) {
    // Lengths, sizes and digests that are wrong: never, libxar refuses to extract such a member.
    let archived_style = style(data.archived.as_ref(), "archived", place, findings);
    let archived = match digest(archive.section(data.offset, data.length), archived_style) {
        Ok((length, digest)) => {
            findings.equal(place, "length in the heap", length, data.length);
            compare(data.archived.as_ref(), digest.as_deref(), "archived", place, findings);
            digest
        }
        Err(error) => return findings.unreadable(place, "bytes in the heap", error),
    };
    let extracted_style = style(data.extracted.as_ref(), "extracted", place, findings);
    if data.encoding == Encoding::Stored && archived_style == extracted_style {
        findings.equal(place, "size", data.size, data.length);
        return compare(data.extracted.as_ref(), archived.as_deref(), "extracted", place, findings);
    }
    let mut member = match archive.decode(data, place) {
        Ok(member) => member,
        Err(error) => return findings.unreadable(place, "encoding", chain(&error)),
    };
    match digest(&mut member, extracted_style) {
        Ok((_, digest)) => compare(data.extracted.as_ref(), digest.as_deref(), "extracted", place, findings),
        Err(error) => return findings.unreadable(place, "encoded bytes", error),
    }
    // Could be: a compressor that is flushed once more than needed.
    if member.slack() > 0 {
        let got = format!("{} bytes", member.slack());
        findings.push(slack, place, "what follows the encoded bytes", got, "nothing");
    }
}

/// The style to compute a checksum in; a missing checksum, and one that can't be computed, are findings.
fn style(checksum: Option<&Checksum>, which: &str, place: &str, findings: &mut Findings) -> Option<Style> {
    let what = format!("{which} checksum");
    match checksum {
        None => findings.says(place, &what, "is missing"),
        Some(checksum) if checksum.style.digester().is_none() => {
            findings.error(place, &format!("{what}'s style"), checksum.style, "sha1, sha256 or sha512");
        }
        Some(checksum) => return Some(checksum.style),
    }
    None
}

fn compare(checksum: Option<&Checksum>, computed: Option<&str>, which: &str, place: &str, findings: &mut Findings) {
    if let (Some(checksum), Some(computed)) = (checksum, computed)
        && !checksum.hex.eq_ignore_ascii_case(computed)
    {
        findings.error(place, &format!("{which} checksum"), computed, &checksum.hex);
    }
}

/// Reads to the end: how many bytes, and their digest in hexadecimal.
fn digest(mut input: impl Read, style: Option<Style>) -> io::Result<(u64, Option<String>)> {
    let mut digester = style.and_then(Style::digester);
    let mut buffer = vec![0; 1 << 17];
    let mut total = 0;
    loop {
        match input.read(&mut buffer) {
            Ok(0) => return Ok((total, digester.map(crate::xar::Digester::finish_hex))),
            Ok(count) => {
                total += count as u64;
                if let Some(digester) = &mut digester {
                    digester.update(buffer.get(..count).unwrap_or_default());
                }
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}
