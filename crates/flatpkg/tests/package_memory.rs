//! No input makes a reader take more memory than a bounded multiple of it. Alone in its process, because memory is measured
//! for all of it.

#![allow(clippy::disallowed_methods, reason = "tests run other people's programs and read their files")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs, reason = "a test may fail")]

use std::io::Write as _;

use flatpkg::dump::dump;
use flatpkg::mode::Mode;
use flatpkg::package::Package;
use flatpkg::payload::Facts;
use flatpkg::tree::{Entry, Tree};
use flatpkg::verify::{Options, verify};
use flatpkg::xar::Encoding;
use oracle::hostile::{package_of, use_it, with_toc};
use peak_alloc::PeakAlloc;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// What a table of contents of 32 MiB, the largest that is read, takes as a tree of elements.
const LIMIT: usize = 400 << 20;

#[test]
fn bounded_memory() {
    const HEAD: &str = "<xar><toc><checksum style=\"sha1\"><offset>0</offset><size>20</size></checksum>";
    let document = |body: &str, count: usize| [HEAD, &body.repeat(count)].concat().into_bytes();
    let mut bombs: Vec<(&str, Vec<u8>)> = vec![
        ("elements", document("<a/>", 8_000_000)),
        ("files", document("<file id=\"1\"><name>PackageInfo</name><type>file</type></file>", 500_000)),
        ("depth", document("<file id=\"1\">", 2_000_000)),
        ("text", document(&"x".repeat(1000), 33_000)),
        ("attributes", [HEAD.as_bytes(), b"<a", &b" b=''".repeat(5_000_000), b"/>"].concat()),
        ("comment", document("<!-- -->", 1_000_000)),
        ("entities", document("&lt;", 2_000_000)),
        ("certificates", document("<signature><KeyInfo><X509Data><X509Certificate>AAAA</X509Certificate>", 40)),
        ("too long", vec![b' '; 40 << 20]),
    ];
    for (_, xml) in &mut bombs {
        if xml.len() < 32 << 20 && !xml.starts_with(b" ") {
            xml.extend_from_slice(b"</toc></xar>");
        }
    }
    for (what, xml) in bombs {
        let bytes = with_toc(&xml, b"");
        drop(xml);
        peak_below(what, LIMIT, || use_it(bytes));
    }

    // Sizes that are not there.
    let huge = u64::MAX / 2;
    let data = format!("<data><length>{huge}</length><offset>20</offset><size>{huge}</size></data>");
    let lying: String = ["PackageInfo", "Bom", "Payload", "Scripts"]
        .iter()
        .map(|name| format!("<file id=\"1\"><name>{name}</name><type>file</type>{data}</file>"))
        .collect();
    let xml = [HEAD, &lying, "</toc></xar>"].concat();
    peak_below("huge sizes", 64 << 20, || use_it(with_toc(xml.as_bytes(), b"x")));

    // Documents that inflate.
    let open = "<pkg-info identifier='a' version='1' format-version='2'>";
    for body in ["<bundle/>", "<unknown/>", "<scripts><preinstall file=''/></scripts>", "<!---->"] {
        let xml = [open, &fill(body), "</pkg-info>"].concat();
        let bytes = package_of(&[(&["PackageInfo"], xml.as_bytes(), Encoding::Zlib)]);
        drop(xml);
        peak_below(body, LIMIT, || use_it(bytes));
    }
    for body in ["<choice id=''/>", "<pkg-ref id=''/><choice id=''/>", "<choices-outline>", "<options/>"] {
        let xml = ["<installer-gui-script>", &fill(body), "</installer-gui-script>"].concat();
        let bytes = package_of(&[(&["Distribution"], xml.as_bytes(), Encoding::Zlib)]);
        drop(xml);
        peak_below(body, LIMIT, || use_it(bytes));
    }
    // Members that are all the same bytes.
    let shared: String = (0..20_000)
        .map(|id| format!("<file id=\"{id}\"><name>{id}</name><type>directory</type><file id=\"{id}\"><name>Bom</name><type>file</type><data><length>1000000</length><offset>20</offset><size>1000000</size></data></file></file>"))
        .collect();
    let xml =
        [HEAD, "<file id=\"1\"><name>Distribution</name><type>file</type></file>", &shared, "</toc></xar>"].concat();
    peak_below("shared bytes", LIMIT, || use_it(with_toc(xml.as_bytes(), &vec![0; 1_000_000])));

    let info = b"<pkg-info identifier='a' version='1' format-version='2'/>".as_slice();
    let zeros = vec![0; 64 << 20];
    let bytes = package_of(&[
        (&["PackageInfo"], info, Encoding::Zlib),
        (&["Payload"], &zeros, Encoding::Zlib),
        (&["Scripts"], &zeros, Encoding::Zlib),
    ]);
    drop(zeros);
    peak_below("zeros", 64 << 20, || use_it(bytes));

    // A million files of no length in 8 MiB, and a bill of materials of one path.
    let entries = entries(1_000_000);
    let bom = flatpkg::bom::write(&Tree::new(Entry::directory(Mode::EXECUTABLE)), &Facts::default()).unwrap();
    let bytes = package_of(&[
        (&["PackageInfo"], info, Encoding::Zlib),
        (&["Bom"], &bom, Encoding::Zlib),
        (&["Payload"], &entries, Encoding::Stored),
        (&["Scripts"], &entries, Encoding::Stored),
    ]);
    drop(entries);
    // Not expanded: that makes a million files.
    peak_below("entries", 96 << 20, || {
        let package = Package::from_bytes(bytes).unwrap();
        assert!(dump(&package).is_err());
        assert!(!verify(&package, Options::default()).is_clean());
    });
}

/// A payload of that many empty files in one directory.
fn entries(count: u32) -> Vec<u8> {
    let header = |ino: u32, mode: &str, name: &str| {
        let zeros = ["0"; 6].concat();
        let (ino, length) = (format!("{:06o}", ino % 0o1_000_000), format!("{:06o}", name.len() + 1));
        format!("070707{zeros}{ino}{mode}{zeros}{zeros}000001{zeros}00000000000{length}00000000000{name}\0")
    };
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(header(0, "040755", ".").as_bytes()).unwrap();
    for number in 1..=count {
        gzip.write_all(header(number, "100644", &format!("./{number}")).as_bytes()).unwrap();
    }
    gzip.write_all(header(count + 1, "000000", "TRAILER!!!").as_bytes()).unwrap();
    gzip.finish().unwrap()
}

/// As much of it as is still read: close to 65,536 elements, or to 16 MiB.
fn fill(body: &str) -> String {
    let elements = body.matches("<").count().max(1);
    body.repeat((65_000 / elements).min((15 << 20) / body.len()))
}

fn peak_below(what: &str, limit: usize, act: impl FnOnce()) {
    MEMORY.reset_peak_usage();
    let before = MEMORY.current_usage();
    act();
    let peak = MEMORY.peak_usage().saturating_sub(before);
    assert!(peak <= limit, "{what}: {} MiB, expected at most {}", peak >> 20, limit >> 20);
}
