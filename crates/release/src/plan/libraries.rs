//! Steps that build the libraries.

use std::collections::BTreeMap;

use super::step::{Op, Step};
use super::toolchain::Toolchain;
use crate::framework::Framework;
use crate::recipe::{Build, Library, Prefix, Recipes, Source, System, Universal};
use macho::Arch;

/// Where a library's step keeps the licence's text.
pub const LICENSES: &str = "licenses";

/// Answers for `uname` as a Mac would, for configure scripts that ask it: macOS 11, the first for both architectures.
const UNAME: &str = "#!/bin/sh\ncase \"$1\" in\n-r) echo 20.0.0 ;;\n-m) echo arm64 ;;\n*) echo Darwin ;;\nesac\n";

/// The steps of all libraries.
pub fn steps(recipes: &Recipes, toolchain: &dyn Toolchain) -> Vec<Step> {
    let archs = &recipes.release.variant.archs;
    let mut steps = Vec::new();
    for library in &recipes.libraries {
        let one = |name: String, archs: &[Arch]| Builder { recipes, toolchain, library, archs }.step(name);
        match (library.build.universal, &archs[..]) {
            (Universal::Lipo, [_, _, ..]) => {
                let name = |arch: &Arch| format!("{}.{arch}", library.name);
                steps.extend(archs.iter().map(|arch| one(name(arch), &[*arch])));
                let trees: BTreeMap<Arch, String> =
                    archs.iter().map(|arch| (*arch, format!("@{}@", name(arch)))).collect();
                let headers = library.build.arch_headers.clone();
                steps.push(Step {
                    name: library.name.clone(),
                    title: format!("merge {} {}", library.name, library.version),
                    needs: toolchain.needs().into_iter().chain(archs.iter().map(name)).collect(),
                    env: toolchain.env(toolchain.sysroot()),
                    ops: vec![Op::Merge { trees, headers, into: "@out@".into() }],
                });
            }
            (_, archs) => steps.push(one(library.name.clone(), archs)),
        }
    }
    steps
}

/// One build of one library for one or more architectures.
struct Builder<'a> {
    recipes: &'a Recipes,
    toolchain: &'a dyn Toolchain,
    library: &'a Library,
    archs: &'a [Arch],
}

impl Builder<'_> {
    fn step(&self, name: String) -> Step {
        let Library { build, source, version, .. } = self.library;
        let archs: Vec<&str> = self.archs.iter().map(|arch| arch.name()).collect();
        let mut needs = self.toolchain.needs();
        let cocoa = self.cocoa();
        let sysroot = cocoa.map(|step| format!("@{step}@"));
        let mut env = self.toolchain.env(sysroot.as_deref().unwrap_or(self.toolchain.sysroot()));
        needs.extend(cocoa.map(str::to_owned));
        for tool in build.tools.iter().filter_map(|tool| self.toolchain.tool(tool)) {
            needs.push(tool.0);
            env.extend(tool.1);
        }
        env.extend(build.env.clone());
        for arch in self.archs.iter().filter(|_| self.archs.len() == 1) {
            env.extend(build.arch.get(arch).map(|own| own.env.clone()).unwrap_or_default());
        }
        needs.extend(build.uses.clone());
        for value in env.values_mut() {
            *value = self.fill(value);
        }
        let mut ops = vec![Op::Unpack { source: source.clone(), into: "src".into() }];
        ops.extend(self.library.patches.iter().flat_map(|patch| self.patch(patch)));
        if build.uname && self.toolchain.is_cross() {
            ops.push(Op::Write { path: "mac/uname".into(), text: UNAME.into(), executable: true });
            env.entry("PATH".into()).and_modify(|path| *path = format!("@work@/mac:{path}"));
        }
        if let Some(sysroot) = &sysroot {
            // Its configure script looks for frameworks where a Mac has them.
            let at = |root: &str| format!("{root}/System/Library/Frameworks/");
            let dir = build.dir.as_ref().map_or("src".to_owned(), |dir| format!("src/{dir}"));
            ops.push(Op::Scrub { dir, replace: vec![(at(""), at(sysroot))] });
        }
        ops.extend(match build.system {
            System::Autoconf => self.autoconf(),
            System::Make => self.makefile(),
            System::Openssl => self.openssl(),
        });
        ops.extend(build.headers.iter().map(|header| {
            let name = header.rsplit('/').next().unwrap_or(header);
            Op::Copy { from: format!("src/{header}"), to: format!("@out@{}/include/{name}", self.prefix()) }
        }));
        let license = format!("@out@/{LICENSES}/{}.txt", self.library.name);
        ops.push(Op::Copy { from: format!("src/{}", self.library.license_file), to: license });
        let title = format!("build {} {version} for {}", self.library.name, archs.join(" and "));
        Step { name, title, needs, env, ops }
    }

    /// The step of the layer that has Cocoa, where it is compiled against that.
    fn cocoa(&self) -> Option<&'static str> {
        self.toolchain.cocoa().filter(|_| self.library.build.cocoa)
    }

    /// Upstream's own patch: an old one may be in a form that only the program `patch` reads.
    fn patch(&self, patch: &Source) -> [Op; 2] {
        let purpose = format!("patch {} with {}", self.library.name, patch.file);
        let argv = ["patch", "-p0", "-i", &format!("../{}", patch.file)].map(str::to_owned);
        [Op::Fetched { source: patch.clone(), to: patch.file.clone() }, Op::run(purpose, "src", argv)]
    }

    /// `-O2`, and one `-arch` for each architecture.
    fn arch_flags(&self) -> String {
        let flags: Vec<String> = self.archs.iter().map(|arch| format!("-arch {arch}")).collect();
        flags.join(" ")
    }

    fn prefix(&self) -> String {
        match self.library.build.prefix {
            Prefix::Sysroot => "/usr/local".into(),
            Prefix::Framework => Framework::Python.prefix(self.recipes.release.python),
        }
    }

    /// The recipe's own configure arguments, with what the architecture adds.
    fn own_args(&self) -> impl Iterator<Item = String> {
        let build = &self.library.build;
        let arch = match self.archs {
            [arch] => build.arch.get(arch).map(|own| own.configure.clone()).unwrap_or_default(),
            _ => vec![],
        };
        build.configure.iter().cloned().chain(arch).map(|arg| self.fill(&arg))
    }

    fn make(&self, purpose: &str, args: &[String], destination: bool) -> Op {
        let argv = ["make".to_owned()].into_iter().chain(args.iter().map(|arg| self.fill(arg)));
        let argv = argv.chain(destination.then(|| "DESTDIR=@out@".to_owned()));
        self.run(purpose, argv)
    }

    fn run(&self, purpose: &str, argv: impl IntoIterator<Item = String>) -> Op {
        let dir = self.library.build.dir.as_ref().map_or("src".to_owned(), |dir| format!("src/{dir}"));
        Op::run(format!("{purpose} {}", self.library.name), &dir, argv)
    }

    /// A recipe's text, with the framework's version folder in place of `@framework@`.
    fn fill(&self, text: &str) -> String {
        text.replace("@framework@", &Framework::Python.prefix(self.recipes.release.python))
    }

    /// Compiler's and linker's flags, as arguments of configure or make.
    fn flags(&self) -> [String; 2] {
        let archs = [vec![self.arch_flags()], self.toolchain.compile_flags()].concat().join(" ");
        let build = &self.library.build;
        let older = build.older.iter().filter(|older| self.recipes.release.variant.minimum < older.than);
        let own = build.cflags.iter().chain(older.flat_map(|older| &older.cflags)).map(String::as_str);
        let cflags: Vec<&str> = ["-O2", &archs].into_iter().chain(own).collect();
        [format!("CFLAGS={}", cflags.join(" ")), format!("LDFLAGS={archs}")]
    }

    /// What a recipe says itself is not said again: for `make` the last one is right.
    fn makefile(&self) -> Vec<Op> {
        let Build { make, install, .. } = &self.library.build;
        let flags: Vec<String> = self.flags().into_iter().chain([format!("PREFIX={}", self.prefix())]).collect();
        let with_flags = |args: &[String]| {
            let says = |flag: &&String| args.iter().any(|arg| arg.split('=').next() == flag.split('=').next());
            args.iter().chain(flags.iter().filter(|flag| !says(flag))).cloned().collect::<Vec<_>>()
        };
        vec![self.make("compile", &with_flags(make), false), self.make("install", &with_flags(install), true)]
    }

    fn autoconf(&self) -> Vec<Op> {
        let build = &self.library.build;
        let flags = self.flags();
        let script = build.script.clone().unwrap_or_else(|| "./configure".to_owned());
        let argv = [script].into_iter().chain(self.toolchain.host_args(self.archs));
        let argv = argv.chain([format!("--prefix={}", self.prefix())]).chain(self.own_args());
        let argv = argv.chain(flags);
        let (variables, targets): (Vec<_>, Vec<_>) = build.make.iter().cloned().partition(|arg| arg.contains('='));
        let strict = if self.cocoa().is_some() { build.cocoa_make.clone() } else { vec![] };
        vec![
            self.run("configure", argv),
            self.make("compile", &[targets, strict, variables].concat(), false),
            self.make("install", &build.install, true),
        ]
    }

    fn openssl(&self) -> Vec<Op> {
        let build = &self.library.build;
        let targets = self.archs.iter().map(|arch| format!("darwin64-{arch}-cc"));
        let argv = ["perl".to_owned(), "./Configure".to_owned()].into_iter().chain(targets);
        let prefix = self.prefix();
        let argv = argv.chain([format!("--prefix={prefix}"), format!("--openssldir={prefix}/etc/openssl")]);
        vec![
            self.run("configure", argv.chain(self.own_args())),
            self.make("compile", &build.make, false),
            self.make("install", &build.install, true),
        ]
    }
}
