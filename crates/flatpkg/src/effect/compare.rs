//! How two packages differ in what they do.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use rayon::prelude::*;
use serde::{Serialize, Serializer};

use super::{Node, Offer, Outcome, Part, Placed, Policy, Selection, Situation, install};
use crate::mode::Mode;
use crate::shown::shown;
use crate::tree::TreePath;

/// What two packages differ in.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// What lies at a path afterwards; where links led elsewhere, the path as the package has it.
    Path(TreePath),
    /// A script of a part, `before` or `after` the archives.
    Script(String, &'static str),
    /// The order of two scripts.
    Order(String, String),
    /// A file beside the scripts of a part.
    Companion(String, String),
    /// A receipt.
    Receipt(String),
    /// A policy of a part.
    Policy(String, Policy),
    /// A choice.
    Choice(String),
}

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// In what.
    pub subject: Subject,
    /// As the old package has it; `None` when it doesn't.
    pub old: Option<String>,
    /// As the new package has it.
    pub new: Option<String>,
    /// Which fields differ, or which package alone has it.
    pub reason: String,
    /// In how many selections; 0 where selections don't matter.
    pub selections: usize,
    /// In which situations; none where they don't matter.
    pub situations: BTreeSet<Situation>,
}

/// All differences, by subject.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// How many selections were tried.
    pub selections: usize,
    /// In each of these situations.
    pub situations: Vec<Situation>,
    /// What was found.
    pub differences: Vec<Difference>,
}

/// A subject with what the two have there.
type Found = (Subject, Option<String>, Option<String>, String);

/// Compares what two packages do, for each selection in each situation.
#[must_use]
pub fn compare(old: &Offer, new: &Offer, selections: &[Selection], situations: &[Situation]) -> Report {
    let disks: Vec<_> = situations.iter().map(|situation| (*situation, situation.disk([old, new]))).collect();
    let folder = old.is_folder || new.is_folder;
    let cases: Vec<_> = (0..selections.len()).flat_map(|at| disks.iter().map(move |disk| (at, disk))).collect();
    let found = cases.par_iter().map(|(at, (situation, (disk, receipts)))| {
        let Some(selection) = selections.get(*at) else { return Vec::new() };
        let run = |offer: &Offer| {
            let everything: Selection = offer.parts.iter().map(|part| part.identifier.clone()).collect();
            let selection = if offer.is_folder { &everything } else { selection };
            let mut outcome = install(offer, selection, disk.clone(), receipts);
            if folder {
                ignore_modes_of_links(&mut outcome);
            }
            outcome
        };
        let mut found = outcomes(&run(old), &run(new), folder);
        found.sort();
        found.dedup();
        found.into_iter().map(|found| (found, *at, *situation)).collect()
    });
    let mut all: BTreeMap<Found, (BTreeSet<usize>, BTreeSet<Situation>)> = BTreeMap::new();
    for (found, selection, situation) in found.flatten().collect::<Vec<_>>() {
        let (selections, situations) = all.entry(found).or_default();
        selections.insert(selection);
        situations.insert(situation);
    }
    if !folder {
        all.extend(stated(old, new).into_iter().map(|found| (found, Default::default())));
    }
    let difference = |((subject, old, new, reason), (selections, situations)): (Found, (BTreeSet<usize>, _))| {
        Difference { subject, old, new, reason, selections: selections.len(), situations }
    };
    Report {
        selections: selections.len(),
        situations: situations.to_vec(),
        differences: all.into_iter().map(difference).collect(),
    }
}

/// Packages have them, and macOS; a folder on Linux has none.
fn ignore_modes_of_links(outcome: &mut Outcome) {
    for placed in outcome.disk.paths.values_mut().filter(|placed| matches!(placed.node, Node::Symlink(_))) {
        placed.attributes.mode = Mode::EXECUTABLE;
    }
}

impl Report {
    /// Whether the two do the same.
    #[must_use]
    pub fn is_equal(&self) -> bool {
        self.differences.is_empty()
    }
}

fn outcomes(old: &Outcome, new: &Outcome, only_paths: bool) -> Vec<Found> {
    let mut found = paths(old, new);
    if only_paths {
        return found;
    }
    let receipts: BTreeSet<&String> = old.receipts.keys().chain(new.receipts.keys()).collect();
    for identifier in receipts {
        let (a, b) = (old.receipts.get(identifier), new.receipts.get(identifier));
        push(&mut found, Subject::Receipt(identifier.clone()), a.cloned(), b.cloned(), "version");
    }
    found.extend(scripts(old, new));
    found
}

fn paths(old: &Outcome, new: &Outcome) -> Vec<Found> {
    let mut found = Vec::new();
    let all: BTreeSet<&TreePath> = old.disk.paths.keys().chain(new.disk.paths.keys()).collect();
    for path in all {
        let (a, b) = (old.disk.paths.get(path), new.disk.paths.get(path));
        if a == b {
            continue;
        }
        let origin = old.origins.get(path).or_else(|| new.origins.get(path)).unwrap_or(path);
        let reason = match (a, b) {
            (Some(a), Some(b)) => fields(a, b),
            (Some(_), None) => "only with the old package".to_owned(),
            (None, _) => "only with the new package".to_owned(),
        };
        found.push((Subject::Path(origin.clone()), a.map(Placed::to_string), b.map(Placed::to_string), reason));
    }
    found
}

/// Which fields of two entries differ.
fn fields(a: &Placed, b: &Placed) -> String {
    let mut fields = Vec::new();
    match (&a.node, &b.node) {
        (Node::Directory, Node::Directory) => {}
        (Node::File { digest: a, .. }, Node::File { digest: b, .. }) if a == b => {}
        (Node::File { .. }, Node::File { .. }) => fields.push("contents"),
        (Node::Symlink(a), Node::Symlink(b)) if a == b => {}
        (Node::Symlink(_), Node::Symlink(_)) => fields.push("target"),
        _ => fields.push("kind"),
    }
    let pairs = [
        ("mode", a.attributes.mode == b.attributes.mode),
        ("owner", a.attributes.uid == b.attributes.uid),
        ("group", a.attributes.gid == b.attributes.gid),
    ];
    fields.extend(pairs.into_iter().filter(|(_, same)| !same).map(|(name, _)| name));
    fields.join(", ")
}

/// Scripts that only one has, that differ, or that run in another order.
fn scripts(old: &Outcome, new: &Outcome) -> Vec<Found> {
    let mut found = Vec::new();
    let key = |event: &super::Event| (event.identifier.clone(), event.when);
    let by_key = |outcome: &Outcome| -> BTreeMap<(String, &'static str), Vec<String>> {
        let mut scripts: BTreeMap<_, Vec<String>> = BTreeMap::new();
        for event in &outcome.events {
            let text = format!("{} PACKAGE {} / /", event.digest, event.destination);
            scripts.entry(key(event)).or_default().push(text);
        }
        scripts
    };
    let (a, b) = (by_key(old), by_key(new));
    let keys: BTreeSet<_> = a.keys().chain(b.keys()).collect();
    for key in keys {
        let text = |scripts: &BTreeMap<_, Vec<String>>| scripts.get(key).map(|scripts| scripts.join("; "));
        push(&mut found, Subject::Script(key.0.clone(), key.1), text(&a), text(&b), "text or arguments");
    }
    // Pairs that follow each other with the old package and are the other way round with the new one.
    let order = |outcome: &Outcome| -> Vec<(String, &'static str)> { outcome.events.iter().map(key).collect() };
    let (a, b) = (order(old), order(new));
    let place = |wanted: &(String, &'static str)| b.iter().position(|key| key == wanted);
    for (at, first) in a.iter().enumerate() {
        for second in a.iter().skip(at + 1).filter(|second| *second != first) {
            if place(second).zip(place(first)).is_some_and(|(second, first)| second < first) {
                let name = |(identifier, when): &(String, &'static str)| format!("{when} {identifier}");
                let (one, two) = (name(first), name(second));
                let subject = Subject::Order(one.clone(), two.clone());
                let (a, b) = (format!("{one}, {two}"), format!("{two}, {one}"));
                found.push((subject, Some(a), Some(b), "order".to_owned()));
            }
        }
    }
    found
}

/// What the packages state, whatever is selected.
fn stated(old: &Offer, new: &Offer) -> Vec<Found> {
    let mut found = Vec::new();
    for a in &old.parts {
        let identifier = &a.identifier;
        // A part that only one has shows by its paths, scripts and choice.
        let Some(b) = new.parts.iter().find(|part| part.identifier == *identifier) else { continue };
        for (policy, a) in &a.policies {
            let Some(b) = b.policies.get(policy) else { continue };
            push(&mut found, Subject::Policy(identifier.clone(), *policy), Some(a.clone()), Some(b.clone()), "policy");
        }
        let names: BTreeSet<&String> = a.companions.keys().chain(b.companions.keys()).collect();
        for name in names {
            let digest = |part: &Part| part.companions.get(name).map(ToString::to_string);
            let subject = Subject::Companion(identifier.clone(), name.clone());
            push(&mut found, subject, digest(a), digest(b), "contents");
        }
    }
    let ids: BTreeSet<&String> = [old, new].iter().flat_map(|offer| &offer.choices).map(|choice| &choice.id).collect();
    for id in ids {
        let text = |offer: &Offer| {
            let choice = offer.choices.iter().find(|choice| choice.id == *id)?;
            let word = match (choice.required, choice.selected) {
                (true, _) => "required",
                (false, true) => "selected",
                (false, false) => "not selected",
            };
            Some(format!("{word}: {}", choice.parts.join(", ")))
        };
        push(&mut found, Subject::Choice(id.clone()), text(old), text(new), "choice");
    }
    found
}

/// Notes what two have when they don't have the same.
fn push(found: &mut Vec<Found>, subject: Subject, old: Option<String>, new: Option<String>, differs: &str) {
    let reason = match (&old, &new) {
        (a, b) if a == b => return,
        (Some(_), Some(_)) => differs.to_owned(),
        (Some(_), None) => "only with the old package".to_owned(),
        (None, _) => "only with the new package".to_owned(),
    };
    found.push((subject, old, new, reason));
}

impl fmt::Display for Placed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let letter = match self.node {
            Node::Directory => 'd',
            Node::File { .. } => '-',
            Node::Symlink(_) => 'l',
        };
        let attributes = &self.attributes;
        write!(f, "{letter}{} {}:{}", attributes.mode.symbolic(), attributes.uid, attributes.gid)?;
        match &self.node {
            Node::Directory => Ok(()),
            Node::File { size, digest } => {
                let digest = digest.to_string();
                write!(f, " {size} bytes {}", digest.get(..16).unwrap_or_default())
            }
            Node::Symlink(target) => write!(f, " -> {}", target.escape_ascii()),
        }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Subject::Path(path) => write!(f, "/{}", if path.is_root() { String::new() } else { shown(path) }),
            Subject::Script(identifier, when) => write!(f, "script {} {}", shown(when), shown(identifier)),
            Subject::Order(first, second) => write!(f, "order of the scripts {} and {}", shown(first), shown(second)),
            Subject::Companion(identifier, name) => {
                write!(f, "{} beside the scripts of {}", shown(name), shown(identifier))
            }
            Subject::Receipt(identifier) => write!(f, "receipt {}", shown(identifier)),
            Subject::Policy(identifier, policy) => write!(f, "{policy} of {}", shown(identifier)),
            Subject::Choice(id) => write!(f, "choice {}", shown(id)),
        }
    }
}

impl Serialize for Subject {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl fmt::Display for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Policy::OverwritePermissions => "overwriting permissions",
            Policy::Relocation => "relocation",
            Policy::ReplacedAsAWhole => "bundles replaced as a whole",
            Policy::Authorization => "authorization",
            Policy::Restart => "restart",
            Policy::RootVolumeOnly => "root volume only",
        })
    }
}
