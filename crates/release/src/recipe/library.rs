//! A library that Python is linked with: `Mac/recipes/*.toml`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Source, text};
use crate::version::DeploymentTarget;
use macho::Arch;

/// How one version of one library is fetched and built. `Mac/recipes/README.md` explains every key.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Library {
    /// The library's short name, which also names its steps: `xz`.
    pub name: String,
    /// Upstream's version.
    pub version: String,
    /// SPDX expression.
    #[serde(deserialize_with = "text::said")]
    pub license: String,
    /// The licence's text, inside the source archive.
    #[serde(deserialize_with = "text::inside")]
    pub license_file: String,
    /// Why Python's installer carries it.
    #[serde(deserialize_with = "text::said")]
    pub why: String,
    /// The only SDK that it is built with; both when none is named.
    pub sdk: Option<Sdk>,
    /// Only installers for a macOS older than this carry it; later ones have it themselves.
    #[serde(default)]
    pub older_than: Option<DeploymentTarget>,
    /// What is fetched.
    pub source: Source,
    /// Upstream's patches of it, fetched too, in order; for the program `patch`, as `-p0` takes them.
    #[serde(default)]
    pub patches: Vec<Source>,
    /// How it is built.
    pub build: Build,
    /// What it answers when a configure script asks `pkg-config` for a module: its linker flags.
    #[serde(default)]
    pub pkg_config: BTreeMap<String, String>,
}

/// How a library is built.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Build {
    /// Which builder knows it.
    pub system: System,
    /// How all architectures come into one file.
    pub universal: Universal,
    /// Where it is installed.
    #[serde(default)]
    pub prefix: Prefix,
    /// The folder of the source in which all commands run; none is its top.
    #[serde(default, deserialize_with = "text::maybe_inside")]
    pub dir: Option<String>,
    /// The configure script, as seen from that folder (`autoconf` only); `./configure` by default.
    #[serde(default)]
    pub script: Option<String>,
    /// Libraries that it needs, which stand before it in the release's list: their trees are `@NAME@` in its texts.
    #[serde(default)]
    pub uses: Vec<String>,
    /// It is compiled against Cocoa, which the open SDK has in a layer of its own.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub cocoa: bool,
    /// Its configure script asks `uname` which system it builds for, whatever `--host` says.
    #[serde(default)]
    pub uname: bool,
    /// Arguments of its configure script.
    #[serde(default)]
    pub configure: Vec<String>,
    /// Compiler flags.
    #[serde(default)]
    pub cflags: Vec<String>,
    /// What installers for an old macOS add.
    #[serde(default)]
    pub older: Vec<Older>,
    /// Arguments of `make`.
    #[serde(default)]
    pub make: Vec<String>,
    /// Variables of `make` where it is compiled against that layer: what the layer lacks must be an error.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cocoa_make: Vec<String>,
    /// Arguments of the `make` that installs it.
    pub install: Vec<String>,
    /// Environment variables.
    #[serde(default)]
    pub env: BTreeMap<String, String>,
    /// What one architecture adds, where it differs (`universal = "lipo"` only).
    #[serde(default)]
    pub arch: BTreeMap<Arch, ArchBuild>,
    /// Headers that may differ between architectures; the universal one chooses by the compiler's macro.
    #[serde(default)]
    pub arch_headers: Vec<String>,
    /// What of it is shipped (`prefix = "framework"` only): paths below the framework's version folder.
    #[serde(default, deserialize_with = "text::all_inside")]
    pub ship: Vec<String>,
    /// Headers that its own installation leaves out: paths in the source, copied to the include folder.
    #[serde(default, deserialize_with = "text::all_inside")]
    pub headers: Vec<String>,
    /// Programs that the build runs and a bare machine lacks: names of `Mac/toolchains/linux.toml`, `[tools]`.
    #[serde(default)]
    pub tools: Vec<String>,
}

/// What installers for an old macOS add.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Older {
    /// The first macOS that doesn't need it.
    pub than: DeploymentTarget,
    /// More compiler flags.
    pub cflags: Vec<String>,
}

/// What one architecture adds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ArchBuild {
    /// More arguments of the configure script.
    #[serde(default)]
    pub configure: Vec<String>,
    /// More environment variables.
    #[serde(default)]
    pub env: BTreeMap<String, String>,
}

/// The declarations of macOS that everything is compiled against.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Sdk {
    /// Apple's: on a Mac, or given.
    Apple,
    /// Ours, made of open parts: it lacks Cocoa, and what is built here instead of Apple's own.
    Open,
}

/// A builder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum System {
    /// `./configure && make && make install`.
    Autoconf,
    /// A `Makefile` that needs no configuring: `make && make install PREFIX=…`.
    Make,
    /// OpenSSL's own `Configure`.
    Openssl,
}

/// How all architectures come into one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Universal {
    /// One build with every `-arch`.
    OnePass,
    /// One build for each architecture, merged file by file.
    Lipo,
}

/// Where a library is installed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Prefix {
    /// `/usr/local` of the sysroot: linked statically, nothing of it is shipped.
    #[default]
    Sysroot,
    /// The framework: its dynamic libraries are shipped there.
    Framework,
}
