//! What differs, and where it arose.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::Path;

use anyhow::Result;
use serde::Serialize;

use super::receipt::Receipt;
use crate::context::Context;
use crate::digest::Sha256;
use crate::evidence::assets;
use crate::install;
use crate::plan::Plan;

/// How many differences of packages are shown.
const SHOWN: usize = 20;

/// One thing that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Row {
    /// The step that it arose in, or what else it is about.
    pub place: String,
    /// What differs.
    pub what: String,
    /// There.
    pub theirs: String,
    /// Here.
    pub ours: String,
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:18} {:40} {:18} {}", self.place, self.what, self.theirs, self.ours)
    }
}

/// Inputs that are others here: steps whose own operations, code or sources differ, not those that only need one of them; sources;
/// assets of the installer.
///
/// # Errors
/// When an asset can't be read.
pub fn inputs(cx: &Context, receipt: &Receipt, plan: &Plan) -> Result<Vec<Row>> {
    let differs = |name: &str| receipt.steps.get(name) != plan.keys.get(name);
    let mut rows = Vec::new();
    for step in plan.steps.iter().filter(|step| differs(&step.name)) {
        let (theirs, ours) = (receipt.steps.get(&step.name), plan.keys.get(&step.name));
        if !step.needs.iter().any(|need| differs(need)) {
            rows.push(row(&step.name, "operations, flags, sources or code", theirs, ours));
        }
    }
    for (name, theirs) in receipt.steps.iter().filter(|(name, _)| !plan.keys.contains_key(*name)) {
        rows.push(row(name, "a step that there is none of here", Some(theirs), None));
    }
    let sources: BTreeMap<&str, Option<Sha256>> =
        plan.sources().into_iter().map(|source| (source.file.as_str(), source.pin.sha256())).collect();
    for theirs in &receipt.inputs.sources {
        let ours = sources.get(theirs.file.as_str()).copied().flatten();
        if ours != theirs.sha256 {
            rows.push(row("source", &theirs.file, theirs.sha256.as_ref(), ours.as_ref()));
        }
    }
    let (own, theirs) = (assets(cx)?, &receipt.inputs.installer_assets);
    let names: BTreeSet<&String> = own.keys().chain(theirs.keys()).collect();
    for name in names.into_iter().filter(|name| own.get(*name) != theirs.get(*name)) {
        rows.push(row("installer-assets", name, theirs.get(name), own.get(name)));
    }
    Ok(rows)
}

fn row(place: &str, what: &str, theirs: Option<&Sha256>, ours: Option<&Sha256>) -> Row {
    let short = |digest: Option<&Sha256>| digest.map_or_else(|| "-".to_owned(), Sha256::short);
    Row { place: place.to_owned(), what: what.to_owned(), theirs: short(theirs), ours: short(ours) }
}

/// How two packages of the same inputs differ. A file's step is the first whose product has it as it is here.
///
/// # Errors
/// When one can't be read.
pub fn packages(cx: &Context, plan: &Plan, theirs: &Path, ours: &Path, root: &Path) -> Result<Vec<Row>> {
    let offer = |path: &Path| install::open(path, None)?.offer();
    let report = effect::compare(&offer(theirs)?, &offer(ours)?, None, &[effect::Situation::Fresh])?;
    let mut rows = Vec::new();
    let paths = report.differences.iter().map(|difference| (difference.subject.to_string(), difference));
    for (what, difference) in paths.take(SHOWN) {
        let at = match &difference.subject {
            effect::Subject::Path(path) => arose(cx, plan, &root.join(path.as_path())),
            _ => None,
        };
        let place = at.unwrap_or_else(|| "package".to_owned());
        let shown = |side: &Option<String>| side.clone().unwrap_or_else(|| "-".to_owned());
        rows.push(Row { place, what, theirs: shown(&difference.old), ours: shown(&difference.new) });
    }
    if rows.is_empty() {
        // What Installer does is the same: the bytes are arranged in another way.
        let (there, here) = (Sha256::of_file(theirs)?.short(), Sha256::of_file(ours)?.short());
        rows.push(Row {
            place: "package".into(),
            what: "bytes that lay nothing down".into(),
            theirs: there,
            ours: here,
        });
    }
    Ok(rows)
}

/// The first step whose product has a file with these contents.
fn arose(cx: &Context, plan: &Plan, file: &Path) -> Option<String> {
    if !file.is_file() {
        return None;
    }
    let digest = Sha256::of_file(file).ok()?.to_string();
    let has = |name: &str| {
        let text = fs_err::read_to_string(cx.paths.manifests().join(plan.folder(name))).unwrap_or_default();
        text.lines().any(|line| line.ends_with(&digest))
    };
    plan.steps.iter().map(|step| &step.name).find(|name| has(name)).cloned()
}
