//! How long it took to make a package: what `cargo xtask release` writes beside it.

use serde::{Deserialize, Serialize};

/// The contents of `….pkg.timings.json`. Times are milliseconds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timings {
    /// What this run did, one after the other.
    pub stages: Vec<Stage>,
    /// What the build's steps took when they last ran, in the order of the plan.
    pub steps: Vec<Step>,
}

/// A part of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stage {
    /// `fetch`, `package`.
    pub name: String,
    /// From the start of the run.
    pub start: u64,
    /// How long.
    pub took: u64,
}

/// A step of the build.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// `openssl.arm64`.
    pub name: String,
    /// How long.
    pub took: u64,
    /// What had to be finished before.
    pub needs: Vec<String>,
}
