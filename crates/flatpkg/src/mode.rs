//! Permission bits: what `chmod` takes, without the bits that tell a file from a directory.

use std::fmt;
use std::str::FromStr;

/// Permission bits, `0o0000` to `0o7777`: setuid, setgid, sticky, and `rwx` for owner, group and others.
///
/// ```
/// # use flatpkg::mode::Mode;
/// let mode: Mode = "0775".parse().unwrap();
/// assert_eq!(mode.bits(), 0o775);
/// assert_eq!(mode.to_string(), "0775");
/// assert_eq!(mode.symbolic(), "rwxrwxr-x");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mode(u16);

/// A text or number that isn't a mode.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a mode is an octal number from 0000 to 7777, got {got:?}")]
pub struct BadMode {
    /// The text as it was given.
    pub got: String,
}

impl Mode {
    /// `0755`: directories, programs and symbolic links.
    pub const EXECUTABLE: Mode = Mode(0o755);
    /// `0644`: files that are only read.
    pub const PLAIN: Mode = Mode(0o644);

    /// The low twelve bits of `bits`; the file type bits of a `st_mode` are dropped.
    pub const fn from_st_mode(bits: u32) -> Mode {
        Mode((bits & 0o7777) as u16)
    }

    /// The mode with exactly these bits, or `None` above `0o7777`.
    pub const fn new(bits: u32) -> Option<Mode> {
        if bits <= 0o7777 { Some(Mode(bits as u16)) } else { None }
    }

    /// The bits, at most `0o7777`.
    pub const fn bits(self) -> u16 {
        self.0
    }

    /// Whether anybody may execute it.
    pub const fn is_executable(self) -> bool {
        self.0 & 0o111 != 0
    }

    /// The nine letters that `ls` shows, with `s`, `S`, `t` and `T` for the special bits.
    pub fn symbolic(self) -> String {
        let triple = |shift: u32, special: u16, set: char| {
            let bits = self.0 >> shift;
            let execute = match (bits & 1 != 0, self.0 & special != 0) {
                (true, true) => set,
                (false, true) => set.to_ascii_uppercase(),
                (true, false) => 'x',
                (false, false) => '-',
            };
            [if bits & 4 != 0 { 'r' } else { '-' }, if bits & 2 != 0 { 'w' } else { '-' }, execute]
        };
        [triple(6, 0o4000, 's'), triple(3, 0o2000, 's'), triple(0, 0o1000, 't')].iter().flatten().collect()
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04o}", self.0)
    }
}

impl FromStr for Mode {
    type Err = BadMode;

    fn from_str(text: &str) -> Result<Mode, BadMode> {
        let octal = text.strip_prefix("0o").unwrap_or(text);
        let digits = !octal.is_empty() && octal.bytes().all(|byte| byte.is_ascii_digit());
        let bits = if digits { u32::from_str_radix(octal, 8).ok() } else { None };
        bits.and_then(Mode::new).ok_or_else(|| BadMode { got: text.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts() {
        for (text, symbolic) in
            [("0644", "rw-r--r--"), ("4755", "rwsr-xr-x"), ("2644", "rw-r-Sr--"), ("1777", "rwxrwxrwt")]
        {
            let mode: Mode = text.parse().unwrap();
            assert_eq!(mode.symbolic(), symbolic);
            assert_eq!(mode.to_string(), text);
        }
        for text in ["", "8", "+755", "10000", "rwx", "0x1ff", "0o"] {
            assert!(text.parse::<Mode>().is_err(), "{text:?} was taken for a mode");
        }
    }
}
