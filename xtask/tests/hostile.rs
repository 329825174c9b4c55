//! Packages whose every name is a command to the terminal, through all verbs that look at packages.

#![allow(clippy::disallowed_methods, reason = "tests run the program itself")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs, reason = "a test may fail")]

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use sha1::Digest as _;

/// A title for the window, colours, a C1 control, a turn of direction, DEL, and lines that look like ours.
const EVIL: &str = "\u{1b}]0;title\u{7}\u{1b}[31m\u{9b}1m\u{202e}\u{2066}\u{7f}\r\nerror: all good\n";

const DIRECTORY: u32 = 0o040_755;
const FILE: u32 = 0o100_644;
const LINK: u32 = 0o120_777;
const DEVICE: u32 = 0o020_666;

/// The portable ASCII format of cpio(5).
fn cpio(entries: &[(&str, u32, &str)]) -> Vec<u8> {
    let mut archive = Vec::new();
    for (number, (name, mode, data)) in entries.iter().chain(&[("TRAILER!!!", 0, "")]).enumerate() {
        let (name_len, data_len) = (name.len() + 1, data.len());
        write!(archive, "070707000000{number:06o}{mode:06o}0000000000000000010000000").unwrap();
        write!(archive, "0000000000{name_len:06o}{data_len:011o}{name}\0{data}").unwrap();
    }
    archive
}

/// Text in an XML document; what XML 1.0 does not allow is left out.
fn xml(text: &str) -> String {
    let allowed = |c: char| matches!(c, '\t' | '\n' | '\r') || c >= ' ';
    text.chars().filter(|c| allowed(*c)).map(|c| format!("&#{};", u32::from(c))).collect()
}

/// An archive of stored members, as `xar` makes it, without any of its care for names.
fn xar(members: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut heap = vec![0; 20];
    let mut files = String::new();
    for (id, (name, bytes)) in members.iter().enumerate() {
        let (offset, length) = (heap.len(), bytes.len());
        let digest: String = sha1::Sha1::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        // Base 64 of the bytes, by hand: `enctype` is how xar writes names that XML can't hold.
        files.push_str(&format!(
            "<file id=\"{}\"><data><length>{length}</length><offset>{offset}</offset><size>{length}</size>\
             <encoding style=\"application/octet-stream\"/><extracted-checksum style=\"sha1\">{digest}</extracted-checksum>\
             <archived-checksum style=\"sha1\">{digest}</archived-checksum></data><type>file</type>\
             <name enctype=\"base64\">{}</name></file>",
            id + 1,
            base64(name.as_bytes())
        ));
        heap.extend(bytes);
    }
    let toc = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><xar><toc><creation-time>2020-01-01T00:00:00</creation-time>\
         <checksum style=\"sha1\"><offset>0</offset><size>20</size></checksum>{files}</toc></xar>"
    );
    let mut packed = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(toc.as_bytes()).unwrap();
    let packed = packed.finish().unwrap();
    heap[..20].copy_from_slice(&sha1::Sha1::digest(&packed));
    let mut archive = b"xar!\0\x1c\0\x01".to_vec();
    archive.extend((packed.len() as u64).to_be_bytes());
    archive.extend((toc.len() as u64).to_be_bytes());
    archive.extend(1_u32.to_be_bytes());
    archive.extend(packed);
    archive.extend(heap);
    archive
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let group = |chunk: &[u8]| {
        let bits = (0..3).fold(0_u32, |bits, at| bits << 8 | u32::from(*chunk.get(at).unwrap_or(&0)));
        let digit =
            |at: usize| if at > chunk.len() { '=' } else { DIGITS[(bits >> (18 - 6 * at)) as usize & 63].into() };
        (0..4).map(digit).collect::<String>()
    };
    bytes.chunks(3).map(group).collect()
}

fn package_info(identifier: &str, location: &str, script: &str) -> Vec<u8> {
    let (identifier, location, script) = (xml(identifier), xml(location), xml(script));
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?><pkg-info overwrite-permissions=\"true\" relocatable=\"false\" \
         identifier=\"{identifier}\" postinstall-action=\"none\" version=\"1{script}\" format-version=\"2\" \
         install-location=\"/{location}\" auth=\"root\"><payload numberOfFiles=\"1\" installKBytes=\"1\"/>\
         <scripts><postinstall file=\"./{script}\"/></scripts></pkg-info>"
    )
    .into_bytes()
}

/// Each is hostile in another place.
fn packages() -> Vec<(&'static str, Vec<u8>)> {
    let evil = format!("./f{EVIL}");
    let target = format!("t{EVIL}");
    let climbing = format!("./../f{EVIL}");
    let component = |payload: Vec<u8>| vec![("PackageInfo", package_info("org.a", "", "")), ("Payload", payload)];
    let sound = cpio(&[(".", DIRECTORY, "")]);
    let mut strange = component(sound.clone());
    strange.extend([(EVIL, b"x".to_vec()), (EVIL, b"y".to_vec())]);
    let texts = vec![("PackageInfo", package_info(EVIL, EVIL, EVIL)), ("Payload", sound.clone())];
    let scripts = cpio(&[(".", DIRECTORY, ""), ("./x", FILE | 0o111, "#!/bin/sh\n"), (&evil, FILE, "x")]);
    let mut scripted = texts.clone();
    scripted.push(("Scripts", scripts));
    let product = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?><installer-gui-script minSpecVersion=\"1\"><title>{0}</title>\
         <choices-outline><line choice=\"{0}\"/></choices-outline><choice id=\"{0}\" title=\"{0}\">\
         <pkg-ref id=\"{0}\"/></choice><pkg-ref id=\"{0}\" version=\"{0}\">#{0}.pkg</pkg-ref></installer-gui-script>",
        xml(EVIL)
    );
    let mut members = vec![
        ("a member's name, twice", strange),
        ("the documents", texts),
        ("scripts", scripted),
        ("a product", vec![("Distribution", product.into_bytes())]),
        ("a document that is none", vec![("PackageInfo", format!("<{EVIL}").into_bytes())]),
        ("an archive that is none", component(EVIL.as_bytes().to_vec())),
    ];
    for (what, entries) in [
        ("a payload's names", vec![(".", DIRECTORY, ""), (&*evil, FILE, "x"), ("./l", LINK, &*target)]),
        ("a path twice", vec![(".", DIRECTORY, ""), (&*evil, FILE, "x"), (&*evil, FILE, "y")]),
        ("a device", vec![(".", DIRECTORY, ""), (&*evil, DEVICE, "")]),
        ("a path that climbs", vec![(".", DIRECTORY, ""), (&*climbing, FILE, "x")]),
        ("a folder that is a file", vec![(".", DIRECTORY, ""), (&*evil, FILE, "x"), (&*format!("{evil}/g"), FILE, "")]),
    ] {
        members.push((what, component(cpio(&entries))));
    }
    members.into_iter().map(|(what, members)| (what, xar(&members))).collect()
}

/// Runs a verb; what it printed has nothing in it that a terminal obeys, nor a line that is the package's.
#[track_caller]
fn assert_tame(what: &str, args: &[&str], dir: &Path) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cpython-macos-release"));
    command.args(args).arg("--cache").arg(dir.join("cache")).current_dir(env!("CARGO_MANIFEST_DIR"));
    let output = command.output().unwrap();
    assert!(output.status.code().is_some_and(|code| code <= 2), "{what}: {args:?}: {:?}", output.status);
    for (stream, bytes) in [("output", output.stdout), ("error", output.stderr)] {
        let text = String::from_utf8(bytes).unwrap();
        let obeyed = |c: char| {
            (c.is_control() && !matches!(c, '\n' | '\t'))
                || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        };
        assert!(!text.chars().any(obeyed), "{what}: {args:?}: {stream}: {text:?}");
        assert!(
            !text.lines().any(|line| line.trim_start() == "error: all good"),
            "{what}: {args:?}: {stream}:\n{text}"
        );
        assert!(args[1] != "--json" || text.is_empty() || stream == "error" || is_json(&text), "{what}: {text}");
    }
}

fn is_json(text: &str) -> bool {
    serde_json::from_str::<serde_json::Value>(text).is_ok()
}

#[test]
fn no_verb_lets_a_package_play_with_the_terminal() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| -> String { PathBuf::from(dir.path()).join(name).to_str().unwrap().to_owned() };
    let plain = path("plain.pkg");
    let sound = vec![("PackageInfo", package_info("org.b", "", "")), ("Payload", cpio(&[(".", DIRECTORY, "")]))];
    std::fs::write(&plain, xar(&sound)).unwrap();
    for (number, (what, bytes)) in packages().into_iter().enumerate() {
        let package = path(&format!("{number}.pkg"));
        std::fs::write(&package, bytes).unwrap();
        let out = path(&format!("{number}-out"));
        let (page, expanded, installed) =
            (format!("{out}.html"), format!("{out}/expanded"), format!("{out}/installed"));
        std::fs::create_dir(&out).unwrap();
        for args in [
            &["inspect", &*package][..],
            &["inspect", "--json", &package],
            &["verify", &package],
            &["verify", "--json", &package],
            &["verify", "--json=notary", &package],
            &["verify", "--policy", "developer-id", &package],
            &["diff", &package, &plain],
            &["diff", "--json", &plain, &package],
            &["preview", &package, "-o", &page],
            &["expand", &package, &expanded, "--payload"],
            &["install", &package, "--root", &installed],
            &["sign", &package, "--detach", &page],
        ] {
            assert_tame(what, args, dir.path());
        }
    }
}
