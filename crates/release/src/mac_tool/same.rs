//! The macOS program does what this one does: verbs that ask nothing of the machine print the same and write the same files. On
//! Linux it runs under `machorun`.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use crate::context::Context;
use crate::exec::Tool;
use crate::manifest::{Manifest, manifest};

/// What is run, in this order; `@` is a folder that is empty at the start, `VERSION` the plan's.
const VERBS: &[&str] = &[
    "--help",
    "completions zsh",
    "plan VERSION --host linux",
    "package --root docs --identifier org.example.docs --version 1.2 -o @/docs.pkg",
    "package --root docs --identifier org.example.docs --version 1.3 --compression pbzx --min-os-version 10.10 -o @/next.pkg",
    "inspect @/docs.pkg",
    "inspect --json @/next.pkg",
    "verify @/docs.pkg",
    "verify @/docs.pkg --policy developer-id",
    "verify @/nothing.pkg",
    "expand @/docs.pkg @/expanded --payload",
    "install @/docs.pkg --root @/root",
    "install @/docs.pkg --root @",
    "manifest @/root",
    "diff @/docs.pkg @/next.pkg",
    "preview @/docs.pkg -o @/docs.html",
];

/// What a verb did.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Answer {
    /// `exit status: 1`.
    status: String,
    out: String,
}

/// All that one program said, and the files that it left.
struct Account {
    answers: BTreeMap<String, Answer>,
    files: Manifest,
}

/// A way to start a program: the words before its arguments.
pub(super) struct Start {
    pub program: PathBuf,
    pub before: Vec<OsString>,
}

/// Runs all verbs with both programs; gives back how many there are.
///
/// # Errors
/// When one can't be started, or anything differs.
pub(super) fn compare(cx: &Context, version: &str, ours: &Start, theirs: &Start) -> Result<usize> {
    let folder = tempfile::tempdir()?;
    // The same place for both, since they say where they write.
    let place = fs_err::canonicalize(folder.path())?.join("place");
    let ours = ours.account(cx, version, &place)?;
    let theirs = theirs.account(cx, version, &place)?;
    let differences = differences(&ours, &theirs);
    if !differences.is_empty() {
        bail!("as a macOS program, this tool does something else (- here, + there):\n{}", differences.join("\n"));
    }
    Ok(VERBS.len())
}

impl Start {
    fn account(&self, cx: &Context, version: &str, place: &Path) -> Result<Account> {
        fs_err::create_dir_all(place)?;
        let mut answers = BTreeMap::new();
        for verb in VERBS {
            let text = verb.replace("VERSION", version).replace('@', &place.to_string_lossy());
            let cache = format!("--cache {}/cache {text}", place.display());
            let args: Vec<OsString> = self.before.iter().cloned().chain(cache.split(' ').map(OsString::from)).collect();
            let tool = Tool { purpose: verb, program: &self.program, args: &args, dir: &cx.paths.repo, input: None };
            let ended = tool.run()?;
            answers.insert((*verb).to_owned(), Answer { status: ended.status, out: ended.out });
        }
        let account = Account { answers, files: manifest(place)? };
        fs_err::remove_dir_all(place)?;
        Ok(account)
    }
}

/// One line each.
fn differences(ours: &Account, theirs: &Account) -> Vec<String> {
    let mut lines = Vec::new();
    for (verb, ours) in &ours.answers {
        let Some(theirs) = theirs.answers.get(verb) else { continue };
        if ours.status != theirs.status {
            lines.push(format!("{verb}: {} here, {} there", ours.status, theirs.status));
        }
        if let Some((here, there)) = first_difference(&ours.out, &theirs.out) {
            lines.push(format!("{verb}: prints {here:?} here, {there:?} there"));
        }
    }
    lines.extend(ours.files.differences(&theirs.files));
    lines
}

fn first_difference<'a>(ours: &'a str, theirs: &'a str) -> Option<(&'a str, &'a str)> {
    if ours == theirs {
        return None;
    }
    let (mut ours, mut theirs) = (ours.lines(), theirs.lines());
    loop {
        match (ours.next(), theirs.next()) {
            (None, None) => return Some(("", "other line ends")),
            (ours, theirs) if ours != theirs => {
                return Some((ours.unwrap_or("nothing more"), theirs.unwrap_or("nothing more")));
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(status: &str, out: &str, files: &str) -> Account {
        let answer = Answer { status: status.to_owned(), out: out.to_owned() };
        Account { answers: BTreeMap::from([("inspect".to_owned(), answer)]), files: Manifest::parse(files) }
    }

    #[test]
    fn whatever_differs_is_named() {
        let ours = account("exit status: 0", "a\nb\n", "x file 0644\ny file 0644");
        assert_eq!(differences(&ours, &ours), Vec::<String>::new());
        let theirs = account("exit status: 1", "a\nc\n", "y file 0600\nz file 0644");
        insta::assert_snapshot!(differences(&ours, &theirs).join("\n"), @r#"
        inspect: exit status: 0 here, exit status: 1 there
        inspect: prints "b" here, "c" there
        - x file 0644
        + y file 0600
        - y file 0644
        + z file 0644
        "#);
        let short = account("exit status: 0", "a\n", "x file 0644\ny file 0644");
        assert_eq!(differences(&ours, &short), [r#"inspect: prints "b" here, "nothing more" there"#]);
    }
}
