//! Extended attributes in an archive, as Apple's tools and the tool Packages leave them there.

#![allow(clippy::disallowed_methods, reason = "tests run other people's programs and read their files")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs, reason = "a test may fail")]

use flatpkg::verify::{Options, verify_archive};
use flatpkg::xar::Archive;
use oracle::hostile::{edited_toc, with_toc};
use oracle::sample;

fn report(bytes: &[u8]) -> flatpkg::verify::VerifyReport {
    verify_archive(&Archive::from_bytes(bytes.to_vec()).unwrap(), Options::default())
}

fn attribute(name: &str, offset: u64, length: usize) -> String {
    let digest = "0".repeat(40);
    format!(
        "<ea id=\"0\"><length>{length}</length><offset>{offset}</offset><size>{length}</size>\
         <encoding style=\"application/octet-stream\"/><extracted-checksum style=\"sha1\">{digest}</extracted-checksum>\
         <archived-checksum style=\"sha1\">{digest}</archived-checksum><name>{name}</name></ea>"
    )
}

/// A package with an attribute of six bytes at the end of its heap, then a ticket: the attribute is told to be one that is as long as
/// the ticket, and another one to be where a member is.
fn as_productsign_leaves_it() -> Vec<u8> {
    let bytes = sample::bytes();
    let end = Archive::from_bytes(bytes.clone()).unwrap().toc().heap_len();
    let record = |kind: u8, length: u8| [b"t8lr".as_slice(), &[1, 0, kind, 0, length, 0, 0, 0, 0, 0, 0, 0]].concat();
    let ticket = [record(1, 0), b"s8ch ticket".to_vec(), record(2, 11)].concat();
    let with_both = attribute("com.example.long", end, 40) + &attribute("com.example.short", 21, 6);
    edited_toc(&[bytes, b"spam!\n".to_vec(), ticket].concat(), |xml| {
        xml.replacen("</data>", &format!("</data>{with_both}"), 1)
    })
}

#[test]
fn wrong_offsets_of_attributes_are_notes_and_hide_no_ticket() {
    let bytes = as_productsign_leaves_it();
    let archive = Archive::from_bytes(bytes.clone()).unwrap();
    let staple = archive.trailer().unwrap().staple().cloned().unwrap();
    assert_eq!((staple.ticket_len, staple.offset), (11, bytes.len() as u64 - 43));
    let report = report(&bytes);
    assert!(report.is_clean(), "{report}");
    let text = report.to_string();
    for note in ["attribute com.example.short: archived checksum", "attribute com.example.long: archived checksum"] {
        assert!(text.contains(note), "{note}: {text}");
    }
}

#[test]
fn an_attribute_hides_no_overlap_of_members() {
    let file = |name: &str, offset: u64, more: &str| {
        format!(
            "<file id=\"{offset}\"><data><length>8</length><offset>{offset}</offset><size>8</size></data>{more}\
             <type>file</type><name>{name}</name></file>"
        )
    };
    let toc = |second: u64| {
        let files = file("a", 20, &attribute("x", 20, 64)) + &file("b", second, "");
        let xml = format!(
            "<xar><toc><checksum style=\"sha1\"><offset>0</offset><size>20</size></checksum>{files}</toc></xar>"
        );
        with_toc(xml.as_bytes(), &[0; 64])
    };
    let overlapping = report(&toc(24)).to_string();
    assert!(overlapping.contains("error: heap: offset of b is 24, expected 28 or more, where a ends"), "{overlapping}");
    let beside = report(&toc(28)).to_string();
    assert!(
        beside.contains("note: heap: offset of b is 28, expected 84 or more, where a attribute x ends"),
        "{beside}"
    );
}

#[test]
fn a_checksum_by_its_old_name_counts() {
    let old = |xml: String| xml.replace("extracted-checksum", "unarchived-checksum");
    let bytes = edited_toc(&sample::bytes(), old);
    assert!(report(&bytes).findings.is_empty(), "{}", report(&bytes));
    let wrong = edited_toc(&bytes, |xml| {
        let at = xml.find("<unarchived-checksum style=\"sha1\">").unwrap() + 34;
        xml[..at].to_owned() + &"0".repeat(40) + &xml[at + 40..]
    });
    assert!(report(&wrong).to_string().contains("extracted checksum is"), "{}", report(&wrong));
}
