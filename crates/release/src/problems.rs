//! What is wrong, as people read it: one entry a cause, with how often and where first, instead of hundreds of lines that say the same.

use std::fmt::Write as _;

use flatpkg::shown::shown;
use flatpkg::verify as flat;

use crate::verify::Finding;
use crate::verify::code::{self, Issue, Severity as CodeSeverity};

/// How many places of a cause are shown.
const FIRST: usize = 3;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Severity {
    Error,
    Warning,
    Note,
}

/// One thing that is wrong in one place.
#[derive(Debug, Clone)]
pub struct Problem {
    severity: Severity,
    /// What all of its kind share.
    cause: String,
    /// What is its own: where, and what exactly.
    place: String,
    /// All of it in one line.
    alone: String,
}

impl From<&flat::Finding> for Problem {
    fn from(finding: &flat::Finding) -> Self {
        let flat::Finding { place, severity, what, got, expected } = finding;
        let severity = if *severity == flat::Severity::Error { Severity::Error } else { Severity::Note };
        let alone = format!("{}: {}", shown(place), shown(&finding.sentence()));
        let (cause, place) = match expected.as_str() {
            "" => (shown(&finding.sentence()), shown(place)),
            _ => {
                let own = format!("{place}: {got}, expected {expected}");
                (format!("{} is not as expected", shown(what)), shown(&own))
            }
        };
        Self { severity, cause, place, alone }
    }
}

impl From<&Issue> for Problem {
    fn from(issue: &Issue) -> Self {
        let severity = if issue.severity == CodeSeverity::Error { Severity::Error } else { Severity::Warning };
        let arch = issue.architecture.as_deref().map(|arch| format!(" ({arch})")).unwrap_or_default();
        let detail = if issue.detail.is_empty() { String::new() } else { format!(": {}", shown(&issue.detail)) };
        let alone = issue.to_string();
        Self {
            severity,
            cause: format!("{} Fix: {}", issue.message, issue.fix),
            place: format!("{}{arch}{detail}", shown(&issue.path)),
            alone: alone.split_once(": ").map(|(_, rest)| rest.to_owned()).unwrap_or_default(),
        }
    }
}

impl From<&Finding> for Problem {
    fn from(finding: &Finding) -> Self {
        let arch = finding.arch.map(|arch| format!(" ({arch})")).unwrap_or_default();
        let own = format!("{}{arch}: got {}, expected {}", finding.path, finding.got, finding.expected);
        let cause = finding.check.to_string();
        Self { severity: Severity::Error, cause, place: shown(&own), alone: finding.to_string() }
    }
}

/// All problems of a package's code.
pub fn of_code(lint: &code::Lint) -> impl Iterator<Item = Problem> {
    lint.issues.iter().map(Problem::from)
}

/// One entry a cause, the worst first; with `all`, every place of it, and what is odd but harmless, of which there is only the number
/// otherwise. Lines without a break at the end; nothing when nothing is wrong.
pub fn grouped(problems: &[Problem], all: bool) -> String {
    let mut groups: Vec<(&Problem, Vec<&Problem>)> = Vec::new();
    let is_shown = |problem: &&Problem| all || problem.severity != Severity::Note;
    for problem in problems.iter().filter(is_shown) {
        let same = |(first, _): &&mut (&Problem, Vec<&Problem>)| {
            (first.severity, &first.cause) == (problem.severity, &problem.cause)
        };
        match groups.iter_mut().find(same) {
            Some((_, members)) => members.push(problem),
            None => groups.push((problem, vec![problem])),
        }
    }
    groups.sort_by_key(|(first, _)| first.severity);
    let mut text = String::new();
    for (first, members) in groups {
        let severity = match first.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        };
        if members.len() == 1 {
            _ = writeln!(text, "{severity}: {}", first.alone);
            continue;
        }
        _ = writeln!(text, "{severity} in {} places: {}", members.len(), first.cause);
        let shown = if all { members.len() } else { FIRST };
        members.iter().take(shown).for_each(|member| _ = writeln!(text, "    {}", member.place));
        if let Some(more) = members.len().checked_sub(shown).filter(|more| *more > 0) {
            _ = writeln!(text, "    and {more} more; --verbose shows them");
        }
    }
    match problems.iter().filter(|problem| !is_shown(problem)).count() {
        0 => {}
        1 => text.push_str("1 thing is odd but harmless; --verbose shows it"),
        notes => _ = write!(text, "{notes} things are odd but harmless; --verbose shows them"),
    }
    text.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::code::Reason;

    #[test]
    fn one_cause_is_one_entry() {
        let mut problems: Vec<Problem> = (0..677)
            .map(|number| Problem::from(&Issue::new(Reason::NotSigned, &format!("lib/{number}.so"), Some("arm64"), "")))
            .collect();
        let mut findings = flat::Findings::default();
        findings.note("Bom", "rounded size", 3, 4);
        findings.error("Payload: ./a", "mode", "0644", "0755");
        findings.error("Payload: ./b", "mode", "0600", "0755");
        findings.says("PackageInfo", "the version", "is missing");
        problems.extend(findings.sorted().iter().map(Problem::from));
        insta::assert_snapshot!(grouped(&problems, false), @r"
        error in 677 places: The binary is not signed. Fix: sign it, and everything around it again: cargo xtask sign
            lib/0.so (arm64)
            lib/1.so (arm64)
            lib/2.so (arm64)
            and 674 more; --verbose shows them
        error: PackageInfo: the version is missing
        error in 2 places: mode is not as expected
            Payload: ./a: 0644, expected 0755
            Payload: ./b: 0600, expected 0755
        1 thing is odd but harmless; --verbose shows it
        ");
        assert!(grouped(&problems, true).ends_with("\nnote: Bom: rounded size is 3, expected 4"));
        assert_eq!(grouped(&problems, true).lines().count(), 1 + 677 + 1 + 3 + 1);
        assert_eq!(grouped(&[], false), "");
    }
}
