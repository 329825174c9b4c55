//! xar archives: ours read by others, Apple's read by us.

#![allow(clippy::disallowed_methods, reason = "tests run other people's programs and read their files")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs, reason = "a test may fail")]

use std::io::Write as _;
use std::path::Path;

use flatpkg::xar::{Archive, Encoding, MemberKind, Options, Style, Toc, Trailer, Writer, XarError};
use oracle::archive::{contents, small};

const TIMESTAMP: u32 = 1_625_587_564;

#[test]
fn round_trip() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("a.pkg");
    small(&out, Options::new(TIMESTAMP));
    let archive = Archive::open(&out).unwrap();
    assert_eq!(archive.toc_digest().unwrap(), archive.stored_digest().unwrap());
    assert_eq!(archive.trailer().unwrap(), Trailer::Nothing);
    assert_eq!(archive.toc_slack(), 0);
    assert_eq!(contents(&archive, "A.pkg/Payload"), b"stored bytes");
    assert_eq!(contents(&archive, "A.pkg/Bom"), b"");
    assert_eq!(contents(&archive, "B.pkg/Bom"), [7; 5000]);
    assert_eq!(archive.toc().to_xml().as_bytes(), archive.toc_xml());
    // Directories come before what is in them, however the members were added.
    let paths: Vec<_> = archive.toc().files.iter().map(|file| (file.id, file.path.as_str())).collect();
    insta::assert_debug_snapshot!(paths, @r#"
    [
        (
            1,
            "Distribution",
        ),
        (
            2,
            "A.pkg",
        ),
        (
            3,
            "A.pkg/Payload",
        ),
        (
            6,
            "A.pkg/Bom",
        ),
        (
            7,
            "A.pkg/Scripts",
        ),
        (
            4,
            "B.pkg",
        ),
        (
            5,
            "B.pkg/Bom",
        ),
        (
            8,
            "Resources",
        ),
        (
            9,
            "Resources/en.lproj",
        ),
        (
            10,
            "Resources/en.lproj/a & <b>.rtf",
        ),
    ]
    "#);
    // Nothing but the archive is left in the directory.
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
}

#[test]
fn table_of_contents_is_productbuilds() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("a.pkg");
    let mut writer = Writer::new(&out, Options::new(TIMESTAMP)).unwrap();
    writer.add_file(&["A.pkg", "Bom"], &b"bom"[..], Encoding::Zlib).unwrap();
    writer.add_file(&["A.pkg", "Payload"], &b"payload"[..], Encoding::Stored).unwrap();
    writer.finish().unwrap();
    insta::assert_snapshot!(String::from_utf8(Archive::open(&out).unwrap().toc_xml().to_vec()).unwrap(), @r#"
    <?xml version="1.0" encoding="UTF-8"?>
    <xar>
     <toc>
      <creation-time>2021-07-06T16:06:04</creation-time>
      <checksum style="sha1">
       <offset>0</offset>
       <size>20</size>
      </checksum>
      <file id="1">
       <ctime>1970-01-01T00:00:00Z</ctime>
       <mtime>1970-01-01T00:00:00Z</mtime>
       <atime>1970-01-01T00:00:00Z</atime>
       <group>wheel</group>
       <gid>0</gid>
       <user>root</user>
       <uid>0</uid>
       <mode>0700</mode>
       <deviceno>0</deviceno>
       <inode>0</inode>
       <type>directory</type>
       <name>A.pkg</name>
       <file id="2">
        <data>
         <length>11</length>
         <offset>20</offset>
         <size>3</size>
         <encoding style="application/x-gzip"/>
         <extracted-checksum style="sha1">e9aab82cdd01be804cf30d307bd41242ccb48030</extracted-checksum>
         <archived-checksum style="sha1">a8302accfd80e26ffecf57a9eb2bec47e91fc036</archived-checksum>
        </data>
        <ctime>2021-07-06T16:06:04Z</ctime>
        <mtime>2021-07-06T16:06:04Z</mtime>
        <atime>2021-07-06T16:06:04Z</atime>
        <group>wheel</group>
        <gid>0</gid>
        <user>root</user>
        <uid>0</uid>
        <mode>0644</mode>
        <deviceno>0</deviceno>
        <inode>0</inode>
        <type>file</type>
        <name>Bom</name>
       </file>
       <file id="3">
        <data>
         <length>7</length>
         <encoding style="application/octet-stream"/>
         <offset>31</offset>
         <size>7</size>
         <extracted-checksum style="sha1">f07e5a815613c5abeddc4b682247a4c42d8a95df</extracted-checksum>
         <archived-checksum style="sha1">f07e5a815613c5abeddc4b682247a4c42d8a95df</archived-checksum>
        </data>
        <ctime>2021-07-06T16:06:04Z</ctime>
        <mtime>2021-07-06T16:06:04Z</mtime>
        <atime>2021-07-06T16:06:04Z</atime>
        <group>wheel</group>
        <gid>0</gid>
        <user>root</user>
        <uid>0</uid>
        <mode>0644</mode>
        <deviceno>0</deviceno>
        <inode>0</inode>
        <type>file</type>
        <name>Payload</name>
       </file>
      </file>
     </toc>
    </xar>
    "#);
}

fn bsdtar_reads(out: &Path) {
    if let Some(listing) = oracle::run("bsdtar", ["-tvf".as_ref(), out.as_os_str()]) {
        insta::assert_snapshot!(String::from_utf8(listing).unwrap(), @r"
        -rw-r--r--  1 root   wheel      23 Jul  6  2021 Distribution
        drwx------  2 root   wheel       0 Jan  1  1970 A.pkg
        -rw-r--r--  1 root   wheel      12 Jul  6  2021 A.pkg/Payload
        drwx------  2 root   wheel       0 Jan  1  1970 B.pkg
        -rw-r--r--  1 root   wheel    5000 Jul  6  2021 B.pkg/Bom
        -rw-r--r--  1 root   wheel       0 Jul  6  2021 A.pkg/Bom
        -rw-r--r--  1 root   wheel       0 Jul  6  2021 A.pkg/Scripts
        drwx------  3 root   wheel       0 Jan  1  1970 Resources
        drwx------  2 root   wheel       0 Jan  1  1970 Resources/en.lproj
        -rw-r--r--  1 root   wheel       2 Jul  6  2021 Resources/en.lproj/a & <b>.rtf
        ");
    }
    if let Some(bytes) = oracle::run("bsdtar", ["-xOf".as_ref(), out.as_os_str(), "A.pkg/Payload".as_ref()]) {
        assert_eq!(bytes, b"stored bytes");
    }
}

#[test]
fn others_read_ours() {
    for checksum in [Style::Sha1, Style::Sha256] {
        let dir = tempfile::tempdir().unwrap();
        let out = dir.path().join("a.pkg");
        small(&out, Options { checksum, timestamp: TIMESTAMP });

        // libarchive knows no SHA-256 in the header.
        if checksum == Style::Sha1 {
            bsdtar_reads(&out);
        }
        if let Some(report) = oracle::run("7zz", ["t".as_ref(), out.as_os_str()]) {
            let report = String::from_utf8(report).unwrap();
            assert!(report.contains("Everything is Ok") && !report.contains("WARNING"), "{report}");
        }

        let mut reader = apple_xar::reader::XarReader::new(std::fs::File::open(&out).unwrap()).unwrap();
        let digest = reader.checksum_data().unwrap();
        assert_eq!(digest.len() as u64, checksum.len());
        assert_eq!(digest, reader.digest_table_of_contents_with(reader.table_of_contents().checksum.style).unwrap());
        assert_eq!(reader.files().unwrap().len(), 10);
        assert_eq!(reader.get_file_data_from_path("B.pkg/Bom").unwrap().unwrap(), [7; 5000]);
    }
}

/// apple-xar's model of the table of contents accepts no element it does not know, and writes them in Apple's order.
#[test]
fn apple_xar_writes_the_same_table_of_contents() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("a.pkg");
    small(&out, Options::new(TIMESTAMP));
    let archive = Archive::open(&out).unwrap();
    let theirs = apple_xar::table_of_contents::TableOfContents::from_reader(archive.toc_xml()).unwrap();
    assert_eq!(Toc::parse(&theirs.to_xml().unwrap()).unwrap(), *archive.toc());
}

#[test]
fn abandoned_members_leave_no_trace() {
    let dir = tempfile::tempdir().unwrap();
    let (plain, abandoned) = (dir.path().join("a.pkg"), dir.path().join("b.pkg"));
    small(&plain, Options::new(TIMESTAMP));
    let mut writer = Writer::new(&abandoned, Options::new(TIMESTAMP)).unwrap();
    writer.add_file(&["A"], &b"1"[..], Encoding::Stored).unwrap();
    let mut member = writer.start_file(&["B"], Encoding::Stored).unwrap();
    member.write_all(&[1; 1_000_000]).unwrap();
    drop(member);
    writer.add_file(&["C"], &b"2"[..], Encoding::Stored).unwrap();
    let summary = writer.finish().unwrap();
    assert_eq!(summary.len, std::fs::metadata(&abandoned).unwrap().len());
    let archive = Archive::open(&abandoned).unwrap();
    assert_eq!(archive.toc().files.iter().map(|file| file.path.as_str()).collect::<Vec<_>>(), ["A", "C"]);
    assert_eq!((contents(&archive, "C"), archive.trailer().unwrap()), (b"2".to_vec(), Trailer::Nothing));
}

#[test]
fn an_unfinished_archive_leaves_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let mut writer = Writer::new(&dir.path().join("a.pkg"), Options::new(TIMESTAMP)).unwrap();
    writer.add_file(&["A"], &b"1"[..], Encoding::Stored).unwrap();
    drop(writer);
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
}

#[test]
fn refuses_bad_paths() {
    let dir = tempfile::tempdir().unwrap();
    let mut writer = Writer::new(&dir.path().join("a.pkg"), Options::new(TIMESTAMP)).unwrap();
    writer.add_file(&["A", "b"], &b""[..], Encoding::Stored).unwrap();
    let bad: [&[&str]; 9] =
        [&[], &[""], &["A"], &["A", "b"], &["A", "b", "c"], &[".."], &["a/b"], &["Icon\r"], &["x", ".", "y"]];
    let errors: Vec<_> =
        bad.iter().map(|path| writer.add_file(path, &b""[..], Encoding::Stored).unwrap_err().to_string()).collect();
    insta::assert_snapshot!(errors.join("\n"), @r#"
    member name "" is not one component of a path: empty
    member name "" is not one component of a path: empty
    member "A" is already there as a directory
    member "A/b" is already there as a file
    member "A/b" is already there as a file
    member name ".." is not one component of a path: it leads elsewhere
    member name "a/b" is not one component of a path: it has a slash
    member name "Icon\r" is not one component of a path: it has a control character
    member name "." is not one component of a path: it leads elsewhere
    "#);
    let none = Options { checksum: Style::Md5, timestamp: 0 };
    assert!(matches!(Writer::new(&dir.path().join("b.pkg"), none), Err(XarError::Unusable { got: Style::Md5 })));
}

#[test]
fn apples_tables_of_contents_are_written_again_byte_for_byte() {
    for name in ["relic-dummy.pkg", "rtrouton-kbox.pkg"] {
        let Some(path) = oracle::fixture(name) else { continue };
        let archive = Archive::open(&path).unwrap();
        assert_eq!(archive.toc().to_xml().as_bytes(), archive.toc_xml(), "{name}");
        assert_eq!(archive.toc_digest().unwrap(), archive.stored_digest().unwrap(), "{name}");
        for file in archive.toc().files.iter().filter(|file| file.kind == MemberKind::File) {
            let data = file.data.as_ref().unwrap();
            let mut digest = Style::Sha1.digester().unwrap();
            digest.update(&contents(&archive, &file.path));
            assert_eq!(digest.finish_hex(), data.extracted.as_ref().unwrap().hex, "{name}: {}", file.path);
        }
    }
}

/// A member's element as we write it has the same child elements as Apple's, in the same order.
#[test]
fn our_elements_are_apples() {
    let Some(path) = oracle::fixture("relic-dummy.pkg") else { return };
    let apple = Archive::open(&path).unwrap();
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("a.pkg");
    let mut writer = Writer::new(&out, Options::new(TIMESTAMP)).unwrap();
    for file in apple.toc().files.iter().filter(|file| file.kind == MemberKind::File) {
        let components: Vec<_> = file.path.split('/').collect();
        let encoding = file.data.as_ref().unwrap().encoding.clone();
        writer.add_file(&components, apple.member(file).unwrap(), encoding).unwrap();
    }
    writer.finish().unwrap();
    let ours = Archive::open(&out).unwrap();
    assert_eq!(ours.toc().creation_time, apple.toc().creation_time);
    assert_eq!(ours.toc().checksum, apple.toc().checksum);
    for (file, theirs) in ours.toc().files.iter().map(|file| (file, apple.toc().find(&file.path).unwrap())) {
        assert_eq!((&file.kind, &file.name), (&theirs.kind, &theirs.name));
        let sizes = |file: &flatpkg::xar::File| {
            file.data.as_ref().map(|data| (data.size, data.encoding.clone(), data.extracted.clone()))
        };
        assert_eq!(sizes(file), sizes(theirs), "{}", file.path);
        if file.kind == MemberKind::Directory {
            assert_eq!(file.stat, theirs.stat, "{}", file.path);
        }
    }
}

#[test]
fn apples_signatures() {
    let Some(xml) = oracle::fixture_bytes("zoom-toc.xml") else { return };
    let toc = Toc::parse(&xml).unwrap();
    let text: Vec<_> = toc
        .signatures
        .iter()
        .flat_map(|signature| {
            let head = format!("{} at {} size {}", signature.style, signature.offset, signature.size);
            let names = signature.certificates.iter().map(|certificate| certificate.common_name().unwrap());
            std::iter::once(head).chain(names)
        })
        .collect();
    insta::assert_snapshot!(text.join("\n"), @r"
    RSA at 20 size 256
    Developer ID Installer: Zoom Video Communications, Inc. (BJ4HAAB9B3)
    Developer ID Certification Authority
    Apple Root CA
    CMS at 276 size 9216
    Developer ID Installer: Zoom Video Communications, Inc. (BJ4HAAB9B3)
    Developer ID Certification Authority
    Apple Root CA
    ");
    assert_eq!(Toc::parse(toc.to_xml().as_bytes()).unwrap(), toc);
    assert!(toc.files.iter().all(|file| file.other_names.is_empty()));
    assert_eq!(toc.find("zoomus.pkg/Payload").unwrap().data.as_ref().unwrap().offset, 366_817);
}

#[test]
fn further_names_of_a_member_are_written_as_they_were_read() {
    let xml = "<xar><toc><checksum style=\"sha1\"><offset>0</offset><size>20</size></checksum>\
               <file id=\"1\"><name>one</name><type>directory</type><name>two</name></file></toc></xar>";
    let toc = Toc::parse(xml.as_bytes()).unwrap();
    assert_eq!(toc.files[0].other_names, ["two"]);
    assert_eq!(Toc::parse(toc.to_xml().as_bytes()).unwrap(), toc);
}

#[test]
fn staple_and_slack() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("a.pkg");
    small(&out, Options::new(TIMESTAMP));
    let plain = std::fs::read(&out).unwrap();
    let trailer = |tail: &[u8]| {
        let bytes = [plain.as_slice(), tail].concat();
        Archive::from_bytes(bytes).unwrap().trailer().unwrap()
    };
    let record = |kind: u8, length: u8| [b"t8lr".as_slice(), &[1, 0, kind, 0, length, 0, 0, 0, 0, 0, 0, 0]].concat();
    let staple = [record(1, 0), b"ticket".to_vec(), record(2, 6)].concat();
    let end = plain.len();
    assert_eq!(trailer(&[]), Trailer::Nothing);
    insta::assert_debug_snapshot!(trailer(&staple), @r"
    Stapled(
        Staple {
            offset: 1152,
            ticket_len: 6,
        },
    )
    ");
    let slack = trailer(&[b"xyz".as_slice(), &staple].concat());
    assert!(matches!(&slack, Trailer::Slack { bytes: 3, staple: Some(s) } if s.offset == end as u64 + 3), "{slack:?}");
    assert_eq!(trailer(b"xyz"), Trailer::Slack { bytes: 3, staple: None });
    for broken in [record(2, 6), [record(1, 0), record(2, 6)].concat(), [record(2, 0), record(2, 0)].concat()] {
        assert_eq!(trailer(&broken), Trailer::Slack { bytes: broken.len() as u64, staple: None });
    }
}
