//! Checking a package: everything but its signature, all findings at once.
//!
//! Three layers, each in its own file. `container` looks at the archive: checksums, sizes, gaps and overlaps. `component`
//! and `contents` compare what the parts of one component say about the same paths. `product` looks at the Distribution: whether every
//! reference leads somewhere. Whether a signature is good is asked by the crate `pkgsign`.
//!
//! Bytes that may change without a finding:
//!
//! * the ticket inside a stapled trailer: it is signed by Apple, for whatever is before it;
//! * slack bytes, which Apple's tools leave in some packages: their number is reported, not their value.
//!
//! A package made by this crate has neither, and no bit of it can flip unseen.
//!
//! Errors are what changes what Installer does, or what no tool of Apple's has written. What those tools, and makers of packages
//! that many people install, do differently from us and Installer doesn't mind is a note, unless the package must be as ours are
//! ([`Options::strict`]). Beside each finding stands whether that was ever shipped: *never* means that no package that was looked
//! at has it and that it would break; *seen* names who made it; *could be* means that a tool writes it when asked.

mod component;
mod container;
mod contents;
mod meter;
mod product;
mod scripts;
mod surprise;

use std::fmt;
use std::path::Path;

use serde::Serialize;

use crate::package::{self, Package};
use crate::payload::Progress;
use crate::shown::shown;
use crate::xar::Archive;
use meter::Meter;

/// How strict to be.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// Whether the package must be as ours are: bytes that nothing refers to, sizes that are not recounted and the like are
    /// errors. Packages by Apple's tools and by others have them.
    pub strict: bool,
}

impl Options {
    /// How bad it is when a package is odd, and Installer doesn't mind.
    fn odd(self) -> Severity {
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

/// All findings, sorted by place.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The findings.
    pub findings: Vec<Finding>,
}

impl Report {
    /// Whether there is no error; there may be notes.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.findings.iter().all(|finding| finding.severity == Severity::Note)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.findings.iter().try_for_each(|finding| writeln!(f, "{finding}"))
    }
}

/// Opens a package and checks it.
///
/// # Errors
/// The file can't be read or is no package; what is wrong inside a package is a finding.
pub fn verify_file(path: &Path, options: Options) -> Result<Report, package::Error> {
    Ok(verify(&Package::open(path)?, options))
}

/// Checks an open package.
#[must_use]
pub fn verify(package: &Package, options: Options) -> Report {
    verify_with(package, options, &|_| ())
}

/// Checks the archive alone: everything that a signature vouches for, without looking into the members.
#[must_use]
pub fn verify_archive(archive: &Archive, options: Options) -> Report {
    Report { findings: container::check(archive, options).sorted() }
}

/// [`verify()`] that says how far it has come: entries of all archives, and their bytes as they are stored. What is expected is
/// what the package states.
#[must_use]
pub fn verify_with(package: &Package, options: Options, progress: &(dyn Fn(Progress) + Sync)) -> Report {
    let meter = Meter::new(package, progress);
    let (mut findings, others) = rayon::join(
        || container::check(package.archive(), options),
        || {
            let mut findings = Findings::default();
            let components = component::check_all(package, options, &meter, &mut findings);
            product::check(package, &components, options, &mut findings);
            findings
        },
    );
    findings.0.extend(others.0);
    Report { findings: findings.sorted() }
}

/// Findings being collected.
#[derive(Debug, Default)]
pub struct Findings(Vec<Finding>);

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
