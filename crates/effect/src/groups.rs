//! Which choices have to be tried together.
//!
//! Ten choices have 1,024 selections. Where two parts touch no common path, what one does is the same with the other and
//! without it, so each is tried alone. Only parts that meet are tried in every combination:
//!
//! * one lays a file or a link where the other lays anything, or needs a folder;
//! * both lay a folder, but with other owners, modes or rules;
//! * one can't be left out, and both lay or need a folder that macOS doesn't have: it is there whatever is chosen;
//! * one lays a link, and something is laid below it: then all parts are one group, because nobody knows yet where that
//!   leads.
//!
//! Every path of a part is looked at once, with the folders above it that nobody lays down.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::disk::{Attributes, Rules, Steps};
use super::offer::{Choice, Node, Offer, OfferPart, Selection};
use super::situation::{ELSEWHERE, SYSTEM};

/// Entries that are laid down at most for one group, over all of its selections.
const MAX_WORK: usize = 1 << 22;

/// Selections of one group: at least this many whatever its size, and at most that many.
const SELECTIONS: (usize, usize) = (8, 1 << 10);

/// Parts that are tried together, and how.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Trial {
    /// All parts that take part.
    pub(super) parts: Selection,
    /// What can be chosen among them.
    pub(super) choices: Vec<String>,
    /// The selections.
    pub(super) selections: Vec<Selection>,
}

/// Parts that always go together: those of one choice, or one that can't be left out.
#[derive(Debug, Clone, Default)]
struct Unit {
    parts: Selection,
    choices: BTreeSet<String>,
    required: bool,
}

/// What has to be tried to compare two packages.
pub(super) fn trials(offers: [&Offer; 2]) -> Vec<Trial> {
    let units = units(offers);
    let by_part: HashMap<&str, usize> = units
        .iter()
        .enumerate()
        .flat_map(|(at, unit)| unit.parts.iter().map(move |part| (part.as_str(), at)))
        .collect();
    let parts: Vec<((usize, bool), &OfferPart)> = offers
        .iter()
        .flat_map(|offer| &offer.parts)
        .filter_map(|part| {
            let unit = *by_part.get(part.id.as_str())?;
            Some(((unit, units.get(unit)?.required), part))
        })
        .collect();
    let mut joined = Joined::new(units.len());
    meet(&parts, &mut joined);
    let mut sizes = vec![0; units.len()];
    for ((unit, _), part) in &parts {
        if let Some(size) = sizes.get_mut(*unit) {
            *size += 1 + part.paths.as_ref().map_or(0, Vec::len);
        }
    }
    let mut groups: BTreeMap<usize, (Vec<Unit>, usize)> = BTreeMap::new();
    for (at, (unit, size)) in units.into_iter().zip(sizes).enumerate() {
        let (group, total) = groups.entry(joined.root(at)).or_default();
        group.push(unit);
        *total += size;
    }
    groups.into_values().flat_map(|(group, size)| of_group(&group, size)).collect()
}

/// Parts that one choice of either package installs go together; those that can't be left out stand for themselves.
fn units(offers: [&Offer; 2]) -> Vec<Unit> {
    let choices = || offers.iter().flat_map(|offer| &offer.choices);
    let required: BTreeSet<&str> =
        choices().filter(|choice| choice.required).flat_map(|choice| choice.parts.iter().map(String::as_str)).collect();
    let optional = |choice: &Choice| -> Vec<String> {
        choice.parts.iter().filter(|part| !required.contains(part.as_str())).cloned().collect()
    };
    let mut numbers: BTreeMap<String, usize> = BTreeMap::new();
    for part in choices().filter(|choice| !choice.required).flat_map(optional) {
        let next = numbers.len();
        numbers.entry(part).or_insert(next);
    }
    let mut joined = Joined::new(numbers.len());
    for choice in choices().filter(|choice| !choice.required) {
        let parts = optional(choice);
        let places: Vec<usize> = parts.iter().filter_map(|part| numbers.get(part).copied()).collect();
        places.windows(2).for_each(|pair| {
            if let [a, b] = pair {
                joined.join(*a, *b)
            }
        });
    }
    let mut units: BTreeMap<usize, Unit> = BTreeMap::new();
    for (part, number) in &numbers {
        units.entry(joined.root(*number)).or_default().parts.insert(part.clone());
    }
    for choice in choices().filter(|choice| !choice.required) {
        let first = optional(choice).first().and_then(|part| numbers.get(part).copied());
        if let Some(unit) = first.and_then(|number| units.get_mut(&joined.root(number))) {
            unit.choices.insert(choice.id.clone());
        }
    }
    let alone =
        |part: &&str| Unit { parts: BTreeSet::from([(*part).to_owned()]), choices: BTreeSet::new(), required: true };
    required.iter().map(alone).chain(units.into_values()).collect()
}

/// The selections of parts that meet: every combination, if that isn't too much work; else all, none, each alone and all
/// but each; else all and none of them, and each for itself.
fn of_group(group: &[Unit], size: usize) -> Vec<Trial> {
    let optional: Vec<&Unit> = group.iter().filter(|unit| !unit.required).collect();
    let required: Selection = group.iter().filter(|unit| unit.required).flat_map(|unit| unit.parts.clone()).collect();
    let with = |chosen: &dyn Fn(usize) -> bool| -> Selection {
        let chosen = optional.iter().enumerate().filter(|(at, _)| chosen(*at));
        required.iter().cloned().chain(chosen.flat_map(|(_, unit)| unit.parts.iter().cloned())).collect()
    };
    let (count, most) = (optional.len(), (MAX_WORK / size.max(1)).clamp(SELECTIONS.0, SELECTIONS.1));
    let mut alone = Vec::new();
    let selections: Vec<Selection> = if count < 32 && 1_usize << count <= most {
        (0..1_usize << count).map(|bits| with(&|at| (bits >> at) & 1 == 1)).collect()
    } else if 2 * count + 2 <= most {
        let each = (0..count).flat_map(|one| [with(&|at| at == one), with(&|at| at != one)]);
        [with(&|_| false), with(&|_| true)].into_iter().chain(each).collect()
    } else {
        alone = optional.iter().map(|unit| trial([*unit].into_iter(), vec![unit.parts.clone()])).collect();
        vec![with(&|_| false), with(&|_| true)]
    };
    std::iter::once(trial(group.iter(), selections)).chain(alone).collect()
}

fn trial<'a>(units: impl Iterator<Item = &'a Unit> + Clone, selections: Vec<Selection>) -> Trial {
    Trial {
        parts: units.clone().flat_map(|unit| unit.parts.iter().cloned()).collect(),
        choices: units.flat_map(|unit| unit.choices.iter().cloned()).collect(),
        selections,
    }
}

/// What parts do at one path.
#[derive(Debug, Default)]
struct Touched {
    /// Whose parts, while they don't disturb each other; else one of them.
    units: Vec<usize>,
    /// How they lay a folder down.
    folder: Option<(Attributes, bool, bool)>,
    /// Somebody needs a folder there without laying it down.
    needed: bool,
    /// Somebody lays a link.
    link: bool,
    /// Somebody lays something below it, perhaps the same part.
    below: bool,
    /// They disturb each other.
    mixed: bool,
    /// Parts that can't be left out are among them.
    required: bool,
    /// And others.
    optional: bool,
}

impl Touched {
    /// Notes what a unit does there; the units that it has to be joined to.
    fn note(
        &mut self,
        (unit, required): (usize, bool),
        node: Option<&Node>,
        attributes: Attributes,
        rules: Rules,
    ) -> Vec<usize> {
        self.required |= required;
        self.optional |= !required;
        let quiet = match node {
            // Needed only: made if it is missing, which a folder that is laid down anyway makes no difference to.
            None => {
                let quiet = self.folder.is_none_or(suits);
                self.needed = true;
                quiet
            }
            Some(Node::Directory) => {
                let folder = (attributes, rules.overwrite_permissions, rules.follow_links);
                let quiet = self.folder.is_none_or(|other| other == folder) && (!self.needed || suits(folder));
                self.folder = Some(folder);
                quiet
            }
            Some(node) => {
                self.link |= matches!(node, Node::Symlink(_));
                false
            }
        };
        if quiet && !self.mixed && !(self.required && self.optional) {
            if self.units.last() != Some(&unit) {
                self.units.push(unit);
            }
            return Vec::new();
        }
        self.mixed = true;
        std::mem::replace(&mut self.units, vec![unit])
    }

    /// Something lies below a link.
    fn leads_away(&self) -> bool {
        self.link && (self.needed || self.below || self.folder.is_some())
    }
}

/// Whether a folder that is laid down is the same before and after one that is only needed.
fn suits((attributes, overwrite_permissions, follow_links): (Attributes, bool, bool)) -> bool {
    follow_links && (overwrite_permissions || attributes == Attributes::SYSTEM)
}

/// Joins the units that meet on a disk.
fn meet(parts: &[((usize, bool), &OfferPart)], joined: &mut Joined) {
    let mut touched: HashMap<&[u8], Touched> = HashMap::new();
    for (unit, part) in parts {
        let mut seen: HashSet<&[u8]> = HashSet::new();
        let mut steps = Steps::for_part(part);
        for laid in part.paths.iter().flatten() {
            let path = laid.path.as_bytes();
            let there = touched.entry(path).or_default();
            let others = there.note(*unit, Some(&laid.node), laid.attributes, part.rules());
            others.into_iter().for_each(|other| joined.join(unit.0, other));
            seen.insert(path);
            if laid.path.components().next() == Some(ELSEWHERE.as_bytes()) {
                return joined.join_all();
            }
            let mut above = laid.path.parent();
            if let Some(folder) = above {
                touched.entry(folder).or_default().below = true;
            }
            while let Some(path) = above.filter(|path| !of_system(path) && seen.insert(path)) {
                if !steps.take(path.len()) {
                    return joined.join_all();
                }
                let others = touched.entry(path).or_default().note(*unit, None, Attributes::SYSTEM, part.rules());
                others.into_iter().for_each(|other| joined.join(unit.0, other));
                above = path.iter().rposition(|&byte| byte == b'/').and_then(|slash| path.get(..slash));
            }
        }
    }
    if touched.values().any(Touched::leads_away) {
        joined.join_all();
    }
}

/// Folders that are there anyway; needing one changes nothing.
fn of_system(path: &[u8]) -> bool {
    path.is_empty() || SYSTEM.iter().any(|(name, _)| name.as_bytes() == path)
}

/// Sets of numbers that grow together.
struct Joined(Vec<usize>);

impl Joined {
    fn new(count: usize) -> Self {
        Self((0..count).collect())
    }

    fn root(&mut self, mut at: usize) -> usize {
        while let Some(up) = self.0.get(at).copied().filter(|up| *up != at) {
            let further = self.0.get(up).copied().unwrap_or(up);
            if let Some(own) = self.0.get_mut(at) {
                *own = further;
            }
            at = further;
        }
        at
    }

    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.root(a), self.root(b));
        if let Some(own) = self.0.get_mut(a.max(b)) {
            *own = a.min(b);
        }
    }

    fn join_all(&mut self) {
        self.0.iter_mut().for_each(|own| *own = 0);
    }
}
