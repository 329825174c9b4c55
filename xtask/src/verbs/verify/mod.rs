//! `cargo xtask verify`.

mod demand;
mod image;

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context as _, Result, anyhow, bail};
use clap::{Args, ValueEnum};
use flatpkg::package::Package;
use flatpkg::signature;
use flatpkg::verify::{Finding, Options, Severity};
use serde::Serialize;

use super::options::Options as Choices;
use crate::build::Built;
use crate::context::Context;
use crate::digest::Sha256;
use crate::hint::{Unusable, WithHint as _};
use crate::plan::{Plan, STACK_SIZE, framework_prefix};
use crate::recipe::Pyc;
use crate::ui::brief;
use crate::verify::code::{self, Issue, Lint, Reason};
use crate::verify::{Expectations, Linkage, Report};
use crate::version::PythonVersion;

pub use demand::{Demand, DemandFlags};
pub use image::product;

/// Check a flat package, or a staged root, and report everything that is wrong with it.
///
/// A package: every checksum and size, no gap or overlap, that bills of materials, payloads and the Distribution agree, and
/// that its signature is good. A root: slices, minimum macOS, install names, linked libraries, symbols, signatures, names of
/// build folders, modules. With --policy all code in it as well, as Apple's notary service would: who signed it, and how.
/// Nothing is asked of anybody: signatures, chains and time stamps are checked offline, revocation is not.
/// Exit code 0 when clean, 1 with findings, 2 when it can't be read or for a wrong command line.
#[derive(Debug, Args)]
pub struct Verify {
    /// A .pkg file, or the folder of a staged root.
    path: PathBuf,

    /// A root's release [default: what the root says it is, else the newest].
    #[arg(long, value_name = "VERSION")]
    release: Option<PythonVersion>,

    /// Slack bytes in a package, which some of Apple's own have, are errors too; so they are when a Developer ID is demanded.
    #[arg(long)]
    strict: bool,

    #[command(flatten)]
    demand: DemandFlags,

    #[command(flatten)]
    choices: Choices,

    /// For programs; `--json=notary` in the shape of the log of Apple's notary service.
    #[arg(long, value_name = "SHAPE", num_args = 0..=1, require_equals = true, default_missing_value = "findings")]
    json: Option<Shape>,
}

/// The shapes of JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Shape {
    /// Ours.
    Findings,
    /// Apple's.
    Notary,
}

impl Verify {
    /// Verifies, and prints the findings.
    ///
    /// # Errors
    /// When there are findings, or the file can't be read.
    pub fn run(self, cx: &Context) -> Result<()> {
        let demand = self.demand.demand()?;
        if self.path.is_dir() {
            return self.root(cx, &demand);
        }
        if self.path.is_file() && (self.release.is_some() || self.choices != Choices::default()) {
            let what = format!("{} is a package, which is judged without a release and choices", self.path.display());
            return Err(anyhow!(Unusable(what)))
                .hint("leave out --release and the options under `What is built` of --help");
        }
        let Some(shape) = self.json else { return demanded(cx, &self.path, self.strict, &demand) };
        let judgement = Judgement::of(&open(&self.path)?, self.strict, &demand, &|_| ())?;
        let sound = judgement.is_clean();
        cx.ui.result(match shape {
            Shape::Findings => serde_json::to_string_pretty(&judgement)?,
            Shape::Notary => serde_json::to_string_pretty(&judgement.notary_log(&self.path)?)?,
        });
        if sound { Ok(()) } else { bail!("{} is not sound", self.path.display()) }
    }

    fn root(&self, cx: &Context, demand: &Demand) -> Result<()> {
        let unusable = || Unusable(format!("{} can't be checked", self.path.display()));
        let version = self.release.or_else(|| crate::verify::version_of(&self.path));
        let plan = self.choices.plan_or_newest(cx, version)?;
        let folders = vec![cx.paths.cache.clone()];
        let report = examine(cx, &plan, &Built { root: self.path.clone(), folders }).with_context(unusable)?;
        let anchors = demand.anchors()?;
        let expect = demand.code(demand.signer(&anchors));
        let lint = demand.policy.map(|_| code::of_root(&self.path, &expect)).transpose().with_context(unusable)?;
        let issues = lint.as_ref().map(|lint| lint.issues.as_slice()).unwrap_or_default();
        match self.json {
            Some(Shape::Findings) => {
                cx.ui.result(serde_json::to_string_pretty(&WithCode { report: &report, code: lint.as_ref() })?);
            }
            Some(Shape::Notary) => {
                let log = code::notary_log(&self.path.to_string_lossy(), "", issues);
                cx.ui.result(serde_json::to_string_pretty(&log)?);
            }
            None => {
                cx.ui.result(&report);
                lint.iter().for_each(|lint| cx.ui.result(lint));
            }
        }
        let sound = report.passed() && lint.is_none_or(|lint| lint.is_clean());
        if sound { Ok(()) } else { bail!("{} is not sound", self.path.display()) }
    }
}

/// The report on a root as JSON.
#[derive(Serialize)]
struct WithCode<'a> {
    #[serde(flatten)]
    report: &'a Report,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'a Lint>,
}

/// Everything that there is to say about a package.
#[derive(Debug, Serialize)]
pub struct Judgement {
    /// What is wrong with the package as a package.
    pub findings: Vec<Finding>,
    /// Its signature.
    pub signature: signature::Report,
    /// All code in it, when it was looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<Lint>,
    /// What is wrong with the signature whoever made it.
    #[serde(skip)]
    inconsistent: Vec<Finding>,
}

impl Judgement {
    /// Looks at a package.
    ///
    /// # Errors
    /// When a payload can't be read; what is wrong with what was read is a finding.
    pub fn of(
        package: &Package,
        strict: bool,
        demand: &Demand,
        progress: &(dyn Fn(flatpkg::payload::Progress) + Sync),
    ) -> Result<Self> {
        let anchors = demand.anchors()?;
        let signer = demand.signer(&anchors);
        let options = Options { strict: strict || signer.policy.wants_developer_id() };
        let findings = flatpkg::verify::verify_with(package, options, progress).findings;
        let signature = signature::check(package.archive(), &signer);
        let whoever = signature::Expectations { policy: signature::Policy::Unsigned, team: None, ..signer };
        let inconsistent = signature::check(package.archive(), &whoever).findings;
        // Who signed the package must have signed what is in it.
        let team = signature.facts.signed.as_ref().and_then(|signed| signed.team.as_deref());
        let signer = signature::Expectations { team: signer.team.or(team), ..signer };
        let code = demand.policy.map(|_| code::of_package(package, &demand.code(signer)));
        let code = match code.transpose() {
            // A payload that can't be read was reported.
            Err(_) if findings.iter().any(|finding| finding.severity == Severity::Error) => None,
            other => other?,
        };
        Ok(Self { findings, signature, code, inconsistent })
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

    fn notary_log(&self, path: &Path) -> Result<serde_json::Value> {
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

impl fmt::Display for Judgement {
    /// One line a finding, then what the signature says, and the code; no line break at the end.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for finding in self.findings.iter().chain(&self.signature.findings) {
            writeln!(f, "{finding}")?;
        }
        let policy = match self.signature.policy {
            signature::Policy::Unsigned => String::new(),
            policy => format!(" (policy {policy})"),
        };
        write!(f, "signature{policy}: {}", self.signature.facts)?;
        if let Some(code) = &self.code {
            write!(f, "\n{code}")?;
        }
        Ok(())
    }
}

/// Opens a package.
///
/// # Errors
/// It can't be read, or is none: [`Unusable`].
pub fn open(path: &Path) -> Result<Package> {
    Package::open(path).with_context(|| unreadable(path))
}

/// What is said of a package, or a part of it, that can't be read.
pub fn unreadable(path: &Path) -> Unusable {
    Unusable(format!("{} can't be read as a package", path.display()))
}

/// Verifies a package, and its signature if it has one.
///
/// # Errors
/// All findings.
pub fn package(cx: &Context, path: &Path, strict: bool) -> Result<()> {
    demanded(cx, path, strict, &Demand::default())
}

/// Verifies a package of which something is demanded.
///
/// # Errors
/// All findings.
pub fn demanded(cx: &Context, path: &Path, strict: bool, demand: &Demand) -> Result<()> {
    let package = open(path)?;
    let name = format!("verify {}", path.file_name().unwrap_or_default().to_string_lossy());
    let started = Instant::now();
    let files = cx.ui.files(&name);
    let judgement = Judgement::of(&package, strict, demand, &|done| files.show(done))?;
    drop(files);
    cx.ui.say(&judgement);
    if !judgement.is_clean() {
        bail!("{} is not sound: {} findings", path.display(), judgement.errors());
    }
    cx.ui.say(format_args!("{:>7} {name}", brief(started.elapsed())));
    Ok(())
}

/// Audits a build's root.
///
/// # Errors
/// All findings.
pub fn audit(cx: &Context, plan: &Plan, built: &Built) -> Result<()> {
    let task = cx.ui.task("audit the staged root", None);
    let report = examine(cx, plan, built)?;
    if !report.passed() {
        cx.ui.say(&report);
        bail!("the staged root {} is not sound: {} findings", built.root.display(), report.findings.len());
    }
    let counts = &report.counts;
    task.done(format_args!(
        ": {} files, {} binaries, {} shared modules",
        counts.files, counts.machos, counts.shared_modules
    ));
    Ok(())
}

fn examine(cx: &Context, plan: &Plan, built: &Built) -> Result<Report> {
    let sdk = cx.paths.steps().join(plan.folder("sdk"));
    let archs: Vec<_> = plan.archs.keys().copied().collect();
    let Some(minimum) = plan.archs.values().min() else { bail!("the plan has no architectures") };
    let expect = Expectations {
        python: plan.python,
        archs,
        minimum: *minimum,
        prefix: framework_prefix(plan.python),
        modules: plan.expected_modules.clone(),
        licenses: ["python".to_owned()]
            .into_iter()
            .chain(plan.libraries.iter().map(|library| library.name.clone()))
            .collect(),
        current: plan.current,
        bytecode: plan.choices.pyc == Pyc::Hash,
        forbidden_paths: built.folders.iter().map(|folder| folder.to_string_lossy().into_owned()).collect(),
        sdk: sdk.is_dir().then_some(sdk),
        linkage: Linkage::read(&cx.paths.mac().join("linkage.toml"))?,
        stack_size: STACK_SIZE,
    };
    crate::verify::root(&built.root, &expect)
}
