//! The two toolchains, as far as a plan needs to know them: Apple's on a Mac, clang and lld on Linux.

use std::collections::BTreeMap;

use serde::Serialize;

use super::apple::Apple;
use super::cross::Cross;
use super::given::TCLTK;
use super::keys::Executor;
use super::options::BuildOptions;
use super::step::{Layer, Op, Step};
use crate::digest::Sha256;
use crate::recipe::{Library, LinuxTools, PackageLock, Prefix, Recipes, Release};
use crate::version::PythonVersion;
use macho::Arch;

/// The machine that builds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Host {
    /// macOS with Xcode or its command-line tools.
    Mac {
        /// What names the compiler and SDK exactly, for the steps' keys: `xcodebuild -version`, or the like.
        tools: String,
    },
    /// Linux.
    Linux {
        /// The GNU triple of the machine itself: `x86_64-pc-linux-gnu`.
        triple: String,
    },
}

/// What the cross toolchain is made of: `Mac/toolchains/linux.toml`, and digests of what stands beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToolchainData {
    /// The file.
    pub linux: LinuxTools,
    /// Of all of `Mac/sdk/`.
    pub sdk_spec: Sha256,
    /// Of our stand-ins for Apple's tools.
    pub shims: Sha256,
    /// The packages that this machine's distribution has of it.
    pub lock: PackageLock,
    /// The code that carries plans out.
    pub executor: Executor,
    /// Patches of `Mac/patches/`, by name.
    pub patches: BTreeMap<String, Sha256>,
}

/// How a toolchain builds, as pure functions from recipes to steps' texts.
pub trait Toolchain {
    /// Whether products can't run on the machine that builds them.
    fn is_cross(&self) -> bool;
    /// Steps that set the toolchain itself up.
    fn steps(&self) -> Vec<Step>;
    /// Names of the steps that every compiling step needs.
    fn needs(&self) -> Vec<String>;
    /// Variables of every compiling step. `sysroot` is the folder that stands for the Mac's root.
    fn env(&self, sysroot: &str) -> BTreeMap<String, String>;
    /// The folder that libraries are compiled against.
    fn sysroot(&self) -> &'static str;
    /// What every compiler and linker must be told beside the architectures.
    fn compile_flags(&self) -> Vec<String> {
        Vec::new()
    }
    /// Arguments that tell a configure script what it builds for.
    fn host_args(&self, archs: &[Arch]) -> Vec<String>;
    /// What makes a program of `tools` available: a step, and additions to the environment. Nothing where the
    /// system has the program.
    fn tool(&self, name: &str) -> Option<(String, BTreeMap<String, String>)>;
    /// How Python is built.
    fn python(&self, recipes: &Recipes, options: &BuildOptions) -> PythonBuild;
    /// How a Python of the new version is run when the new one lies in the staged root.
    fn interpreter(&self, python: PythonVersion) -> Interpreter;
    /// Variables that `lipo` and the like need, where it is no program of the system's.
    fn tools(&self) -> BTreeMap<String, String>;
}

/// A Python of the new version that can be run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interpreter {
    /// The program.
    pub program: String,
    /// What it needs to find its library.
    pub env: BTreeMap<String, String>,
    /// The step that makes it.
    pub needs: Option<String>,
}

/// What a toolchain adds to the build of Python.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PythonBuild {
    /// Steps of its own that must come before.
    pub steps: Vec<Step>,
    /// Operations before configure; they make the libraries visible.
    pub prepare: Vec<Op>,
    /// Variables of the step.
    pub env: BTreeMap<String, String>,
    /// Arguments of configure.
    pub configure: Vec<String>,
    /// Arguments of `make`.
    pub make: Vec<String>,
    /// Arguments of `make frameworkinstall`.
    pub install: Vec<String>,
    /// Names of the build's folders that must not stay in any file, and what stands there instead.
    pub scrub: Vec<(String, String)>,
}

/// The toolchain of a host.
pub fn choose(
    data: &ToolchainData,
    host: &Host,
    release: &Release,
    options: &BuildOptions,
    source_date: u32,
) -> Box<dyn Toolchain> {
    let sdk = options.sdk.clone();
    match host {
        Host::Mac { tools } => Box::new(Apple::new(tools, release, sdk, source_date)),
        Host::Linux { triple } => Box::new(Cross::new(data, triple, release, sdk, source_date)),
    }
}

/// What a compiler must be told for a build of Python with one architecture, since its own may be another: `-arch arm64 `.
/// Nothing for a universal build, which is told by `--with-universal-archs`.
pub fn one_arch(archs: &[Arch]) -> String {
    match archs {
        [arch] => format!("-arch {arch} "),
        _ => String::new(),
    }
}

/// Where libraries appear to Python's build: one layer each, those of the framework under `/usr/local` like the others.
pub fn library_layers(recipes: &Recipes, options: &BuildOptions) -> Vec<Layer> {
    let framework = framework_prefix(recipes.release.python);
    let layer = |library: &Library| match library.build.prefix {
        Prefix::Sysroot => Layer { from: format!("@{}@/usr/local", library.name), at: "usr/local".into() },
        Prefix::Framework => Layer { from: format!("@{}@{framework}", library.name), at: "usr/local".into() },
    };
    let tcltk = options.tcltk.iter().map(|_| Layer { from: format!("@{TCLTK}@"), at: "usr/local".into() });
    recipes.libraries.iter().map(layer).chain(tcltk).collect()
}

/// What the linker is told for Tcl and Tk, where there are any: the user's own, or those of recipes.
pub fn tcltk_link(recipes: &Recipes, options: &BuildOptions) -> Option<String> {
    if let Some(own) = &options.tcltk {
        return Some(own.link());
    }
    let link = |name| recipes.libraries.iter().find_map(|library| library.pkg_config.get(name));
    Some(format!("{} {}", link("tcl")?, link("tk")?))
}

/// `/Library/Frameworks/Python.framework/Versions/3.13`.
pub fn framework_prefix(python: PythonVersion) -> String {
    format!("/Library/Frameworks/Python.framework/Versions/{}", python.short())
}

/// Variables from pairs.
pub fn vars<const N: usize>(pairs: [(&str, &str); N]) -> BTreeMap<String, String> {
    pairs.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}
