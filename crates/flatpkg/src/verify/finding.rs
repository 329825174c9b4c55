//! What is said of a package: one finding a thing, collected as they come.

use std::fmt;

use serde::Serialize;

use crate::shown::shown;

/// How strict to be.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// Whether the package must be as ours are: bytes that nothing refers to, sizes that are not recounted and the like are
    /// errors. Packages by Apple's tools and by others have them.
    pub strict: bool,
}

impl Options {
    /// How bad it is when a package is odd, and Installer doesn't mind.
    pub(super) fn odd(self) -> Severity {
        if self.strict { Severity::Error } else { Severity::Note }
    }
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The package is not what it should be.
    Error,
    /// Odd, but harmless: Apple's own tools do it.
    Note,
}

/// One thing that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Finding {
    /// Where: `header`, a member's path, or a member and a path inside it (`A.pkg/Bom: ./bin/tool`).
    pub place: String,
    /// How bad.
    pub severity: Severity,
    /// What was looked at.
    pub what: String,
    /// What is there; with nothing expected, the rest of the sentence that `what` begins.
    pub got: String,
    /// What should be there, where that isn't plain.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub expected: String,
}

impl Finding {
    /// The sentence, without place and severity.
    #[must_use]
    pub fn sentence(&self) -> String {
        let Self { what, got, expected, .. } = self;
        if expected.is_empty() { format!("{what} {got}") } else { format!("{what} is {got}, expected {expected}") }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let severity = if self.severity == Severity::Error { "error" } else { "note" };
        write!(f, "{severity}: {}: {}", shown(&self.place), shown(&self.sentence()))
    }
}

/// Findings being collected.
#[derive(Debug, Default)]
pub struct Findings(pub(super) Vec<Finding>);

impl Findings {
    /// All of them, sorted, each once.
    pub fn sorted(mut self) -> Vec<Finding> {
        self.0.sort();
        self.0.dedup();
        self.0
    }

    /// A finding: where, how bad, what is wrong, what is there, what ought to be.
    pub fn push(
        &mut self,
        severity: Severity,
        place: &str,
        what: &str,
        got: impl fmt::Display,
        expected: impl fmt::Display,
    ) {
        self.0.push(Finding {
            place: place.to_owned(),
            severity,
            what: what.to_owned(),
            got: got.to_string(),
            expected: expected.to_string(),
        });
    }

    /// An error: the place, what is wrong, what is there, what ought to be.
    pub fn error(&mut self, place: &str, what: &str, got: impl fmt::Display, expected: impl fmt::Display) {
        self.push(Severity::Error, place, what, got, expected);
    }

    /// An error in a sentence: `what` and `says` together.
    pub fn says(&mut self, place: &str, what: &str, says: impl fmt::Display) {
        self.push(Severity::Error, place, what, says, "");
    }

    /// An error: a part that can't be read at all, with the reason.
    pub fn unreadable(&mut self, place: &str, what: &str, reason: impl fmt::Display) {
        self.says(place, what, format_args!("cannot be read: {reason}"));
    }

    /// A note: the place, what is worth knowing, what is there, what is usual.
    pub fn note(&mut self, place: &str, what: &str, got: impl fmt::Display, expected: impl fmt::Display) {
        self.push(Severity::Note, place, what, got, expected);
    }

    /// A finding in a sentence, as bad as said.
    pub fn mentions(&mut self, severity: Severity, place: &str, what: &str, says: impl fmt::Display) {
        self.push(severity, place, what, says, "");
    }

    /// An error unless both are equal.
    pub fn equal<T: PartialEq + fmt::Display>(&mut self, place: &str, what: &str, got: T, expected: T) {
        if got != expected {
            self.error(place, what, got, expected);
        }
    }
}

/// An error with its causes in one line.
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
