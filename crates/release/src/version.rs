//! Versions and deployment targets: compared as numbers, never as text (`10.9 < 10.13`).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A version of Python: `3.13.5`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PythonVersion {
    /// `3` of `3.13.5`.
    pub major: u16,
    /// `13` of `3.13.5`.
    pub minor: u16,
    /// `5` of `3.13.5`.
    pub micro: u16,
}

impl PythonVersion {
    /// `3.13`: what names the framework version, the library folder and the programs.
    pub fn short(self) -> String {
        format!("{}.{}", self.major, self.minor)
    }
}

impl fmt::Display for PythonVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.micro)
    }
}

impl FromStr for PythonVersion {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let numbers: Vec<u16> = text.split('.').map_while(|part| part.parse().ok()).collect();
        match numbers[..] {
            [major, minor, micro] if text.split('.').count() == 3 => Ok(Self { major, minor, micro }),
            _ => Err(format!("`{text}` is not a Python version; expected three numbers, such as 3.13.5")),
        }
    }
}

/// The oldest macOS a binary runs on: `10.13`, `11.0`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeploymentTarget {
    /// `10` of `10.13`.
    pub major: u16,
    /// `13` of `10.13`.
    pub minor: u16,
}

impl DeploymentTarget {
    /// macOS 11.0, the first that runs on Apple silicon: no arm64 slice can ask for less.
    pub const BIG_SUR: Self = Self { major: 11, minor: 0 };
}

impl fmt::Display for DeploymentTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

impl FromStr for DeploymentTarget {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let numbers: Vec<u16> = text.split('.').map_while(|part| part.parse().ok()).collect();
        match numbers[..] {
            [major, minor] if text.split('.').count() == 2 => Ok(Self { major, minor }),
            _ => Err(format!("`{text}` is not a macOS version; expected two numbers, such as 10.13")),
        }
    }
}

macro_rules! serde_as_text {
    ($($kind:ty),*) => {$(
        impl Serialize for $kind {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }
        impl<'de> Deserialize<'de> for $kind {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
            }
        }
    )*};
}
serde_as_text!(PythonVersion, DeploymentTarget);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_as_numbers() {
        let target = |text: &str| text.parse::<DeploymentTarget>().unwrap();
        assert!(target("10.9") < target("10.13"));
        assert!(target("10.15") < DeploymentTarget::BIG_SUR);
        let python = |text: &str| text.parse::<PythonVersion>().unwrap();
        assert!(python("3.9.10") < python("3.13.5"));
        assert_eq!(python("3.13.5").short(), "3.13");
    }

    #[test]
    fn malformed_versions_are_refused() {
        for text in ["", "3", "3.13", "3.13.5.1", "3.13.x", "3..5", "-3.1.2", "3.13.5rc1"] {
            assert!(text.parse::<PythonVersion>().is_err(), "{text}");
        }
        for text in ["10", "10.", "10.13.6", "ten.1"] {
            assert!(text.parse::<DeploymentTarget>().is_err(), "{text}");
        }
    }
}
