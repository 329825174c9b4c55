//! The row of python.org's list of downloads, as its API takes it (the fields of python/release-tools' add_to_pydotorg.py).

use anyhow::Result;
use serde_json::json;

use super::facts::Facts;
use crate::package::{Escape, Names, name};

/// The rows. `os` and `release` are by name; the API wants the numbers it knows them by.
pub fn text(facts: &Facts<'_>) -> Result<String> {
    const NAME: &str = "macOS installer";
    let plan = &facts.subject.planned.plan;
    let names = Names::new([("version", plan.python.numbers())]);
    let address = names.fill(&facts.assets.download, Escape::Plain, "product.toml")?;
    let minimum = plan.archs.values().min().map(ToString::to_string).unwrap_or_default();
    let mut row = json!({
        "name": NAME,
        "slug": format!("{}-{}", plan.python.to_string().replace('.', ""), NAME.replace(' ', "-")),
        "os": "macos",
        "release": format!("Python {}", plan.python),
        "description": format!("for macOS {minimum} and later"),
        "is_source": false,
        "url": format!("{address}{}", facts.file),
        "filesize": facts.subject.product.len(),
        "sha256_sum": facts.sha256,
        "sbom_spdx2_file": format!("{address}{}.spdx.json", facts.file),
        // What isn't signed is no download.
        "download_button": name::is_published(&facts.file),
    });
    let vouching = [
        ("gpg_signature_file", "asc", facts.subject.has_pgp),
        ("sigstore_bundle_file", "sigstore", facts.subject.has_sigstore),
    ];
    for (field, ending, _) in vouching.into_iter().filter(|(_, _, is_made)| *is_made) {
        if let Some(row) = row.as_object_mut() {
            row.insert(field.into(), format!("{address}{}.{ending}", facts.file).into());
        }
    }
    Ok(format!("{}\n", serde_json::to_string_pretty(&[row])?))
}
