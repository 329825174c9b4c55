//! Everything that there is to say about a package: its bytes, its signature, the code in it.
//!
//! [`Judgement::of`] is the one function that holds a package against a demand. `verify` prints what it says, and a
//! [`Verdict`](crate::verdict::Verdict) of it; `package`, `sign`
//! and `notarize` go on only when it finds nothing wrong.

use std::path::Path;
use std::time::Instant;

use anyhow::{Context as _, Result, anyhow};
use effect::Installable;
use flatpkg::package::Package;
use flatpkg::verify::{Finding, Options, Severity};
use pkgsign::Standing;
use serde::Serialize;

use crate::context::Context;
use crate::demand::Demand;
use crate::digest::Sha256;
use crate::flat::{open, unreadable};
use crate::package::{Format, UnsignedPkg};
use crate::problems::{Problem, grouped, of_code};
use crate::ui::{brief, counted};
use crate::verify::code::{self, Issue, Lint, Reason};

/// Everything that there is to say about a package.
#[derive(Debug, Serialize)]
pub struct Judgement {
    /// What is wrong with the package as a package.
    pub findings: Vec<Finding>,
    /// Its signature.
    pub signature: pkgsign::SignatureReport,
    /// All code in it, when it was looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<Lint>,
    /// Whether one may believe who signed.
    #[serde(skip)]
    standing: Standing,
    /// What is wrong with the signature whoever made it.
    #[serde(skip)]
    inconsistent: Vec<Finding>,
}

impl Judgement {
    /// Holds a package against what is demanded of it.
    ///
    /// # Errors
    /// When a payload can't be read; what is wrong with what was read is a finding.
    pub fn of(
        package: &Package,
        demand: &Demand,
        progress: &(dyn Fn(flatpkg::payload::Progress) + Sync),
    ) -> Result<Self> {
        let anchors = demand.anchors()?;
        let signer = demand.signer(&anchors);
        let findings = flatpkg::verify::verify_with(package, Options { strict: demand.ours }, progress).findings;
        let mut signature = pkgsign::check(package.archive(), &signer);
        let standing = Standing::of(package.archive(), &anchors, signer.now);
        if let (true, true, Standing::Untrusted { why, .. }) = (demand.trusted, signature.is_clean(), &standing) {
            signature.findings.push(Finding {
                place: "signature".to_owned(),
                severity: Severity::Error,
                what: "who signed it".to_owned(),
                got: format!("is not trusted: {why}"),
                expected: String::new(),
            });
        }
        let whoever =
            pkgsign::SignatureExpectations { policy: pkgsign::SignaturePolicy::Unsigned, team: None, ..signer };
        let inconsistent = pkgsign::check(package.archive(), &whoever).findings;
        // Who signed the package must have signed what is in it.
        let team = signature.facts.signed.as_ref().and_then(|signed| signed.team.as_deref());
        let signer = pkgsign::SignatureExpectations { team: signer.team.or(team), ..signer };
        let code = demand.code.then(|| code::of_package(package, &demand.expectations(signer)));
        let code = match code.transpose() {
            // A payload that can't be read was reported.
            Err(_) if findings.iter().any(|finding| finding.severity == Severity::Error) => None,
            other => other?,
        };
        Ok(Self { findings, signature, code, standing, inconsistent })
    }

    /// Whether nothing is wrong.
    pub fn is_clean(&self) -> bool {
        self.errors() == 0
    }

    /// How many things are wrong.
    pub fn errors(&self) -> usize {
        let findings = self.findings.iter().chain(&self.signature.findings);
        let issues = self.code.iter().flat_map(|code| &code.issues);
        findings.filter(|finding| finding.severity == Severity::Error).count()
            + issues.filter(|issue| issue.severity == code::Severity::Error).count()
    }

    /// Nothing when nothing is wrong.
    ///
    /// # Errors
    /// Everything that is wrong, one entry a cause.
    pub fn accept(&self) -> Result<()> {
        let findings = self.findings.iter().chain(&self.signature.findings);
        let findings = findings.filter(|finding| finding.severity == Severity::Error).map(Problem::from);
        let issues = self.code.iter().flat_map(|code| &code.issues);
        let issues = issues.filter(|issue| issue.severity == code::Severity::Error).map(Problem::from);
        let wrong: Vec<Problem> = findings.chain(issues).collect();
        if wrong.is_empty() { Ok(()) } else { Err(anyhow!("{}", grouped(&wrong, false))) }
    }

    /// Whether one may believe who signed.
    pub fn standing(&self) -> &Standing {
        &self.standing
    }

    /// All findings, one entry a cause; with `all`, every place of it. Then what there is to say of the code. Lines, if any, without
    /// a break at the end.
    pub fn told(&self, all: bool) -> String {
        let findings = self.findings.iter().chain(&self.signature.findings).map(Problem::from);
        let problems: Vec<Problem> = findings.chain(self.code.iter().flat_map(of_code)).collect();
        let code = self.code.as_ref().map(|code| format!("code: {}", code.summary()));
        let lines = [Some(grouped(&problems, all)).filter(|text| !text.is_empty()), code];
        lines.into_iter().flatten().collect::<Vec<_>>().join("\n")
    }

    /// As the log of Apple's notary service has it.
    ///
    /// # Errors
    /// When the file can't be read for its digest.
    pub fn notary_log(&self, path: &Path) -> Result<serde_json::Value> {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let of_package = |(reason, detail)| Issue::new(reason, "", None, detail);
        // The service makes the ticket, so it can't miss it.
        let signed: Vec<_> =
            self.signature.findings.iter().filter(|finding| finding.place != "ticket").cloned().collect();
        let damaged = Reason::of(&self.findings, || self.findings.clone());
        let mut issues: Vec<_> = damaged.into_iter().map(of_package).collect();
        issues.extend(Reason::of(&signed, || self.inconsistent.clone()).into_iter().map(of_package));
        issues.extend(self.code.iter().flat_map(|code| code.issues.iter().cloned()));
        Ok(code::notary_log(&name, &Sha256::of_file(path)?.to_string(), &issues))
    }
}

/// What is said of a package with so many problems, which were shown.
pub fn failed(path: &Path, problems: usize) -> anyhow::Error {
    anyhow!("{} failed verification: {}", path.display(), counted(problems, "problem"))
}

/// Verifies a package that we made.
///
/// # Errors
/// All findings.
pub fn package(cx: &Context, path: &Path) -> Result<()> {
    demanded(cx, path, &Demand { ours: true, ..Demand::default() })
}

/// Verifies a package of which something is demanded.
///
/// # Errors
/// All findings.
pub fn demanded(cx: &Context, path: &Path, demand: &Demand) -> Result<()> {
    let package = open(path)?;
    let name = format!("verify {}", path.file_name().unwrap_or_default().to_string_lossy());
    let started = Instant::now();
    let files = cx.ui.files(&name);
    let judgement = Judgement::of(&package, demand, &|done| files.show(done))?;
    drop(files);
    let told = judgement.told(false);
    if !told.is_empty() {
        cx.ui.say(told);
    }
    if !judgement.is_clean() {
        return Err(failed(path, judgement.errors()));
    }
    cx.ui.say(format_args!("{:>7} {name}", brief(started.elapsed())));
    Ok(())
}

/// Verifies a product of ours, of either format.
///
/// # Errors
/// All findings.
pub fn product(cx: &Context, product: &UnsignedPkg) -> Result<()> {
    match product.format {
        Format::Flat => package(cx, &product.path),
        Format::Mpkg => old(cx, &product.path),
    }
}

/// Verifies a bundle package, a metapackage or a disk image with a package: checksums of the image, and that the bill of
/// materials of every package agrees with its archive.
///
/// # Errors
/// All findings; it can't be read.
pub fn old(cx: &Context, path: &Path) -> Result<()> {
    let task = cx.ui.task(format!("verify {}", path.file_name().unwrap_or_default().to_string_lossy()), None);
    let findings = findings_of_old(path)?;
    let problems: Vec<Problem> = findings.iter().map(Problem::from).collect();
    if !problems.is_empty() {
        cx.ui.say(grouped(&problems, false));
    }
    let errors = findings.iter().filter(|finding| finding.severity == Severity::Error).count();
    if errors > 0 {
        return Err(failed(path, errors));
    }
    task.done("");
    Ok(())
}

/// What is wrong with a bundle package, a metapackage or what is in a disk image. Signatures have no place in them.
///
/// # Errors
/// It can't be read.
pub fn findings_of_old(path: &Path) -> Result<Vec<Finding>> {
    let opened = crate::install::open(path, None)?;
    let bundle = match opened.installable()? {
        Installable::Flat(package) => return Ok(flatpkg::verify::verify(package, Options::default()).findings),
        Installable::Bundle(bundle) => bundle,
    };
    let mut findings = Vec::new();
    for member in &bundle.members {
        for place in member.disagreements().with_context(|| unreadable(path))? {
            findings.push(Finding {
                place: format!("{}: {place}", member.file_name),
                severity: Severity::Error,
                what: "path".to_owned(),
                got: "not the same in the archive and in its bill of materials".to_owned(),
                expected: String::new(),
            });
        }
    }
    Ok(findings)
}
