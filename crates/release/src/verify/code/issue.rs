//! Reasons to reject code.

use std::fmt;

use flatpkg::shown::shown;
use flatpkg::verify::{self, Finding};
use serde::Serialize;
use serde_json::{Value, json};

/// Where Apple explains its reasons.
const EXPLANATION: &str = "https://developer.apple.com/documentation/security/notarizing_macos_software_before_distribution/resolving_common_notarization_issues";

/// How bad an issue is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The service rejects the package, or it would not work.
    Error,
    /// Odd.
    Warning,
}

/// Why code is rejected. The first seven are the notary service's own reasons, the others are ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// Nobody signed it.
    NotSigned,
    /// Somebody signed it, but not with a Developer ID.
    NotDeveloperId,
    /// The signature doesn't say when it was made.
    NoTimestamp,
    /// A program without the hardened runtime.
    NoHardenedRuntime,
    /// Built with an SDK that is too old.
    OldSdk,
    /// A program that lets itself be debugged.
    GetTaskAllow,
    /// The signature doesn't match what it signs.
    Invalid,
    /// Code of different teams.
    OtherTeam,
    /// A library that asks for entitlements: only programs can.
    EntitlementsOnLibrary,
    /// A program that asks for something else than was decided.
    OtherEntitlements,
    /// A folder where a framework has a link.
    AmbiguousBundle,
    /// An archive that can't be opened.
    Archive,
    /// An archive that has a file twice.
    AmbiguousArchive,
}

impl Reason {
    /// The reasons behind what was found wrong with a signature, with details. What is wrong whoever signed is an invalid
    /// signature, and `whoever` finds that out; what only a Developer ID must have is another reason.
    pub fn of(findings: &[Finding], whoever: impl FnOnce() -> Vec<Finding>) -> Vec<(Self, String)> {
        let errors: Vec<_> = findings.iter().filter(|finding| finding.severity == verify::Severity::Error).collect();
        if errors.is_empty() {
            return Vec::new();
        }
        let invalid = whoever();
        let reason = |finding: &Finding| match finding.what.as_str() {
            "the package" => Self::NotSigned,
            "the time stamp" => Self::NoTimestamp,
            certificate if certificate.starts_with("the certificate ") => Self::NotDeveloperId,
            _ if invalid.contains(finding) => Self::Invalid,
            _ => Self::NotDeveloperId,
        };
        errors.into_iter().map(|finding| (reason(finding), finding.sentence())).collect()
    }

    fn severity(self) -> Severity {
        match self {
            Self::Archive => Severity::Warning,
            _ => Severity::Error,
        }
    }

    /// What the service's log says, where it has words for it.
    pub fn message(self) -> &'static str {
        match self {
            Self::NotSigned => "The binary is not signed.",
            Self::NotDeveloperId => "The binary is not signed with a valid Developer ID certificate.",
            Self::NoTimestamp => "The signature does not include a secure timestamp.",
            Self::NoHardenedRuntime => "The executable does not have the hardened runtime enabled.",
            Self::OldSdk => "The binary uses an SDK older than the 10.9 SDK.",
            Self::GetTaskAllow => "The executable requests the com.apple.security.get-task-allow entitlement.",
            Self::Invalid => "The signature of the binary is invalid.",
            Self::OtherTeam => "The binary is signed by another team.",
            Self::EntitlementsOnLibrary => "The library requests entitlements, which only executables can have.",
            Self::OtherEntitlements => "The executable requests other entitlements than expected.",
            Self::AmbiguousBundle => "The bundle format is ambiguous (could be app or framework).",
            Self::Archive => "The archive could not be opened.",
            Self::AmbiguousArchive => "The archive has more than one file with the same name.",
        }
    }

    /// What to do about it.
    pub fn fix(self) -> &'static str {
        match self {
            Self::NotSigned => "sign it, and everything around it again: cargo xtask sign",
            Self::NotDeveloperId => "sign it with a Developer ID Application certificate and its whole chain",
            Self::NoTimestamp => "sign it with a time stamp: --timestamp-url",
            Self::NoHardenedRuntime => "sign it with the flag `runtime`",
            Self::OldSdk => "build it with the 10.9 SDK or later",
            Self::GetTaskAllow => "sign it without that entitlement: it is for debugging",
            Self::Invalid => "sign it again, after the last change: nothing may be stripped, merged or renamed later",
            Self::OtherTeam => "sign everything with one identity",
            Self::EntitlementsOnLibrary => "sign it without entitlements",
            Self::OtherEntitlements => "sign it with the entitlements that were decided on",
            Self::AmbiguousBundle => "pack the framework with its relative links",
            Self::Archive => "see whether it is broken, or what it is for",
            Self::AmbiguousArchive => "pack it again, with each file once",
        }
    }
}

/// One problem.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Issue {
    /// The file; inside an archive it comes after the archive's path.
    pub path: String,
    /// The slice, when it is about one: `arm64`, `x86_64h`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub architecture: Option<String>,
    /// How bad it is.
    pub severity: Severity,
    /// Why it is one.
    pub reason: Reason,
    /// In the service's words.
    pub message: &'static str,
    /// What exactly was found.
    pub detail: String,
    /// What to do about it.
    pub fix: &'static str,
}

impl Issue {
    /// A problem with a file.
    pub fn new(reason: Reason, path: &str, architecture: Option<&str>, detail: impl Into<String>) -> Self {
        Self {
            path: path.to_owned(),
            architecture: architecture.map(str::to_owned),
            severity: reason.severity(),
            reason,
            message: reason.message(),
            detail: detail.into(),
            fix: reason.fix(),
        }
    }
}

impl fmt::Display for Issue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let severity = if self.severity == Severity::Error { "error" } else { "warning" };
        write!(f, "{severity}: ")?;
        if !self.path.is_empty() {
            write!(f, "{}", shown(&self.path))?;
            if let Some(arch) = &self.architecture {
                write!(f, " ({arch})")?;
            }
            write!(f, ": ")?;
        }
        write!(f, "{}", self.message)?;
        if !self.detail.is_empty() {
            write!(f, " ({})", shown(&self.detail))?;
        }
        write!(f, " Fix: {}", self.fix)
    }
}

/// The issues in the shape of the log that `notarytool log` gives.
pub fn notary_log(archive: &str, sha256: &str, issues: &[Issue]) -> Value {
    let accepted = issues.iter().all(|issue| issue.severity == Severity::Warning);
    let (status, summary, code) = match accepted {
        true => ("Accepted", "Ready for distribution", 0),
        false => ("Invalid", "Archive contains critical validation errors", 4000),
    };
    let issues: Vec<_> = issues
        .iter()
        .map(|issue| {
            let path = if issue.path.is_empty() { archive.to_owned() } else { format!("{archive}/{}", issue.path) };
            json!({
                "severity": issue.severity,
                "code": null,
                "path": path,
                "message": issue.message,
                "docUrl": (issue.reason < Reason::OtherTeam).then_some(EXPLANATION),
                "architecture": issue.architecture,
                "detail": issue.detail,
                "fix": issue.fix,
            })
        })
        .collect();
    json!({
        "logFormatVersion": 1,
        "jobId": null,
        "status": status,
        "statusSummary": summary,
        "statusCode": code,
        "archiveFilename": archive,
        "uploadDate": null,
        "sha256": sha256,
        "ticketContents": null,
        "issues": issues,
    })
}
