//! Samples for `installer -applyChoiceChangesXML`, which selects choices without a window.
//!
//! The file is a property list: an array of dictionaries with `choiceIdentifier`, `choiceAttribute` and `attributeSetting`
//! (installer(8); `installer -showChoiceChangesXML` writes the same).

use anyhow::{Result, bail};

use super::Facts;

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
        let choices = facts.subject.package.components.iter().filter(|component| !component.required);
        let choices = choices.map(|component| (component.identifier.as_str(), wanted.contains(&component.file)));
        texts.push((name.clone(), plist(choices)));
    }
    Ok(texts)
}

fn plist<'a>(choices: impl Iterator<Item = (&'a str, bool)>) -> String {
    let mut text = concat!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n",
        "<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n",
        "<plist version=\"1.0\">\n<array>\n"
    )
    .to_owned();
    for (identifier, selected) in choices {
        let identifier = identifier.replace('&', "&amp;").replace('<', "&lt;");
        text.push_str(&format!(
            "\t<dict>\n\t\t<key>choiceIdentifier</key>\n\t\t<string>{identifier}</string>\n\
             \t\t<key>choiceAttribute</key>\n\t\t<string>selected</string>\n\
             \t\t<key>attributeSetting</key>\n\t\t<integer>{}</integer>\n\t</dict>\n",
            u8::from(selected)
        ));
    }
    text + "</array>\n</plist>\n"
}
