//! Errors with a remedy: a chain of causes, and at its end what to do about it.

use std::collections::BTreeSet;
use std::{fmt, io};

use anyhow::Error;
use flatpkg::shown;

/// A remedy, carried in an error's chain as one of its links.
#[derive(Debug)]
struct Hint(String);

impl fmt::Display for Hint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{PREFIX}{}", self.0)
    }
}

const PREFIX: &str = "hint: ";

/// Adds a remedy to an error.
pub trait WithHint<T> {
    /// Says what the user can do about it, in one sentence.
    ///
    /// # Errors
    /// The same error, with the hint.
    fn hint(self, text: impl Into<String>) -> anyhow::Result<T>;
}

impl<T, E: Into<Error>> WithHint<T> for Result<T, E> {
    fn hint(self, text: impl Into<String>) -> anyhow::Result<T> {
        self.map_err(|error| hinted(error.into(), text))
    }
}

/// An error with a remedy.
pub fn hinted(error: Error, text: impl Into<String>) -> Error {
    error.context(Hint(text.into()))
}

/// A link in an error's chain: what was given can't be worked with. Verbs that judge keep it apart from their findings.
#[derive(Debug)]
pub struct Unusable(pub String);

impl fmt::Display for Unusable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An error of which everything was shown as a result: nothing is left to say but the exit code.
#[derive(Debug)]
pub struct Told(pub u8);

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "exit code {}", self.0)
    }
}

impl std::error::Error for Told {}

/// What the program exits with: 2 for what can't be worked with, as for a wrong command line, else 1.
pub fn exit_code(error: &Error) -> u8 {
    if let Some(Told(code)) = error.downcast_ref() {
        return *code;
    }
    if error.is::<Unusable>() { 2 } else { 1 }
}

/// An error's causes in one line, without its hints.
pub fn causes(error: &Error) -> String {
    let links = error.chain().map(ToString::to_string).filter(|link| !link.starts_with(PREFIX));
    links.collect::<Vec<_>>().join(": ")
}

/// The remedies in an error, in one line.
pub fn remedy(error: &Error) -> Option<String> {
    let links = error.chain().map(ToString::to_string);
    let hints: Vec<String> = links.filter_map(|link| link.strip_prefix(PREFIX).map(str::to_owned)).collect();
    (!hints.is_empty()).then(|| hints.join("; "))
}

/// The cause below all others.
pub fn innermost(error: &Error) -> String {
    error.chain().map(ToString::to_string).filter(|link| !link.starts_with(PREFIX)).last().unwrap_or_default()
}

/// Whether a disk was full, whoever noticed.
pub fn is_full_disk(error: &Error) -> bool {
    error.chain().any(|cause| {
        let kind = cause.downcast_ref::<io::Error>().map(io::Error::kind);
        kind == Some(io::ErrorKind::StorageFull) || cause.to_string().contains("No space left on device")
    })
}

/// An error as the terminal shows it: what failed, the causes below it, the hints last.
pub fn render(error: &Error) -> String {
    let (mut hints, causes): (Vec<_>, Vec<_>) =
        error.chain().map(ToString::to_string).partition(|link| link.starts_with(PREFIX));
    if hints.is_empty() && is_full_disk(error) {
        hints.push(format!("{PREFIX}make room there, then run the same command again"));
    }
    let mut seen = BTreeSet::new();
    hints.retain(|hint| seen.insert(hint.clone()));
    let mut lines = Vec::new();
    for (depth, cause) in causes.iter().enumerate() {
        // Some libraries repeat their cause in their own text; once is enough.
        if depth > 0 && causes.get(depth - 1).is_some_and(|above| above.ends_with(cause.as_str())) {
            continue;
        }
        let prefix = if depth == 0 { "error: " } else { "  caused by: " };
        lines.push(format!("{prefix}{}", shown::lines(cause.trim_end()).replace('\n', "\n    ")));
    }
    lines.extend(hints.into_iter().map(|hint| format!("  {hint}")));
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::{Context as _, anyhow};

    #[test]
    fn hints_come_last() {
        let failed: Result<(), _> = Err(anyhow!("got 91c0, Mac/recipes/openssl.toml says d80c"));
        let error = failed.hint("check the signature, then update `sha256`").context("failed to fetch openssl");
        insta::assert_snapshot!(render(&error.unwrap_err()), @r"
        error: failed to fetch openssl
          caused by: got 91c0, Mac/recipes/openssl.toml says d80c
          hint: check the signature, then update `sha256`
        ");
    }

    #[test]
    fn a_hint_is_given_once() {
        let twice = hinted(hinted(anyhow!("a"), "do this"), "do this");
        assert_eq!(render(&twice), "error: a\n  hint: do this");
    }

    #[test]
    fn what_was_told_has_only_its_exit_code() {
        assert_eq!([1, 2].map(|code| exit_code(&Told(code).into())), [1, 2]);
    }

    #[test]
    fn a_full_disk_has_a_remedy_whoever_meets_it() {
        let full = || Error::new(io::Error::from(io::ErrorKind::StorageFull)).context("failed to write x.pkg");
        assert!(render(&full()).ends_with("then run the same command again"), "{}", render(&full()));
        let own = render(&hinted(full(), "name another folder"));
        assert!(own.ends_with("\n  hint: name another folder"), "{own}");
    }
}
