//! Lock files of the toolchain: `Mac/toolchains/bookworm-amd64.lock`, one for each distribution and architecture.
//!
//! They pin every Debian package that a step unpacks, with all that it needs. `cargo xtask toolchain --update` writes them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::digest::Sha256;

/// A lock file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
pub struct PackageLock {
    /// Of the lock file that this one stands in for, since packages of that one are gone; only in the cache.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<Sha256>,
    /// By step: `llvm`, `tclsh`.
    #[serde(flatten)]
    pub steps: BTreeMap<String, Vec<LockedPackage>>,
}

/// A binary package of Debian's or Ubuntu's.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct LockedPackage {
    /// `clang-19`.
    pub name: String,
    /// `1:19.1.7-3~deb12u1`.
    pub version: String,
    /// Its place in the pool of any mirror: `pool/main/l/llvm-toolchain-19/clang-19_19.1.7-3~deb12u1_amd64.deb`.
    pub pool: String,
    /// Of the file.
    pub sha256: Sha256,
}

impl LockedPackage {
    /// Without its place, which is nothing that a product depends on.
    #[must_use]
    pub fn placeless(&self) -> Self {
        Self { pool: String::new(), ..self.clone() }
    }
}
