//! `cargo xtask verify`.

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context as _, Result, bail};
use clap::Args;
use flatpkg::effect::Installable;
use flatpkg::package::Package;
use flatpkg::verify::Options;

use crate::build::Built;
use crate::context::Context;
use crate::hint::Unusable;
use crate::package::{Format, UnsignedPkg};
use crate::plan::{Plan, STACK_SIZE, framework_prefix};
use crate::recipe::{Pyc, Recipes, newest_built};
use crate::ui::brief;
use crate::verify::{Expectations, Linkage, Report};
use crate::version::PythonVersion;

/// Check a flat package, or a staged root, and report everything that is wrong with it.
///
/// A package: every checksum and size, no gap or overlap, and that bills of materials, payloads and the Distribution agree.
/// A root: slices, minimum macOS, install names, linked libraries, symbols, signatures, names of build folders, modules.
/// Exit code 0 when clean, 1 with findings, 2 when it can't be read or for a wrong command line.
#[derive(Debug, Args)]
pub struct Verify {
    /// A .pkg file, or the folder of a staged root.
    path: PathBuf,

    /// A root's release [default: what the root says it is, else the newest].
    #[arg(long, value_name = "VERSION")]
    release: Option<PythonVersion>,

    /// Slack bytes in a package, which some of Apple's own have, are errors too.
    #[arg(long)]
    strict: bool,

    /// For programs.
    #[arg(long)]
    json: bool,
}

impl Verify {
    /// Verifies, and prints the findings.
    ///
    /// # Errors
    /// When there are findings, or the file can't be read.
    pub fn run(self, cx: &Context) -> Result<()> {
        if self.path.is_dir() {
            return self.root(cx);
        }
        if !self.json {
            return package(cx, &self.path, self.strict);
        }
        let report = flatpkg::verify::verify(&open(&self.path)?, Options { strict: self.strict });
        cx.ui.result(serde_json::to_string_pretty(&report)?);
        if report.is_clean() { Ok(()) } else { bail!("{} is not sound", self.path.display()) }
    }

    fn root(&self, cx: &Context) -> Result<()> {
        let unusable = || Unusable(format!("{} can't be checked", self.path.display()));
        let version = match self.release.or_else(|| crate::verify::version_of(&self.path)) {
            Some(version) => version,
            None => newest_built(&cx.paths.mac())?,
        };
        let plan = super::plan::make(cx, version)?;
        let folders = vec![cx.paths.cache.clone()];
        let report = examine(cx, &plan, &Built { root: self.path.clone(), folders }).with_context(unusable)?;
        if self.json {
            cx.ui.result(serde_json::to_string_pretty(&report)?);
        } else {
            cx.ui.result(&report);
        }
        if report.passed() { Ok(()) } else { bail!("{} is not sound", self.path.display()) }
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

/// Verifies a package.
///
/// # Errors
/// All findings.
pub fn package(cx: &Context, path: &Path, strict: bool) -> Result<()> {
    let package = open(path)?;
    let name = format!("verify {}", path.file_name().unwrap_or_default().to_string_lossy());
    let started = Instant::now();
    let files = cx.ui.files(&name);
    let report = flatpkg::verify::verify_with(&package, Options { strict }, &|done| files.show(done));
    drop(files);
    for finding in &report.findings {
        cx.ui.say(finding);
    }
    if !report.is_clean() {
        bail!("{} is not sound: {} findings", path.display(), report.findings.len());
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
        Format::Flat => package(cx, &product.path, false),
        Format::Mpkg => image(cx, &product.path),
    }
}

/// Verifies a disk image: its checksums, and that the bill of materials of every package agrees with its archive.
fn image(cx: &Context, path: &Path) -> Result<()> {
    let task = cx.ui.task(format!("verify {}", path.file_name().unwrap_or_default().to_string_lossy()), None);
    let opened = crate::install::open(path)?;
    let mut wrong = Vec::new();
    if let Installable::Bundle(bundle) = opened.installable()? {
        for member in &bundle.members {
            let places = member.disagreements().with_context(|| unreadable(path))?;
            wrong.extend(places.iter().map(|place| format!("{}: {place}", member.file_name)));
        }
    }
    wrong.iter().for_each(|line| cx.ui.say(format_args!("{line}: the archive and its bill of materials disagree")));
    if !wrong.is_empty() {
        bail!("{} is not sound: {} findings", path.display(), wrong.len());
    }
    task.done("");
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
    let recipes = Recipes::load(&cx.paths.mac(), plan.python)?;
    let libraries = recipes.libraries.iter().map(|library| library.name.clone());
    let archs: Vec<_> = plan.archs.keys().copied().collect();
    let Some(minimum) = plan.archs.values().min() else { bail!("the plan has no architectures") };
    let expect = Expectations {
        python: plan.python,
        archs,
        minimum: *minimum,
        prefix: framework_prefix(plan.python),
        modules: plan.expected_modules.clone(),
        licenses: ["python".to_owned()].into_iter().chain(libraries).collect(),
        current: recipes.release.current,
        bytecode: plan.choices.pyc == Pyc::Hash,
        forbidden_paths: built.folders.iter().map(|folder| folder.to_string_lossy().into_owned()).collect(),
        sdk: sdk.is_dir().then_some(sdk),
        linkage: Linkage::read(&cx.paths.mac().join("linkage.toml"))?,
        stack_size: STACK_SIZE,
    };
    crate::verify::root(&built.root, &expect)
}
