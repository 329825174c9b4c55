//! The steps that build Python itself: one for each framework.

use super::given::TCLTK;
use super::options::BuildOptions;
use super::step::{Given, Op, Step};
use super::toolchain::{PythonBuild, Toolchain};
use crate::digest::Sha256;
use crate::framework::Framework;
use crate::recipe::{CrossBuild, Patch, Recipes};
use std::collections::BTreeMap;

/// The step of each framework, and those that only they need.
pub fn steps(
    recipes: &Recipes,
    toolchain: &dyn Toolchain,
    options: &BuildOptions,
    patches: &BTreeMap<String, Sha256>,
) -> Vec<Step> {
    let build = toolchain.python(recipes, options);
    let builder = Builder { recipes, toolchain, options, patches, build: &build };
    let frameworks = recipes.release.frameworks();
    build.steps.iter().cloned().chain(frameworks.into_iter().map(|framework| builder.step(framework))).collect()
}

struct Builder<'a> {
    recipes: &'a Recipes,
    toolchain: &'a dyn Toolchain,
    options: &'a BuildOptions,
    patches: &'a BTreeMap<String, Sha256>,
    build: &'a PythonBuild,
}

impl Builder<'_> {
    fn step(&self, framework: Framework) -> Step {
        let release = &self.recipes.release;
        let cross = self.toolchain.is_cross();
        let PythonBuild { steps, prepare, env, configure, make, install, scrub } = self.build;
        let argv = |first: &[&str], rest: &[String]| -> Vec<String> {
            first.iter().map(ToString::to_string).chain(rest.iter().cloned()).collect()
        };
        let configure: Vec<String> = configure.iter().cloned().chain(release.configure_of(framework)).collect();
        let mut ops = vec![source(self.recipes, self.options)];
        ops.extend(release.patches.iter().filter(|patch| cross || !patch.cross).map(|patch| self.patch(patch)));
        ops.extend(release.cross.generated(cross));
        ops.extend(prepare.iter().cloned());
        ops.push(Op::run("configure Python", "src", argv(&["./configure"], &configure)));
        // Always before the install: linking during `make install` would put DESTDIR into install names (gh-149351).
        ops.push(Op::run("compile Python", "src", argv(&["make"], make)));
        // The install must be serial: its rules fill the same folders without saying so. Bytecode is compiled where Python is
        // installed, so compileall is asked for its help instead of minutes of work.
        let serial = ["make", "-j1", "frameworkinstall", extra(framework), "DESTDIR=@out@", "COMPILEALL_OPTS=--help"];
        ops.push(Op::run("install Python", "src", argv(&serial, install)));
        match framework {
            Framework::Python => {
                ops.push(Op::Copy { from: "src/LICENSE".into(), to: "@out@/licenses/python.txt".into() });
            }
            // IDLE and the launcher are the first framework's.
            Framework::PythonT => ops.push(Op::Remove { path: "@out@/Applications".into() }),
        }
        if !release.current {
            let name = framework.name();
            ops.push(Op::Remove { path: format!("@out@/Library/Frameworks/{name}.framework/Versions/Current") });
        }
        ops.push(Op::Scrub { dir: "@out@".into(), replace: scrub.clone() });
        let libraries = self.recipes.libraries.iter().map(|library| library.name.clone());
        let own = steps.iter().map(|step| step.name.clone());
        let tcltk = self.options.tcltk.iter().map(|_| TCLTK.to_owned());
        let needs = self.toolchain.needs().into_iter().chain(own).chain(libraries).chain(tcltk).collect();
        let title = match framework {
            Framework::Python => format!("build Python {}", release.python),
            Framework::PythonT => format!("build the free-threaded Python {}", release.python),
        };
        Step { name: framework.step().into(), title, needs, env: env.clone(), ops }
    }

    fn patch(&self, patch: &Patch) -> Op {
        // An unknown patch gets the digest of nothing: reading it will fail with its name.
        let digest = self.patches.get(&patch.file).copied().unwrap_or_else(|| Sha256::of(b""));
        Op::Patch { file: patch.file.clone(), digest, dir: "src".into() }
    }
}

/// What is installed beside what a framework consists of: the scripts of `Tools`, in `share/doc`; or links to the programs that have
/// the version in their names, among them the two that the first framework has not.
fn extra(framework: Framework) -> &'static str {
    match framework {
        Framework::Python => "frameworkinstallextras",
        Framework::PythonT => "frameworkaltinstallunixtools",
    }
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
