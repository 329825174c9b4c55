//! The first source: the `objc2-*` crates, whose declarations were made from Apple's headers by a program.
//!
//! What their files look like is the work of [header-translator](https://github.com/madsmtm/objc2): one item of Rust or one of
//! a few macros for each declaration. Only `src/generated` is read, which has nothing written by hand.

mod attributes;
mod data;
mod items;
mod macros;
mod types;

use std::path::Path;

use anyhow::{Context as _, Result};
use walkdir::WalkDir;

pub use data::{Class, Data, Enumeration, Framework, Method, Opaque, Protocol, Record, Value};
pub use types::Type;

/// Reads all generated files of some crates, laid out as `cargo vendor` does.
///
/// # Errors
/// When a file can't be read, or has a form that is not known here.
pub fn read(crates: &Path, frameworks: &[Framework]) -> Result<Data> {
    let mut data = Data::default();
    for framework in frameworks {
        let generated = crates.join(&framework.source).join("src/generated");
        for entry in WalkDir::new(&generated).sort_by_file_name() {
            let entry = entry?;
            if entry.path().extension().is_some_and(|ending| ending == "rs") {
                let text = fs_err::read_to_string(entry.path())?;
                file(&text, &framework.name, &mut data)
                    .with_context(|| format!("{} is not understood", entry.path().display()))?;
            }
        }
    }
    data.settle();
    Ok(data)
}

/// Reads one file.
///
/// # Errors
/// When it is no Rust, or has a form that is not known here.
pub fn file(text: &str, framework: &str, data: &mut Data) -> Result<()> {
    // Most of the text is documentation, and nothing here reads it.
    let is_code = |line: &&str| !line.trim_start().starts_with("//");
    let code: String = text.lines().filter(is_code).flat_map(|line| [line, "\n"]).collect();
    let parsed = syn::parse_file(&code)?;
    for item in &parsed.items {
        items::item(item, framework, data)?;
    }
    Ok(())
}
