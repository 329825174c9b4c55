//! How two packages differ in what they do.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use rayon::prelude::*;

use super::difference::{Comparison, Difference, Group, Subject, fields};
use super::groups::{Trial, trials};
use super::install::{in_order, install_parts};
use super::{Choice, Endless, Event, Node, Offer, OfferPart, Outcome, Placed, Policy, Selection, Situation, Stated};
use flatpkg::mode::Mode;
use flatpkg::tree::TreePath;

/// A subject with what the two have there.
type Found = (Subject, Option<String>, Option<String>, String);

/// Where something was found: in which selections of a group, and in which situations.
type Cases = (BTreeSet<usize>, BTreeSet<Situation>);

/// Compares what two packages do in each situation: with `only` this selection, else with every one that can make a
/// difference. Of a folder only the paths are compared, with one selection.
///
/// Parts that don't meet on a disk are compared each for itself, so that time and memory grow with the size of the packages
/// and not with the number of selections ([`Comparison::work`]).
///
/// # Errors
/// Following the links of a package takes more work than its size allows.
pub fn compare(
    old: &Offer,
    new: &Offer,
    only: Option<&Selection>,
    situations: &[Situation],
) -> Result<Comparison, Endless> {
    let folder = old.is_folder || new.is_folder;
    let trials = match only {
        Some(selection) => vec![whole([old, new], selection.clone())],
        None if folder => vec![whole([old, new], if old.is_folder { new.initial() } else { old.initial() })],
        None => trials([old, new]),
    };
    let packages = [Indexed::new(old), Indexed::new(new)];
    let tried: Result<Vec<_>, Endless> = trials.par_iter().map(|trial| attempt(&packages, trial, situations)).collect();
    let (mut work, mut all) = (0, BTreeMap::<Found, (Option<usize>, Cases)>::new());
    for (group, (found, done)) in tried?.into_iter().enumerate() {
        work += done;
        for (found, cases) in found {
            all.entry(found).or_insert((Some(group), cases));
        }
    }
    if !folder {
        let rest = stated(old, new).into_iter().chain(order(old, new));
        all.extend(rest.map(|found| (found, Default::default())));
    }
    let difference = |((subject, old, new, reason), (group, (selections, situations))): (Found, (_, Cases))| {
        Difference { subject, old, new, reason, group, selections: selections.len(), situations }
    };
    let group = |trial: Trial| Group { selections: trial.selections.len(), choices: trial.choices };
    Ok(Comparison {
        selections: trials.iter().map(|trial| trial.selections.len()).sum(),
        groups: trials.into_iter().map(group).collect(),
        situations: situations.to_vec(),
        differences: all.into_iter().map(difference).collect(),
        work,
    })
}

/// All parts, with one selection.
fn whole(offers: [&Offer; 2], selection: Selection) -> Trial {
    let parts = offers.iter().flat_map(|offer| &offer.parts).map(|part| part.id.clone()).collect();
    Trial { parts, choices: Vec::new(), selections: vec![selection] }
}

/// A package with its parts by name.
struct Indexed<'a> {
    offer: &'a Offer,
    places: HashMap<&'a str, usize>,
}

impl<'a> Indexed<'a> {
    fn new(offer: &'a Offer) -> Self {
        let places = offer.parts.iter().enumerate().map(|(place, part)| (part.id.as_str(), place)).collect();
        Self { offer, places }
    }

    /// The parts with these names in the order of installation; all of a folder.
    fn chosen(&self, names: &Selection) -> Vec<&'a OfferPart> {
        if self.offer.is_folder {
            return self.offer.parts.iter().collect();
        }
        let mut places: Vec<usize> = names.iter().filter_map(|name| self.places.get(name.as_str()).copied()).collect();
        places.sort_unstable();
        places.into_iter().filter_map(|place| self.offer.parts.get(place)).collect()
    }
}

/// Compares some parts, for each of their selections in each situation. Gives back how much work it was, too.
fn attempt(
    [old, new]: &[Indexed<'_>; 2],
    trial: &Trial,
    situations: &[Situation],
) -> Result<(BTreeMap<Found, Cases>, u64), Endless> {
    let folder = old.offer.is_folder || new.offer.is_folder;
    let (one, two) = (old.chosen(&trial.parts), new.chosen(&trial.parts));
    let mut disks = Vec::new();
    for situation in situations {
        disks.push((*situation, situation.disk_of([&one, &two])?));
    }
    let cases: Vec<_> =
        trial.selections.iter().enumerate().flat_map(|at| disks.iter().map(move |disk| (at, disk))).collect();
    let found = cases.par_iter().map(|((at, selection), (situation, (disk, receipts)))| -> Result<_, Endless> {
        let run = |package: &Indexed<'_>| -> Result<Outcome, Endless> {
            let mut outcome = install_parts(&package.chosen(selection), disk.clone(), receipts)?;
            if folder {
                ignore_modes_of_links(&mut outcome);
            }
            Ok(outcome)
        };
        let (old, new) = (run(old)?, run(new)?);
        Ok((outcomes(&old, &new, folder), *at, *situation, old.work + new.work))
    });
    let (mut all, mut work) = (BTreeMap::<Found, Cases>::new(), 0);
    for (found, selection, situation, done) in found.collect::<Result<Vec<_>, _>>()? {
        work += done;
        for found in found {
            let (selections, situations) = all.entry(found).or_default();
            selections.insert(selection);
            situations.insert(situation);
        }
    }
    Ok((all, work))
}

/// Packages have them, and macOS; a folder on Linux has none.
fn ignore_modes_of_links(outcome: &mut Outcome) {
    for placed in outcome.disk.paths.values_mut().filter(|placed| matches!(placed.node, Node::Symlink(_))) {
        placed.attributes.mode = Mode::EXECUTABLE;
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

/// Scripts that only one has, or that differ.
fn scripts(old: &Outcome, new: &Outcome) -> Vec<Found> {
    let mut found = Vec::new();
    let by_key = |outcome: &Outcome| -> BTreeMap<(String, &'static str), Vec<String>> {
        let mut scripts: BTreeMap<_, Vec<String>> = BTreeMap::new();
        for event in &outcome.events {
            let text = format!("{} PACKAGE {} / /", event.digest, event.destination);
            scripts.entry((event.identifier.clone(), event.when)).or_default().push(text);
        }
        scripts
    };
    let (a, b) = (by_key(old), by_key(new));
    let keys: BTreeSet<_> = a.keys().chain(b.keys()).collect();
    for key in keys {
        let text = |scripts: &BTreeMap<_, Vec<String>>| scripts.get(key).map(|scripts| scripts.join("; "));
        push(&mut found, Subject::Script(key.0.clone(), key.1), text(&a), text(&b), "text or arguments");
    }
    found
}

/// Scripts that follow each other with the old package, and are the other way round with the new one. Which of two runs
/// first doesn't depend on what else is selected, so everything is.
fn order(old: &Offer, new: &Offer) -> Vec<Found> {
    let mut found = Vec::new();
    let everything = |offer: &Offer| offer.parts.iter().map(|part| part.identifier.clone()).collect::<BTreeSet<_>>();
    let receipts: BTreeSet<String> = everything(old).union(&everything(new)).cloned().collect();
    for receipts in [BTreeSet::new(), receipts] {
        let keys = |offer: &Offer| -> Vec<(String, &'static str)> {
            let parts: Vec<&OfferPart> = offer.parts.iter().collect();
            let mut seen = BTreeSet::new();
            let keys = in_order(&parts, &receipts).into_iter().map(|Event { identifier, when, .. }| (identifier, when));
            keys.filter(|key| seen.insert(key.clone())).collect()
        };
        let (a, b) = (keys(old), keys(new));
        for (one, two) in turned(&a, &b) {
            let name = |(identifier, when): &(String, &'static str)| format!("{when} {identifier}");
            let (one, two) = (name(one), name(two));
            let subject = Subject::Order(one.clone(), two.clone());
            let (a, b) = (format!("{one}, {two}"), format!("{two}, {one}"));
            found.push((subject, Some(a), Some(b), "order".to_owned()));
        }
    }
    found
}

/// Neighbours in the old order, of what both have, that the new order turns round. Two orders that differ have some.
fn turned<'a, T: Ord>(old: &'a [T], new: &[T]) -> Vec<(&'a T, &'a T)> {
    let places: BTreeMap<&T, usize> = new.iter().enumerate().map(|(place, key)| (key, place)).collect();
    let common: Vec<(&T, usize)> = old.iter().filter_map(|key| Some((key, *places.get(key)?))).collect();
    let pairs = common.windows(2).filter_map(|pair| match pair {
        [(one, first), (two, second)] if second < first => Some((*one, *two)),
        _ => None,
    });
    pairs.collect()
}

/// What the packages state, whatever is selected.
fn stated(old: &Offer, new: &Offer) -> Vec<Found> {
    let mut found = Vec::new();
    // Only flat packages state all of it; a bundle package is compared in what both formats can say.
    let all = old.stated.as_ref().zip(new.stated.as_ref());
    if let Some((a, b)) = all {
        statements(a, b, &mut found, &|name| Subject::Stated(name.to_owned()));
    }
    let by_id: HashMap<&str, &OfferPart> = new.parts.iter().map(|part| (part.id.as_str(), part)).collect();
    for a in &old.parts {
        // A part that only one has shows by its paths, scripts and choice.
        let Some(b) = by_id.get(a.id.as_str()) else { continue };
        for (policy, a_value) in &a.policies {
            let Some(b_value) = b.policies.get(policy) else { continue };
            if *policy == Policy::RootVolumeOnly && all.is_some() {
                continue; // Stated once, by the Distribution.
            }
            let subject = Subject::Policy(a.id.clone(), *policy);
            push(&mut found, subject, Some(a_value.clone()), Some(b_value.clone()), "policy");
        }
        if let Some((one, two)) = a.stated.as_ref().zip(b.stated.as_ref()) {
            statements(one, two, &mut found, &|name| Subject::Stated(format!("{name} of {}", a.id)));
        }
        let names: BTreeSet<&String> = a.companions.keys().chain(b.companions.keys()).collect();
        for name in names {
            let digest = |part: &OfferPart| part.companions.get(name).map(ToString::to_string);
            let subject = Subject::Companion(a.id.clone(), name.clone());
            push(&mut found, subject, digest(a), digest(b), "contents");
        }
    }
    choices(old, new, all.is_some(), &mut found);
    found
}

/// Every choice; where both state all of it, also what the user reads, and their order.
fn choices(old: &Offer, new: &Offer, all: bool, found: &mut Vec<Found>) {
    let by_id = |offer: &'_ Offer| -> BTreeMap<String, Choice> {
        let choices = offer.choices.iter().filter(|choice| all || !choice.parts.is_empty());
        choices.map(|choice| (choice.id.clone(), choice.clone())).collect()
    };
    let (a, b) = (by_id(old), by_id(new));
    let ids: BTreeSet<&String> = a.keys().chain(b.keys()).collect();
    for id in ids {
        let text = |choices: &BTreeMap<String, Choice>| choices.get(id).map(ToString::to_string);
        push(found, Subject::Choice(id.clone()), text(&a), text(&b), "choice");
        if let (true, Some(a), Some(b)) = (all, a.get(id), b.get(id)) {
            statements(&a.stated, &b.stated, found, &|name| Subject::Stated(format!("{name} of choice {id}")));
        }
    }
    if all {
        let ids = |offer: &Offer| -> Vec<String> { offer.choices.iter().map(|choice| choice.id.clone()).collect() };
        let (a, b) = (ids(old), ids(new));
        for (one, two) in turned(&a, &b) {
            let subject = Subject::Stated(format!("order of the choices {one} and {two}"));
            found.push((subject, Some(format!("{one}, {two}")), Some(format!("{two}, {one}")), "order".to_owned()));
        }
    }
}

fn statements(a: &Stated, b: &Stated, found: &mut Vec<Found>, subject: &dyn Fn(&str) -> Subject) {
    let names: BTreeSet<&String> = a.keys().chain(b.keys()).collect();
    for name in names {
        push(found, subject(name), a.get(name).cloned(), b.get(name).cloned(), "value");
    }
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
