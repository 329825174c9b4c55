//! Where the references of a Distribution lead: from the id of a `pkg-ref` to a component of the archive.
//!
//! Only the content of an element says where its component is; several elements may have one id, and one of them has the
//! content. The forms, all percent-encoded (RFC 3986 §2.1):
//!
//! | content | seen in | leads to |
//! |---|---|---|
//! | `#Name.pkg` | everything that `productbuild` writes | the directory `Name.pkg` of the archive |
//! | `file:#Name.pkg` | packages of 10.5 | the same |
//! | `Name.pkg`, `./Name.pkg`, `file:./Name.pkg` | documents before `productbuild` has them; it keeps the content and adds an element with `#Name.pkg` | the directory, if the archive has it; else a file beside the package |
//! | `http://…`, `/…`, `../…` | network installs of 10.4 | outside of the archive |

use std::collections::{BTreeMap, HashMap};

use percent_encoding::percent_decode_str;

use super::Distribution;

/// Which component each id means, and what is wrong with the others.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct References {
    targets: BTreeMap<String, usize>,
    problems: Vec<BadReference>,
}

/// A reference that leads to no component, or to more than one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum BadReference {
    /// No such directory in the archive.
    #[error("pkg-ref {id:?} leads to {name:?}, but the archive has no such component")]
    Missing {
        /// Of the reference.
        id: String,
        /// The name after `#`, decoded.
        name: String,
    },
    /// A path or an address that isn't in the archive.
    #[error("pkg-ref {id:?} leads to {location:?}, which is outside of the package")]
    Outside {
        /// Of the reference.
        id: String,
        /// As it stands in the document.
        location: String,
    },
    /// Two components.
    #[error("pkg-ref {id:?} leads to two components, {one:?} and {other:?}")]
    Ambiguous {
        /// Of the reference.
        id: String,
        /// One directory.
        one: String,
        /// Another one.
        other: String,
    },
    /// A choice installs something that no element gives a place.
    #[error("choice {choice:?} installs pkg-ref {id:?}, but no pkg-ref with that id says where its component is")]
    NoLocation {
        /// The choice.
        choice: String,
        /// Of the reference.
        id: String,
    },
}

/// What the content of one element leads to.
enum Target {
    Component(usize),
    Missing(String),
    Outside,
}

impl Distribution {
    /// Where the references lead, given the directories of the archive's components in their order.
    pub fn references<'a>(&self, components: impl IntoIterator<Item = &'a str>) -> References {
        let directories: Vec<&str> = components.into_iter().collect();
        let by_name: HashMap<&str, usize> =
            directories.iter().enumerate().rev().map(|(index, name)| (*name, index)).collect();
        let mut found: BTreeMap<&str, Vec<(&str, Target)>> = BTreeMap::new();
        let inside = self.choices.iter().flat_map(|choice| &choice.pkg_refs);
        for reference in self.pkg_refs.iter().chain(inside) {
            let location = reference.location.as_deref().map(str::trim).filter(|location| !location.is_empty());
            if let Some(location) = location {
                found.entry(&reference.id).or_default().push((location, target(location, &by_name)));
            }
        }
        let mut references = References::default();
        let named = |index: usize| directories.get(index).copied().unwrap_or_default().to_owned();
        for (id, targets) in &found {
            references.add(id, targets, &named);
        }
        for choice in &self.choices {
            for reference in choice.pkg_refs.iter().filter(|reference| !found.contains_key(reference.id.as_str())) {
                let (choice, id) = (choice.id.clone(), reference.id.clone());
                references.problems.push(BadReference::NoLocation { choice, id });
            }
        }
        references.problems.sort();
        references.problems.dedup();
        references
    }
}

/// Where a location leads. Names are compared decoded, then as they stand: some tools don't encode.
fn target(location: &str, components: &HashMap<&str, usize>) -> Target {
    let rest = location.strip_prefix("file:").unwrap_or(location);
    let (name, inside) = match rest.strip_prefix('#') {
        Some(name) => (name, true),
        None => (rest.strip_prefix("./").unwrap_or(rest), false),
    };
    let decoded = percent_decode_str(name).decode_utf8_lossy();
    match components.get(&*decoded).or_else(|| components.get(name)) {
        Some(index) => Target::Component(*index),
        None if inside => Target::Missing(decoded.into_owned()),
        None => Target::Outside,
    }
}

impl References {
    /// Notes where the elements of one id lead. A place outside doesn't matter beside one inside: `productbuild` leaves it
    /// there.
    fn add(&mut self, id: &str, targets: &[(&str, Target)], named: &dyn Fn(usize) -> String) {
        let mut to = None;
        for (_, target) in targets {
            let problem = match (target, to) {
                (Target::Component(index), Some(other)) if *index != other => {
                    BadReference::Ambiguous { id: id.to_owned(), one: named(other), other: named(*index) }
                }
                (Target::Component(index), _) => {
                    to = Some(*index);
                    continue;
                }
                (Target::Missing(name), _) => BadReference::Missing { id: id.to_owned(), name: name.clone() },
                (Target::Outside, _) => continue,
            };
            self.problems.push(problem);
        }
        match (to, targets.iter().find(|(_, target)| matches!(target, Target::Outside))) {
            (Some(index), _) => {
                self.targets.insert(id.to_owned(), index);
            }
            (None, Some((location, _))) => {
                self.problems.push(BadReference::Outside { id: id.to_owned(), location: (*location).to_owned() });
            }
            (None, None) => {}
        }
    }

    /// The component that an id means: its place in the order of the components.
    #[must_use]
    pub fn component(&self, id: &str) -> Option<usize> {
        self.targets.get(id).copied()
    }

    /// Every id that leads to a component, with that component.
    pub fn iter(&self) -> impl Iterator<Item = (&str, usize)> {
        self.targets.iter().map(|(id, index)| (id.as_str(), *index))
    }

    /// What leads nowhere, or to more than one place.
    #[must_use]
    pub fn problems(&self) -> &[BadReference] {
        &self.problems
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Choice, PkgRef};
    use super::*;

    /// A document with these elements, and a choice that installs each id.
    fn document(references: &[(&str, &str)]) -> Distribution {
        let to = |(id, location): &(&str, &str)| PkgRef {
            location: Some((*location).to_owned()).filter(|location| !location.is_empty()),
            ..PkgRef::to(id)
        };
        let pkg_refs: Vec<PkgRef> = references.iter().map(to).collect();
        let installed = references.iter().map(|(id, _)| PkgRef::to(id)).collect();
        let choice = Choice { id: "c".to_owned(), pkg_refs: installed, ..Choice::default() };
        Distribution { pkg_refs, choices: vec![choice], ..Distribution::new("T") }
    }

    fn problems(references: &[(&str, &str)]) -> String {
        let found = document(references).references(["A.pkg", "Ä b.pkg", "100%.pkg", "c%20d.pkg"]);
        found.problems().iter().map(|problem| format!("{problem}\n")).collect()
    }

    #[test]
    fn every_form_of_location_that_was_seen() {
        for (location, index) in [
            ("#A.pkg", 0),
            (" \n #A.pkg ", 0),
            ("file:#A.pkg", 0),
            ("file:./A.pkg", 0),
            ("./A.pkg", 0),
            ("A.pkg", 0),
            ("#%C3%84%20b.pkg", 1),
            ("#Ä b.pkg", 1),
            ("#100%.pkg", 2),
            ("#100%25.pkg", 2),
            ("#c%20d.pkg", 3),
            ("#c%2520d.pkg", 3),
        ] {
            let found = document(&[("id", location)]).references(["A.pkg", "Ä b.pkg", "100%.pkg", "c%20d.pkg"]);
            assert_eq!((found.component("id"), found.problems()), (Some(index), &[][..]), "{location}");
        }
    }

    #[test]
    fn what_leads_nowhere_is_named() {
        insta::assert_snapshot!(problems(&[
            ("missing", "#B%20b.pkg"),
            ("case", "#a.pkg"),
            ("below", "#A.pkg/Payload"),
            ("network", "http://example.com/A.pkg"),
            ("beside", "file:./B.pkg"),
            ("two", "#A.pkg"),
            ("two", "#100%25.pkg"),
            ("none", ""),
            ("half", "#A.pkg"),
            ("half", "#B.pkg"),
        ]), @r#"
        pkg-ref "below" leads to "A.pkg/Payload", but the archive has no such component
        pkg-ref "case" leads to "a.pkg", but the archive has no such component
        pkg-ref "half" leads to "B.pkg", but the archive has no such component
        pkg-ref "missing" leads to "B b.pkg", but the archive has no such component
        pkg-ref "beside" leads to "file:./B.pkg", which is outside of the package
        pkg-ref "network" leads to "http://example.com/A.pkg", which is outside of the package
        pkg-ref "two" leads to two components, "A.pkg" and "100%.pkg"
        choice "c" installs pkg-ref "none", but no pkg-ref with that id says where its component is
        "#);
        // As productbuild leaves it: what the author wrote, and what it added.
        assert_eq!(problems(&[("id", "http://example.com/A.pkg"), ("id", "#A.pkg")]), "");
    }
}
