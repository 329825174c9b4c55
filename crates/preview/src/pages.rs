//! The Installer's window: its pages one after the other, with the picture behind them.

use anyhow::Result;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flatpkg::distribution::{Background, Distribution, Page};

use super::html::escape;
use super::language::Localized;
use super::rtf;

/// The pages that a package's Installer has, by the names that a preview's address takes: `#show=welcome`.
pub fn names(distribution: &Distribution) -> Vec<&'static str> {
    let pages = [
        ("welcome", distribution.welcome.is_empty()),
        ("readme", distribution.readme.is_empty()),
        ("license", distribution.license.is_empty()),
        ("choices", false),
        ("conclusion", distribution.conclusion.is_empty()),
    ];
    pages.into_iter().filter(|(_, is_empty)| !is_empty).map(|(name, _)| name).collect()
}

/// The window, with the choices on the page where they belong.
///
/// # Errors
/// When a resource that the package names can't be read.
pub fn window(localized: &Localized<'_>, distribution: &Distribution, title: &str, choices: &str) -> Result<String> {
    let mut panes: Vec<(&str, &str, String)> = Vec::new();
    let texts = [
        ("welcome", "Introduction", &distribution.welcome),
        ("readme", "Read Me", &distribution.readme),
        ("license", "License", &distribution.license),
    ];
    for (id, name, pages) in texts {
        if let Some(page) = pages.first() {
            panes.push((id, name, text(localized, page)?));
        }
    }
    panes.push(("choices", "Installation Type", choices.to_owned()));
    if let Some(page) = distribution.conclusion.first() {
        panes.push(("conclusion", "Summary", text(localized, page)?));
    }
    let mut html = format!(
        "<section class=\"window\" aria-label=\"The Installer's window\">\n<header>Install {}</header>\n<div class=\"columns\">\n<div class=\"tabs\" role=\"tablist\" aria-orientation=\"vertical\">\n",
        escape(title)
    );
    for (id, name, _) in &panes {
        html.push_str(&format!("<a role=\"tab\" id=\"tab-{id}\" href=\"#{id}\" aria-controls=\"{id}\">{name}</a>\n"));
    }
    html.push_str(&pictures(localized, distribution)?);
    html.push_str("</div>\n<div class=\"panes\">\n");
    for (id, _, text) in &panes {
        html.push_str(&format!(
            "<div role=\"tabpanel\" id=\"{id}\" aria-labelledby=\"tab-{id}\" tabindex=\"0\">\n{text}</div>\n"
        ));
    }
    Ok(html + "</div>\n</div>\n</section>\n")
}

/// The pictures for light and dark, as part of the page.
fn pictures(texts: &Localized<'_>, distribution: &Distribution) -> Result<String> {
    let picture = |background: &Option<Background>, class: &str| -> Result<String> {
        let Some(background) = background else { return Ok(String::new()) };
        let Some(bytes) = texts.resource(&background.file)? else { return Ok(String::new()) };
        let kind = background.mime_type.as_deref().unwrap_or("image/png");
        let data = STANDARD.encode(bytes);
        Ok(format!("<img class=\"{class}\" alt=\"\" src=\"data:{};base64,{data}\">\n", escape(kind)))
    };
    // One picture serves both where there is only one.
    let dark = distribution.background_dark.is_some();
    let light = picture(&distribution.background, if dark { "light" } else { "both" })?;
    Ok(light + &picture(&distribution.background_dark, "dark")?)
}

fn text(texts: &Localized<'_>, page: &Page) -> Result<String> {
    let Some(bytes) = texts.resource(&page.file)? else {
        return Ok(format!("<p class=\"note\">{} is not in the package.</p>\n", escape(&page.file)));
    };
    let text = String::from_utf8_lossy(&bytes);
    Ok(if text.starts_with("{\\rtf") {
        rtf::to_html(&text)
    } else if is_html(page, &text) {
        frame(&text)
    } else {
        format!("<pre>{}</pre>\n", escape(&text))
    })
}

/// As the Installer tells: by the type that the Distribution states, by the name, by what it starts with.
fn is_html(page: &Page, text: &str) -> bool {
    let is =
        |stated: &Option<String>, html: &str| stated.as_deref().map(|stated| stated.trim().eq_ignore_ascii_case(html));
    if let Some(stated) = is(&page.mime_type, "text/html").or_else(|| is(&page.uti, "public.html")) {
        return stated;
    }
    let name = page.file.to_ascii_lowercase();
    let start: String = text.trim_start_matches('\u{feff}').trim_start().chars().take(14).collect();
    let start = start.to_ascii_lowercase();
    name.ends_with(".html") || name.ends_with(".htm") || start == "<!doctype html" || start.starts_with("<html")
}

/// The page in a frame of its own, which may do nothing: no script runs, no form is sent, nothing is loaded, no link leads
/// anywhere, and the page around it is out of reach. The policy of the page around holds in it, too; its own is stricter.
fn frame(html: &str) -> String {
    let document = format!(
        "<!DOCTYPE html><meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'\"><meta name=\"color-scheme\" content=\"light\">{}",
        without_refresh(html.trim_start_matches('\u{feff}'))
    );
    format!(
        "<iframe class=\"page\" title=\"The page as the Installer shows it\" sandbox=\"\" referrerpolicy=\"no-referrer\" srcdoc=\"{}\"></iframe>\n",
        escape(&document)
    )
}

/// `<meta http-equiv="refresh">` leads a frame elsewhere, and no policy forbids that: no `<meta` of the page stays one.
fn without_refresh(html: &str) -> String {
    let lower = html.to_ascii_lowercase();
    let mut out = String::with_capacity(html.len());
    let mut last = 0;
    for (at, _) in lower.match_indices("<meta") {
        out.push_str(html.get(last..at).unwrap_or_default());
        out.push_str("<x-meta");
        last = at + "<meta".len();
    }
    out + html.get(last..).unwrap_or_default()
}
