//! The receipt: from what, with what and how a package was made. No paths, no names of people or machines, no time of day.

use std::collections::BTreeMap;

use anyhow::Result;
use serde_json::{Value, json};
use walkdir::WalkDir;

use super::Facts;
use crate::context::Context;
use crate::digest::Sha256;
use crate::package::assets_dir;
use crate::recipe::{LeftOut, Source};

/// Changes when the meaning of a key does.
const FORMAT: u32 = 1;

/// The receipt as JSON.
///
/// # Errors
/// When an asset can't be read.
pub fn text(cx: &Context, facts: &Facts<'_>) -> Result<String> {
    let (plan, recipes, package) = (facts.subject.plan, facts.subject.recipes, facts.subject.package);
    let sources: Vec<Value> = plan.sources().into_iter().map(source).collect();
    let libraries = recipes.libraries.iter().map(|library| {
        json!({ "name": library.name, "version": library.version, "license": library.license, "why": library.why })
    });
    let left_out = package.left_out.iter().map(|LeftOut { name, why, .. }| json!({ "name": name, "why": why }));
    let toolchain = match crate::host::detect()? {
        crate::plan::Host::Linux { triple } => json!({ "host": triple, "kind": "clang and lld with the open SDK" }),
        crate::plan::Host::Mac { tools } => json!({ "host": "macOS", "kind": tools }),
    };
    let receipt = json!({
        "format": FORMAT,
        "package": {
            "file": facts.file,
            "size": facts.subject.len(),
            "sha256": facts.sha256,
            "signed-by": facts.subject.signed.map(|signed| &signed.by),
            "components": package.components,
        },
        "options": {
            "python": plan.python,
            "variant": plan.variant,
            "archs": plan.archs,
            "source-date": plan.source_date,
            "ownership": package.ownership,
        },
        "left-out": left_out.collect::<Vec<_>>(),
        "inputs": {
            "sources": sources,
            "libraries": libraries.collect::<Vec<_>>(),
            "patches": recipes.release.patches,
            "installer-assets": assets(cx)?,
        },
        "tools": { "release-tool": env!("CARGO_PKG_VERSION"), "toolchain": toolchain },
        // Of everything that decides a step's product: operations, flags, sources, patches, tools.
        "steps": plan.keys,
    });
    Ok(format!("{}\n", serde_json::to_string_pretty(&receipt)?))
}

/// A source, by all that it was checked against; nothing else is said to have been.
fn source(source: &Source) -> Value {
    let mut value =
        json!({ "file": source.file, "size": source.size, "sha256": source.pin.sha256(), "urls": source.urls });
    if let (Some(object), Some(md5)) = (value.as_object_mut(), source.pin.md5()) {
        object.insert("md5".into(), md5.to_string().into());
    }
    value
}

/// Digests of all assets, by path.
fn assets(cx: &Context) -> Result<BTreeMap<String, Sha256>> {
    let dir = assets_dir(cx);
    let mut digests = BTreeMap::new();
    for entry in WalkDir::new(&dir) {
        let entry = entry?;
        if entry.file_type().is_file() {
            let path = entry.path().strip_prefix(&dir)?.to_string_lossy().into_owned();
            digests.insert(path, Sha256::of_file(entry.path())?);
        }
    }
    Ok(digests)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_digest_is_named_that_nobody_checked() {
        let written = |digest: &str| {
            let text = format!("file = 'a.tar'\nurls = ['https://example.org/a.tar']\n{digest}");
            source(&toml::from_str(&text).unwrap())
        };
        let md5 = "98bf7d8c15784f0a3d63204441e1e2aa";
        let value = written(&format!("md5 = '{md5}'"));
        assert_eq!((&value["sha256"], &value["md5"]), (&Value::Null, &md5.into()));
        let value = written(&format!("sha256 = '{}'", Sha256::of(b"contents")));
        assert_eq!((&value["sha256"], value.get("md5")), (&Sha256::of(b"contents").to_string().into(), None));
    }
}
