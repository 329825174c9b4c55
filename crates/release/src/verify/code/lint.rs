//! What was found out about all code of a root or a package.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

use serde::Serialize;

use super::issue::{Issue, Severity};

/// What was found out about all code of a root or a package.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Lint {
    /// Everything that is wrong, sorted by path.
    pub issues: Vec<Issue>,
    /// Object files and static libraries: nobody signs them, and the service lets them pass.
    pub objects: Vec<String>,
    /// How many Mach-O files there are that must be signed.
    pub binaries: usize,
    /// Slices by the team that signed them; those that nobody signed are not counted.
    pub teams: BTreeMap<String, usize>,
}

impl Lint {
    /// Whether nothing is wrong; there may be warnings.
    pub fn is_clean(&self) -> bool {
        self.issues.iter().all(|issue| issue.severity == Severity::Warning)
    }

    /// One line that sums up.
    pub fn summary(&self) -> String {
        let issues = match self.issues.len() {
            0 => "nothing to reject".to_owned(),
            1 => "1 issue".to_owned(),
            many => format!("{many} issues"),
        };
        let mut text = format!("{issues} in {} Mach-O files", self.binaries);
        for (team, slices) in &self.teams {
            _ = write!(text, ", slices by team {}: {slices}", team.escape_debug());
        }
        if !self.objects.is_empty() {
            _ = write!(text, "; object files and static libraries, which nobody signs: {}", self.objects.len());
        }
        text
    }

    /// Everybody's findings together.
    pub(super) fn gather(parts: Vec<Self>) -> Self {
        let mut lint = Self::default();
        for part in parts {
            lint.issues.extend(part.issues);
            lint.objects.extend(part.objects);
            lint.binaries += part.binaries;
            for (team, count) in part.teams {
                *lint.teams.entry(team).or_default() += count;
            }
        }
        lint.issues.sort();
        lint.objects.sort();
        lint
    }
}

impl fmt::Display for Lint {
    /// One line an issue, then one line that sums up; no line break at the end.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.issues.iter().try_for_each(|issue| writeln!(f, "{issue}"))?;
        f.write_str(&self.summary())
    }
}
