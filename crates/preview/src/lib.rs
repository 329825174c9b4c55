#![doc = include_str!("../README.md")]

mod choices;
mod html;
mod language;
mod pages;
mod part;
mod rtf;
mod strings;
mod timings;
mod treemap;
mod waterfall;

use anyhow::{Context as _, Result};
use flatpkg::bom::Node as Kind;
use flatpkg::distribution::Distribution;
use flatpkg::package::Package;

pub use timings::{Stage, Step, Timings};

use html::{escape, size};
use language::Localized;
use part::PagePart;
use treemap::Node;

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// The page of a product archive, or of a component package, for users of a language: `en`, `pt-BR`.
///
/// # Errors
/// When a part of the package can't be read, or the Distribution names a component that isn't there.
pub fn page(package: &Package, file: &str, language: &str, timings: Option<&Timings>) -> Result<String> {
    let distribution = package.distribution()?.unwrap_or_default();
    let references = package.resolved(&distribution)?;
    let mut parts = Vec::new();
    for component in package.components() {
        let info = component.package_info()?;
        let kbytes = info.payload.as_ref().map_or(0, |payload| payload.install_kbytes);
        parts.push(PagePart { info, component, kbytes });
    }
    let texts = Localized::new(package, language)?;
    let title = texts.text(distribution.title.as_deref().unwrap_or(file));
    let choices = choices::html(&distribution, &references, &parts, &texts);
    let mut body = format!("<h1>{}</h1>\n<p class=\"note\">{}</p>\n", escape(file), facts(package, &distribution));
    body.push_str(&pages::window(&texts, &distribution, title, &choices)?);
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

/// The pages that a package's Installer has, by the names that the address of a preview takes: `#show=welcome`, and with
/// `&only=window` nothing around it.
///
/// # Errors
/// When the Distribution can't be read.
pub fn panes(package: &Package) -> Result<Vec<&'static str>> {
    Ok(pages::names(&package.distribution()?.unwrap_or_default()))
}

/// One line about the package as a whole.
fn facts(package: &Package, distribution: &Distribution) -> String {
    let mut facts = vec![format!("{} to download", size(package.archive().file_len() / 1024))];
    facts.extend(distribution.min_os().map(|version| format!("macOS {version} or later")));
    let archs = distribution.options.iter().filter_map(|options| options.host_architectures.as_deref());
    facts.extend(archs.map(|archs| archs.replace(',', " and ")));
    let signed = !package.archive().toc().signatures.is_empty();
    facts.push(if signed { "has a signature, which `verify` judges" } else { "not signed" }.to_owned());
    escape(&facts.join(" · "))
}

fn where_it_goes(parts: &[PagePart<'_>]) -> String {
    let mut html = "<section id=\"places\">\n<h2>What goes where</h2>\n<div class=\"scroll\" role=\"region\" aria-label=\"What goes where\" tabindex=\"0\"><table>\n<thead><tr><th scope=\"col\">Component</th><th scope=\"col\">Place</th><th scope=\"col\">Receipt</th><th scope=\"col\">Version</th><th scope=\"col\" class=\"number\">Paths</th><th scope=\"col\" class=\"number\">Size</th><th scope=\"col\">Scripts</th></tr></thead>\n<tbody>\n".to_owned();
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

fn space(parts: &[PagePart<'_>]) -> Result<String> {
    const LARGEST: usize = 15;
    // No place on a disk is deeper or has longer names; what claims to be is shown above it.
    const DEEPEST: usize = 16;
    const LONGEST: usize = 255;
    let mut tree = Node::default();
    for part in parts {
        let Some(bom) = part.component.bom().context("failed to read a bill of materials")? else { continue };
        let mut own = Node::default();
        for record in bom.records.iter().filter(|record| !matches!(record.node, Kind::Directory)) {
            own.add(record.path.to_string().split('/'), record.size as f64 / 1024.0);
        }
        let location = part.info.install_location.as_deref().unwrap_or_default();
        let names = location.split('/').filter(|name| !name.is_empty() && name.len() <= LONGEST);
        tree.attach(&names.take(DEEPEST).collect::<Vec<_>>(), own);
    }
    let mut html = "<section id=\"space\">\n<h2>What takes the space</h2>\n".to_owned();
    html.push_str("<div class=\"scroll\" role=\"region\" aria-label=\"What takes the space\" tabindex=\"0\">\n");
    html.push_str(&tree.svg(960.0, 520.0));
    html.push_str("</div>\n");
    html.push_str("<details><summary>The largest folders as a table</summary>\n<div class=\"scroll\" role=\"region\" aria-label=\"The largest folders\" tabindex=\"0\"><table>\n<thead><tr><th scope=\"col\">Folder</th><th scope=\"col\" class=\"number\">Size</th></tr></thead>\n<tbody>\n");
    for (path, kbytes) in tree.largest(LARGEST) {
        let (path, size) = (escape(&path), size(kbytes as u64));
        html.push_str(&format!("<tr><td><code>{path}</code></td><td class=\"number\">{size}</td></tr>\n"));
    }
    Ok(html + "</tbody></table></div></details>\n</section>\n")
}

#[cfg(test)]
mod tests;
