//! A staged root: the audit, and with a policy all code in it.

use std::path::Path;

use anyhow::{Context as _, Result};
use release::audit::examine;
use release::build::Built;
use release::context::Context;
use release::demand::Demand;
use release::hint::Unusable;
use release::planning::planned_or_newest;
use release::problems::{Problem, grouped, of_code};
use release::verdict::{Met, Verdict};
use release::verify::code;

use super::looked::{self, Looked};
use super::{Shape, Verify};

impl Verify {
    /// Checks a root.
    pub(super) fn root(&self, cx: &Context, path: &Path, demand: &Demand) -> Result<Looked> {
        let unusable = || Unusable(format!("{} can't be checked", path.display()));
        let version = self.release.or_else(|| release::verify::version_of(path));
        let plan = planned_or_newest(cx, version, &self.build.options()?)?.plan;
        let folders = vec![cx.paths.cache.clone()];
        let report = examine(cx, &plan, &Built { root: path.to_owned(), folders }).with_context(unusable)?;
        let anchors = demand.anchors()?;
        let expect = demand.expectations(demand.signer(&anchors));
        let lint = demand.policy.map(|_| code::of_root(path, &expect)).transpose().with_context(unusable)?;
        let issues = lint.as_ref().map(|lint| lint.issues.as_slice()).unwrap_or_default();
        let rejected = issues.iter().filter(|issue| issue.severity == code::Severity::Error).count();

        let findings = report.findings.iter().map(Problem::from);
        let problems: Vec<Problem> = findings.chain(lint.iter().flat_map(of_code)).collect();
        let summaries = [
            Some(format!("root: {}", report.summary())),
            lint.as_ref().map(|lint| format!("code: {}", lint.summary())),
        ];
        let lines = [grouped(&problems, cx.ui.is_verbose())].into_iter().chain(summaries.into_iter().flatten());
        let lines: Vec<String> = lines.filter(|text| !text.is_empty()).collect();
        self.show(cx, path, &lines.join("\n"));

        let wrong = report.findings.iter().map(ToString::to_string).collect();
        let met = demand.policy.map(|name| Met { name, errors: rejected });
        let verdict = Verdict::unsigned(path, &format!("staged root of Python {}", plan.python), wrong, met);
        let json = match self.json {
            Some(Shape::Notary) => code::notary_log(&path.to_string_lossy(), "", issues),
            _ => looked::json(&verdict, &report, lint.as_ref())?,
        };
        Ok(Looked { verdict, is_clean: report.passed() && rejected == 0, json })
    }
}
