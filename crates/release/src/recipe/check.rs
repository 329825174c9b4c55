//! What types can't say about the data: whether its parts fit together.

use std::collections::BTreeSet;
use std::path::Path;

use super::{Library, LinuxTools, Prefix, Release, Source, System, Universal};

/// Contradictions in a release: one line each.
pub(super) fn release(release: &Release, mac: &Path) -> Vec<String> {
    let mut wrong = source(&release.source);
    for patch in &release.patches {
        if !mac.join("patches").join(&patch.file).is_file() {
            wrong.push(format!("patches: there is no Mac/patches/{}", patch.file));
        }
    }
    for variant in release.variants() {
        if variant.archs.is_empty() {
            wrong.push(format!("variant: archs: {} names none", variant.name));
        }
        wrong.extend(twice("variant.archs", variant.archs.iter().map(|arch| arch.name())));
    }
    wrong.extend(twice("other-variants", release.variants().map(|variant| variant.name.as_str())));
    let libraries = release.libraries.iter().map(|name| name.split_once('-').map_or(name.as_str(), |(name, _)| name));
    wrong.extend(twice("libraries", libraries));
    wrong.extend(twice("modules.expected", release.modules.expected.iter().map(String::as_str)));
    let site = release.config_site.yes.iter().chain(&release.config_site.no);
    wrong.extend(twice("config-site", site.map(String::as_str)));
    for item in &release.modules.left_out {
        if item.sdk.is_none() && release.modules.expected.contains(&item.name) {
            wrong.push(format!("modules: {} is both expected and left out", item.name));
        }
    }
    wrong
}

/// Contradictions in a library's recipe: one line each.
pub(super) fn library(library: &Library, tools: &LinuxTools) -> Vec<String> {
    let mut wrong: Vec<String> = [&library.source].into_iter().chain(&library.patches).flat_map(source).collect();
    if let Err(error) = spdx::Expression::parse(&library.license) {
        wrong.push(format!("license: `{}` is not an SPDX expression: {}", library.license, error.reason));
    }
    let build = &library.build;
    if build.universal == Universal::OnePass {
        for (key, used) in [("arch", !build.arch.is_empty()), ("arch-headers", !build.arch_headers.is_empty())] {
            if used {
                wrong.push(format!("build.{key}: only with universal = \"lipo\""));
            }
        }
    }
    if build.script.is_some() && build.system != System::Autoconf {
        wrong.push("build.script: only with system = \"autoconf\"".into());
    }
    match build.prefix {
        Prefix::Sysroot if !build.ship.is_empty() => wrong.push("build.ship: only with prefix = \"framework\"".into()),
        Prefix::Framework if build.ship.is_empty() => wrong.push("build.ship: says nothing to ship".into()),
        _ => {}
    }
    for tool in build.tools.iter().filter(|tool| !tools.tools.contains_key(*tool)) {
        wrong.push(format!("build.tools: Mac/toolchains/linux.toml has no [tools.{tool}]"));
    }
    wrong
}

/// A source has a place to come from, and can't be empty.
fn source(source: &Source) -> Vec<String> {
    let mut wrong = Vec::new();
    if source.urls.is_empty() && source.debian.is_none() && source.pypi.is_none() {
        wrong.push("source: no place has it; give `urls`, `debian` or `pypi`".into());
    }
    if source.size == 0 && source.pin.md5().is_none() {
        wrong.push("source.size: is 0".into());
    }
    wrong
}

fn twice<'a>(key: &str, names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut seen = BTreeSet::new();
    names.filter(|name| !seen.insert(*name)).map(|name| format!("{key}: {name} is there twice")).collect()
}
