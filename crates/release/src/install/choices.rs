//! Choices for installs without a window, as `installer -applyChoiceChangesXML` reads them (installer(8)).

use std::path::Path;

use anyhow::{Context as _, Result, bail};
use flatpkg::plist::{self, Value};

use crate::hint::{Unusable, WithHint as _};

/// The choices that a file selects or deselects, in its order. Attributes other than `selected` decide nothing that is
/// installed.
///
/// # Errors
/// The file can't be read, or is no such list: [`Unusable`].
pub fn answers(file: &Path) -> Result<Vec<(String, bool)>> {
    let read = || -> Result<Vec<(String, bool)>> {
        let plist = plist::read(&fs_err::read(file)?)?;
        let Value::Array(changes) = plist else { bail!("the property list is no array") };
        let mut answers = Vec::new();
        for change in &changes {
            let value = |key: &str| change.as_dictionary()?.get(key);
            let text = |key: &str| value(key).and_then(Value::as_string);
            let (Some(choice), Some(attribute)) = (text("choiceIdentifier"), text("choiceAttribute")) else {
                bail!("an entry has no choiceIdentifier or no choiceAttribute");
            };
            if attribute == "selected" {
                let setting = value("attributeSetting").and_then(|setting| match setting {
                    Value::Boolean(answer) => Some(*answer),
                    other => other.as_signed_integer().map(|number| number != 0),
                });
                answers.push((choice.to_owned(), setting.context("an attributeSetting is neither 0 nor 1")?));
            }
        }
        Ok(answers)
    };
    read()
        .with_context(|| Unusable(format!("{} is no list of choices", file.display())))
        .hint("`installer -showChoiceChangesXML` and every release of this tool write such lists")
}
