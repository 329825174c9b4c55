//! The step that builds Python itself.

use super::given::TCLTK;
use super::options::BuildOptions;
use super::step::{Given, Op, Step};
use super::toolchain::{PythonBuild, Toolchain};
use crate::digest::Sha256;
use crate::recipe::{CrossBuild, Recipes};
use std::collections::BTreeMap;

/// Python's step, and those that only it needs.
pub fn steps(
    recipes: &Recipes,
    toolchain: &dyn Toolchain,
    options: &BuildOptions,
    patches: &BTreeMap<String, Sha256>,
) -> Vec<Step> {
    let release = &recipes.release;
    let PythonBuild { mut steps, prepare, env, configure, make, install, scrub } = toolchain.python(recipes, options);
    let wanted = release.patches.iter().filter(|patch| toolchain.is_cross() || !patch.cross);
    let patches = wanted.map(|patch| Op::Patch {
        file: patch.file.clone(),
        // An unknown patch gets the digest of nothing: reading it will fail with its name.
        digest: patches.get(&patch.file).copied().unwrap_or_else(|| Sha256::of(b"")),
        dir: "src".into(),
    });
    let argv = |first: &[&str], rest: &[String]| -> Vec<String> {
        first.iter().map(ToString::to_string).chain(rest.iter().cloned()).collect()
    };
    let configure: Vec<String> = configure.into_iter().chain(release.configure.iter().cloned()).collect();
    let mut ops = vec![source(recipes, options)];
    ops.extend(patches);
    ops.extend(release.cross.generated(toolchain.is_cross()));
    ops.extend(prepare);
    ops.push(Op::run("configure Python", "src", argv(&["./configure"], &configure)));
    // Always before the install: linking during `make install` would put DESTDIR into install names (gh-149351).
    ops.push(Op::run("compile Python", "src", argv(&["make"], &make)));
    // The install must be serial: its rules fill the same folders without saying so. Bytecode is compiled where Python is
    // installed, so compileall is asked for its help instead of minutes of work.
    // The extras are the scripts of `Tools`, in `share/doc`.
    let serial =
        ["make", "-j1", "frameworkinstall", "frameworkinstallextras", "DESTDIR=@out@", "COMPILEALL_OPTS=--help"];
    ops.push(Op::run("install Python", "src", argv(&serial, &install)));
    ops.push(Op::Copy { from: "src/LICENSE".into(), to: "@out@/licenses/python.txt".into() });
    if !release.current {
        ops.push(Op::Remove { path: "@out@/Library/Frameworks/Python.framework/Versions/Current".into() });
    }
    ops.push(Op::Scrub { dir: "@out@".into(), replace: scrub });
    let libraries = recipes.libraries.iter().map(|library| library.name.clone());
    let own = steps.iter().map(|step| step.name.clone());
    let tcltk = options.tcltk.iter().map(|_| TCLTK.to_owned());
    let needs = toolchain.needs().into_iter().chain(own).chain(libraries).chain(tcltk).collect();
    let title = format!("build Python {}", release.python);
    steps.push(Step { name: "python".into(), title, needs, env, ops });
    steps
}

impl CrossBuild {
    /// Makes generated files newer than what they are made of.
    pub(super) fn generated(&self, cross: bool) -> Option<Op> {
        let argv = ["touch"].into_iter().chain(self.generated.iter().map(String::as_str));
        (cross && !self.generated.is_empty()).then(|| Op::run("keep generated files", "src", argv))
    }
}

/// What fills the folder `src`: the release's archive, or a developer's own sources.
pub fn source(recipes: &Recipes, options: &BuildOptions) -> Op {
    let into = "src".to_owned();
    match &options.checkout {
        Some(checkout) => Op::Given { what: Given::Checkout, digest: checkout.digest, into },
        None => Op::Unpack { source: recipes.release.source.clone(), into },
    }
}
