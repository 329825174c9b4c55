//! Whether the system can start a script, by its first bytes.

/// The start of a script that is looked at, in bytes: its first line decides what runs it.
pub(crate) const START: u64 = 1 << 12;

/// What the first bytes of a program for macOS are, in either byte order, thin or universal.
const MACH_O: [[u8; 4]; 6] = [
    [0xfe, 0xed, 0xfa, 0xce],
    [0xfe, 0xed, 0xfa, 0xcf],
    [0xce, 0xfa, 0xed, 0xfe],
    [0xcf, 0xfa, 0xed, 0xfe],
    [0xca, 0xfe, 0xba, 0xbe],
    [0xca, 0xfe, 0xba, 0xbf],
];

/// Why the system can't start a script.
pub(crate) struct Flaw {
    /// What was looked at.
    pub(crate) what: &'static str,
    /// What is there.
    pub(crate) got: String,
    /// What should be there, and why.
    pub(crate) expected: &'static str,
}

/// Looks at the first bytes of a script, at most [`START`] of them.
pub(crate) fn flaw(start: &[u8]) -> Option<Flaw> {
    if start.starts_with(b"#!") {
        let line = start.split(|byte| *byte == b'\n').next().unwrap_or_default();
        return line.ends_with(b"\r").then(|| Flaw {
            what: "line ending of the script",
            got: "CRLF".to_owned(),
            expected: "LF: the system looks for a program whose name ends with CR, and the installation fails",
        });
    }
    (!MACH_O.iter().any(|magic| start.starts_with(magic))).then(|| Flaw {
        what: "start of the script",
        got: format!("\"{}\"", start.get(..2).unwrap_or(start).escape_ascii()),
        expected: "#! and the program that runs it: without it the system can't start the script",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_lines() {
        let what = |start: &[u8]| flaw(start).map(|flaw| (flaw.what, flaw.got));
        assert_eq!(what(b"#!/bin/sh\nprintf 'a\\r'\r\n"), None, "only the first line is the system's");
        assert_eq!(what(b"\xca\xfe\xba\xbe\0\0\0\x02"), None);
        assert_eq!(what(b"#!/bin/sh\r\n"), Some(("line ending of the script", "CRLF".to_owned())));
        assert_eq!(what(b"#!/bin/sh\r"), Some(("line ending of the script", "CRLF".to_owned())));
        assert_eq!(what(b"\xef\xbb\xbf#!/bin/sh\n"), Some(("start of the script", r#""\xef\xbb""#.to_owned())));
        assert_eq!(what(b""), Some(("start of the script", r#""""#.to_owned())));
    }
}
