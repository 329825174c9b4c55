//! `verify` finds what is wrong, all of it at once, and nothing in sound packages.

#![allow(clippy::disallowed_methods, reason = "tests run other people's programs and read their files")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs, reason = "a test may fail")]

use std::io::Read as _;
use std::path::Path;

use flatpkg::bom::{Bom, Node, Record};
use flatpkg::package::Package;
use flatpkg::payload::{self, Compression};
use flatpkg::tree::{Entry, Tree};
use flatpkg::verify::{Options, Severity, VerifyReport, verify};
use flatpkg::xar::{self, Encoding, Writer};
use oracle::hostile::edited_toc;
use oracle::sample::{self, TIMESTAMP, mode, tree};
use proptest::prelude::*;

/// Whether anything at all is reported: the package can't be opened, or has an error.
fn reported(bytes: Vec<u8>) -> bool {
    Package::from_bytes(bytes).map_or(true, |package| !verify(&package, Options::default()).is_clean())
}

/// One bit in every byte of a package, another one in each.
///
/// There is no byte that may change freely: the header's fields are checked one by one, the table of contents by its
/// digest, that digest by the table of contents, and the rest of the heap by the digests of the members. The header's bytes
/// that no digest covers are length, version, lengths of the table of contents and the number of the digest.
#[test]
fn every_flipped_bit_is_found() {
    let bytes = sample::bytes();
    assert!(!reported(bytes.clone()));
    let unseen: Vec<usize> = (0..bytes.len())
        .filter(|&at| {
            let mut changed = bytes.clone();
            changed[at] ^= 1 << (at % 8);
            !reported(changed)
        })
        .collect();
    assert_eq!(unseen, Vec::<usize>::new());
}

/// The header has no digest: all its bits.
#[test]
fn every_bit_of_the_header_matters() {
    let bytes = sample::bytes();
    for bit in 0..28 * 8 {
        let mut changed = bytes.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        assert!(reported(changed), "bit {bit}");
    }
}

#[test]
fn missing_and_added_bytes_are_found() {
    let bytes = sample::bytes();
    for cut in 1..bytes.len() {
        assert!(reported(bytes[..cut].to_vec()), "cut at {cut}");
    }
    let strict = |bytes: Vec<u8>| verify(&Package::from_bytes(bytes).unwrap(), Options { strict: true });
    let report = strict([bytes.as_slice(), b"more"].concat());
    insta::assert_snapshot!(report.to_string(), @"error: heap: what follows the last member is 4 bytes that nothing refers to, expected nothing or a ticket");
}

#[test]
fn a_file_that_was_cut_off_is_one_finding() {
    let bytes = sample::bytes();
    let cut = |lost: usize| Package::from_bytes(bytes[..bytes.len() - lost].to_vec()).unwrap();
    for lost in [1, 100] {
        let report = verify(&cut(lost), Options::default());
        let text = format!("the file was cut off: it has {} bytes of {}", bytes.len() - lost, bytes.len());
        assert!(report.findings.len() == 1 && report.to_string().contains(&text), "{report}");
    }
}

/// A component package whose parts are given one by one.
#[derive(Clone)]
struct Parts {
    tree: Tree,
    bom: Bom,
    info: String,
    scripts: Option<Tree>,
    extra: Vec<(&'static str, Vec<u8>)>,
}

impl Parts {
    fn sound() -> Self {
        let trees = sample::trees();
        let mut payload = Vec::new();
        let facts = payload::write(&trees.framework, Compression::Gzip, &mut payload, &|_| ()).unwrap();
        let bom = Bom::new(flatpkg::bom::records(&trees.framework, &facts).unwrap());
        let info = sample::framework(&trees).package_info().to_xml().unwrap();
        Self { tree: trees.framework, bom, info, scripts: Some(trees.scripts), extra: Vec::new() }
    }

    fn report(&self) -> VerifyReport {
        let dir = tempfile::tempdir().unwrap();
        let out = dir.path().join("a.pkg");
        self.write(&out);
        verify(&Package::open(&out).unwrap(), Options { strict: true })
    }

    fn write(&self, out: &Path) {
        let mut writer = Writer::new(out, xar::Options::new(TIMESTAMP)).unwrap();
        let mut payload = Vec::new();
        payload::write(&self.tree, Compression::Gzip, &mut payload, &|_| ()).unwrap();
        writer.add_file(&["Payload"], payload.as_slice(), Encoding::Stored).unwrap();
        writer.add_file(&["Bom"], self.bom.encode().unwrap().as_slice(), Encoding::Zlib).unwrap();
        writer.add_file(&["PackageInfo"], self.info.as_bytes(), Encoding::Zlib).unwrap();
        if let Some(scripts) = &self.scripts {
            let mut archive = Vec::new();
            payload::write(scripts, Compression::Gzip, &mut archive, &|_| ()).unwrap();
            writer.add_file(&["Scripts"], archive.as_slice(), Encoding::Stored).unwrap();
        }
        for (name, bytes) in &self.extra {
            writer.add_file(&name.split('/').collect::<Vec<_>>(), bytes.as_slice(), Encoding::Zlib).unwrap();
        }
        writer.finish().unwrap();
    }
}

#[test]
fn bom_and_payload_disagree() {
    let mut parts = Parts::sound();
    assert_eq!(parts.report().to_string(), "");
    let records = &mut parts.bom.records;
    let at = |records: &mut [Record], path: &str| records.iter().position(|r| r.path.to_string() == path).unwrap();
    {
        let python = at(records, "Versions/3.14/bin/python3.14");
        let python = &mut records[python];
        python.mode = mode(0o755);
        python.uid = 501;
        python.gid = 20;
        python.size = 1;
        let Node::File(facts) = &mut python.node else { panic!("a file") };
        facts.cksum = 1;
    }
    let link = at(records, "Versions/Current");
    records[link].node = Node::Symlink { target: b"3.13".to_vec(), cksum: 2 };
    let empty = at(records, "Versions/3.14/empty");
    records[empty].node = Node::Directory;
    records.retain(|record| !record.path.to_string().contains("eggs"));
    let mut added = records[0].clone();
    added.path = flatpkg::tree::TreePath::new("Zzz").unwrap();
    records.push(added);
    insta::assert_snapshot!(parts.report().to_string(), @r#"
    note: Bom: totals by processor is none 18, arm64 128, expected none 4, arm64 128
    error: Bom: ./Versions/3.14/bin/python3.14: cksum is 00000001, expected 0d65d36e, as in the payload
    error: Bom: ./Versions/3.14/bin/python3.14: group is 20, expected 80, as in the payload
    error: Bom: ./Versions/3.14/bin/python3.14: mode is 0755, expected 0775, as in the payload
    error: Bom: ./Versions/3.14/bin/python3.14: owner is 501, expected 0, as in the payload
    error: Bom: ./Versions/3.14/bin/python3.14: size is 1, expected 128, as in the payload
    error: Bom: ./Versions/3.14/empty: kind is directory, expected file, as in the payload
    error: Bom: ./Versions/3.14/spam & "eggs".py: the path is in Payload but not listed in Bom
    error: Bom: ./Versions/Current: cksum of the link target is 00000002, expected 3626ecbb, as in the payload
    error: Bom: ./Versions/Current: link target is 3.13, expected 3.14, as in the payload
    error: Bom: ./Zzz: the path is listed in Bom but not in Payload
    "#);
}

#[test]
fn package_info_disagrees() {
    let mut parts = Parts::sound();
    parts.info = parts
        .info
        .replace("numberOfFiles=\"8\" installKBytes=\"3\"", "numberOfFiles=\"5\" installKBytes=\"30\"")
        .replace("format-version=\"2\"", "format-version=\"3\"")
        .replace("install-location=\"/Library", "install-location=\"Library")
        .replace("version=\"3.14.0\"", "version=\"\"")
        .replace("file=\"./postinstall\"", "file=\"./helpers\"");
    parts.scripts = Some(tree([
        ("preinstall", Entry::file(*b"#!/bin/sh\n", mode(0o755))),
        ("helpers", Entry::directory(mode(0o755))),
        ("HELPERS", Entry::directory(mode(0o755))),
    ]));
    insta::assert_snapshot!(parts.report().to_string(), @r#"
    error: PackageInfo: format-version is 3, expected 2
    error: PackageInfo: install-location is "Library/Frameworks/Python.framework", expected an absolute path
    error: PackageInfo: installKBytes is 30, expected 3
    error: PackageInfo: numberOfFiles is 5, expected 8
    error: PackageInfo: the version is missing
    error: Scripts: ./helpers: the path differs from ./HELPERS in case alone: on a Mac they are one file
    error: Scripts: ./helpers: the script that PackageInfo names is directory, expected file
    error: Scripts: ./preinstall: the script will not run: PackageInfo does not name it
    "#);
    parts.info = parts.info.replace("./helpers", "./preinstall");
    parts.scripts = Some(tree([("preinstall", Entry::file(*b"#!/bin/sh\n", mode(0o644)))]));
    let report = parts.report();
    assert!(report.to_string().contains("Scripts: ./preinstall: mode is 0644, expected executable"), "{report}");
    parts.scripts = None;
    let report = parts.report();
    assert!(report.to_string().contains("the script that PackageInfo names is missing"), "{report}");
    parts.info = "<pkg-info>".to_owned();
    let report = parts.report();
    assert!(report.to_string().contains("PackageInfo: the document cannot be read"), "{report}");
}

#[test]
fn parts_are_missing() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("a.pkg");
    let report = |members: &[(&[&str], &[u8])]| {
        let mut writer = Writer::new(&out, xar::Options::new(TIMESTAMP)).unwrap();
        for (path, bytes) in members {
            writer.add_file(path, *bytes, Encoding::Zlib).unwrap();
        }
        writer.finish().unwrap();
        verify(&Package::open(&out).unwrap(), Options::default()).to_string()
    };
    let info = b"<pkg-info identifier='a' version='1' format-version='2'><payload numberOfFiles='1' installKBytes='0'/></pkg-info>";
    insta::assert_snapshot!(report(&[(&["PackageInfo"], info)]), @"error: PackageInfo: <payload> is stated, but there is no Payload");
    insta::assert_snapshot!(report(&[(&["PackageInfo"], info), (&["Bom"], b"BOMStore")]), @r#"
    error: Bom: the bill of materials cannot be read: failed to read Bom: the file starts with "BOMStore", expected "BOMStore" and version 1
    error: PackageInfo: <payload> is stated, but there is no Payload
    error: Payload: the member is missing, but there is a Bom
    "#);
    insta::assert_snapshot!(report(&[(&["PackageInfo"], info), (&["Payload"], b"none"), (&["Scripts"], b"")]), @r#"
    error: Bom: the member is missing, but there is a Payload
    error: Payload: the archive cannot be read: the payload starts with "none", expected gzip (1f 8b), bzip2 (BZh), pbzx or cpio (070707)
    error: Scripts: the archive cannot be read: the payload starts with "", expected gzip (1f 8b), bzip2 (BZh), pbzx or cpio (070707)
    "#);
    insta::assert_snapshot!(report(&[(&["Distribution"], b"<installer-gui-script/>")]), @r"
    error: Distribution: the archive has no components
    note: Distribution: hostArchitectures is missing, expected arm64 in it: without it a Mac with Apple silicon asks for Rosetta first
    ");
    insta::assert_snapshot!(report(&[(&["Distribution"], b"not XML"), (&["A.pkg", "Bom"], b"")]), @r#"
    error: A.pkg/Bom: the bill of materials cannot be read: failed to read A.pkg/Bom: the file starts with "", expected "BOMStore" and version 1
    error: A.pkg/PackageInfo: the document cannot be read: A.pkg/PackageInfo is missing
    error: A.pkg/Payload: the member is missing, but there is a Bom
    error: Distribution: the document cannot be read: failed to read Distribution: the root element is <>, expected <installer-gui-script> or <installer-script>
    "#);
}

#[test]
fn the_distribution_leads_nowhere() {
    let trees = sample::trees();
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("a.pkg");
    sample::write(&sample::product(&trees), &out);
    let archive = xar::Archive::open(&out).unwrap();
    let mut xml = String::new();
    archive.member(archive.toc().find("Distribution").unwrap()).unwrap().read_to_string(&mut xml).unwrap();
    let xml = xml
        .replace("<line choice=\"org.python.Python.PythonInstallPip-3.14\"/>", "<line choice=\"nothing\"/>")
        .replace("version=\"3.14.0\" onConclusion=\"none\" installKBytes=\"3\"", "version=\"0\" installKBytes=\"4\"")
        .replace("#Python_Install_Pip.pkg", "#Python_Pip.pkg")
        .replace("Welcome.rtf", "Hello.rtf")
        .replace(
            "<choice id=\"org.python.Python.PythonInstallPip-3.14\"",
            "<choice id=\"org.python.Python.PythonFramework-3.14\"",
        );
    let changed = dir.path().join("b.pkg");
    let mut writer = Writer::new(&changed, xar::Options::new(TIMESTAMP)).unwrap();
    for file in archive.toc().files.iter().filter(|file| file.kind == xar::MemberKind::File) {
        let path: Vec<_> = file.path.split('/').collect();
        let encoding = file.data.as_ref().unwrap().encoding.clone();
        if file.path == "Distribution" {
            writer.add_file(&path, xml.as_bytes(), encoding).unwrap();
        } else {
            writer.add_file(&path, archive.member(file).unwrap(), encoding).unwrap();
        }
    }
    writer.finish().unwrap();
    let report = verify(&Package::open(&changed).unwrap(), Options { strict: true });
    insta::assert_snapshot!(report.to_string(), @r#"
    error: Distribution: "Hello.rtf" of <welcome> is missing: it is not in Resources, nor in one of its .lproj folders
    error: Distribution: installKBytes of pkg-ref "org.python.Python.PythonFramework-3.14" is 4, expected 3, of the component
    error: Distribution: location of pkg-ref "org.python.Python.PythonInstallPip-3.14" is "Python_Pip.pkg", expected a component of the archive
    error: Distribution: the choice "org.python.Python.PythonFramework-3.14" occurs twice
    error: Distribution: the line "nothing" of the outline names no choice
    error: Distribution: version of pkg-ref "org.python.Python.PythonFramework-3.14" is "0", expected "3.14.0", of the component
    error: Python_Install_Pip.pkg: the component is never installed: no pkg-ref leads to it
    "#);
    assert!(report.findings.iter().all(|finding| finding.severity == Severity::Error));
    let json = serde_json::to_value(&report).unwrap();
    assert_eq!(json["findings"][0]["severity"], "error");
    // Installer minds references, choices and lines that lead nowhere; the rest is for those who made it.
    let others = verify(&Package::open(&changed).unwrap(), Options::default());
    let errors = others.findings.iter().filter(|finding| finding.severity == Severity::Error).count();
    assert_eq!((errors, others.findings.len()), (3, 7), "{others}");
}

/// A package whose table of contents was edited, with its digest made right again.
fn edited(edit: impl FnOnce(&mut xar::Toc)) -> VerifyReport {
    let bytes = sample::bytes();
    let archive = xar::Archive::from_bytes(bytes.clone()).unwrap();
    let mut toc = archive.toc().clone();
    edit(&mut toc);
    let bytes = edited_toc(&bytes, |_| toc.to_xml());
    verify(&Package::from_bytes(bytes).unwrap(), Options { strict: true })
}

/// Without digests and large numbers, which change with the compressor's version.
fn masked(report: &VerifyReport) -> String {
    let text = report.to_string();
    let masked: Vec<_> = text
        .split_inclusive(|character: char| !character.is_ascii_alphanumeric())
        .map(|word| {
            let (stem, end) =
                word.split_at(word.len() - usize::from(!word.ends_with(|c: char| c.is_ascii_alphanumeric())));
            let number = stem.len() >= 3
                && stem.bytes().all(|b| b.is_ascii_hexdigit())
                && stem.bytes().any(|b| b.is_ascii_digit());
            format!("{}{end}", if number { "#" } else { stem })
        })
        .collect();
    masked.concat()
}

#[test]
fn the_table_of_contents_lies() {
    assert_eq!(edited(|_| ()).to_string(), "");
    let report = edited(|toc| {
        let position = |name: &str| toc.files.iter().position(|file| file.path.ends_with(name)).unwrap();
        let (bom, payload, scripts) = (position("Bom"), position("Payload"), position("Scripts"));
        let (info, welcome, license) = (position("PackageInfo"), position("Welcome.rtf"), position("License.rtf"));
        toc.files[bom].data.as_mut().unwrap().size += 1;
        toc.files[payload].data.as_mut().unwrap().offset += 1;
        toc.files[scripts].data.as_mut().unwrap().length -= 1;
        toc.files[info].id = toc.files[bom].id;
        toc.files[info].data.as_mut().unwrap().archived = None;
        toc.files[welcome].kind = xar::MemberKind::Other("symlink".to_owned());
        toc.files[license].name = "WELCOME.RTF".to_owned();
        toc.files[license].data.as_mut().unwrap().extracted.as_mut().unwrap().hex = "00".to_owned();
        toc.checksum.size = 32;
    });
    insta::assert_snapshot!(masked(&report), @r#"
    error: Distribution: "License.rtf" of <license> is missing: it is not in Resources, nor in one of its .lproj folders
    error: Python_Framework.pkg/Bom: encoded bytes cannot be read: it ends after # bytes, the table of contents says #
    error: Python_Framework.pkg/Bom: the bill of materials cannot be read: failed to read member Python_Framework.pkg/Bom: it ends after # bytes, the table of contents says #
    error: Python_Framework.pkg/PackageInfo: archived checksum is missing
    error: Python_Framework.pkg/PackageInfo: id is 3, as of Python_Framework.pkg/Bom, expected unique
    error: Python_Framework.pkg/Payload: archived checksum is #, expected #
    error: Python_Framework.pkg/Payload: extracted checksum is #, expected #
    error: Python_Framework.pkg/Payload: the archive cannot be read: the payload starts with "\x8b\x08\x00\x00\x00\x00", expected gzip (1f 8b), bzip2 (BZh), pbzx or cpio (#)
    error: Python_Framework.pkg/Scripts: archived checksum is #, expected #
    error: Python_Framework.pkg/Scripts: extracted checksum is #, expected #
    error: Python_Framework.pkg/Scripts: size is #, expected #
    error: Python_Framework.pkg/Scripts: the archive cannot be read: failed to read the archive at byte #: it ends after # bytes, the table of contents says #
    error: Resources/Welcome.rtf: the member is a symlink
    error: Resources/de.lproj/WELCOME.RTF: extracted checksum is #, expected 00
    error: Resources/de.lproj/Welcome.rtf: the path differs from Resources/de.lproj/WELCOME.RTF in case alone
    error: heap: between Python_Framework.pkg/Scripts and Python_Framework.pkg/PackageInfo is 1 bytes that nothing refers to, at #, expected nothing
    error: heap: offset of Python_Framework.pkg/Bom is #, expected # or more, where Python_Framework.pkg/Payload ends
    error: heap: offset of Python_Framework.pkg/Payload is 21, expected 32 or more, where checksum ends
    error: table of contents: checksum size is 32, expected 20
    error: table of contents: digest is #, expected #
    "#);
    let beyond = edited(|toc| toc.files[1].data.as_mut().unwrap().length = u64::MAX);
    assert!(beyond.to_string().contains("is 18446744073709551615, expected at most"), "{beyond}");
    let style = edited(|toc| toc.checksum.style = xar::Style::Sha256);
    assert!(style.to_string().contains("checksum style is sha256, expected sha1"), "{style}");
}

#[test]
fn further_members_do_no_harm() {
    let mut parts = Parts::sound();
    parts.extra.push(("Resources/en.lproj/x.strings", b"x".to_vec()));
    assert_eq!(parts.report().to_string(), "");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Anything may be wrong at once; nothing panics, and what was changed is found.
    #[test]
    fn many_changes_are_found(changes in proptest::collection::vec((any::<prop::sample::Index>(), 1..=255_u8), 1..20)) {
        let bytes = sample::bytes();
        let mut changed = bytes.clone();
        for (index, mask) in changes {
            let at = index.index(changed.len());
            changed[at] ^= mask;
        }
        prop_assume!(changed != bytes);
        prop_assert!(reported(changed));
    }
}
