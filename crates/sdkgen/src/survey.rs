//! What sources use: the words in them that are names of declarations.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::PathBuf;

use anyhow::Result;
use walkdir::WalkDir;

use crate::arithmetic::Constants;
use crate::c::{is_type, owner};
use crate::rust::{Data, Method};
use crate::wanted::Wanted;

/// Units of Free Pascal's that describe HIToolbox and what it came from.
const CARBON: &[&str] = &[
    "Appearance.pas",
    "CarbonEvents.pas",
    "CarbonEventsCore.pas",
    "ControlDefinitions.pas",
    "Controls.pas",
    "Events.pas",
    "HITheme.pas",
    "Keyboards.pas",
    "MacErrors.pas",
    "MacWindows.pas",
    "Menus.pas",
    "TextInputSources.pas",
    "UnicodeUtilities.pas",
];

/// The words of all C and Objective-C files of some folders, but those in comments.
///
/// # Errors
/// When a file can't be read.
pub fn words(folders: &[PathBuf]) -> Result<BTreeSet<String>> {
    let mut words = BTreeSet::new();
    for folder in folders {
        for entry in WalkDir::new(folder).sort_by_file_name() {
            let entry = entry?;
            if entry.path().extension().is_some_and(|ending| ["c", "h", "m"].iter().any(|known| ending == *known)) {
                let text = String::from_utf8_lossy(&fs_err::read(entry.path())?).into_owned();
                let text = without_comments(&text);
                let split = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
                words.extend(split.filter(|word| word.len() > 1).map(str::to_owned));
            }
        }
    }
    Ok(words)
}

fn without_comments(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, comment)) = rest.split_once("/*") {
        plain += before;
        rest = comment.split_once("*/").map_or("", |(_, after)| after);
    }
    plain + rest
}

/// The table `[names]` of `wanted.toml`.
pub fn names(words: &BTreeSet<String>, wanted: &Wanted, data: &Data, carbon: &Constants) -> String {
    let has = |name: &&String| words.contains(*name);
    let mut classes: BTreeSet<&str> = data.classes.keys().filter(has).map(String::as_str).collect();
    classes.insert("NSObject");
    let mut all = classes.clone();
    for name in &classes {
        let mut next = Some(*name);
        while let Some(name) = next {
            all.insert(name);
            next = data.classes.get(name).and_then(|class| class.parent.as_deref());
        }
    }
    let is_protocol = |name: &&String| has(name) || wanted.restored.protocols.contains(*name);
    let protocols: BTreeSet<&str> = data.protocols.keys().filter(is_protocol).map(String::as_str).collect();
    let methods = all.iter().filter_map(|name| Some(&data.classes.get(*name)?.methods));
    let methods = methods.chain(protocols.iter().filter_map(|name| Some(&data.protocols.get(*name)?.methods)));
    let selectors = methods.flatten().filter(|method| is_used(method, words)).map(|method| method.selector.as_str());
    let by_processor = &wanted.restored.by_processor;
    let is_value = |word: &String| {
        !by_processor.contains_key(word) && (data.constants.contains_key(word) || owner(word, data).is_some())
    };
    let constants: BTreeSet<&str> = words.iter().filter(|word| is_value(word)).map(String::as_str).collect();
    let types = words.iter().filter_map(|word| {
        let opaque = word.strip_suffix("Ref").filter(|name| data.opaques.contains_key(*name));
        opaque.or_else(|| is_type(word, data).then_some(word.as_str()))
    });
    // Tk's macros put a beginning before a word.
    let pasted: BTreeSet<String> =
        words.iter().flat_map(|word| [format!("kTheme{word}"), format!("kTheme{word}Font")]).collect();
    let of_carbon = words.iter().chain(&pasted).filter(|word| {
        let found = carbon.get(word).is_some_and(|(_, file)| CARBON.contains(&file));
        found
            && carbon.is_spelled(word)
            && word.chars().any(|c| c.is_ascii_uppercase())
            && word.chars().any(|c| c.is_ascii_lowercase())
            && word.starts_with(|c: char| c.is_ascii_lowercase())
            && !constants.contains(word.as_str())
    });
    let mut text = "[names]\n".to_owned();
    list(&mut text, "carbon", of_carbon.map(String::as_str).collect());
    list(&mut text, "classes", classes.clone());
    list(&mut text, "constants", constants.clone());
    list(&mut text, "functions", data.functions.keys().filter(has).map(String::as_str).collect());
    list(&mut text, "protocols", protocols.clone());
    list(&mut text, "selectors", selectors.collect());
    list(&mut text, "types", types.collect());
    list(&mut text, "variables", data.variables.keys().filter(has).map(String::as_str).collect());
    text
}

/// Whether all parts of a selector occur, or it sets or asks for what occurs as a property.
fn is_used(method: &Method, words: &BTreeSet<String>) -> bool {
    method.selector.split_terminator(':').all(|part| {
        let small = |rest: &str| {
            let mut letters = rest.chars();
            let first = letters.next().map(|first| first.to_ascii_lowercase());
            first.into_iter().chain(letters).collect::<String>()
        };
        let property = part.strip_prefix("set").or_else(|| part.strip_prefix("is")).map(small);
        words.contains(part) || property.is_some_and(|name| words.contains(&name))
    })
}

fn list(text: &mut String, key: &str, names: BTreeSet<&str>) {
    _ = writeln!(text, "{key} = [");
    let mut line = String::new();
    for name in names {
        let item = format!("\"{name}\",");
        if line.len() + item.len() + 1 > 116 {
            _ = writeln!(text, " {line}");
            line.clear();
        }
        line += " ";
        line += &item;
    }
    if !line.is_empty() {
        _ = writeln!(text, " {line}");
    }
    text.push_str("]\n");
}
