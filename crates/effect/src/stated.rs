//! What a package states beside what it lays down: all that the Installer decides by, and all that a user sees.
//!
//! Every attribute and text of the two documents counts, known or not, but for what is compared elsewhere (paths, scripts,
//! [`Policy`](super::Policy), choices) and for what only describes the component (sizes, versions).

use std::collections::BTreeMap;

use flatpkg::xml::Element;

/// Statements by name.
pub type Stated = BTreeMap<String, String>;

/// Attributes of a `pkg-ref` that the component knows itself, or that are a policy.
const OF_REFERENCES: [&str; 7] =
    ["id", "version", "installKBytes", "updateKBytes", "packageIdentifier", "auth", "onConclusion"];

/// Attributes of a `PackageInfo` that are compared elsewhere, or say who made it.
const OF_COMPONENTS: [&str; 9] = [
    "identifier",
    "version",
    "format-version",
    "generator-version",
    "install-location",
    "auth",
    "relocatable",
    "overwrite-permissions",
    "postinstall-action",
];

/// Elements of a `PackageInfo` that are compared elsewhere.
const IN_COMPONENTS: [&str; 4] = ["payload", "relocate", "upgrade-bundle", "atomic-update-bundle"];

/// Statements as they are met: one name may have several.
#[derive(Default)]
struct Found(BTreeMap<String, Vec<String>>);

impl Found {
    fn add(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.0.entry(name.into()).or_default().push(value.into());
    }

    fn attributes(&mut self, element: &Element, name: impl Fn(&str) -> String) {
        for (key, value) in &element.attributes {
            self.add(name(key), value.trim());
        }
    }

    /// One text for each name. Elements may stand in any order, but for scripts.
    fn stated(self) -> Stated {
        let one = |(name, mut values): (String, Vec<String>)| {
            if name != "script" {
                values.sort();
                values.dedup();
            }
            (name, values.join("; "))
        };
        self.0.into_iter().map(one).collect()
    }
}

/// Of a Distribution, but for its choices. `component` gives a name to the id of a `pkg-ref`.
pub(super) fn of_distribution(root: &Element, component: &dyn Fn(&str) -> String) -> Stated {
    let mut found = Found::default();
    for element in &root.children {
        let name = element.name.as_str();
        match name {
            "choices-outline" => {}
            "choice" => element.children_named("pkg-ref").for_each(|own| reference(own, component, &mut found)),
            "pkg-ref" => reference(element, component, &mut found),
            "title" | "script" => found.add(name, element.text.trim()),
            "options" => {
                for (key, value) in &element.attributes {
                    let list = key == "hostArchitectures";
                    found.add(key, if list { sorted(value) } else { value.trim().to_owned() });
                }
            }
            "domains" => found.attributes(element, str::to_owned),
            "allowed-os-versions" => allowed(element, &mut found),
            _ => {
                found.attributes(element, |key| format!("{name} {key}"));
                for child in &element.children {
                    if child.name == "allowed-os-versions" {
                        allowed(child, &mut found);
                    } else {
                        found.add(format!("{name} {}", child.name), flat(child));
                    }
                }
                let text = element.text.trim();
                if !text.is_empty() {
                    found.add(name, text);
                }
            }
        }
    }
    found.stated()
}

/// Words of a list with commas, in one order.
fn sorted(list: &str) -> String {
    let mut words: Vec<&str> = list.split(',').map(str::trim).filter(|word| !word.is_empty()).collect();
    words.sort_unstable();
    words.join(",")
}

/// Versions of macOS, inside of a `volume-check` or not.
fn allowed(element: &Element, found: &mut Found) {
    for range in element.children_named("os-version") {
        let before =
            range.attribute("before").map_or_else(|| " or later".to_owned(), |end| format!(" to before {end}"));
        let min = range.attribute("min").unwrap_or("any").trim();
        found.add("allowed macOS", format!("{min}{before}"));
    }
}

fn reference(element: &Element, component: &dyn Fn(&str) -> String, found: &mut Found) {
    let of = component(element.attribute("id").unwrap_or_default());
    for (key, value) in element.attributes.iter().filter(|(key, _)| !OF_REFERENCES.contains(&key.as_str())) {
        found.add(format!("{key} of {of}"), value.trim());
    }
    children(element, &[], found, &|name| format!("{name} of {of}"));
}

/// The elements inside that say something.
fn children(element: &Element, without: &[&str], found: &mut Found, name: &dyn Fn(&str) -> String) {
    for child in element.children.iter().filter(|child| !without.contains(&child.name.as_str())) {
        let text = flat(child);
        if !text.is_empty() {
            found.add(name(&child.name), text);
        }
    }
}

/// Of a `PackageInfo`.
pub(super) fn of_component(root: &Element) -> Stated {
    let mut found = Found::default();
    for (key, value) in root.attributes.iter().filter(|(key, _)| !OF_COMPONENTS.contains(&key.as_str())) {
        found.add(key, value.trim());
    }
    children(root, &IN_COMPONENTS, &mut found, &str::to_owned);
    found.stated()
}

/// Of each choice of a Distribution: its attributes, and which choice it stands below.
pub(super) fn of_choices(root: &Element) -> BTreeMap<String, Stated> {
    let mut above: BTreeMap<&str, &str> = BTreeMap::new();
    let mut lines: Vec<(&str, &Element)> =
        root.children_named("choices-outline").map(|outline| ("", outline)).collect();
    while let Some((parent, element)) = lines.pop() {
        for line in element.children_named("line") {
            let choice = line.attribute("choice").unwrap_or_default();
            above.entry(choice).or_insert(parent);
            lines.push((choice, line));
        }
    }
    let mut choices = BTreeMap::new();
    for choice in root.children_named("choice") {
        let id = choice.attribute("id").unwrap_or_default();
        let mut found = Found::default();
        for (key, value) in choice.attributes.iter().filter(|(key, _)| key != "id") {
            found.add(key, value.trim());
        }
        if let Some(parent) = above.get(id).filter(|parent| !parent.is_empty()) {
            found.add("place", format!("below {parent}"));
        }
        children(choice, &["pkg-ref"], &mut found, &str::to_owned);
        choices.entry(id.to_owned()).or_insert_with(|| found.stated());
    }
    choices
}

/// An element in one line: attributes, text, what is inside.
fn flat(element: &Element) -> String {
    let mut words: Vec<String> =
        element.attributes.iter().map(|(key, value)| format!("{key}={}", value.trim())).collect();
    words.sort();
    words.extend(Some(element.text.trim().to_owned()).filter(|text| !text.is_empty()));
    let mut inside: Vec<String> =
        element.children.iter().map(|child| format!("{}({})", child.name, flat(child))).collect();
    inside.sort();
    words.extend(inside);
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn distribution(inside: &str) -> Stated {
        let text = format!("<installer-gui-script>{inside}</installer-gui-script>");
        of_distribution(&flatpkg::xml::parse(&text).unwrap(), &|id| id.to_uppercase())
    }

    #[test]
    fn one_thing_said_in_two_ways_is_one_thing() {
        let spread = "<options customize='never'/><options hostArchitectures='x86_64, arm64'/>\
                      <allowed-os-versions><os-version min='11'/></allowed-os-versions>\
                      <pkg-ref id='a' version='1'>#A.pkg</pkg-ref><pkg-ref id='a'><must-close><app id='y'/><app id='x'/></must-close></pkg-ref>";
        let together = "<pkg-ref id='a'><bundle-version/><must-close><app id='x'/><app id='y'/></must-close></pkg-ref>\
                        <volume-check><allowed-os-versions><os-version min='11'/></allowed-os-versions></volume-check>\
                        <options hostArchitectures='arm64,x86_64' customize='never'/>";
        let stated = distribution(spread);
        assert_eq!(stated, distribution(together));
        let lines: Vec<String> = stated.iter().map(|(name, value)| format!("{name}: {value}")).collect();
        insta::assert_snapshot!(lines.join("\n"), @r"
        allowed macOS: 11 or later
        customize: never
        hostArchitectures: arm64,x86_64
        must-close of A: app(id=x) app(id=y)
        ");
    }

    #[test]
    fn choices_have_a_place_in_the_outline() {
        let root = flatpkg::xml::parse(
            "<x><choices-outline><line choice='a'><line choice='b'/></line></choices-outline>\
             <choice id='a' title='A'/><choice id='b' start_selected='false'><pkg-ref id='p'/></choice></x>",
        );
        assert_eq!(
            format!("{:?}", of_choices(&root.unwrap())),
            r#"{"a": {"title": "A"}, "b": {"place": "below a", "start_selected": "false"}}"#
        );
    }
}
