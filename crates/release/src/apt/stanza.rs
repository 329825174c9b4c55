//! The machine's apt sources: read in both of their formats, and written with another suite's name.
//!
//! `*.sources` files hold deb822 stanzas, `*.list` files and `sources.list` hold one source a line (sources.list(5)).

use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context as _, Result};

/// The names under which a stanza may mean the machine's own suite, beside its codename.
const ALIASES: &[&str] = &["stable", "testing", "unstable", "sid"];

/// What follows a suite's name in the suites that belong to it. `/updates` was the security archive's way until 2021.
const PARTS: &[&str] = &["", "-updates", "-security", "/updates"];

/// Suites that no others belong to: what is new comes to them directly.
const WHOLE: &[&str] = &["sid", "unstable", "experimental"];

/// One source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stanza {
    uris: Vec<String>,
    suites: Vec<String>,
    components: Vec<String>,
    /// Further fields as they stand, continuation lines included: `Signed-By`, `Trusted`.
    others: Vec<(String, String)>,
}

/// Reads `sources.list` and the folder beside it, in apt's order. What isn't there is left out.
pub(super) fn read_all(list: Option<&str>, parts: Option<&str>) -> Result<Vec<Stanza>> {
    let mut stanzas = Vec::new();
    if let Some(list) = list.map(Path::new).filter(|list| list.is_file()) {
        stanzas.extend(from_lines(&fs_err::read_to_string(list)?));
    }
    let Some(parts) = parts.map(Path::new).filter(|parts| parts.is_dir()) else { return Ok(stanzas) };
    let mut files = fs_err::read_dir(parts)?.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    files.sort();
    for file in files {
        let read = || fs_err::read_to_string(&file).context("failed to read apt's sources");
        match file.extension().and_then(|extension| extension.to_str()) {
            Some("sources") => stanzas.extend(from_deb822(&read()?)),
            Some("list") => stanzas.extend(from_lines(&read()?)),
            _ => {}
        }
    }
    Ok(stanzas)
}

/// Reads deb822 stanzas; those that are switched off or have no suite or place are left out.
fn from_deb822(text: &str) -> Vec<Stanza> {
    let mut stanzas = Vec::new();
    let mut fields: Vec<(String, String)> = Vec::new();
    // An empty line ends a stanza; so does the end of the file.
    for line in text.lines().chain([""]) {
        if line.trim().is_empty() {
            stanzas.extend(from_fields(std::mem::take(&mut fields)));
        } else if line.starts_with('#') {
        } else if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = fields.last_mut() {
                value.push('\n');
                value.push_str(line);
            }
        } else if let Some((name, value)) = line.split_once(':') {
            fields.push((name.trim().to_owned(), value.trim().to_owned()));
        }
    }
    stanzas
}

fn from_fields(fields: Vec<(String, String)>) -> Option<Stanza> {
    let mut stanza = Stanza { uris: vec![], suites: vec![], components: vec![], others: vec![] };
    for (name, value) in fields {
        let words = || value.split_whitespace().map(ToOwned::to_owned);
        match name.to_ascii_lowercase().as_str() {
            // A disc would have to be put in.
            "uris" => stanza.uris = words().filter(|uri| !uri.starts_with("cdrom:")).collect(),
            "suites" => stanza.suites = words().collect(),
            "components" => stanza.components = words().collect(),
            "enabled" if ["no", "false", "0", "off"].contains(&value.to_ascii_lowercase().as_str()) => return None,
            "types" | "enabled" | "architectures" | "languages" | "targets" => {}
            _ => stanza.others.push((name, value)),
        }
    }
    (!stanza.uris.is_empty() && !stanza.suites.is_empty()).then_some(stanza)
}

/// Reads lines such as `deb [signed-by=/usr/share/keyrings/x.gpg] http://mirror.example.org/debian bookworm main`.
fn from_lines(text: &str) -> Vec<Stanza> {
    text.lines().filter_map(from_line).collect()
}

fn from_line(line: &str) -> Option<Stanza> {
    let line = line.split('#').next().unwrap_or_default().trim();
    let rest = line.strip_prefix("deb-src").or_else(|| line.strip_prefix("deb"))?;
    let rest = rest.strip_prefix([' ', '\t'])?.trim_start();
    let (options, rest) = match rest.strip_prefix('[') {
        Some(rest) => rest.split_once(']')?,
        None => ("", rest),
    };
    let mut words = rest.split_whitespace().map(ToOwned::to_owned);
    let (uri, suite) = (words.next()?, words.next()?);
    let mut fields: Vec<(String, String)> = options
        .split_whitespace()
        .filter_map(|option| option.split_once('='))
        .filter(|(name, _)| !["arch", "lang", "target"].contains(&name.trim_end_matches(['+', '-'])))
        .map(|(name, value)| (name.to_owned(), value.replace(',', " ")))
        .collect();
    fields.extend([("URIs".to_owned(), uri), ("Suites".to_owned(), suite)]);
    fields.push(("Components".to_owned(), words.collect::<Vec<_>>().join(" ")));
    from_fields(fields)
}

impl Stanza {
    /// The part of it that is the distribution itself: third parties name suites of their own, or other components.
    pub(super) fn of_distribution(&self, codename: &str) -> Option<Self> {
        let own = |suite: &&String| split(suite, codename).is_some();
        let suites: Vec<String> = self.suites.iter().filter(own).cloned().collect();
        let main = self.components.iter().any(|component| component == "main");
        (main && !suites.is_empty()).then(|| Self { suites, ..self.clone() })
    }

    /// The same for another suite: `bookworm-security` becomes `trixie-security`. Nothing when that suite has no such part.
    pub(super) fn in_suite(&self, codename: &str, wanted: &str) -> Option<Self> {
        let rename = |suite: &String| match split(suite, codename) {
            Some(part) if wanted != codename => {
                (part.is_empty() || !WHOLE.contains(&wanted)).then(|| format!("{wanted}{part}"))
            }
            _ => Some(suite.clone()),
        };
        let suites: Vec<String> = self.suites.iter().filter_map(rename).collect();
        (!suites.is_empty()).then(|| Self { suites, ..self.clone() })
    }

    /// The mirrors.
    pub(super) fn uris(&self) -> impl Iterator<Item = &str> {
        self.uris.iter().map(String::as_str)
    }

    /// As a deb822 stanza, for `deb` or `deb-src`.
    pub(super) fn to_deb822(&self, kind: &str) -> String {
        let mut text = format!(
            "Types: {kind}\nURIs: {}\nSuites: {}\nComponents: {}\n",
            self.uris.join(" "),
            self.suites.join(" "),
            self.components.join(" ")
        );
        for (name, value) in &self.others {
            let space = if value.starts_with('\n') { "" } else { " " };
            _ = writeln!(text, "{name}:{space}{value}");
        }
        text
    }
}

/// What follows the machine's own suite in a suite's name; nothing when it is another suite.
fn split<'a>(suite: &'a str, codename: &str) -> Option<&'a str> {
    let names = std::iter::once(codename).chain(ALIASES.iter().copied());
    names.filter_map(|name| suite.strip_prefix(name)).find(|part| PARTS.contains(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCES: &str = "\
# as the installer wrote it
Types: deb
URIs: http://mirror.example.org/debian
Suites: bookworm bookworm-updates bookworm-backports
Components: main contrib
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

types: deb deb-src
uris: http://mirror.example.org/debian-security
suites: bookworm-security
components: main
signed-by:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 mQINBF
 -----END PGP PUBLIC KEY BLOCK-----

Enabled: no
Types: deb
URIs: http://example.org/off
Suites: bookworm
Components: main

Types: deb
URIs: https://deb.nodesource.com/node_20.x
Suites: nodistro
Components: main
";

    const LIST: &str = "\
deb cdrom:[Debian]/ bookworm main
  deb\t[ arch=amd64,arm64 signed-by=/usr/share/keyrings/a.gpg ] http://mirror.example/debian bookworm main # ours
deb-src http://mirror.example/debian bookworm main
deb https://download.docker.com/linux/debian bookworm stable
debug http://mirror.example/debian bookworm main
deb http://mirror.example/flat ./
";

    fn render(stanzas: &[Stanza], wanted: &str) -> String {
        let ours = stanzas.iter().filter_map(|stanza| stanza.of_distribution("bookworm"));
        let wanted = ours.filter_map(|stanza| stanza.in_suite("bookworm", wanted));
        wanted.map(|stanza| stanza.to_deb822("deb-src")).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn deb822_in_another_suite() {
        insta::assert_snapshot!(render(&from_deb822(SOURCES), "trixie"), @r"
        Types: deb-src
        URIs: http://mirror.example.org/debian
        Suites: trixie trixie-updates
        Components: main contrib
        Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

        Types: deb-src
        URIs: http://mirror.example.org/debian-security
        Suites: trixie-security
        Components: main
        signed-by:
         -----BEGIN PGP PUBLIC KEY BLOCK-----
         .
         mQINBF
         -----END PGP PUBLIC KEY BLOCK-----
        ");
    }

    #[test]
    fn sid_has_no_updates_of_its_own() {
        insta::assert_snapshot!(render(&from_deb822(SOURCES), "sid"), @r"
        Types: deb-src
        URIs: http://mirror.example.org/debian
        Suites: sid
        Components: main contrib
        Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
        ");
    }

    #[test]
    fn one_source_a_line() {
        insta::assert_snapshot!(render(&from_lines(LIST), "bookworm"), @r"
        Types: deb-src
        URIs: http://mirror.example/debian
        Suites: bookworm
        Components: main
        signed-by: /usr/share/keyrings/a.gpg

        Types: deb-src
        URIs: http://mirror.example/debian
        Suites: bookworm
        Components: main
        ");
    }

    #[test]
    fn aliases_mean_the_own_suite() {
        let stanzas =
            from_lines("deb http://mirror.example.org/debian stable main\ndeb http://x.example stable/updates main");
        assert!(render(&stanzas, "trixie").contains("Suites: trixie\n"));
        assert!(render(&stanzas, "bookworm").contains("Suites: stable/updates\n"), "the own suite keeps its name");
        assert!(from_lines("deb http://x.example bookworm-pgdg main")[0].of_distribution("bookworm").is_none());
    }

    #[test]
    fn garbage_is_left_out() {
        for text in ["", "deb", "deb ", "deb [x http://a b", "\u{0}", "Types: deb\n URIs", ": :\n:", "deb http://a"] {
            assert!(from_lines(text).is_empty() && from_deb822(text).is_empty(), "{text}");
        }
    }
}
