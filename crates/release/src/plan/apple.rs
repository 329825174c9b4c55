//! A Mac: Apple's compiler and SDK, found by `xcrun`.

use std::collections::BTreeMap;

use super::layout::{one_arch, vars};
use super::linking::{library_layers, tcltk_link};
use super::options::BuildOptions;
use super::step::{Op, Step};
use super::toolchain::{Interpreter, PythonBuild, Toolchain};
use crate::framework::Framework;
use crate::given::GivenSdk;
use crate::recipe::{Period, Recipes, Release};
use crate::version::PythonVersion;
use macho::Arch;

/// Apple's toolchain.
pub struct Apple {
    tools: String,
    minimum: String,
    sdk: Option<GivenSdk>,
    period: Option<Period>,
    source_date: u32,
}

impl Apple {
    /// For one release on one Mac.
    pub fn new(tools: &str, release: &Release, sdk: Option<GivenSdk>, source_date: u32) -> Self {
        let (minimum, period) = (release.variant.minimum.to_string(), release.variant.period.clone());
        Self { tools: tools.to_owned(), minimum, sdk, period, source_date }
    }
}

impl Toolchain for Apple {
    fn is_cross(&self) -> bool {
        false
    }

    fn steps(&self) -> Vec<Step> {
        vec![]
    }

    fn needs(&self) -> Vec<String> {
        vec![]
    }

    fn env(&self, _sysroot: &str) -> BTreeMap<String, String> {
        let mut env = vars([
            ("PATH", "/usr/bin:/bin:/usr/sbin:/sbin"),
            // Not read by any tool: it ties a step's key to the exact compiler and SDK.
            ("XTASK_APPLE_TOOLS", &self.tools),
            ("MACOSX_DEPLOYMENT_TARGET", &self.minimum),
            ("SOURCE_DATE_EPOCH", &self.source_date.to_string()),
            ("ZERO_AR_DATE", "1"),
            ("CC", self.period.as_ref().map_or("clang", |period| period.cc.as_str())),
            ("CXX", self.period.as_ref().map_or("clang++", |period| period.cxx.as_str())),
        ]);
        if let Some(sdk) = &self.sdk {
            env.insert("SDKROOT".into(), sdk.dir.to_string_lossy().into_owned());
            env.insert("XTASK_SDK_SETTINGS".into(), sdk.settings.short());
        }
        env
    }

    fn sysroot(&self) -> &'static str {
        ""
    }

    /// Compilers of the time know no `SDKROOT`.
    fn compile_flags(&self) -> Vec<String> {
        let flags = |period: &Period| {
            let minimum = format!("-mmacosx-version-min={}", self.minimum);
            vec!["-isysroot".to_owned(), period.sdk.clone(), minimum]
        };
        self.period.as_ref().map(flags).unwrap_or_default()
    }

    fn host_args(&self, archs: &[Arch]) -> Vec<String> {
        // One architecture may be the other Mac's: then configure must not run what it compiled.
        match archs {
            [arch] => vec![format!("--host={}-apple-darwin20", arch.gnu())],
            _ => vec![],
        }
    }

    fn tool(&self, _name: &str) -> Option<(String, BTreeMap<String, String>)> {
        None
    }

    fn interpreter(&self, python: PythonVersion) -> Interpreter {
        let prefix = format!("@out@{}", Framework::Python.prefix(python));
        Interpreter {
            program: format!("{prefix}/Resources/Python.app/Contents/MacOS/Python"),
            env: vars([("DYLD_FRAMEWORK_PATH", "@out@/Library/Frameworks"), ("PYTHONHOME", &prefix)]),
            needs: None,
        }
    }

    fn tools(&self) -> BTreeMap<String, String> {
        BTreeMap::new()
    }

    fn python(&self, recipes: &Recipes, options: &BuildOptions) -> PythonBuild {
        let usr_local = "@work@/libraries/usr/local";
        let mut env = self.env("");
        // Homebrew's and MacPorts' libraries must not be found.
        env.extend(vars([("PKG_CONFIG", "/usr/bin/false")]));
        let arch = one_arch(&recipes.release.variant.archs);
        let openssl = recipes.libraries.iter().any(|library| library.name == "openssl");
        let mut configure: Vec<String> = openssl.then(|| format!("--with-openssl={usr_local}")).into_iter().collect();
        configure.extend([
            format!("CPPFLAGS=-I{usr_local}/include"),
            format!("LDFLAGS={arch}-L{usr_local}/lib"),
            // Not among what `sysconfig` hands on to extensions.
            "LDFLAGS_NODIST=-headerpad_max_install_names".into(),
        ]);
        if !arch.is_empty() {
            configure.push(format!("CFLAGS={}", arch.trim_end()));
        }
        if let Some(link) = tcltk_link(recipes, options) {
            configure.push(format!("TCLTK_CFLAGS=-I{usr_local}/include"));
            configure.push(format!("TCLTK_LIBS=-L{usr_local}/lib {link}"));
        }
        // The new Python runs during its own build, when its OpenSSL is not yet where it looks for it.
        let run = format!("RUNSHARED=DYLD_FRAMEWORK_PATH=@work@/src DYLD_LIBRARY_PATH={usr_local}/lib");
        PythonBuild {
            steps: vec![],
            prepare: vec![Op::Overlay { layers: library_layers(recipes, options), into: "libraries".into() }],
            env,
            configure,
            make: vec![run.clone()],
            install: vec![run],
            scrub: vec![
                (format!("-I{usr_local}/include"), String::new()),
                (format!("-L{usr_local}/lib"), String::new()),
                ("@work@".into(), "/build".into()),
            ],
        }
    }
}
