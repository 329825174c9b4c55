//! Packages: flat ones, and those of the old format.

use std::path::Path;

use anyhow::Result;
use flatpkg::kind::FileKind;
use release::context::Context;
use release::demand::Demand;
use release::flat::open;
use release::judgement::{Judgement, findings_of_old};
use release::problems::{Problem, grouped};
use release::ui::formatted;
use release::verdict::{Verdict, errors};
use serde_json::json;

use super::looked::{self, Looked, not_for_notaries};
use super::{Shape, Verify};

impl Verify {
    /// A flat package.
    pub(super) fn flat(&self, cx: &Context, path: &Path, demand: &Demand) -> Result<Looked> {
        let package = open(path)?;
        let files = cx.ui.files("verify");
        let judgement = Judgement::of(&package, demand, &|done| files.show(done))?;
        drop(files);
        let verdict = Verdict::of_package(path, &package, &judgement, demand.policy);
        self.show(cx, path, &judgement.told(cx.ui.is_verbose()));
        if self.json.is_none() && cx.ui.is_verbose() {
            cx.ui.result(format_args!("signature: {}", judgement.signature.facts));
        }
        let json = match self.json {
            Some(Shape::Notary) => judgement.notary_log(path)?,
            _ => looked::json(&verdict, &judgement, None)?,
        };
        Ok(Looked { verdict, is_clean: judgement.is_clean(), json })
    }

    /// A bundle package, a metapackage, or a disk image with a package.
    pub(super) fn old(&self, cx: &Context, path: &Path) -> Result<Looked> {
        if self.json == Some(Shape::Notary) {
            return Err(not_for_notaries(path));
        }
        let task = cx.ui.task("verify", None);
        let findings = findings_of_old(path)?;
        drop(task);
        let problems: Vec<Problem> = findings.iter().map(Problem::from).collect();
        self.show(cx, path, &grouped(&problems, cx.ui.is_verbose()));
        let kind = match FileKind::of(path)? {
            FileKind::DiskImage => "disk image with a package",
            FileKind::Metapackage => "metapackage",
            _ => "bundle package",
        };
        let errors = errors(&findings);
        let is_clean = errors.is_empty();
        let verdict = Verdict::unsigned(path, kind, errors, None);
        let json = formatted(&json!({ "verdict": verdict, "findings": findings }))?;
        Ok(Looked { verdict, is_clean, json })
    }
}
