//! Versions of macOS: `10.9`, `11.0`, `10.13.6`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A version of macOS. Missing parts count as 0 and are not written: `11` and `11.0` are equal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct OsVersion {
    /// `10` of `10.13.6`.
    pub major: u16,
    /// `13` of `10.13.6`.
    pub minor: u16,
    /// `6` of `10.13.6`.
    pub patch: u16,
}

/// A text that is not a version of macOS.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a macOS version is one to three numbers with dots, such as 10.13 or 11.0, got {got:?}")]
pub struct BadOsVersion {
    /// The text as it was given.
    pub got: String,
}

impl OsVersion {
    /// A version of two numbers.
    #[must_use]
    pub const fn new(major: u16, minor: u16) -> Self {
        Self { major, minor, patch: 0 }
    }

    /// As load commands pack it: `xxxx.yy.zz`, in hexadecimal digits.
    #[must_use]
    pub const fn from_packed(number: u32) -> Self {
        Self { major: (number >> 16) as u16, minor: (number >> 8 & 0xff) as u16, patch: (number & 0xff) as u16 }
    }
}

impl FromStr for OsVersion {
    type Err = BadOsVersion;

    fn from_str(text: &str) -> Result<Self, BadOsVersion> {
        let bad = || BadOsVersion { got: text.chars().take(40).collect() };
        let mut parts = [0_u16; 3];
        let mut numbers = text.split('.');
        for part in &mut parts {
            let Some(number) = numbers.next() else { break };
            if !number.bytes().all(|byte| byte.is_ascii_digit()) {
                return Err(bad());
            }
            *part = number.parse().map_err(|_| bad())?;
        }
        let [major, minor, patch] = parts;
        if numbers.next().is_some() { Err(bad()) } else { Ok(Self { major, minor, patch }) }
    }
}

impl TryFrom<String> for OsVersion {
    type Error = BadOsVersion;

    fn try_from(text: String) -> Result<Self, BadOsVersion> {
        text.parse()
    }
}

impl From<OsVersion> for String {
    fn from(version: OsVersion) -> Self {
        version.to_string()
    }
}

impl fmt::Display for OsVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.patch {
            0 => write!(f, "{}.{}", self.major, self.minor),
            patch => write!(f, "{}.{}.{patch}", self.major, self.minor),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_and_text() {
        let version = |text: &str| text.parse::<OsVersion>().unwrap();
        assert!(version("10.9") < version("10.10") && version("10.15.7") < version("11"));
        assert_eq!((version("11").to_string(), version("10.13.6").to_string()), ("11.0".into(), "10.13.6".into()));
        assert_eq!(OsVersion::from_packed(0x000a_0d06), version("10.13.6"));
        for bad in ["", ".", "10.", "x", "10.9.1.2", "+10.9", "99999"] {
            assert!(bad.parse::<OsVersion>().is_err(), "{bad}");
        }
    }
}
