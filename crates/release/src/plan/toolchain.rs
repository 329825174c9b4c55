//! What a plan needs to know of a toolchain.

use std::collections::BTreeMap;

use super::options::BuildOptions;
use super::step::{Op, Step};
use crate::recipe::Recipes;
use crate::version::PythonVersion;
use macho::Arch;

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
    /// The step with Cocoa's headers and stubs, where they are not in the SDK that everything else is compiled against.
    fn cocoa(&self) -> Option<&'static str> {
        None
    }
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
