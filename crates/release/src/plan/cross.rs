//! Linux: clang and lld, an SDK made of open parts, and our stand-ins for Apple's command-line tools.

use std::collections::BTreeMap;

use super::given;
use super::host::ToolchainData;
use super::layout::{one_arch, vars};
use super::linking::library_layers;
use super::options::BuildOptions;
use super::python::source;
use super::step::{Layer, Op, Step};
use super::toolchain::{Interpreter, PythonBuild, Toolchain};
use crate::exec::SYSTEM_PATH;
use crate::given::GivenSdk;
use crate::recipe::Recipes;
use crate::version::PythonVersion;
use macho::Arch;

/// The cross toolchain.
pub struct Cross {
    data: ToolchainData,
    triple: String,
    minimum: String,
    sdk: Option<GivenSdk>,
    /// Whether Tcl and Tk are made.
    tk: bool,
    source_date: u32,
}

/// The step that has the open SDK with Cocoa.
pub const COCOA: &str = "cocoa";

impl Cross {
    /// For one release on one machine.
    pub fn new(
        data: &ToolchainData,
        triple: &str,
        recipes: &Recipes,
        options: &BuildOptions,
        source_date: u32,
    ) -> Self {
        Self {
            data: data.clone(),
            triple: triple.to_owned(),
            minimum: recipes.release.variant.minimum.to_string(),
            sdk: options.sdk.clone(),
            tk: recipes.libraries.iter().any(|library| library.build.cocoa),
            source_date,
        }
    }

    fn source_date(&self) -> String {
        self.source_date.to_string()
    }

    /// A universal build can name one of its architectures only.
    fn host_triple(&self, archs: &[Arch]) -> String {
        let arch = archs.iter().max().copied().unwrap_or(Arch::Arm64);
        format!("{}-apple-darwin20", arch.gnu())
    }

    /// The Python that runs here and does what a Mac's build lets the new Python do: same version, few optimisations.
    fn native_python(&self, recipes: &Recipes, options: &BuildOptions) -> Step {
        let lib = format!("@out@/lib/python{}", recipes.release.python.short());
        let configure = [
            "./configure",
            "--prefix=/",
            "--disable-test-modules",
            "--without-ensurepip",
            "--without-doc-strings",
            "CC=gcc",
            "OPT=-O1 -fwrapv -w",
            "PKG_CONFIG=false",
        ];
        let cross = &recipes.release.cross;
        let configure = configure.into_iter().chain(cross.native_configure.iter().map(String::as_str));
        let mut ops = vec![source(recipes, options)];
        ops.extend(cross.generated(true));
        ops.extend([
            Op::run("configure the native Python", "src", configure),
            Op::run("compile the native Python", "src", ["make"]),
            Op::run("install the native Python", "src", ["make", "altbininstall", "sharedinstall", "DESTDIR=@out@"]),
            Op::Remove { path: "src/Lib/test".into() },
            Op::Copy { from: "src/Lib".into(), to: lib },
        ]);
        Step {
            name: "native".into(),
            title: format!("build Python {} for this machine", recipes.release.python),
            needs: vec![],
            env: vars([("PATH", SYSTEM_PATH), ("SOURCE_DATE_EPOCH", &self.source_date())]),
            ops,
        }
    }
}

impl Toolchain for Cross {
    fn is_cross(&self) -> bool {
        true
    }

    fn steps(&self) -> Vec<Step> {
        let linux = &self.data.linux;
        let step = |name: &str, title: String, needs: &[&str], env, ops| Step {
            name: name.into(),
            title,
            needs: needs.iter().map(ToString::to_string).collect(),
            env,
            ops,
        };
        let out = || "@out@".to_owned();
        let packages = |step: &str, packages: &[String]| Op::DebianPackages {
            packages: packages.to_vec(),
            locked: self.data.lock.steps.get(step).cloned().unwrap_or_default(),
            into: out(),
        };
        let llvm = packages("llvm", &linux.llvm.packages);
        let shims = Op::Shims { version: self.data.shims, into: out() };
        let open = || Op::OpenSdk { spec: self.data.sdk_spec, wheel: linux.headers.source.clone(), into: out() };
        let (sdk, sdk_title) = match &self.sdk {
            Some(sdk) => (given::sdk(sdk), format!("take the SDK {}", sdk.name)),
            None => (open(), "make the open macOS SDK".to_owned()),
        };
        let mut steps = vec![
            step("llvm", format!("set up clang {} and lld", linux.llvm.major), &[], BTreeMap::new(), vec![llvm]),
            step("shims", "set up stand-ins for Apple's tools".into(), &[], BTreeMap::new(), vec![shims]),
            step(
                "sdk",
                sdk_title,
                &["llvm", "shims"],
                self.env("@out@"),
                vec![sdk, Op::CompilerRuntime { into: out() }],
            ),
        ];
        if self.cocoa().is_some() {
            // Copied, not linked to: what is written into it must not be written into the SDK that everything else sees.
            let copy = Op::Copy { from: "@sdk@".into(), to: out() };
            let ops = vec![copy, Op::Cocoa { layer: self.data.cocoa, into: out() }];
            steps.push(step(COCOA, "add Cocoa to the open SDK".into(), &["sdk"], BTreeMap::new(), ops));
        }
        for (name, tool) in &linux.tools {
            let op = packages(name, &tool.packages);
            steps.push(step(name, format!("set up {name}"), &[], BTreeMap::new(), vec![op]));
        }
        steps
    }

    fn needs(&self) -> Vec<String> {
        ["llvm", "shims", "sdk"].map(String::from).to_vec()
    }

    fn env(&self, sysroot: &str) -> BTreeMap<String, String> {
        vars([
            ("PATH", &format!("@shims@:{SYSTEM_PATH}")),
            ("XTASK_LLVM", "@llvm@"),
            ("XTASK_SDK", sysroot),
            ("XTASK_PREFIX_MAP", "@work@=/build"),
            ("MACOSX_DEPLOYMENT_TARGET", &self.minimum),
            ("SOURCE_DATE_EPOCH", &self.source_date()),
            ("SDKROOT", "/nonexistent"),
            ("CC", "clang"),
            ("CXX", "clang++"),
            ("AR", "ar"),
            ("RANLIB", "ranlib"),
            ("STRIP", "strip"),
            ("NM", "nm"),
            ("PKG_CONFIG", "pkg-config"),
        ])
    }

    fn sysroot(&self) -> &'static str {
        "@sdk@"
    }

    fn cocoa(&self) -> Option<&'static str> {
        (self.tk && self.sdk.is_none()).then_some(COCOA)
    }

    fn host_args(&self, archs: &[Arch]) -> Vec<String> {
        vec![format!("--host={}", self.host_triple(archs)), format!("--build={}", self.triple)]
    }

    fn tool(&self, name: &str) -> Option<(String, BTreeMap<String, String>)> {
        let tool = self.data.linux.tools.get(name)?;
        let libraries =
            ["x86_64-linux-gnu", "aarch64-linux-gnu"].map(|multiarch| format!("@{name}@/usr/lib/{multiarch}"));
        let mut env = vars([
            ("PATH", &format!("@shims@:@{name}@/usr/bin:{SYSTEM_PATH}")),
            ("LD_LIBRARY_PATH", &libraries.join(":")),
        ]);
        env.extend(tool.env.clone());
        Some((name.to_owned(), env))
    }

    fn interpreter(&self, python: PythonVersion) -> Interpreter {
        let program = format!("@native@/bin/python{}", python.short());
        Interpreter { program, env: BTreeMap::new(), needs: Some("native".into()) }
    }

    fn tools(&self) -> BTreeMap<String, String> {
        vars([("PATH", &format!("@shims@:{SYSTEM_PATH}")), ("XTASK_LLVM", "@llvm@")])
    }

    fn python(&self, recipes: &Recipes, options: &BuildOptions) -> PythonBuild {
        let release = &recipes.release;
        let short = release.python.short();
        let native = format!("@native@/bin/python{short}");
        let mut layers = vec![Layer { from: "@sdk@".into(), at: String::new() }];
        layers.extend(library_layers(recipes, options));
        let answer = |value: &'static str| move |name: &String| format!("ac_cv_{name}={value}\n");
        let site = &release.config_site;
        let values = site.values.iter().map(|(name, value)| format!("ac_cv_{name}={value}\n"));
        let answers =
            site.yes.iter().map(answer("yes")).chain(site.no.iter().map(answer("no"))).chain(values).collect();
        let run_native = format!(
            "#!/bin/sh\n\
             # Stands in for the new interpreter, which can't run here: runs the native one with the same arguments.\n\
             while :; do case \"$1\" in *=*) export \"$1\"; shift ;; *) break ;; esac; done\n\
             case \"$1\" in\n*/python | */python.exe) shift; exec {native} \"$@\" ;;\nesac\n\
             exec \"$@\"\n"
        );
        let packages = recipes.libraries.iter().flat_map(|library| &library.pkg_config);
        let mut packages: Vec<String> = packages.map(|(name, libs)| format!("{name}={libs}")).collect();
        packages
            .extend(options.tcltk.iter().flat_map(|own| ["tcl", "tk"].map(|name| format!("{name}={}", own.link()))));
        let mut env = self.env("@work@/sysroot");
        env.extend(vars([("CONFIG_SITE", "@work@/config.site"), ("XTASK_PACKAGES", &packages.join(","))]));
        env.extend(release.cross.env.clone());
        if self.sdk.is_some() {
            // Where configure looks for the system's libffi, as on a Mac.
            env.insert("SDKROOT".into(), "@work@/sysroot".into());
        }
        let mut configure = self.host_args(&release.variant.archs);
        configure.push(format!("--with-build-python={native}"));
        let arch = one_arch(&release.variant.archs);
        if !arch.is_empty() {
            configure.extend(["CFLAGS", "LDFLAGS"].map(|name| format!("{name}={}", arch.trim_end())));
        }
        PythonBuild {
            steps: vec![self.native_python(recipes, options)],
            prepare: vec![
                Op::Overlay { layers, into: "sysroot".into() },
                Op::Write { path: "config.site".into(), text: answers, executable: false },
                Op::Write { path: "run-native".into(), text: run_native, executable: true },
            ],
            env,
            configure,
            make: vec![],
            install: vec!["RUNSHARED=@work@/run-native".into()],
            scrub: vec![
                (native, format!("python{short}")),
                ("@work@".into(), "/build".into()),
                // What configure recorded of the machine that builds; a Mac builds for itself.
                (self.triple.clone(), self.host_triple(&release.variant.archs)),
                // Where configure looked for the system's libffi.
                (
                    format!(
                        "-I{}/usr/include/ffi ",
                        if self.sdk.is_some() { "/build/sysroot" } else { "/nonexistent" }
                    ),
                    String::new(),
                ),
            ],
        }
    }
}
