//! How much may be written, and whether somebody wants it to stop.

use std::str::FromStr;

use anyhow::Result;
use clap::Args;
use flatpkg::laydown::{self, Options};

/// A number of bytes, as people write it: `20G`, `512M`, `4096`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Size(u64);

impl FromStr for Size {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (digits, shift) = match text.as_bytes().last().map(u8::to_ascii_uppercase) {
            Some(b'K') => (text.get(..text.len() - 1), 10),
            Some(b'M') => (text.get(..text.len() - 1), 20),
            Some(b'G') => (text.get(..text.len() - 1), 30),
            Some(b'T') => (text.get(..text.len() - 1), 40),
            _ => (Some(text), 0),
        };
        let number = digits.and_then(|digits| digits.parse::<u64>().ok());
        let bytes = number.and_then(|number| number.checked_mul(1 << shift));
        bytes.map(Self).ok_or_else(|| "a size is a number of bytes, or one with K, M, G or T after it: 20G".to_owned())
    }
}

impl Default for Size {
    fn default() -> Self {
        Self(laydown::MAX_SIZE)
    }
}

impl std::fmt::Display for Size {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            bytes if bytes % (1 << 30) == 0 => write!(f, "{}G", bytes >> 30),
            bytes => write!(f, "{bytes}"),
        }
    }
}

/// For verbs that write what a package says.
#[derive(Debug, Default, Args)]
pub struct Limit {
    /// Write no more than this many bytes (K, M, G, T: KiB to TiB), and never more than the disk has free. Each file, folder and
    /// link counts for its size in blocks of 4 KiB, and for one block at least.
    #[arg(long, value_name = "SIZE", default_value_t)]
    max_size: Size,
}

impl Limit {
    /// What is allowed. From now on Ctrl-C sets a flag, so that what was written can be removed; a second one ends us.
    pub fn options(&self) -> Result<Options> {
        Ok(Options { max_size: self.max_size.0, stop: release::interrupt::watch()?, ..Options::default() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_written_as_people_do() {
        for (text, bytes) in [("4096", 4096), ("1K", 1024), ("512m", 512 << 20), ("20G", 20 << 30), ("2T", 2 << 40)] {
            assert_eq!(text.parse(), Ok(Size(bytes)), "{text}");
        }
        for text in ["", "G", "-1", "1.5G", "20GB", "99999999T"] {
            assert!(text.parse::<Size>().is_err(), "{text}");
        }
        assert_eq!(Size::default().to_string(), "20G");
    }
}
