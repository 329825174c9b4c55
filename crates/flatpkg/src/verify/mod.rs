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
mod finding;
mod meter;
mod product;
mod scripts;
mod surprise;

use std::fmt;
use std::path::Path;

use serde::Serialize;

use crate::package::{self, Package};
use crate::payload::Progress;
use crate::xar::Archive;
use meter::Meter;

pub use finding::{Finding, Findings, Options, Severity, chain};

/// All findings, sorted by place.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct VerifyReport {
    /// The findings.
    pub findings: Vec<Finding>,
}

impl VerifyReport {
    /// Whether there is no error; there may be notes.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.findings.iter().all(|finding| finding.severity == Severity::Note)
    }
}

impl fmt::Display for VerifyReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.findings.iter().try_for_each(|finding| writeln!(f, "{finding}"))
    }
}

/// Opens a package and checks it.
///
/// # Errors
/// The file can't be read or is no package; what is wrong inside a package is a finding.
pub fn verify_file(path: &Path, options: Options) -> Result<VerifyReport, package::PackageError> {
    Ok(verify(&Package::open(path)?, options))
}

/// Checks an open package.
#[must_use]
pub fn verify(package: &Package, options: Options) -> VerifyReport {
    verify_with(package, options, &|_| ())
}

/// Checks the archive alone: everything that a signature vouches for, without looking into the members.
#[must_use]
pub fn verify_archive(archive: &Archive, options: Options) -> VerifyReport {
    if let Some(finding) = container::cut_off(archive) {
        return VerifyReport { findings: vec![finding] };
    }
    VerifyReport { findings: container::check(archive, options).sorted() }
}

/// [`verify()`] that says how far it has come: entries of all archives, and their bytes as they are stored. What is expected is
/// what the package states.
#[must_use]
pub fn verify_with(package: &Package, options: Options, progress: &(dyn Fn(Progress) + Sync)) -> VerifyReport {
    if let Some(finding) = container::cut_off(package.archive()) {
        return VerifyReport { findings: vec![finding] };
    }
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
    VerifyReport { findings: findings.sorted() }
}
