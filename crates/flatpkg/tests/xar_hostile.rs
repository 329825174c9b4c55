//! xar archives that nobody made: errors, no panic, no endless work.

#![allow(clippy::disallowed_methods, reason = "tests run other people's programs and read their files")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs, reason = "a test may fail")]

use std::io::Read as _;

use flatpkg::xar::{Archive, Toc, XarError};
use oracle::archive::small_bytes;
use oracle::hostile::edited_toc;
use proptest::prelude::*;

#[test]
fn hostile_tables_of_contents() {
    let file = |data: &str| {
        format!(
            "<xar><toc><checksum style=\"sha1\"><offset>0</offset><size>20</size></checksum>\
             <file id=\"1\"><name>a</name><type>file</type><data>{data}</data></file></toc></xar>"
        )
    };
    let huge =
        "<offset>18446744073709551615</offset><length>18446744073709551615</length><size>18446744073709551615</size>";
    let toc = Toc::parse(file(huge).as_bytes()).unwrap();
    assert_eq!(toc.heap_len(), u64::MAX);
    let documents = [
        file("<offset>-1</offset><length>1</length><size>1</size>"),
        file("<offset>1</offset><length>1</length>"),
        file("").replace("<name>a</name>", "<name>..</name>"),
        file("").replace("<name>a</name>", "<name>a/b</name>"),
        file("").replace("<name>a</name>", "<name enctype=\"base64\">/////w==</name>"),
        file("").replace("id=\"1\"", "id=\"x\""),
        file("").replace("sha1", "crc"),
        "<xar/>".to_owned(),
        "<toc/>".to_owned(),
        "<file id=\"1\"><name>a</name><type>directory</type>".repeat(1000),
    ];
    let errors: Vec<_> = documents.iter().map(|xml| Toc::parse(xml.as_bytes()).unwrap_err().to_string()).collect();
    insta::assert_snapshot!(errors.join("\n"), @r#"
    table of contents, a: <offset> is "-1", expected a number of bytes
    table of contents, a: <size> is missing, expected a number of bytes
    member name ".." is not one component of a path: it leads elsewhere
    member name "a/b" is not one component of a path: it has a slash
    member name "/////w==" is not one component of a path: not UTF-8 inside base64
    table of contents, a: <file> is "x", expected an id attribute, a number
    table of contents, a: <length> is missing, expected a number of bytes
    table of contents, document: <toc> is missing, expected an element inside <xar>
    table of contents, document: <toc> is missing, expected an element inside <xar>
    table of contents: at byte 2316: more than 48 levels of elements
    "#);
}

#[test]
fn long_paths_are_limited() {
    let mut xml = String::from("<xar><toc><checksum style=\"sha1\"><offset>0</offset><size>20</size></checksum>");
    let name = "n".repeat(1000);
    for id in 0..40 {
        xml.push_str(&format!("<file id=\"{id}\"><type>directory</type><name>{name}</name>"));
    }
    for id in 40..2000 {
        xml.push_str(&format!("<file id=\"{id}\"><type>file</type><name>f</name></file>"));
    }
    xml.push_str(&"</file>".repeat(40));
    xml.push_str("</toc></xar>");
    assert!(matches!(Toc::parse(xml.as_bytes()), Err(XarError::Budget(_))));
}

/// `xar --coalesce-heap` stores equal members once; thousands of members of the same bytes are an attack.
#[test]
fn shared_bytes_are_limited() {
    let bytes = small_bytes();
    let shared = |count: usize| {
        let file = "<file id=\"99\"><name>x</name><type>file</type><data><length>90</length><offset>20</offset><size>90</size></data></file>";
        edited_toc(&bytes, |xml| xml.replace("</toc>", &format!("{}</toc>", file.repeat(count))))
    };
    assert!(Archive::from_bytes(shared(2)).is_ok());
    let error = Archive::from_bytes(shared(100)).unwrap_err();
    assert!(matches!(error, XarError::Shared { .. }), "{error}");
}

fn read_everything(bytes: Vec<u8>) {
    let length = bytes.len();
    let Ok(archive) = Archive::from_bytes(bytes) else { return };
    let _ = (archive.trailer(), archive.stored_digest());
    for file in &archive.toc().files {
        let Ok(member) = archive.member(file) else { continue };
        let mut decoded = Vec::new();
        let _ = member.take(1 << 20).read_to_end(&mut decoded);
        assert!(decoded.len() <= length.saturating_mul(1100), "{} bytes from {length}", decoded.len());
    }
}

proptest! {
    #[test]
    fn random_bytes_are_refused(bytes in proptest::collection::vec(any::<u8>(), 0..400), magic: bool) {
        let mut bytes = bytes;
        if magic && bytes.len() > 8 {
            bytes[..8].copy_from_slice(b"xar!\0\x1c\0\x01");
        }
        read_everything(bytes);
    }

    #[test]
    fn random_text_is_no_table_of_contents(text in "(<(xar|toc|file|data|name|ea|a b='c')/?>|</(xar|toc|file)>|&lt;|[a-z0-9]|]]>|<!--){0,60}") {
        let _ = Toc::parse(text.as_bytes());
    }

    #[test]
    fn changed_numbers_do_no_harm(which in 0_usize..40, value in prop_oneof![Just(u64::MAX), Just(0), any::<u64>(), 0..4096_u64]) {
        let bytes = small_bytes();
        let changed = edited_toc(&bytes, |xml| {
            let mut lines: Vec<String> = xml.lines().map(str::to_owned).collect();
            let numbers: Vec<usize> = (0..lines.len())
                .filter(|&n| ["<length>", "<offset>", "<size>"].iter().any(|name| lines[n].trim().starts_with(name)))
                .collect();
            let line = &mut lines[numbers[which % numbers.len()]];
            let name = line.trim().split(['<', '>']).nth(1).unwrap().to_owned();
            *line = format!("<{name}>{value}</{name}>");
            lines.join("\n")
        });
        read_everything(changed);
    }
}
