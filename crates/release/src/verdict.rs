//! The verdict on a file, in one line: what it is, whether it is intact, who signed it and whether that can be believed, whether a
//! ticket of Apple's notary service is stapled to it.
//!
//! What a stranger wrote stands in quotes, and a signer is never named without `trusted` or `not trusted` after it.

use std::fmt;
use std::path::{Path, PathBuf};

use anyhow::Result;
use flatpkg::package::{Package, PackageKind};
use flatpkg::shown::shown;
use flatpkg::verify::{Finding, Severity};
use pkgsign::{SignaturePolicy, Standing};
use serde::Serialize;

use crate::colours::Tone;
use crate::demand::Demand;
use crate::judgement::Judgement;

/// See the module's text. As JSON it is part of what `verify --json` prints: `docs/json.md`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// The file, as it was named.
    pub path: PathBuf,
    /// What it is: `product archive of 7 components`. Nothing when it can't be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Why it can't be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unreadable: Option<String>,
    /// What is wrong with it as a package, signatures apart.
    pub problems: Vec<String>,
    /// Its signature; nothing where the format has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signature: Option<Signature>,
    /// Whether it meets the policy that was asked for, if any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy: Option<Met>,
}

/// Who signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Signature {
    /// Whether there is a signature at all.
    pub is_signed: bool,
    /// The name in the signer's certificate. It means nothing unless it is trusted: anybody can make a certificate with any name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signer: Option<String>,
    /// Whether a trusted root vouches for who signed, and what was signed is what is there.
    pub is_trusted: bool,
    /// The root that vouches for it, or why it is not trusted.
    pub why: String,
    /// Whether a ticket of Apple's notary service for this package is stapled to it. Only macOS can check who made the ticket.
    pub is_stapled: bool,
}

/// How a policy was met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Met {
    /// Which.
    pub name: SignaturePolicy,
    /// How many errors there are by it.
    pub errors: usize,
}

impl Verdict {
    /// What to say of a flat package that was judged.
    pub fn of_package(path: &Path, package: &Package, judgement: &Judgement, policy: Option<SignaturePolicy>) -> Self {
        let problems = errors(&judgement.findings);
        let kind = match (package.kind(), package.components().len()) {
            (PackageKind::Component, _) => "component package".to_owned(),
            (PackageKind::Product, 1) => "product archive of 1 component".to_owned(),
            (PackageKind::Product, count) => format!("product archive of {count} components"),
        };
        let is_stapled = judgement.signature.facts.stapled;
        let signature = Signature::new(judgement.standing(), problems.is_empty(), is_stapled);
        let policy = policy.map(|name| Met { name, errors: judgement.errors() });
        Self { kind: Some(kind), problems, signature: Some(signature), policy, ..Self::new(path) }
    }

    /// What to say of something that has no signature of its own: a package of the old format, or a staged root.
    pub fn unsigned(path: &Path, kind: &str, problems: Vec<String>, policy: Option<Met>) -> Self {
        Self { kind: Some(kind.to_owned()), problems, policy, ..Self::new(path) }
    }

    /// What to say of a file that can't be read.
    pub fn unreadable(path: &Path, why: String) -> Self {
        Self { unreadable: Some(why), ..Self::new(path) }
    }

    /// How good that is.
    pub fn tone(&self) -> Tone {
        let fails = self.policy.is_some_and(|met| met.errors > 0);
        let is_trusted = self.signature.as_ref().is_some_and(|it| it.is_trusted);
        if self.kind.is_none() || !self.problems.is_empty() || fails || self.is_distrusted() {
            Tone::Bad
        } else if is_trusted {
            Tone::Good
        } else {
            Tone::Doubtful
        }
    }

    /// Whether somebody signed it whom nobody trusted vouches for.
    pub fn is_distrusted(&self) -> bool {
        self.signature.as_ref().is_some_and(|it| it.is_signed && !it.is_trusted)
    }

    fn new(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            kind: None,
            unreadable: None,
            problems: Vec::new(),
            signature: None,
            policy: None,
        }
    }
}

/// The sentences of what is wrong, without what is only odd.
pub fn errors(findings: &[Finding]) -> Vec<String> {
    findings.iter().filter(|finding| finding.severity == Severity::Error).map(Finding::sentence).collect()
}

impl Signature {
    /// That of a package whose bytes are not looked at otherwise.
    ///
    /// # Errors
    /// Never: Apple's root is part of the program.
    pub fn of(package: &Package) -> Result<Self> {
        let demand = Demand::default();
        let anchors = demand.anchors()?;
        let standing = Standing::of(package.archive(), &anchors, demand.signer(&anchors).now);
        let is_stapled = package.archive().trailer().is_ok_and(|trailer| trailer.staple().is_some());
        Ok(Self::new(&standing, true, is_stapled))
    }

    fn new(standing: &Standing, is_intact: bool, is_stapled: bool) -> Self {
        let unsigned = Self { is_signed: false, signer: None, is_trusted: false, why: String::new(), is_stapled };
        match standing {
            Standing::Unsigned => Self { why: "nobody vouches for it".to_owned(), ..unsigned },
            Standing::Trusted { signer, root } => {
                let why = if is_intact { root.clone() } else { "it is damaged".to_owned() };
                Self { is_signed: true, signer: Some(signer.clone()), is_trusted: is_intact, why, is_stapled }
            }
            Standing::Untrusted { signer, why } => {
                Self { is_signed: true, signer: signer.clone(), why: why.to_string(), ..unsigned }
            }
        }
    }
}

impl fmt::Display for Verdict {
    /// One line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", shown(&self.path.display()))?;
        let Some(kind) = &self.kind else {
            return write!(f, "{}", shown(self.unreadable.as_deref().unwrap_or("cannot be read")));
        };
        write!(f, "{kind}")?;
        match self.problems.as_slice() {
            [] => f.write_str(", intact")?,
            [one] => write!(f, ", DAMAGED: {}", shown(one))?,
            many => write!(f, ", DAMAGED: {} problems", many.len())?,
        }
        if let Some(signature) = &self.signature {
            write!(f, "; {signature}")?;
        }
        match self.policy {
            None => Ok(()),
            Some(Met { name, errors: 0 }) => write!(f, "; meets the policy {name}"),
            Some(Met { name, errors: 1 }) => write!(f, "; FAILS the policy {name}: 1 error"),
            Some(Met { name, errors }) => write!(f, "; FAILS the policy {name}: {errors} errors"),
        }
    }
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let signer = self.signer.as_deref().map(|name| format!(" by \"{}\"", shown(&name.replace('"', "'"))));
        let signer = signer.unwrap_or_default();
        match (self.is_signed, self.is_trusted) {
            (false, _) => f.write_str("not signed")?,
            (true, true) => write!(f, "signed{signer}, trusted: {} vouches for it", shown(&self.why))?,
            (true, false) => write!(f, "signed{signer}, NOT trusted: {}", shown(&self.why))?,
        }
        f.write_str(if self.is_stapled { "; notarization ticket stapled" } else { "; no notarization ticket" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signer_is_named_with_what_that_is_worth() {
        let evil = "Apple\", trusted: \"Apple Root CA\u{1b}[1m".to_owned();
        let standing = Standing::Untrusted { signer: Some(evil), why: pkgsign::Distrust::SelfSigned };
        let line = Signature::new(&standing, true, true).to_string();
        insta::assert_snapshot!(line, @r#"signed by "Apple', trusted: 'Apple Root CA\u{1b}[1m", NOT trusted: the certificate vouches for itself; notarization ticket stapled"#);
        let trusted = Standing::Trusted { signer: "Developer ID Installer: A".into(), root: "Apple Root CA".into() };
        let told = |is_intact| Signature::new(&trusted, is_intact, false).to_string();
        insta::assert_snapshot!(told(true), @r#"signed by "Developer ID Installer: A", trusted: Apple Root CA vouches for it; no notarization ticket"#);
        insta::assert_snapshot!(told(false), @r#"signed by "Developer ID Installer: A", NOT trusted: it is damaged; no notarization ticket"#);
    }

    #[test]
    fn only_what_somebody_trusted_vouches_for_is_good() {
        let path = Path::new("a.pkg");
        let with = |is_signed, is_trusted| {
            let signature = Signature { is_signed, is_trusted, signer: None, why: String::new(), is_stapled: true };
            Verdict { signature: Some(signature), ..Verdict::unsigned(path, "component package", Vec::new(), None) }
        };
        let tones = [with(true, true), with(false, false), with(true, false)].map(|verdict| verdict.tone());
        assert_eq!(tones, [Tone::Good, Tone::Doubtful, Tone::Bad]);
        let met = |errors| Some(Met { name: SignaturePolicy::Unsigned, errors });
        assert_eq!(Verdict { policy: met(0), ..with(true, true) }.tone(), Tone::Good);
        assert_eq!(Verdict { policy: met(1), ..with(true, true) }.tone(), Tone::Bad);
        assert_eq!(Verdict { problems: vec!["cut off".into()], ..with(true, true) }.tone(), Tone::Bad);
        assert_eq!(Verdict::unreadable(path, "a ZIP archive".into()).tone(), Tone::Bad);
    }

    #[test]
    fn what_is_damaged_or_fails_says_so() {
        let path = Path::new("a.dmg");
        let line = |problems: &[&str], policy| {
            let problems = problems.iter().map(|text| (*text).to_owned()).collect();
            Verdict::unsigned(path, "metapackage", problems, policy).to_string()
        };
        assert_eq!(line(&[], None), "a.dmg: metapackage, intact");
        assert_eq!(line(&["the file was cut off"], None), "a.dmg: metapackage, DAMAGED: the file was cut off");
        let met = Met { name: SignaturePolicy::DeveloperId, errors: 2 };
        assert_eq!(
            line(&["a", "b"], Some(met)),
            "a.dmg: metapackage, DAMAGED: 2 problems; FAILS the policy developer-id: 2 errors"
        );
        assert_eq!(Verdict::unreadable(path, "a ZIP archive".into()).to_string(), "a.dmg: a ZIP archive");
    }
}
