//! The container: a table of contents whose offsets, sizes and digests are right, more often than not.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;

use flatpkg::xar::{Header, Style};
use libfuzzer_sys::arbitrary::{Result, Unstructured};

/// An archive with these members, by path.
pub fn xar(input: &mut Unstructured<'_>, members: &[(String, Vec<u8>)]) -> Result<Vec<u8>> {
    // The digest of the table of contents comes first.
    let mut heap = vec![0; 20];
    let mut folders: BTreeMap<&str, String> = BTreeMap::new();
    for (number, (path, contents)) in members.iter().enumerate() {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let stored = if input.arbitrary()? { zlib(contents) } else { contents.clone() };
        let encoding = if stored == *contents { "application/octet-stream" } else { "application/x-gzip" };
        let (offset, length) = (heap.len(), stored.len());
        let size = if input.ratio(1, 32)? { input.arbitrary()? } else { contents.len() as u64 };
        let (archived, extracted) = (sha1(&stored), sha1(contents));
        heap.extend(stored);
        let name_again = if input.ratio(1, 4)? { format!("<name>{name}</name>") } else { String::new() };
        let _ = write!(
            folders.entry(folder).or_default(),
            "<file id=\"{}\"><data><length>{length}</length><offset>{offset}</offset><size>{size}</size>\
             <encoding style=\"{encoding}\"/><extracted-checksum style=\"sha1\">{extracted}</extracted-checksum>\
             <archived-checksum style=\"sha1\">{archived}</archived-checksum></data><mode>0644</mode>\
             <type>file</type><name>{name}</name>{name_again}</file>",
            number + 1,
        );
    }
    let mut toc = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><xar><toc><creation-time>2025-01-01T00:00:00</creation-time>\
         <checksum style=\"sha1\"><offset>0</offset><size>20</size></checksum>",
    );
    for (number, (folder, files)) in folders.iter().enumerate() {
        let names: Vec<&str> = folder.split('/').filter(|name| !name.is_empty()).collect();
        for (depth, name) in names.iter().enumerate() {
            let _ = write!(toc, "<file id=\"{}\"><type>directory</type><name>{name}</name>", 100 + 10 * number + depth);
        }
        toc.push_str(files);
        toc.push_str(&"</file>".repeat(names.len()));
    }
    toc.push_str("</toc></xar>");
    let compressed = zlib(toc.as_bytes());
    heap[..20].copy_from_slice(&digest(&compressed));
    let header = Header {
        header_len: 28,
        version: 1,
        toc_len_compressed: compressed.len() as u64,
        toc_len: toc.len() as u64,
        checksum: Style::Sha1,
    };
    Ok([header.to_bytes().as_slice(), &compressed, &heap].concat())
}

fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut out = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    out.write_all(bytes).unwrap();
    out.finish().unwrap()
}

fn digest(bytes: &[u8]) -> Vec<u8> {
    let mut digester = Style::Sha1.digester().unwrap();
    digester.update(bytes);
    digester.finish()
}

fn sha1(bytes: &[u8]) -> String {
    digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
