//! `cargo xtask clean`.

use std::collections::BTreeSet;
use std::io::{IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Result, anyhow};
use clap::{Args, ValueEnum};
use rayon::prelude::*;
use walkdir::WalkDir;

use release::build::finished::{self, State};
use release::context::Context;
use release::hint::WithHint as _;
use release::plan::BuildOptions;
use release::planning::{Planned, planned};
use release::recipe::{Recipes, known_releases};

/// Say what can be removed and how big it is, ask, and remove it; or check what is kept.
///
/// Everything in the cache can be made again. Nothing outside of the cache and of dist is ever touched, and no link is followed.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cargo xtask clean                  steps that no release of Mac/releases uses any more, and unfinished work
  cargo xtask clean steps logs      all that was built, and the logs
  cargo xtask clean --check         are all finished steps what they were when they were made?
  cargo xtask clean damaged         those that are not
  cargo xtask clean all --yes       the whole cache and dist, without a question")]
pub struct Clean {
    /// What to remove.
    #[arg(value_enum, default_values = ["old", "work"])]
    what: Vec<What>,

    /// Don't ask.
    #[arg(long)]
    yes: bool,

    /// Remove nothing: read every file of all finished steps, and hold it against what it was when it was made.
    #[arg(long, conflicts_with_all = ["what", "yes"])]
    check: bool,
}

/// What there is to remove.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
enum What {
    /// Finished steps that no release's plan has any more, as `plan` shows it without options.
    Old,
    /// Unfinished steps.
    Work,
    /// All finished steps.
    Steps,
    /// Finished steps that have changed since they were made.
    Damaged,
    /// Downloads.
    Sources,
    /// Downloads with a wrong digest.
    Rejected,
    /// Logs of steps.
    Logs,
    /// Lists of Debian's packages.
    Apt,
    /// Finished products.
    Dist,
    /// All of it.
    All,
}

/// A file or folder with its size in bytes.
struct Item {
    path: PathBuf,
    bytes: u64,
}

impl Clean {
    /// Lists, asks, removes.
    ///
    /// # Errors
    /// When a build or release is at work in the folders, or something can't be removed.
    pub fn run(self, cx: &Context) -> Result<()> {
        if self.check { check(cx) } else { self.carry_out(cx, |question| ask(cx, question)) }
    }

    fn carry_out(self, cx: &Context, agreed: impl FnOnce(&str) -> bool) -> Result<()> {
        let mut items: Vec<Item> = Vec::new();
        for path in paths(cx, &self.what)? {
            items.push(Item { bytes: size(&path), path });
        }
        if items.is_empty() {
            cx.ui.say("nothing to remove");
            return Ok(());
        }
        for item in &items {
            cx.ui.result(format_args!("{:>10}  {}", human(item.bytes), item.path.display()));
        }
        let total = human(items.iter().map(|item| item.bytes).sum());
        if !self.yes && !agreed(&format!("remove {total}?")) {
            cx.ui.say(format_args!("nothing was removed; --yes removes these {total}"));
            return Ok(());
        }
        let aside = "try again when it is done";
        let _build =
            cx.paths.cache.is_dir().then(|| release::lock::take(&cx.paths.cache, "build", aside)).transpose()?;
        let _release =
            cx.paths.dist.is_dir().then(|| release::lock::take(&cx.paths.dist, "release", aside)).transpose()?;
        for item in &items {
            remove(&item.path)?;
            if item.path.parent() == Some(&cx.paths.steps()) {
                let manifest = cx.paths.manifests().join(item.path.file_name().unwrap_or_default());
                manifest.exists().then(|| remove(&manifest)).transpose()?;
            }
        }
        cx.ui.say(format_args!("{total} removed"));
        Ok(())
    }
}

/// Every finished step, by the name of its folder, and what it is now.
fn states(cx: &Context) -> Result<Vec<(String, State)>> {
    let steps = entries(&cx.paths.steps());
    let names: Vec<&str> = steps.iter().filter_map(|path| path.file_name()?.to_str()).collect();
    let states = names.par_iter().map(|name| Ok(((*name).to_owned(), finished::look(cx, name)?)));
    let mut states: Vec<_> = states.collect::<Result<_>>()?;
    states.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(states)
}

fn check(cx: &Context) -> Result<()> {
    let states = states(cx)?;
    let mut changed = 0;
    for (name, state) in &states {
        match state {
            State::Sound => cx.ui.result(format_args!("sound    {name}")),
            State::Unknown => cx.ui.result(format_args!("unknown  {name}: made before manifests were kept")),
            State::Changed(lines) => {
                changed += 1;
                cx.ui.result(format_args!("changed  {}", finished::told(name, lines)));
            }
        }
    }
    if changed == 0 {
        return Ok(());
    }
    Err(anyhow!("{changed} of {} finished steps have changed since they were made", states.len()))
        .hint("`cargo xtask clean damaged` removes them; the next build makes them again")
}

/// What is meant, as far as it is there, sorted and once each. Only names that this tool gives.
fn paths(cx: &Context, what: &[What]) -> Result<BTreeSet<PathBuf>> {
    let has = |kind: What| what.contains(&kind) || what.contains(&What::All);
    let mut paths = BTreeSet::new();
    if has(What::Steps) {
        paths.extend(entries(&cx.paths.steps()));
    } else if has(What::Old) {
        let used = used(cx)?;
        let unused = |path: &PathBuf| path.file_name().is_some_and(|name| !used.contains(&*name.to_string_lossy()));
        paths.extend(entries(&cx.paths.steps()).into_iter().filter(unused));
    }
    if what.contains(&What::Damaged) && !has(What::Steps) {
        let damaged = states(cx)?.into_iter().filter(|(_, state)| matches!(state, State::Changed(_)));
        paths.extend(damaged.map(|(name, _)| cx.paths.steps().join(name)));
    }
    let folders = [
        (What::Work, cx.paths.work()),
        (What::Sources, cx.paths.sources()),
        (What::Rejected, cx.paths.cache.join("rejected")),
        (What::Logs, cx.paths.logs()),
        (What::Apt, cx.paths.cache.join("apt")),
        (What::Apt, cx.paths.cache.join("debs")),
    ];
    for (kind, folder) in folders {
        if has(kind) {
            paths.extend(entries(&folder));
        }
    }
    if has(What::Dist) {
        // People put files of their own there: only ours go.
        let ours = |path: &PathBuf| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            name == "SHA256SUMS"
                || (name.starts_with("python-") && [".pkg", ".dmg"].iter().any(|ending| name.contains(ending)))
        };
        paths.extend(entries(&cx.paths.dist).into_iter().filter(ours));
    }
    Ok(paths)
}

/// Folder names of all steps of all releases.
fn used(cx: &Context) -> Result<BTreeSet<String>> {
    let mut used = BTreeSet::new();
    for version in known_releases(&cx.paths.mac())? {
        Recipes::load(&cx.paths.mac(), version)?;
        // What this machine can't make whole has no steps here.
        if let Ok(Planned { plan, .. }) = planned(cx, Some(version), &BuildOptions::default()) {
            used.extend(plan.steps.iter().map(|step| plan.folder(&step.name)));
        }
    }
    Ok(used)
}

/// What lies in a folder; nothing when there is none, or only a link to one.
fn entries(folder: &Path) -> Vec<PathBuf> {
    if folder.is_symlink() {
        return Vec::new();
    }
    let entries = fs_err::read_dir(folder).into_iter().flatten();
    entries.filter_map(|entry| Some(entry.ok()?.path())).collect()
}

/// Bytes of all files at a path, links not followed.
fn size(path: &Path) -> u64 {
    let files = WalkDir::new(path).into_iter().flatten();
    files.filter_map(|entry| Some(entry.metadata().ok()?.len())).sum()
}

fn remove(path: &Path) -> Result<()> {
    if path.is_dir() && !path.is_symlink() {
        // Folders of sources may be read-only.
        for entry in WalkDir::new(path).into_iter().flatten().filter(|entry| entry.file_type().is_dir()) {
            use std::os::unix::fs::PermissionsExt as _;
            _ = fs_err::set_permissions(entry.path(), std::fs::Permissions::from_mode(0o755));
        }
        fs_err::remove_dir_all(path)?;
    } else {
        fs_err::remove_file(path)?;
    }
    Ok(())
}

/// Asks at the terminal; without one the answer is no.
fn ask(cx: &Context, question: &str) -> bool {
    let stdin = std::io::stdin();
    if !stdin.is_terminal() {
        return false;
    }
    cx.ui.say(format_args!("{question} [y/N]"));
    _ = std::io::stderr().flush();
    let mut answer = String::new();
    stdin.read_line(&mut answer).is_ok() && matches!(answer.trim(), "y" | "Y" | "yes")
}

fn human(bytes: u64) -> String {
    match bytes as f64 {
        bytes @ 0.0..1e6 => format!("{:.0} kB", bytes / 1e3),
        bytes @ 1e6..1e9 => format!("{:.1} MB", bytes / 1e6),
        bytes => format!("{:.2} GB", bytes / 1e9),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn context(dir: &Path) -> Context {
        Context::new(Some(dir.join("dist/cache")), Some(dir.join("dist")), true, Some(1)).unwrap()
    }

    fn clean(cx: &Context, what: &[What]) {
        Clean { what: what.to_vec(), yes: true, check: false }.run(cx).unwrap();
    }

    #[test]
    fn only_our_own_files_go() {
        let dir = tempfile::tempdir().unwrap();
        let cx = context(dir.path());
        let write = |path: PathBuf| {
            fs_err::create_dir_all(path.parent().unwrap()).unwrap();
            fs_err::write(path, "x").unwrap();
        };
        let (cache, dist) = (&cx.paths.cache, &cx.paths.dist);
        for below in ["steps/xz-0000000000000000/out", "work/a/b", "sources/abc", "mine/notes", "logs/xz.log"] {
            write(cache.join(below));
        }
        for name in ["python-3.13.5-macos11-unsigned.pkg", "python-3.13.5-macos11.pkg.mtree", "SHA256SUMS", "mine.txt"]
        {
            write(dist.join(name));
        }
        let outside = dir.path().join("outside");
        write(outside.join("precious"));
        std::os::unix::fs::symlink(&outside, cache.join("work/link")).unwrap();
        std::os::unix::fs::symlink(&outside, cache.join("rejected")).unwrap();

        clean(&cx, &[What::Old, What::Work]);
        assert!(!cache.join("steps/xz-0000000000000000").exists() && cache.join("sources/abc").exists());
        clean(&cx, &[What::All]);
        assert!(outside.join("precious").exists() && cache.join("rejected").is_symlink());
        assert!(cache.join("mine/notes").exists() && !cache.join("logs/xz.log").exists());
        let mut left: Vec<_> = entries(dist).into_iter().filter(|path| path.is_file()).collect();
        left.sort();
        assert_eq!(left, [dist.join("lock"), dist.join("mine.txt")]);
    }

    #[test]
    fn a_changed_step_is_found_and_can_be_removed() {
        let dir = tempfile::tempdir().unwrap();
        let cx = context(dir.path());
        for step in ["a-0", "b-0"] {
            let folder = cx.paths.steps().join(step);
            fs_err::create_dir_all(&folder).unwrap();
            fs_err::write(folder.join("file"), "x").unwrap();
            finished::record(&cx, step, &folder).unwrap();
        }
        check(&cx).unwrap();
        fs_err::write(cx.paths.steps().join("a-0/file"), "y").unwrap();
        let text = release::hint::render(&check(&cx).unwrap_err());
        assert!(text.contains("1 of 2 finished steps have changed") && text.contains("clean damaged"), "{text}");
        clean(&cx, &[What::Damaged]);
        assert_eq!(entries(&cx.paths.steps()), [cx.paths.steps().join("b-0")]);
        assert_eq!(entries(&cx.paths.manifests()), [cx.paths.manifests().join("b-0")]);
    }

    #[test]
    fn without_a_yes_nothing_goes() {
        let dir = tempfile::tempdir().unwrap();
        let cx = context(dir.path());
        fs_err::create_dir_all(cx.paths.work().join("x")).unwrap();
        Clean { what: vec![What::Work], yes: false, check: false }.carry_out(&cx, |_| false).unwrap();
        assert!(cx.paths.work().join("x").is_dir());
    }
}
