//! What was staged, held against what the plan says of it.

use anyhow::{Result, bail};

use crate::build::Built;
use crate::context::Context;
use crate::plan::{Plan, STACK_SIZE};
use crate::problems::{Problem, grouped};
use crate::recipe::Pyc;
use crate::ui::counted;
use crate::verify::{AuditReport, Expectations, Linkage};

/// Audits a build's root.
///
/// # Errors
/// All findings.
pub fn audit(cx: &Context, plan: &Plan, built: &Built) -> Result<()> {
    // What the SDK says is believed.
    crate::build::finished::check(cx, plan, &[plan.sdk_step()])?;
    let task = cx.ui.task("audit the staged root", None);
    let report = examine(cx, plan, built)?;
    if !report.passed() {
        let problems: Vec<Problem> = report.findings.iter().map(Problem::from).collect();
        cx.ui.say(grouped(&problems, false));
        bail!("the staged root {} failed the audit: {}", built.root.display(), counted(problems.len(), "problem"));
    }
    let counts = &report.counts;
    task.done(format_args!(
        ": {} files, {} binaries, {} shared modules",
        counts.files, counts.machos, counts.shared_modules
    ));
    Ok(())
}

/// Looks at a root that a plan describes.
///
/// # Errors
/// When the root or the rules can't be read; what is wrong with it is in the report.
pub fn examine(cx: &Context, plan: &Plan, built: &Built) -> Result<AuditReport> {
    let sdk = cx.paths.steps().join(plan.folder(plan.sdk_step()));
    let archs: Vec<_> = plan.archs.keys().copied().collect();
    let Some(minimum) = plan.archs.values().min() else { bail!("the plan has no architectures") };
    let expect = Expectations {
        python: plan.python,
        archs,
        minimum: *minimum,
        frameworks: plan.frameworks.clone(),
        modules: plan.expected_modules.clone(),
        licenses: ["python".to_owned()]
            .into_iter()
            .chain(plan.libraries.iter().map(|library| library.name.clone()))
            .collect(),
        current: plan.current,
        bytecode: plan.options.pyc == Some(Pyc::Hash),
        forbidden_paths: built.folders.iter().map(|folder| folder.to_string_lossy().into_owned()).collect(),
        // That of the build; a Mac's plan has no step for it.
        sdk: Some(sdk).filter(|sdk| sdk.is_dir()).or_else(crate::host::apple_sdk),
        linkage: Linkage::read(&cx.paths.mac().join("linkage.toml"))?,
        stack_size: STACK_SIZE,
    };
    crate::verify::root(&built.root, &expect)
}
