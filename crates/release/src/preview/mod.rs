//! A package as its user will meet it, as one web page that needs nothing else: the Installer's pages, its choices, what goes
//! where, what takes the space, how long it took to make.

mod html;
mod pages;
mod rtf;
mod treemap;
mod waterfall;

use std::collections::HashMap;

use anyhow::{Context as _, Result};
use flatpkg::bom::Node as Kind;
use flatpkg::distribution::{Choice, Distribution, Line};
use flatpkg::package::{Component, Package};
use flatpkg::package_info::PackageInfo;

use crate::evidence::timings::Timings;
use html::{escape, size};
use treemap::Node;

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// What the page says of a component.
struct Part<'a> {
    info: PackageInfo,
    component: Component<'a>,
    kbytes: u64,
}

/// The page of a product archive, or of a component package.
///
/// # Errors
/// When a part of the package can't be read.
pub fn page(package: &Package, file: &str, timings: Option<&Timings>) -> Result<String> {
    let distribution = package.distribution()?.unwrap_or_default();
    let mut parts = Vec::new();
    for component in package.components() {
        let info = component.package_info()?;
        let kbytes = info.payload.as_ref().map_or(0, |payload| payload.install_kbytes);
        parts.push(Part { info, component, kbytes });
    }
    let title = distribution.title.clone().unwrap_or_else(|| file.to_owned());
    let mut body = format!("<h1>{}</h1>\n<p class=\"note\">{}</p>\n", escape(file), facts(package, &distribution));
    body.push_str(&pages::window(package, &distribution, &title, &choices(&distribution, &parts))?);
    body.push_str(&where_it_goes(&parts));
    body.push_str(&space(&parts)?);
    body.push_str("<section id=\"timings\">\n<h2>How long it took</h2>\n");
    match timings {
        Some(timings) => body.push_str(&waterfall::html(timings)),
        None => body.push_str("<p class=\"note\">There is no file of timings beside the package.</p>\n"),
    }
    body.push_str("</section>\n");
    // The policy proves what the page claims: nothing is loaded from anywhere.
    Ok(format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>{}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n{body}</main>\n<script>\n{SCRIPT}</script>\n</body>\n</html>\n",
        escape(file)
    ))
}

/// One line about the package as a whole.
fn facts(package: &Package, distribution: &Distribution) -> String {
    let mut facts = vec![format!("{} to download", size(package.archive().file_len() / 1024))];
    facts.extend(distribution.min_os().map(|version| format!("macOS {version} or later")));
    let archs = distribution.options.iter().filter_map(|options| options.host_architectures.as_deref());
    facts.extend(archs.map(|archs| archs.replace(',', " and ")));
    let signed = !package.archive().toc().signatures.is_empty();
    facts.push(if signed { "signed" } else { "not signed" }.to_owned());
    escape(&facts.join(" · "))
}

/// The choices as a tree of check boxes.
fn choices(distribution: &Distribution, parts: &[Part<'_>]) -> String {
    let sizes: HashMap<&str, u64> = parts.iter().map(|part| (part.info.identifier.as_str(), part.kbytes)).collect();
    let known: HashMap<&str, &Choice> =
        distribution.choices.iter().map(|choice| (choice.id.as_str(), choice)).collect();
    let lines = distribution.choices_outline.as_ref().map(|outline| outline.lines.as_slice()).unwrap_or_default();
    let mut html = "<ul class=\"choices\">\n".to_owned();
    for line in lines {
        choice(line, &known, &sizes, &mut html);
    }
    html + "</ul>\n<p class=\"total\">Space required: <output id=\"total\"></output></p>\n"
}

fn choice(line: &Line, known: &HashMap<&str, &Choice>, sizes: &HashMap<&str, u64>, html: &mut String) {
    let Some(choice) = known.get(line.choice.as_str()) else { return };
    if choice.visible.as_deref() != Some("false") {
        let says = |text: &Option<String>, word: &str| text.as_deref() == Some(word);
        let off = says(&choice.start_selected, "false") || says(&choice.selected, "false");
        let fixed = says(&choice.enabled, "false") || says(&choice.start_enabled, "false");
        let kbytes: u64 = choice.pkg_refs.iter().filter_map(|part| sizes.get(part.id.as_str())).sum();
        let (checked, disabled) = (if off { "" } else { " checked" }, if fixed { " disabled" } else { "" });
        html.push_str(&format!(
            "<li><label><input type=\"checkbox\" data-kbytes=\"{kbytes}\"{checked}{disabled}> <b>{}</b> <span class=\"size\">{}</span></label><p>{}</p><p class=\"id\">{}</p>\n",
            escape(choice.title.as_deref().unwrap_or(&choice.id)),
            if kbytes == 0 { "scripts only".to_owned() } else { size(kbytes) },
            escape(choice.description.as_deref().unwrap_or_default()),
            escape(&choice.id),
        ));
    } else {
        html.push_str("<li>");
    }
    if !line.lines.is_empty() {
        html.push_str("<ul>\n");
        for line in &line.lines {
            self::choice(line, known, sizes, html);
        }
        html.push_str("</ul>\n");
    }
    html.push_str("</li>\n");
}

fn where_it_goes(parts: &[Part<'_>]) -> String {
    let mut html = "<section id=\"places\">\n<h2>What goes where</h2>\n<div class=\"scroll\"><table>\n<thead><tr><th>Component</th><th>Place</th><th>Receipt</th><th>Version</th><th class=\"number\">Paths</th><th class=\"number\">Size</th><th>Scripts</th></tr></thead>\n<tbody>\n".to_owned();
    for part in parts {
        let scripts = part.info.scripts.as_ref().map(|scripts| {
            let named = |list: &[_], name: &'static str| (!list.is_empty()).then_some(name);
            let names = [named(&scripts.preinstall, "preinstall"), named(&scripts.postinstall, "postinstall")];
            names.into_iter().flatten().collect::<Vec<_>>().join(", ")
        });
        html.push_str(&format!(
            "<tr><td>{}</td><td><code>{}</code></td><td><code>{}</code></td><td>{}</td><td class=\"number\">{}</td><td class=\"number\">{}</td><td>{}</td></tr>\n",
            escape(part.component.directory()),
            escape(part.info.install_location.as_deref().unwrap_or("/")),
            escape(&part.info.identifier),
            escape(&part.info.version),
            part.info.payload.as_ref().map_or(0, |payload| payload.number_of_files),
            size(part.kbytes),
            scripts.unwrap_or_default(),
        ));
    }
    html + "</tbody></table></div>\n</section>\n"
}

fn space(parts: &[Part<'_>]) -> Result<String> {
    const LARGEST: usize = 15;
    let mut tree = Node::default();
    for part in parts {
        let Some(bom) = part.component.bom().context("failed to read a bill of materials")? else { continue };
        let location = part.info.install_location.as_deref().unwrap_or_default();
        for record in bom.records.iter().filter(|record| !matches!(record.node, Kind::Directory)) {
            let path = format!("{location}/{}", record.path);
            let names: Vec<&str> = path.split('/').filter(|name| !name.is_empty()).collect();
            tree.add(&names, f64::from(record.size) / 1024.0);
        }
    }
    let mut html = "<section id=\"space\">\n<h2>What takes the space</h2>\n".to_owned();
    html.push_str(&tree.svg(960.0, 520.0));
    html.push_str("<details><summary>The largest folders as a table</summary>\n<div class=\"scroll\"><table>\n<thead><tr><th>Folder</th><th class=\"number\">Size</th></tr></thead>\n<tbody>\n");
    for (path, kbytes) in tree.largest(LARGEST) {
        let (path, size) = (escape(&path), size(kbytes as u64));
        html.push_str(&format!("<tr><td><code>{path}</code></td><td class=\"number\">{size}</td></tr>\n"));
    }
    Ok(html + "</tbody></table></div></details>\n</section>\n")
}

#[cfg(test)]
mod tests;
