//! The macOS program does what this one does: verbs that ask nothing of the machine print the same and write the same files. On
//! Linux it runs under `machorun`.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use walkdir::WalkDir;

use crate::context::Context;
use crate::digest::Sha256;
use crate::exec::Tool;

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
#[derive(Debug, Default, PartialEq, Eq)]
struct Account {
    answers: BTreeMap<String, Answer>,
    /// Modes, and digests of contents or of where links lead.
    files: BTreeMap<PathBuf, (u32, Sha256)>,
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
        bail!("as a macOS program, this tool does something else:\n{}", differences.join("\n"));
    }
    Ok(VERBS.len())
}

impl Start {
    fn account(&self, cx: &Context, version: &str, place: &Path) -> Result<Account> {
        fs_err::create_dir_all(place)?;
        let mut account = Account::default();
        for verb in VERBS {
            let text = verb.replace("VERSION", version).replace('@', &place.to_string_lossy());
            let cache = format!("--cache {}/cache {text}", place.display());
            let args: Vec<OsString> = self.before.iter().cloned().chain(cache.split(' ').map(OsString::from)).collect();
            let tool = Tool { purpose: verb, program: &self.program, args: &args, dir: &cx.paths.repo, input: None };
            let ended = tool.run()?;
            account.answers.insert((*verb).to_owned(), Answer { status: ended.status, out: ended.out });
        }
        account.files = files(place)?;
        fs_err::remove_dir_all(place)?;
        Ok(account)
    }
}

/// Every file and link below a folder.
fn files(folder: &Path) -> Result<BTreeMap<PathBuf, (u32, Sha256)>> {
    let mut files = BTreeMap::new();
    for entry in WalkDir::new(folder).min_depth(1) {
        let entry = entry?;
        let metadata = entry.metadata()?;
        let digest = if metadata.is_symlink() {
            Sha256::of(fs_err::read_link(entry.path())?.as_os_str().as_encoded_bytes())
        } else if metadata.is_file() {
            Sha256::of(&fs_err::read(entry.path())?)
        } else {
            Sha256::of(b"")
        };
        let path = entry.path().strip_prefix(folder).context("a path left its folder")?;
        files.insert(path.to_owned(), (metadata.mode(), digest));
    }
    Ok(files)
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
    let paths = ours.files.keys().chain(theirs.files.keys().filter(|path| !ours.files.contains_key(*path)));
    for path in paths.filter(|path| ours.files.get(*path) != theirs.files.get(*path)) {
        let what = match (ours.files.get(path), theirs.files.get(path)) {
            (Some(_), None) => "is only here",
            (None, Some(_)) => "is only there",
            _ => "differs",
        };
        lines.push(format!("{} {what}", path.display()));
    }
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

    fn account(status: &str, out: &str, files: &[(&str, u32)]) -> Account {
        let answer = Answer { status: status.to_owned(), out: out.to_owned() };
        let file = |(path, mode): &(&str, u32)| (PathBuf::from(path), (*mode, Sha256::of(b"")));
        Account { answers: BTreeMap::from([("inspect".to_owned(), answer)]), files: files.iter().map(file).collect() }
    }

    #[test]
    fn whatever_differs_is_named() {
        let ours = account("exit status: 0", "a\nb\n", &[("x", 0o644), ("y", 0o644)]);
        assert_eq!(differences(&ours, &ours), Vec::<String>::new());
        let theirs = account("exit status: 1", "a\nc\n", &[("y", 0o600), ("z", 0o644)]);
        insta::assert_snapshot!(differences(&ours, &theirs).join("\n"), @r#"
        inspect: exit status: 0 here, exit status: 1 there
        inspect: prints "b" here, "c" there
        x is only here
        y differs
        z is only there
        "#);
        let short = account("exit status: 0", "a\n", &[("x", 0o644), ("y", 0o644)]);
        assert_eq!(differences(&ours, &short), [r#"inspect: prints "b" here, "nothing more" there"#]);
    }
}
