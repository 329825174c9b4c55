//! The machine that builds, and what the cross toolchain on it is made of.

use std::collections::BTreeMap;

use serde::Serialize;

use super::keys::Executor;
use crate::digest::Sha256;
use crate::recipe::{LinuxTools, PackageLock};

/// The machine that builds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Host {
    /// macOS with Xcode or its command-line tools.
    Mac {
        /// What names the compiler and SDK exactly, for the steps' keys: `xcodebuild -version`, or the like.
        tools: String,
    },
    /// Linux.
    Linux {
        /// The GNU triple of the machine itself: `x86_64-pc-linux-gnu`.
        triple: String,
    },
}

/// What the cross toolchain is made of: `Mac/toolchains/linux.toml`, and digests of what stands beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToolchainData {
    /// The file.
    pub linux: LinuxTools,
    /// Of `Mac/sdk/` without its layer.
    pub sdk_spec: Sha256,
    /// Of `Mac/sdk/cocoa/`, the layer that only Tcl and Tk are compiled against.
    pub cocoa: Sha256,
    /// Of our stand-ins for Apple's tools.
    pub shims: Sha256,
    /// The packages that this machine's distribution has of it.
    pub lock: PackageLock,
    /// The code that carries plans out.
    pub executor: Executor,
    /// Patches of `Mac/patches/`, by name.
    pub patches: BTreeMap<String, Sha256>,
}
