//! A Mac: Apple's compiler and SDK, found by `xcrun`.

use std::collections::BTreeMap;

use super::step::{Op, Step};
use super::toolchain::{PythonBuild, Toolchain, library_layers, vars};
use crate::arch::Arch;
use crate::recipe::{Recipes, Release};

/// Apple's toolchain.
pub struct Apple {
    tools: String,
    minimum: String,
    source_date: u32,
}

impl Apple {
    /// For one release on one Mac.
    pub fn new(tools: &str, release: &Release, source_date: u32) -> Self {
        Self { tools: tools.to_owned(), minimum: release.variant.minimum.to_string(), source_date }
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
        vars([
            ("PATH", "/usr/bin:/bin:/usr/sbin:/sbin"),
            // Not read by any tool: it ties a step's key to the exact compiler and SDK.
            ("XTASK_APPLE_TOOLS", &self.tools),
            ("MACOSX_DEPLOYMENT_TARGET", &self.minimum),
            ("SOURCE_DATE_EPOCH", &self.source_date.to_string()),
            ("ZERO_AR_DATE", "1"),
            ("CC", "clang"),
            ("CXX", "clang++"),
        ])
    }

    fn sysroot(&self) -> &'static str {
        ""
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

    fn python(&self, recipes: &Recipes) -> PythonBuild {
        let usr_local = "@work@/libraries/usr/local";
        let mut env = self.env("");
        env.extend(vars([
            ("CPPFLAGS", &format!("-I{usr_local}/include")),
            ("LDFLAGS", &format!("-L{usr_local}/lib -headerpad_max_install_names")),
            // Homebrew's and MacPorts' libraries must not be found.
            ("PKG_CONFIG", "/usr/bin/false"),
        ]));
        // The new Python runs during its own build, when its OpenSSL is not yet where it looks for it.
        let run = format!("RUNSHARED=DYLD_FRAMEWORK_PATH=@work@/src DYLD_LIBRARY_PATH={usr_local}/lib");
        PythonBuild {
            steps: vec![],
            prepare: vec![Op::Overlay { layers: library_layers(recipes), into: "libraries".into() }],
            env,
            configure: vec![format!("--with-openssl={usr_local}")],
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
