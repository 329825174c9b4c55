//! Whether the system can start a script.

use std::io::Read as _;

use super::Findings;
use super::contents::{dotted, inside};
use crate::package::Component;
use crate::payload;

/// The start of a script that is looked at, in bytes: its first line decides what runs it.
const START: u64 = 1 << 12;

/// What the first bytes of a program for macOS are, in either byte order, thin or universal.
const MACH_O: [[u8; 4]; 6] = [
    [0xfe, 0xed, 0xfa, 0xce],
    [0xfe, 0xed, 0xfa, 0xcf],
    [0xce, 0xfa, 0xed, 0xfe],
    [0xcf, 0xfa, 0xed, 0xfe],
    [0xca, 0xfe, 0xba, 0xbe],
    [0xca, 0xfe, 0xba, 0xbf],
];

/// Looks at the scripts that the PackageInfo names. An archive that can't be read has been reported.
pub(super) fn forms(component: &Component<'_>, named: &[&str], place: &str, findings: &mut Findings) {
    let Ok(Some(input)) = component.scripts() else { return };
    let Ok(mut archive) = payload::read(input) else { return };
    while let Ok(Some(entry)) = archive.next() {
        let path = entry.path().clone();
        let script = entry.target().is_none() && !entry.is_directory();
        if !script || !named.iter().any(|name| name.as_bytes() == path.as_bytes()) {
            continue;
        }
        let mut start = Vec::new();
        if entry.take(START).read_to_end(&mut start).is_err() {
            return;
        }
        let place = inside(place, &dotted(&path));
        if start.starts_with(b"#!") {
            let line = start.split(|byte| *byte == b'\n').next().unwrap_or_default();
            if line.ends_with(b"\r") {
                let expected = "LF: the system looks for a program whose name ends with CR, and the installation fails";
                findings.error(&place, "line ending of the script", "CRLF", expected);
            }
        } else if !MACH_O.iter().any(|magic| start.starts_with(magic)) {
            let expected = "#! and the program that runs it: without it the system can't start the script";
            let got = start.get(..2).unwrap_or(&start).escape_ascii().to_string();
            findings.error(&place, "start of the script", format!("\"{got}\""), expected);
        }
    }
}
