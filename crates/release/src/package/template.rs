//! Texts of the installer with names in them: `@version@`.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Result, bail, ensure};

/// What the names stand for, and which of them some text has used.
#[derive(Debug, Clone, Default)]
pub struct Names {
    values: BTreeMap<String, String>,
    used: RefCell<BTreeSet<String>>,
    /// Those that need not be used: they belong to a part that a product may lack.
    spare: BTreeSet<String>,
}

/// How values are written into a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Escape {
    /// As they are.
    Plain,
    /// As Rich Text Format needs them.
    Rtf,
    /// As text between the single quotes of a shell script.
    Shell,
}

impl Names {
    /// From pairs.
    pub fn new<'a>(pairs: impl IntoIterator<Item = (&'a str, String)>) -> Self {
        let values = pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Self { values, ..Self::default() }
    }

    /// The same names with one more.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.values.insert(name.to_owned(), value.into());
        self
    }

    /// The same names with one more that no text need use.
    #[must_use]
    pub fn with_spare(mut self, name: &str, value: impl Into<String>) -> Self {
        self.spare.insert(name.to_owned());
        self.with(name, value)
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
                    match self.values.get(name) {
                        Some(value) => {
                            self.used.borrow_mut().insert(name.to_owned());
                            filled.push_str(&escape.apply(value));
                        }
                        None => _ = unknown.insert(name),
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
            let known: Vec<&str> = self.values.keys().map(String::as_str).collect();
            let unknown: Vec<&str> = unknown.into_iter().collect();
            bail!("{place} uses unknown names: {}; known are {}", unknown.join(", "), known.join(", "));
        }
        Ok(filled)
    }

    /// Whether every name that isn't spare was used by some text so far. One that wasn't is a text that lost what it had to say.
    ///
    /// # Errors
    /// All unused names.
    pub fn check_all_used(&self) -> Result<()> {
        let used = self.used.borrow();
        let missing = |name: &&String| !used.contains(*name) && !self.spare.contains(*name);
        let unused: Vec<&str> = self.values.keys().filter(missing).map(String::as_str).collect();
        ensure!(unused.is_empty(), "no text of installer-assets/ uses the names {}", unused.join(", "));
        Ok(())
    }
}

impl Escape {
    fn apply(self, value: &str) -> String {
        match self {
            Self::Plain => value.to_owned(),
            Self::Rtf => rtf(value),
            Self::Shell => value.replace('\'', "'\\''"),
        }
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
    fn values_stay_inside_the_quotes_of_a_script() {
        let names = Names::new([("odd", "it's $HOME; `x`".into())]);
        assert_eq!(names.fill("a='@odd@'", Escape::Shell, "x").unwrap(), r"a='it'\''s $HOME; `x`'");
    }

    #[test]
    fn unused_names_are_reported_at_once() {
        let names = Names::new([("version", "3.13.5".into())]).with("left-out", "docs").with("minimum", "10.13");
        let names = names.with_spare("free-threaded", "/Library");
        names.fill("@version@", Escape::Plain, "x").unwrap();
        let error = names.check_all_used().unwrap_err();
        assert_eq!(error.to_string(), "no text of installer-assets/ uses the names left-out, minimum");
    }

    proptest::proptest! {
        #[test]
        fn rtf_of_any_text_is_ascii_and_balanced(text in ".*") {
            let escaped = rtf(&text);
            proptest::prop_assert!(escaped.is_ascii());
            let open = escaped.replace("\\\\", "").replace("\\{", "").replace("\\}", "");
            proptest::prop_assert!(!open.contains(['{', '}']), "{escaped}");
        }
    }

    #[test]
    fn unknown_names_are_reported_at_once() {
        let names = Names::new([("version", "3.13.5".into())]);
        let error = names.fill("@verson@ @version@ @minimun@", Escape::Rtf, "Welcome.rtf").unwrap_err();
        assert_eq!(error.to_string(), "Welcome.rtf uses unknown names: minimun, verson; known are version");
    }
}
