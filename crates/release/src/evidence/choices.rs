//! Samples for `installer -applyChoiceChangesXML`, which selects choices without a window.
//!
//! The file is a property list: an array of dictionaries with `choiceIdentifier`, `choiceAttribute` and `attributeSetting`
//! (installer(8); `installer -showChoiceChangesXML` writes the same).

use anyhow::{Result, bail};
use flatpkg::plist::{self, Dictionary, Value};

use super::facts::Facts;
use crate::package::Installed;

/// Name and text of each sample in `product.toml`.
///
/// # Errors
/// When a sample names a component that there is not.
pub fn texts(facts: &Facts<'_>) -> Result<Vec<(String, String)>> {
    let mut texts = Vec::new();
    for (name, wanted) in &facts.assets.samples {
        let known: Vec<&str> = facts.assets.component.iter().map(|component| component.file.as_str()).collect();
        if let Some(unknown) = wanted.iter().find(|file| !known.contains(&file.as_str())) {
            bail!("product.toml: sample {name} names {unknown}; known are {}", known.join(", "));
        }
        // What has no choice of its own comes with another.
        let own = |component: &&Installed| {
            let assets = facts.assets.component.iter().find(|assets| assets.file == component.file);
            !component.required && assets.is_none_or(|assets| assets.choice_of.is_none())
        };
        let choices = facts.subject.product.package.components.iter().filter(own);
        let choices = choices.map(|component| (component.identifier.as_str(), wanted.contains(&component.file)));
        texts.push((name.clone(), plist(choices)?));
    }
    Ok(texts)
}

fn plist<'a>(choices: impl Iterator<Item = (&'a str, bool)>) -> Result<String> {
    let change = |(identifier, selected): (&str, bool)| {
        let change: Dictionary = [
            ("choiceIdentifier", Value::from(identifier)),
            ("choiceAttribute", "selected".into()),
            ("attributeSetting", u8::from(selected).into()),
        ]
        .into_iter()
        .collect();
        change.into()
    };
    Ok(plist::write(&Value::Array(choices.map(change).collect()))?)
}
