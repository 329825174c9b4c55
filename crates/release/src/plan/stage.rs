//! The step that lays everything down as the installer will: the staged root.

use std::collections::BTreeMap;

use super::docs::DOCS;
use super::given::TCLTK;
use super::layout::vars;
use super::libraries::LICENSES;
use super::options::{BuildOptions, TEST_MODULES, TESTS};
use super::step::{Op, Run, Step};
use super::toolchain::Toolchain;
use crate::framework::Framework;
use crate::recipe::{Prefix, Pyc, Recipes};
use macho::Arch;

/// The step whose product is the staged root.
pub const STAGE: &str = "stage";

/// The main thread's stack of the interpreter, as CPython's Makefile asks ld for it: 16 MiB.
pub const STACK_SIZE: u64 = 0x100_0000;

/// The staging step.
pub fn step(recipes: &Recipes, toolchain: &dyn Toolchain, options: &BuildOptions) -> Step {
    let stage = Stage { recipes, options };
    let python = recipes.release.python;
    let mut ops = stage.lay_down();
    ops.extend(stage.licenses());
    ops.extend(stage.leave_out());
    let given = stage.slice_of_given();
    if let Some(arch) = options.thin {
        ops.extend(stage.thin(arch));
    } else if let Some(arch) = given {
        ops.push(Op::Thin { dir: "@out@".into(), arch });
    }
    if toolchain.is_cross() {
        ops.extend(stage.frameworks().map(|framework| {
            let program = format!("Resources/Python.app/Contents/MacOS/{}", framework.name());
            Op::StackSize { file: format!("{}/{program}", stage.prefix(framework)), bytes: STACK_SIZE }
        }));
    }
    // Some versions install links to some of their programs; python.org's installers link all of them.
    let dir = format!("{}/bin", Framework::Python.prefix(python));
    ops.push(Op::LinkAll { root: "@out@".into(), dir, into: "@out@/usr/local/bin".into() });
    ops.extend(stage.links_of_pythont());
    ops.push(Op::RelativeLinks { root: "@out@".into() });

    let libraries = recipes.libraries.iter().map(|library| library.name.clone());
    let mut needs: Vec<String> = stage.frameworks().map(|framework| framework.step().to_owned()).collect();
    needs.extend(libraries);
    needs.extend(options.tcltk.iter().map(|_| TCLTK.to_owned()));
    needs.extend(options.has_docs(recipes).then(|| DOCS.to_owned()));
    let mut env = BTreeMap::new();
    if options.thin.is_some() || given.is_some() {
        needs.extend(toolchain.needs());
        env = toolchain.tools();
    }
    if options.pyc == Some(Pyc::Hash) {
        let interpreter = toolchain.interpreter(python);
        ops.push(stage.compile_bytecode(interpreter.program, interpreter.env));
        needs.extend(interpreter.needs);
    }
    Step { name: STAGE.into(), title: format!("stage Python {python}"), needs, env, ops }
}

struct Stage<'a> {
    recipes: &'a Recipes,
    options: &'a BuildOptions,
}

fn copy(from: String, to: String) -> Op {
    Op::Copy { from, to }
}

fn remove(path: String) -> Op {
    Op::Remove { path }
}

impl Stage<'_> {
    fn frameworks(&self) -> impl Iterator<Item = Framework> + use<> {
        self.recipes.release.frameworks().into_iter()
    }

    /// A framework's version folder.
    fn prefix(&self, framework: Framework) -> String {
        format!("@out@{}", framework.prefix(self.recipes.release.python))
    }

    fn applications(&self) -> String {
        format!("@out@/Applications/Python {}", self.recipes.release.python.short())
    }

    /// The library folders: `lib/python3.13` of a version folder.
    fn libraries(&self) -> impl Iterator<Item = String> {
        let python = self.recipes.release.python;
        self.frameworks().map(move |framework| format!("{}/lib/{}", self.prefix(framework), framework.python(python)))
    }

    /// What Python's own install made, and the libraries that are shipped beside it.
    fn lay_down(&self) -> Vec<Op> {
        let tops = ["Library", "Applications", "usr"];
        let mut ops = tops.map(|top| copy(format!("@python@/{top}"), format!("@out@/{top}"))).to_vec();
        if self.frameworks().any(|framework| framework == Framework::PythonT) {
            let path = "Library/Frameworks/PythonT.framework";
            ops.push(copy(format!("@{}@/{path}", Framework::PythonT.step()), format!("@out@/{path}")));
            // Upstream's property lists have the first framework's name, for the program too; a bundle whose program is missing can't be
            // signed.
            let names = |framework: Framework| format!("<string>{}</string>", framework.name());
            let replace = vec![(names(Framework::Python), names(Framework::PythonT))];
            ops.push(Op::Scrub { dir: format!("{}/Resources", self.prefix(Framework::PythonT)), replace });
        }
        let prefix = self.prefix(Framework::Python);
        let framework = Framework::Python.prefix(self.recipes.release.python);
        for library in self.recipes.libraries.iter().filter(|library| library.build.prefix == Prefix::Framework) {
            let files = library.build.ship.iter();
            ops.extend(
                files.map(|file| copy(format!("@{}@{framework}/{file}", library.name), format!("{prefix}/{file}"))),
            );
        }
        let tcltk = self.options.tcltk.iter().flat_map(|tcltk| &tcltk.ship);
        ops.extend(tcltk.map(|name| copy(format!("@{TCLTK}@/lib/{name}"), format!("{prefix}/lib/{name}"))));
        if self.options.has_docs(self.recipes) {
            ops.push(copy(format!("@{DOCS}@"), format!("{prefix}/Resources/English.lproj/Documentation")));
        }
        if self.recipes.libraries.iter().any(|library| library.name == "openssl") {
            ops.push(Op::Folder { path: format!("{prefix}/etc/openssl") });
        }
        ops
    }

    /// Links to the programs of the second framework, beside those to all of the first one's: only to the ones that have `t` in
    /// their names.
    fn links_of_pythont(&self) -> Vec<Op> {
        if self.frameworks().all(|framework| framework == Framework::Python) {
            return vec![];
        }
        let python = Framework::Python.python(self.recipes.release.python);
        let others = ["idle*", "pydoc*", "pip*", "python3", "python3-*", &python, &format!("{python}-*")];
        let (links, dir) = ("links".to_owned(), "usr/local/bin");
        vec![
            copy(format!("@{}@/{dir}", Framework::PythonT.step()), links.clone()),
            Op::Prune { dir: links.clone(), names: others.map(str::to_owned).to_vec() },
            copy(links, format!("@out@/{dir}")),
        ]
    }

    /// The slice that is kept of Tcl and Tk, which are universal, when Python is built for one architecture.
    fn slice_of_given(&self) -> Option<Arch> {
        match self.recipes.release.variant.archs.as_slice() {
            [arch] if self.options.tcltk.is_some() => Some(*arch),
            _ => None,
        }
    }

    fn licenses(&self) -> Vec<Op> {
        let short = self.recipes.release.python.short();
        let folder = format!("{}/share/doc/python{short}/licenses", self.prefix(Framework::Python));
        let python = || format!("@python@/{LICENSES}/python.txt");
        let mut ops = vec![copy(python(), format!("{folder}/python.txt"))];
        for library in &self.recipes.libraries {
            let file = format!("{}.txt", library.name);
            // A merged library's licence is that of each of its parts.
            ops.push(copy(format!("@{}@/{LICENSES}/{file}", library.name), format!("{folder}/{file}")));
        }
        for part in self.options.tcltk.iter().flat_map(|own| &own.parts) {
            let file = format!("{}.txt", part.name.to_lowercase());
            ops.push(copy(format!("@{TCLTK}@/{LICENSES}/{file}"), format!("{folder}/{file}")));
        }
        ops.push(copy(python(), format!("{}/License.txt", self.applications())));
        ops
    }

    /// Removes what Python's own install made and is not wanted.
    fn leave_out(&self) -> Vec<Op> {
        let left_out = &self.recipes.release.modules.left_out;
        let mut ops = Vec::new();
        if left_out.iter().any(|item| item.name == "IDLE.app") {
            ops.push(remove(format!("{}/IDLE.app", self.applications())));
            let own = format!("idle{}", self.recipes.release.python.short());
            ops.extend(self.frameworks().flat_map(|framework| self.commands(framework, &["idle3", &own])));
        }
        if self.options.no_tests {
            let names = TEST_MODULES.map(|start| format!("{start}*")).to_vec();
            for library in self.libraries() {
                ops.extend(TESTS.map(|tests| remove(format!("{library}/{tests}"))));
                ops.push(Op::Prune { dir: format!("{library}/lib-dynload"), names: names.clone() });
            }
        }
        // Bytecode is compiled where Python is installed, as by python.org's installer, or here when it is asked for.
        // Version control's own files come with `Tools`.
        let names = ["*.pyc", "__pycache__", ".gitignore"].map(str::to_owned).to_vec();
        ops.push(Op::Prune { dir: "@out@".into(), names });
        ops
    }

    /// Removes programs of a framework, where it has them.
    fn commands(&self, framework: Framework, names: &[&str]) -> Vec<Op> {
        names.iter().map(|name| remove(format!("{}/bin/{name}", self.prefix(framework)))).collect()
    }

    /// Keeps one slice of everything, and says so where Python tells how it was built.
    fn thin(&self, arch: Arch) -> Vec<Op> {
        let release = &self.recipes.release;
        let (all, own) = (release.variant.minimum, release.variant.minimum_of(arch));
        let mut ops = Vec::new();
        for framework in self.frameworks() {
            let intel = format!("{}-intel64", framework.python(release.python));
            ops.extend(self.commands(framework, &["python3-intel64", &intel]));
        }
        ops.push(Op::Thin { dir: "@out@".into(), arch });
        let mut replace = vec![
            ("-arch arm64 -arch x86_64".to_owned(), format!("-arch {arch}")),
            (format!("macosx-{all}-universal2"), format!("macosx-{own}-{arch}")),
        ];
        if own != all {
            let texts = ["'MACOSX_DEPLOYMENT_TARGET': '", "MACOSX_DEPLOYMENT_TARGET=", "MACOSX_DEPLOYMENT_TARGET=\t"];
            replace.extend(texts.map(|text| (format!("{text}{all}"), format!("{text}{own}"))));
        }
        ops.extend(self.libraries().map(|dir| Op::Scrub { dir, replace: replace.clone() }));
        ops
    }

    /// Files with syntax errors are part of the test suite.
    fn compile_bytecode(&self, program: String, mut env: BTreeMap<String, String>) -> Op {
        // Sets are written in the order of their hashes.
        env.extend(vars([("PYTHONHASHSEED", "0")]));
        let options = ["-E", "-s", "-m", "compileall", "-q", "--invalidation-mode", "checked-hash", "-x"];
        let place = ["bad_coding|badsyntax|site-packages", "-s", "@out@", "-p", "/"];
        let argv = [program].into_iter().chain(options.into_iter().chain(place).map(ToOwned::to_owned));
        let argv = argv.chain(self.libraries()).collect();
        Op::Run(Run { purpose: "compile bytecode".into(), dir: String::new(), argv, env })
    }
}
