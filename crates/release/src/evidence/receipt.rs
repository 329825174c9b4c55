//! The receipt: from what, with what and how a package was made. No paths, no names of people or machines, no time of day.

use std::collections::BTreeMap;

use anyhow::Result;
use serde_json::{Value, json};
use walkdir::WalkDir;

use super::facts::Facts;
use crate::context::Context;
use crate::digest::Sha256;
use crate::package::assets_dir;
use crate::plan::{BuildOptions, Docs, Host, Plan};
use crate::planning::Planned;
use crate::product::Product;
use crate::recipe::{LeftOut, Source};

/// Changes when the meaning of a key does.
const FORMAT: u32 = 1;

/// The receipt as JSON.
///
/// # Errors
/// When an asset can't be read.
pub fn text(cx: &Context, facts: &Facts<'_>) -> Result<String> {
    let Planned { plan, recipes, .. } = facts.subject.planned;
    let Product { package, signed } = facts.subject.product;
    let sources: Vec<Value> = plan.sources().into_iter().map(source).collect();
    let libraries = recipes.libraries.iter().map(|library| {
        json!({ "name": library.name, "version": library.version, "license": library.license, "why": library.why })
    });
    let left_out = package.left_out.iter().map(|LeftOut { name, why, .. }| json!({ "name": name, "why": why }));
    let receipt = json!({
        "format": FORMAT,
        "package": {
            "file": facts.file,
            "size": facts.subject.product.len(),
            "sha256": facts.sha256,
            "signed-by": signed.as_ref().map(|signed| &signed.by),
            "components": package.components,
        },
        "options": {
            "python": plan.python,
            "variant": plan.variant,
            "archs": plan.archs,
            "source-date": plan.source_date,
            "ownership": package.ownership,
            "build": build_options(&plan.options),
        },
        "left-out": left_out.collect::<Vec<_>>(),
        "inputs": {
            "sources": sources,
            "libraries": libraries.collect::<Vec<_>>(),
            "patches": recipes.release.patches,
            "installer-assets": assets(cx)?,
        },
        "tools": { "release-tool": env!("CARGO_PKG_VERSION"), "toolchain": toolchain(plan) },
        // Of everything that decides a step's product: operations, flags, sources, patches, tools.
        "steps": plan.keys,
    });
    Ok(format!("{}\n", serde_json::to_string_pretty(&receipt)?))
}

/// What compiled it: the plan knows.
fn toolchain(plan: &Plan) -> Value {
    let sdk = plan.options.sdk.as_ref().map(|sdk| json!({ "name": sdk.name, "settings-sha256": sdk.settings }));
    match &plan.host {
        Host::Linux { triple } if sdk.is_none() => json!({ "host": triple, "kind": "clang and lld with the open SDK" }),
        Host::Linux { triple } => json!({ "host": triple, "kind": "clang and lld with an SDK of Apple's", "sdk": sdk }),
        Host::Mac { tools } => json!({ "host": "macOS", "kind": tools, "sdk": sdk }),
    }
}

/// What the user asked for beside the release's defaults; folders and files by their digests.
pub fn build_options(options: &BuildOptions) -> Value {
    let docs = match &options.docs {
        Docs::None => Value::Null,
        Docs::Sphinx => "sphinx".into(),
        Docs::Archive(given) => json!({ "sha256": given.digest }),
    };
    let checkout = options.checkout.as_ref().map(|own| json!({ "python": own.python, "sha256": own.digest }));
    let tcltk = options.tcltk.as_ref().map(|own| json!({ "version": own.version, "sha256": own.digest }));
    let all = json!({
        "accept-md5": options.accept_md5.then_some(true),
        "archs": (!options.archs.is_empty()).then_some(&options.archs),
        "bytecode": options.pyc,
        "checkout": checkout,
        "documentation": docs,
        "free-threaded": options.free_threaded,
        "launcher": options.launcher.is_some().then_some(true),
        "lto": options.lto.then_some(true),
        "no-sqlite-extensions": options.no_sqlite_extensions.then_some(true),
        "no-tests": options.no_tests.then_some(true),
        "no-tk": options.no_tk.then_some(true),
        "pgo": options.pgo.then_some(true),
        "tcltk": tcltk,
        "thin": options.thin,
        "variant": options.variant,
    });
    let Value::Object(all) = all else { return all };
    all.into_iter().filter(|(_, value)| !value.is_null()).collect::<serde_json::Map<_, _>>().into()
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
///
/// # Errors
/// When one can't be read.
pub fn assets(cx: &Context) -> Result<BTreeMap<String, Sha256>> {
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
