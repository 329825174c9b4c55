//! One operation of a step, carried out.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, anyhow, bail, ensure};

use super::merge::{merge, thin};
use super::text::Names;
use super::{scrub, tree, unpack};
use crate::context::Context;
use crate::digest::{Fingerprint, Sha256};
use crate::exec::{Crew, Job};
use crate::fetch::Sources;
use crate::given::{Checkout, TclTk};
use crate::hint::WithHint as _;
use crate::plan::{Docs, Given, LICENSES, Op, Plan, Step};
use crate::recipe::Source;
use crate::toolchain;

/// What an operation runs in.
pub struct Execution<'a> {
    /// Paths and terminal.
    pub cx: &'a Context,
    /// What is carried out.
    pub plan: &'a Plan,
    /// Where sources lie.
    pub sources: &'a Sources,
    /// What the names in texts stand for.
    pub names: &'a Names,
    /// The step it belongs to.
    pub step: &'a Step,
    /// The step's log.
    pub log: &'a Path,
    /// What the step's commands belong to.
    pub crew: &'a Crew,
}

impl Execution<'_> {
    /// Carries out one operation.
    ///
    /// # Errors
    /// When it fails; the error says what was tried.
    pub fn perform(&self, op: &Op) -> Result<()> {
        let path = |text: &str| self.names.path(text);
        match op {
            Op::Unpack { source, into } => {
                unpack::unpack(&self.sources.path(source), &path(into)?, |found| source.pin.admits(found))
            }
            Op::Fetched { source, to } => {
                let to = path(to)?;
                tree::copy(&self.sources.path(source), &to)?;
                check(source, &to)
            }
            Op::Given { what, digest, into } => self.given(*what, digest, &path(into)?),
            Op::Patch { file, digest, dir } => self.patch(file, digest, &path(dir)?),
            Op::Write { path: at, text, executable } => self.write(&path(at)?, &self.names.fill(text)?, *executable),
            Op::Run(run) => self.run(&run.purpose, &run.dir, &run.argv, &run.env),
            Op::Copy { from, to } => tree::copy(&path(from)?, &path(to)?),
            Op::Remove { path: at } => tree::remove(&path(at)?),
            Op::Folder { path: at } => Ok(fs_err::create_dir_all(path(at)?)?),
            Op::Merge { trees, headers, into } => {
                let trees = trees.iter().map(|(arch, tree)| Ok((*arch, path(tree)?))).collect::<Result<_>>()?;
                merge(&trees, headers, &path(into)?, &|slices, target| self.lipo(slices, target))
            }
            Op::Overlay { layers, into } => layers.iter().try_for_each(|layer| {
                let into = path(into)?;
                let at = if layer.at.is_empty() { into } else { into.join(&layer.at) };
                tree::overlay(&path(&layer.from)?, &at)
            }),
            Op::Scrub { dir, replace } => {
                let fill = |(from, to): &(String, String)| Ok((self.names.fill(from)?, self.names.fill(to)?));
                scrub::scrub(&path(dir)?, &replace.iter().map(fill).collect::<Result<Vec<_>>>()?)
            }
            Op::Prune { dir, names } => tree::prune(&path(dir)?, names),
            Op::LinkAll { root, dir, into } => tree::link_all(&path(root)?, dir, &path(into)?),
            Op::RelativeLinks { root } => tree::relative_links(&path(root)?),
            Op::Thin { dir, arch } => thin(&path(dir)?, &|file, target| {
                self.tool("thin binaries", "lipo", &[file, Path::new("-thin"), Path::new(arch.name())], target)
            }),
            Op::StackSize { file, bytes } => toolchain::set_stack_size(&path(file)?, *bytes),
            Op::DebianPackages { locked, into, .. } => toolchain::unpack_packages(self.cx, locked, &path(into)?),
            Op::OpenSdk { wheel, into, .. } => {
                check(wheel, &self.sources.path(wheel))?;
                toolchain::open_sdk::generate(&self.cx.paths.mac().join("sdk"), &self.sources.path(wheel), &path(into)?)
            }
            Op::Cocoa { into, .. } => toolchain::open_sdk::add_cocoa(&self.cx.paths.mac().join("sdk"), &path(into)?),
            Op::Shims { into, .. } => toolchain::shim::install(&std::env::current_exe()?, &path(into)?),
            Op::CompilerRuntime { into } => self.compiler_runtime(&path(into)?),
        }
    }

    /// The step's variables, filled in.
    fn env(&self, own: &BTreeMap<String, String>) -> Result<BTreeMap<String, String>> {
        let tmp = self.names.work.join("tmp").to_string_lossy().into_owned();
        let mut env = BTreeMap::from([("TMPDIR".to_owned(), tmp)]);
        for (name, value) in self.step.env.iter().chain(own) {
            env.insert(name.clone(), self.names.fill(value)?);
        }
        Ok(env)
    }

    fn run(&self, purpose: &str, dir: &str, argv: &[String], own: &BTreeMap<String, String>) -> Result<()> {
        let argv: Vec<String> = argv.iter().map(|arg| self.names.fill(arg)).collect::<Result<_>>()?;
        let (program, args) = argv.split_first().context("the plan has an empty command")?;
        let (env, dir) = (self.env(own)?, self.names.path(dir)?);
        Job { purpose, program, args, env: &env, dir: &dir, log: self.log, crew: Some(self.crew) }.run()
    }

    fn lipo(&self, slices: &[PathBuf], target: &Path) -> Result<()> {
        let create = Path::new("-create");
        let args: Vec<&Path> = [create].into_iter().chain(slices.iter().map(PathBuf::as_path)).collect();
        self.tool("merge binaries", "lipo", &args, target)
    }

    /// Runs a short program that makes one file.
    fn tool(&self, purpose: &str, program: &str, args: &[&Path], output: &Path) -> Result<()> {
        let args = args.iter().copied().chain([Path::new("-output"), output]);
        let args: Vec<String> = args.map(|arg| arg.to_string_lossy().into_owned()).collect();
        let (env, dir) = (self.env(&BTreeMap::new())?, &self.names.work);
        Job { purpose, program, args: &args, env: &env, dir, log: self.log, crew: Some(self.crew) }.run()
    }

    /// Takes a folder of the user's, which must be as it was when the plan was made.
    fn given(&self, what: Given, digest: &Sha256, into: &Path) -> Result<()> {
        let options = &self.plan.options;
        match what {
            Given::Checkout => {
                let given = options.checkout.as_ref().context("the plan has no checkout")?;
                let now = Checkout::open(&given.dir)?;
                ensure!(now.digest == *digest, "{} changed while the build was running", given.dir.display());
                let files = now.files()?;
                files.iter().try_for_each(|file| tree::copy(&given.dir.join(file), &into.join(file)))
            }
            Given::Sdk => {
                let given = options.sdk.as_ref().context("the plan has no SDK")?;
                tree::overlay(&given.dir, into)
            }
            Given::Docs => {
                let Docs::Archive(given) = &options.docs else { bail!("the plan has no archive of documentation") };
                // The top folder of the archive becomes one that isn't there yet.
                tree::remove(into)?;
                unpack::unpack(&given.file, into, |found| found.sha256 == *digest)
            }
            Given::TclTk => {
                let given = options.tcltk.as_ref().context("the plan has no Tcl and Tk")?;
                let now = TclTk::open(&given.dir)?;
                ensure!(now.digest == *digest, "{} changed while the build was running", given.dir.display());
                for folder in ["include", LICENSES] {
                    tree::copy(&given.dir.join(folder), &into.join(folder))?;
                }
                let libraries = now.ship.iter().map(|name| Path::new("lib").join(name));
                libraries.into_iter().try_for_each(|below| tree::copy(&given.dir.join(&below), &into.join(below)))
            }
        }
    }

    fn write(&self, path: &Path, text: &str, executable: bool) -> Result<()> {
        fs_err::create_dir_all(path.parent().unwrap_or(path))?;
        fs_err::write(path, text)?;
        let mode = if executable { 0o755 } else { 0o644 };
        Ok(fs_err::set_permissions(path, std::fs::Permissions::from_mode(mode))?)
    }

    fn patch(&self, file: &str, digest: &Sha256, dir: &Path) -> Result<()> {
        let path = self.cx.paths.mac().join("patches").join(file);
        let text = fs_err::read_to_string(&path)?;
        ensure!(Sha256::of(text.as_bytes()) == *digest, "{} changed while the build was running", path.display());
        apply(&text, dir).with_context(|| format!("could not apply Mac/patches/{file}"))
    }

    fn compiler_runtime(&self, into: &Path) -> Result<()> {
        let env = self.env(&BTreeMap::new())?;
        toolchain::runtime::compile(&env, self.crew, self.log, &self.names.work, into)
    }
}

/// Whether a file is what its pin says: the cache is a folder like any other.
fn check(source: &Source, file: &Path) -> Result<()> {
    if source.pin.admits(Fingerprint::of_file(file)?) {
        return Ok(());
    }
    Err(anyhow!("{} has the wrong checksum: it was changed after it was fetched", file.display()))
        .hint("delete it from the cache; the next run fetches it again")
}

/// Applies a patch of one file, its names below `a/` and `b/`; the file's mode and place stay.
fn apply(text: &str, dir: &Path) -> Result<()> {
    let patch = diffy::Patch::from_str(text)?;
    let name = patch.original().and_then(|name| name.strip_prefix("a/")).context("its `---` line names no a/FILE")?;
    let path = dir.join(name);
    let old = fs_err::read_to_string(&path)?;
    let new = diffy::apply(&old, &patch).with_context(|| format!("{name} is not as the patch expects it"))?;
    Ok(fs_err::write(&path, new)?)
}
