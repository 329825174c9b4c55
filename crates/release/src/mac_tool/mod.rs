//! This tool as a macOS program, made on Linux by the toolchain that makes Python.
//!
//! Its users sit at a Mac, and nobody who changes it has to have one: `cargo xtask ci` compiles it for both processors, looks at
//! it with every lint, links it against what a Mac has, and runs it. `Mac/tool` is what that needs beyond the toolchain of a plan.

mod same;
mod sdk;
mod unit_tests;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};

use crate::build::{self, Names, OnFailure};
use crate::context::Context;
use crate::exec::Check;
use crate::fetch::{self, Supply};
use crate::interpreter;
use crate::plan::{Host, Plan};
use crate::standard_library::StandardLibrary;
use macho::Arch;
use same::Start;

/// What of this tool is run as a macOS program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Runs {
    /// Its verbs.
    Verbs,
    /// Its verbs, and every unit test: to compile those for macOS takes many minutes the first time.
    UnitTestsToo,
}

/// Looks at this tool as a macOS program, makes it for every processor of Macs, and runs it where this machine can.
///
/// # Errors
/// When the toolchain or Rust's standard library for macOS can't be had, the compiler, a lint or the linker complains, or it does
/// something else than this program.
pub fn check(cx: &Context, plan: &Plan, runs: Runs) -> Result<()> {
    cx.ui.say("#### this tool as a macOS program");
    if matches!(plan.host, Host::Mac { .. }) {
        cx.ui.say("it is one");
        return Ok(());
    }
    let mac = MacTool::new(cx, plan)?;
    mac.lint(Arch::Arm64)?;
    for arch in MacTool::ARCHS {
        cx.ui.say(format_args!("{arch}: {}", mac.build(arch)?.display()));
    }
    match interpreter::obstacle(machorun::ARCH) {
        None => {
            let loader = interpreter::build_loader(cx)?;
            cx.ui.say(format_args!("{} verbs do the same as a macOS program", mac.run(loader.clone())?));
            if runs == Runs::UnitTestsToo {
                cx.ui.say(format_args!("unit tests passed as macOS programs: {}", mac.unit_tests(&loader)?));
            }
        }
        Some((what, remedy)) => cx.ui.say(format_args!("not run: {what} ({remedy})")),
    }
    Ok(())
}

/// What makes this tool for macOS.
struct MacTool<'a> {
    cx: &'a Context,
    plan: &'a Plan,
    /// The SDK with what this tool links to.
    sdk: PathBuf,
    standard_library: StandardLibrary,
}

impl<'a> MacTool<'a> {
    /// The processors of Macs.
    const ARCHS: [Arch; 2] = [Arch::Arm64, Arch::X86_64];

    /// Sets it up with the toolchain of a plan that cross-compiles.
    ///
    /// # Errors
    /// When the plan builds on a Mac, the toolchain can't be made, or Rust's standard library for macOS can't be had.
    fn new(cx: &'a Context, plan: &'a Plan) -> Result<Self> {
        let mut steps: Vec<_> =
            plan.steps.iter().filter(|step| sdk::NEEDS.contains(&step.name.as_str())).cloned().collect();
        ensure!(steps.len() == sdk::NEEDS.len(), "this plan builds with Apple's tools, not with a cross toolchain");
        steps.push(sdk::step(&cx.paths.mac())?);
        let tools = plan.with(steps, &build::executor())?;
        let sources = fetch::all(cx, &tools.sources(), &Supply::default())?;
        let sdk = build::step(cx, &tools, &sources, sdk::STEP, OnFailure::Stop)?;
        Ok(Self { cx, plan, sdk, standard_library: StandardLibrary::find(cx, plan, &Self::ARCHS.map(triple))? })
    }

    /// Every lint on every target of the workspace, as compiled for a processor.
    ///
    /// # Errors
    /// When the compiler or a lint complains.
    fn lint(&self, arch: Arch) -> Result<()> {
        let purpose = format!("looking at this tool as a macOS program for {arch}");
        self.cargo(&purpose, arch, &["clippy", "--workspace", "--all-targets"], &["--", "-D", "warnings"])
    }

    /// Compiles and links the tool for a processor; gives back the program. With examples, since then crates that tests need are
    /// compiled with the features that tests want of them, and not once more for those.
    ///
    /// # Errors
    /// When it doesn't compile, or needs something of macOS that its SDK lacks.
    fn build(&self, arch: Arch) -> Result<PathBuf> {
        let purpose = format!("making this tool for macOS on {arch}");
        self.cargo(&purpose, arch, &["build", "--workspace", "--bins", "--examples"], &[])?;
        Ok(self.target_dir().join(triple(arch)).join("debug/cpython-macos-release"))
    }

    /// Runs it beside this program; gives back how many verbs were compared.
    ///
    /// # Errors
    /// When anything differs.
    fn run(&self, loader: PathBuf) -> Result<usize> {
        let program = self.target_dir().join(triple(machorun::ARCH)).join("debug/cpython-macos-release");
        let before = ["--root".into(), "/".into(), "--sdk".into(), self.sdk.clone().into(), "--argv0".into()];
        let before = before.into_iter().chain(["xtask".into(), program.into()]).collect();
        let ours = Start { program: std::env::current_exe()?, before: vec![] };
        same::compare(self.cx, &self.plan.python.to_string(), &ours, &Start { program: loader, before })
    }

    /// Runs every unit test; gives back how many passed of each crate.
    ///
    /// # Errors
    /// When one fails, or isn't run.
    fn unit_tests(&self, loader: &Path) -> Result<String> {
        let runner = ["--root".as_ref(), "/".as_ref(), "--sdk".as_ref(), self.sdk.as_path()];
        let runner: Vec<&str> = std::iter::once(loader).chain(runner).map(utf8).collect::<Result<_>>()?;
        // A list in TOML is one in JSON, too.
        let runner = format!("target.{}.runner={}", triple(machorun::ARCH), serde_json::to_string(&runner)?);
        let target_dir = self.target_dir();
        let mut args = self.target(machorun::ARCH, &target_dir)?;
        args.extend(["--no-fail-fast", "--config", &runner]);
        let env = self.environment(machorun::ARCH)?;
        let env: Vec<(&str, OsString)> = env.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
        unit_tests::run(&self.cx.paths.repo, &unit_tests::There { args: &args, env: &env })
    }

    /// Beside what is made for this machine: other flags would make cargo compile that again.
    fn target_dir(&self) -> PathBuf {
        self.cx.paths.cache.join("target-macos")
    }

    fn cargo(&self, purpose: &str, arch: Arch, verb: &[&str], rest: &[&str]) -> Result<()> {
        let target_dir = self.target_dir();
        let mut args = verb.to_vec();
        args.extend(["--locked", "--quiet"]);
        args.extend(self.target(arch, &target_dir)?);
        args.extend(rest);
        let env = self.environment(arch)?;
        let env: Vec<(&str, OsString)> = env.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
        Check { purpose, args: &args, env: &env, dir: &self.cx.paths.repo }.run()
    }

    /// What tells cargo for whom it compiles, and where to.
    fn target<'b>(&'b self, arch: Arch, folder: &'b Path) -> Result<Vec<&'b str>> {
        let mut args = vec!["--target", triple(arch), "--target-dir", utf8(folder)?];
        args.extend(self.standard_library.flags());
        Ok(args)
    }

    /// What the stand-ins want to know, and where cargo and the crates that compile C find them.
    fn environment(&self, arch: Arch) -> Result<Vec<(String, OsString)>> {
        let step = |name: &str| self.cx.paths.steps().join(self.plan.folder(name));
        let made =
            self.plan.steps.iter().find(|step| step.name == "sdk").context("the plan's toolchain has changed")?;
        let products = made.needs.iter().map(|name| (name.clone(), step(name))).collect();
        let names = Names { work: self.sdk.clone(), out: self.sdk.clone(), products };
        let minimum = self.plan.archs.get(&arch).with_context(|| format!("this plan has no slice for {arch}"))?;
        let mut env = self.standard_library.environment();
        for name in ["XTASK_LLVM", "XTASK_SDK", "XTASK_PREFIX_MAP"] {
            let value = made.env.get(name).context("the plan's toolchain has changed")?;
            env.push((name.to_owned(), names.fill(value)?.into()));
        }
        let triple = triple(arch).replace('-', "_");
        let clang = step("shims").join("clang");
        env.extend([
            ("MACOSX_DEPLOYMENT_TARGET".to_owned(), minimum.to_string().into()),
            ("SDKROOT".to_owned(), self.sdk.clone().into()),
            (format!("CC_{triple}"), clang.clone().into()),
            (format!("AR_{triple}"), step("shims").join("ar").into()),
            (format!("CARGO_TARGET_{}_LINKER", triple.to_uppercase()), clang.into()),
        ]);
        Ok(env)
    }
}

fn utf8(path: &Path) -> Result<&str> {
    path.to_str().with_context(|| format!("the name of {} is not UTF-8", path.display()))
}

/// What Rust calls macOS on a processor.
fn triple(arch: Arch) -> &'static str {
    match arch {
        Arch::Arm64 => "aarch64-apple-darwin",
        Arch::X86_64 => "x86_64-apple-darwin",
        Arch::I386 => "i686-apple-darwin",
        Arch::Ppc => "powerpc-apple-darwin",
    }
}
