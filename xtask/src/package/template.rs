//! Texts of the installer with names in them: `@version@`.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Result, bail};

/// What the names stand for.
#[derive(Debug, Clone, Default)]
pub struct Names(BTreeMap<&'static str, String>);

/// How values are written into a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Escape {
    /// As they are.
    Plain,
    /// As Rich Text Format needs them.
    Rtf,
}

impl Names {
    /// From pairs.
    pub fn new(pairs: impl IntoIterator<Item = (&'static str, String)>) -> Self {
        Self(pairs.into_iter().collect())
    }

    /// Replaces every `@name@`. An `@` that doesn't enclose a name (letters and hyphens) stays.
    ///
    /// # Errors
    /// All unknown names at once; `place` says whose they are.
    pub fn fill(&self, text: &str, escape: Escape, place: &str) -> Result<String> {
        let mut filled = String::with_capacity(text.len());
        let mut unknown = BTreeSet::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('@') {
            filled.push_str(before);
            let name = after.split_once('@').filter(|(name, _)| is_name(name));
            rest = match name {
                Some((name, after)) => {
                    match self.0.get(name) {
                        Some(value) if escape == Escape::Rtf => filled.push_str(&rtf(value)),
                        Some(value) => filled.push_str(value),
                        None => _ = unknown.insert(name.to_owned()),
                    }
                    after
                }
                None => {
                    filled.push('@');
                    after
                }
            };
        }
        filled.push_str(rest);
        if !unknown.is_empty() {
            let known: Vec<&str> = self.0.keys().copied().collect();
            let unknown: Vec<String> = unknown.into_iter().collect();
            bail!("{place} uses unknown names: {}; known are {}", unknown.join(", "), known.join(", "));
        }
        Ok(filled)
    }
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_lowercase() || c == '-')
}

/// Text as RTF writes it: its three special characters with a backslash, everything beyond ASCII as UTF-16 numbers
/// (`\uN?`, signed; RTF 1.9.1, "Unicode RTF"), line breaks as `\line`.
fn rtf(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | '{' | '}' => escaped.extend(['\\', c]),
            '\n' => escaped.push_str("\\line "),
            c if c.is_ascii() => escaped.push(c),
            c => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    escaped.push_str(&format!("\\u{}?", i32::from(unit.cast_signed())));
                }
            }
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_filled_and_values_escaped() {
        let names = Names::new([("version", "3.13.5".into()), ("odd", "a{b}\\ü🐍".into())]);
        let fill = |text, escape| names.fill(text, escape, "Welcome.rtf").unwrap();
        assert_eq!(
            fill("Python @version@, mail me@home.example @ 5", Escape::Plain),
            "Python 3.13.5, mail me@home.example @ 5"
        );
        assert_eq!(fill("@odd@", Escape::Rtf), "a\\{b\\}\\\\\\u252?\\u-10179?\\u-9203?");
    }

    #[test]
    fn unknown_names_are_reported_at_once() {
        let names = Names::new([("version", "3.13.5".into())]);
        let error = names.fill("@verson@ @version@ @minimun@", Escape::Rtf, "Welcome.rtf").unwrap_err();
        assert_eq!(error.to_string(), "Welcome.rtf uses unknown names: minimun, verson; known are version");
    }
}
