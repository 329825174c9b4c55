//! What came of one path.

use std::path::Path;

use anyhow::{Error, Result, anyhow};
use release::hint::{Unusable, hinted};
use release::ui::formatted;
use release::verdict::Verdict;
use release::verify::code::Lint;
use serde::Serialize;
use serde_json::Value;

/// What came of one path.
pub(super) struct Looked {
    pub verdict: Verdict,
    /// Whether nothing is wrong.
    pub is_clean: bool,
    /// For `--json`.
    pub json: Value,
}

/// A verdict, and what it is made of, for programs.
#[derive(Serialize)]
struct Said<'a, T> {
    verdict: &'a Verdict,
    #[serde(flatten)]
    found: &'a T,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'a Lint>,
}

/// The same as JSON with the number of its format.
pub(super) fn json(verdict: &Verdict, found: &impl Serialize, code: Option<&Lint>) -> Result<Value> {
    formatted(&Said { verdict, found, code })
}

/// What is said of something else than a flat package.
pub(super) fn not_for_notaries(path: &Path) -> Error {
    let what = Unusable(format!("{} is not what Apple's notary service takes", path.display()));
    hinted(anyhow!(what), "use --json")
}
