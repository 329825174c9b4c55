//! The cross toolchain: `Mac/toolchains/linux.toml`.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::Source;

/// What builds for macOS on Linux.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinuxTools {
    /// The compiler.
    pub llvm: Llvm,
    /// macOS's own C headers and the list of what its libSystem exports.
    pub headers: Headers,
    /// Programs that some library's build runs, by name.
    #[serde(default)]
    pub tools: BTreeMap<String, Program>,
}

/// A program that a build runs.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Program {
    /// Debian packages that bring it.
    pub packages: Vec<String>,
    /// Variables it needs where it is unpacked.
    #[serde(default)]
    pub env: BTreeMap<String, String>,
}

/// The compiler's packages.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Llvm {
    /// Major version.
    pub major: u32,
    /// Debian packages.
    pub packages: Vec<String>,
}

/// The package that carries macOS's C headers.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Headers {
    /// The wheel.
    pub source: Source,
}
