//! A staged root: the audit, and with a policy all code in it.

use anyhow::{Context as _, Result, bail};
use release::audit::examine;
use release::build::Built;
use release::context::Context;
use release::demand::Demand;
use release::hint::Unusable;
use release::planning::planned_or_newest;
use release::verify::AuditReport;
use release::verify::code::{self, Lint};
use serde::Serialize;

use super::{Shape, Verify};

impl Verify {
    /// Checks a root, and prints what is wrong with it.
    pub(super) fn root(&self, cx: &Context, demand: &Demand) -> Result<()> {
        let unusable = || Unusable(format!("{} can't be checked", self.path.display()));
        let version = self.release.or_else(|| release::verify::version_of(&self.path));
        let plan = planned_or_newest(cx, version, &self.build.options()?)?.plan;
        let folders = vec![cx.paths.cache.clone()];
        let report = examine(cx, &plan, &Built { root: self.path.clone(), folders }).with_context(unusable)?;
        let anchors = demand.anchors()?;
        let expect = demand.expectations(demand.signer(&anchors));
        let lint = demand.policy.map(|_| code::of_root(&self.path, &expect)).transpose().with_context(unusable)?;
        let issues = lint.as_ref().map(|lint| lint.issues.as_slice()).unwrap_or_default();
        match self.json {
            Some(Shape::Findings) => cx.ui.json(&WithCode { report: &report, code: lint.as_ref() })?,
            Some(Shape::Notary) => {
                let log = code::notary_log(&self.path.to_string_lossy(), "", issues);
                cx.ui.json(&log)?;
            }
            None => {
                cx.ui.result(&report);
                lint.iter().for_each(|lint| cx.ui.result(lint));
            }
        }
        let sound = report.passed() && lint.is_none_or(|lint| lint.is_clean());
        if sound { Ok(()) } else { bail!("{} failed verification", self.path.display()) }
    }
}

/// The report on a root as JSON.
#[derive(Serialize)]
struct WithCode<'a> {
    #[serde(flatten)]
    report: &'a AuditReport,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'a Lint>,
}
