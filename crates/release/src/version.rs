//! Versions of Python and of macOS: compared as numbers, never as text (`10.9 < 10.13`).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A version of Python, as CPython names its own: `3.13.5`, `3.15.0rc2`, `3.15.0a1+`. Ordered as PEP 440 says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PythonVersion {
    /// `3` of `3.13.5`.
    pub major: u16,
    /// `13` of `3.13.5`.
    pub minor: u16,
    /// `5` of `3.13.5`.
    pub micro: u16,
    /// How far it is on the way to that, or beyond.
    pub stage: Stage,
    /// Whether it is a state of the sources after that version: the `+` of `3.15.0a1+`.
    pub later: bool,
}

/// How far a version is: the parts of PEP 440 that come after the numbers, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// `.dev1`
    Dev(u16),
    /// `a1`
    Alpha(u16),
    /// `b1`
    Beta(u16),
    /// `rc1`
    Candidate(u16),
    /// Nothing: the release itself.
    Final,
    /// `.post1`
    Post(u16),
}

/// A stage with this number.
type Numbered = fn(u16) -> Stage;

/// Stages with a number, by how they are written. A longer name comes before one that it ends with.
const STAGES: [(&str, Numbered); 5] =
    [(".post", Stage::Post), (".dev", Stage::Dev), ("rc", Stage::Candidate), ("a", Stage::Alpha), ("b", Stage::Beta)];

impl PythonVersion {
    /// `3.13`: what names the framework version, the library folder and the programs.
    pub fn short(self) -> String {
        format!("{}.{}", self.major, self.minor)
    }

    /// `3.15.0` of `3.15.0rc2`: the folder on python.org that has it and all that lead to it.
    pub fn numbers(self) -> String {
        format!("{}.{}.{}", self.major, self.minor, self.micro)
    }

    /// What a receipt says. Installer and management tools compare numbers between dots, and a candidate must be older than
    /// its release: so what comes before `3.15.1` is written as `3.15.0` with more numbers behind it, and what comes before
    /// `3.15.0` as `3.14.9999`. The number of the stage is that of `PY_RELEASE_LEVEL` after 1000: `3.15.0rc2` is
    /// `3.14.9999.1012.2`.
    pub fn receipt(self) -> String {
        let numbers = self.numbers();
        let before = match self.micro.checked_sub(1) {
            Some(micro) => format!("{}.{}.{micro}", self.major, self.minor),
            None => format!("{}.{}.9999", self.major, self.minor.saturating_sub(1)),
        };
        let version = match self.stage {
            Stage::Dev(serial) => format!("{before}.1000.{serial}"),
            Stage::Alpha(serial) => format!("{before}.1010.{serial}"),
            Stage::Beta(serial) => format!("{before}.1011.{serial}"),
            Stage::Candidate(serial) => format!("{before}.1012.{serial}"),
            Stage::Final if self.later => format!("{numbers}.0"),
            Stage::Final => numbers,
            Stage::Post(serial) => format!("{numbers}.{serial}"),
        };
        if self.later { format!("{version}.1") } else { version }
    }
}

impl fmt::Display for PythonVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.micro)?;
        match self.stage {
            Stage::Dev(serial) => write!(f, ".dev{serial}")?,
            Stage::Alpha(serial) => write!(f, "a{serial}")?,
            Stage::Beta(serial) => write!(f, "b{serial}")?,
            Stage::Candidate(serial) => write!(f, "rc{serial}")?,
            Stage::Final => {}
            Stage::Post(serial) => write!(f, ".post{serial}")?,
        }
        if self.later { f.write_str("+") } else { Ok(()) }
    }
}

impl FromStr for PythonVersion {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (version, later) = text.strip_suffix('+').map_or((text, false), |version| (version, true));
        let parsed = || {
            let staged = STAGES.iter().find_map(|(name, stage)| {
                let (numbers, serial) = version.rsplit_once(name)?;
                Some((numbers, stage(number(serial)?)))
            });
            let (numbers, stage) = staged.unwrap_or((version, Stage::Final));
            let numbers: Option<Vec<u16>> = numbers.split('.').map(number).collect();
            let &[major, minor, micro] = numbers?.as_slice() else { return None };
            Some(Self { major, minor, micro, stage, later })
        };
        parsed().ok_or_else(|| format!("`{text}` is not a Python version; expected one such as 3.13.5 or 3.15.0rc2"))
    }
}

/// A number as versions have it: digits only, no zero in front.
fn number(text: &str) -> Option<u16> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    if plain { text.parse().ok() } else { None }
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

impl From<DeploymentTarget> for macho::OsVersion {
    fn from(target: DeploymentTarget) -> Self {
        Self::new(target.major, target.minor)
    }
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
mod tests;
