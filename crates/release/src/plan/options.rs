//! What the user may ask of a build. Whatever changes bytes changes steps, and so their keys.

use std::path::PathBuf;

use anyhow::{Result, anyhow};
use serde::Serialize;

use super::host::Host;
use super::slices;
use crate::framework::Framework;
use crate::given::{Checkout, GivenDocs, GivenSdk, TclTk};
use crate::hint::WithHint as _;
use crate::recipe::{LeftOut, Modules, Pin, Pyc, Recipes, Release, Sdk};
use crate::version::PythonVersion;
use macho::Arch;

/// Where the documentation comes from.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Docs {
    /// It is left out.
    None,
    /// Made from Python's sources by Sphinx, where `Mac/documentation/` says what that takes.
    #[default]
    Sphinx,
    /// Prebuilt.
    Archive(GivenDocs),
}

/// The options; the default is what is released.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct BuildOptions {
    /// From `SOURCE_DATE_EPOCH`, when set.
    pub source_date: Option<u32>,
    /// Which of the release's installers; `None` is the usual one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub variant: Option<String>,
    /// The slices of every binary; none means those of the release.
    pub archs: Vec<Arch>,
    /// Builds all slices, but stages one.
    pub thin: Option<Arch>,
    /// Leaves out Python's own test suite.
    pub no_tests: bool,
    /// The documentation.
    pub docs: Docs,
    /// A developer's sources instead of the released ones.
    pub checkout: Option<Checkout>,
    /// An SDK of Apple's instead of the open one.
    pub sdk: Option<GivenSdk>,
    /// Prebuilt Tcl and Tk.
    pub tcltk: Option<TclTk>,
    /// Makes no Tcl and Tk against the open SDK, and so neither `_tkinter` nor IDLE.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub no_tk: bool,
    /// Whether the free-threaded framework is made; `None` is what releases have, and a checkout has not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub free_threaded: Option<bool>,
    /// Optimises with a profile of the new interpreter's own runs.
    pub pgo: bool,
    /// Optimises while linking.
    pub lto: bool,
    /// `sqlite3` can't load extensions.
    pub no_sqlite_extensions: bool,
    /// Compiled bytecode in the root; `None` is what the release's data say.
    pub pyc: Option<Pyc>,
    /// Sources of which nobody published a SHA-256 are taken on their MD5.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub accept_md5: bool,
    /// Compilers are started with this program; it changes no bytes.
    pub launcher: Option<PathBuf>,
}

/// Python's own test suite, below its library folder.
pub const TESTS: [&str; 2] = ["test", "idlelib/idle_test"];

/// Modules for the test suite only, by how their names begin: what CPython's `--disable-test-modules` leaves out.
pub const TEST_MODULES: [&str; 5] = ["_test", "_ctypes_test", "_xxtestfuzz", "xxlimited", "xxsubtype"];

/// What a release leaves out by name when it has no Tcl and Tk: the module, and the application that starts with it.
const TKINTER: [&str; 2] = ["_tkinter", "IDLE.app"];

/// The middle of the free-threaded framework's identifier.
const PYTHONT: &str = "PythonTFramework";

/// What a release may leave out by name: its `sqlite3` can't be told to have it.
const SQLITE_EXTENSIONS: &str = "loading of SQLite extensions";

/// What configure is told for a build with several architectures, and must not be told for another.
const UNIVERSAL_ONLY: [&str; 2] = ["--enable-universalsdk", "--with-universal-archs"];

impl BuildOptions {
    /// A release's data with the options made.
    ///
    /// # Errors
    /// All options that can't be had on this host or for this release, at once.
    pub fn apply(&self, recipes: &Recipes, host: &Host) -> Result<Recipes> {
        let mut recipes = recipes.clone();
        let release = &mut recipes.release;
        self.choose_variant(release)?;
        if !self.asks_for_slices() && matches!(host, Host::Linux { .. }) {
            slices::settle(release);
        }
        let refused = self.refused(release, host);
        if !refused.is_empty() {
            let error = anyhow!("{}", refused.join("\n"));
            return Err(error).hint("drop these options to use the release's defaults");
        }
        let cross = matches!(host, Host::Linux { .. });
        if cross {
            slices::check(release, &self.archs, self.variant.as_deref())?;
            release.variant.minimum = release.variant.cross_minimum.unwrap_or(release.variant.minimum);
            if !recipes.cross_libraries.is_empty() {
                recipes.libraries = recipes.cross_libraries.clone();
            }
        }
        release.configure.extend(release.variant.configure.clone());
        if cross {
            release.configure.extend(release.cross.configure.clone());
        }
        let (sdk, minimum) = (self.sdk(host), release.variant.minimum);
        release.modules.left_out.retain(|item| item.sdk.is_none_or(|only| only == sdk));
        let left_out = |name: &str| release.modules.left_out.iter().any(|item| item.name == name);
        let makes_tk = self.tcltk.is_none() && !self.no_tk && !left_out("_tkinter");
        recipes.libraries.retain(|library| {
            let needed = library.older_than.is_none_or(|newer| minimum < newer);
            let possible = library.sdk.is_none_or(|only| only == sdk) && (makes_tk || !library.build.cocoa);
            possible && needed
        });
        let release = &mut recipes.release;
        if !self.archs.is_empty() {
            release.variant.archs.retain(|arch| self.archs.contains(arch));
        }
        if let [arch] = release.variant.archs[..] {
            release.configure.retain(|arg| !UNIVERSAL_ONLY.iter().any(|only| arg.starts_with(only)));
            // The oldest macOS of the one slice.
            release.variant.minimum = release.variant.minimum_of(arch);
        }
        if let Some(checkout) = &self.checkout {
            release.python = checkout.python;
        }
        let has_extensions = release.modules.left_out.iter().all(|item| item.name != SQLITE_EXTENSIONS);
        let flags = [
            (!self.no_sqlite_extensions && has_extensions, "--enable-loadable-sqlite-extensions"),
            (self.pgo, "--enable-optimizations"),
            (self.lto, "--with-lto"),
        ];
        release.configure.extend(flags.into_iter().filter(|(wanted, _)| *wanted).map(|(_, flag)| flag.to_owned()));
        self.change_contents(release.python, recipes.documentation.is_some(), &mut release.modules);
        if let Some(why) = self.lacks_pythont().filter(|_| release.free_threaded.take().is_some()) {
            release.modules.left_out.push(LeftOut { name: PYTHONT.into(), why: why.into(), sdk: None });
        }
        let libraries =
            recipes.libraries.iter_mut().flat_map(|library| library.patches.iter_mut().chain([&mut library.source]));
        for source in libraries.chain([&mut recipes.release.source]) {
            if let Pin::Md5 { accepted, .. } = &mut source.pin {
                *accepted = self.accept_md5;
            }
        }
        Ok(recipes)
    }

    /// Whether the user said which slices to make.
    fn asks_for_slices(&self) -> bool {
        self.variant.is_some() || !self.archs.is_empty() || self.thin.is_some()
    }

    /// Puts the chosen variant in the place of the usual one.
    fn choose_variant(&self, release: &mut Release) -> Result<()> {
        let Some(name) = &self.variant else { return Ok(()) };
        if release.variant.name == *name {
            return Ok(());
        }
        let Some(chosen) = release.other_variants.iter_mut().find(|variant| variant.name == *name) else {
            let known: Vec<&str> = release.variants().map(|variant| variant.name.as_str()).collect();
            return Err(anyhow!("Python {} has no variant {name}", release.python))
                .hint(format!("it has {}", known.join(" and ")));
        };
        std::mem::swap(&mut release.variant, chosen);
        Ok(())
    }

    /// Whether the installer has the documentation.
    pub fn has_docs(&self, recipes: &Recipes) -> bool {
        match self.docs {
            Docs::None => false,
            Docs::Sphinx => recipes.documentation.is_some(),
            Docs::Archive(_) => true,
        }
    }

    /// Why the free-threaded framework is left out, where it is.
    fn lacks_pythont(&self) -> Option<&'static str> {
        match self.free_threaded {
            Some(true) => None,
            Some(false) => Some("--without PythonT was given"),
            None => self.checkout.is_some().then_some("that of a checkout is made when --with PythonT asks for it"),
        }
    }

    /// What everything is compiled against.
    pub fn sdk(&self, host: &Host) -> Sdk {
        match (host, &self.sdk) {
            (Host::Linux { .. }, None) => Sdk::Open,
            (Host::Linux { .. }, Some(_)) | (Host::Mac { .. }, _) => Sdk::Apple,
        }
    }

    /// What is expected in the root, and what is left out of it.
    fn change_contents(&self, python: PythonVersion, has_documentation: bool, modules: &mut Modules) {
        if self.no_tests {
            modules.expected.retain(|name| !TEST_MODULES.iter().any(|start| name.starts_with(start)));
        }
        if self.tcltk.is_some() || self.no_tk {
            modules.left_out.retain(|item| !TKINTER.contains(&item.name.as_str()));
        }
        if self.no_tk {
            let whys = ["--no-tk was given", "it needs _tkinter to start"];
            let without = TKINTER.into_iter().zip(whys);
            modules.left_out.extend(without.map(|(name, why)| LeftOut {
                name: name.into(),
                why: why.into(),
                sdk: None,
            }));
        }
        modules.expected.retain(|name| modules.left_out.iter().all(|item| item.name != *name));
        let left_out = [
            (self.no_tests, "test suite", "--no-tests"),
            (self.no_sqlite_extensions, SQLITE_EXTENSIONS, "--no-sqlite-extensions"),
        ];
        let left_out = left_out.into_iter().filter(|(chosen, ..)| *chosen);
        let why = match self.docs {
            Docs::None if self.checkout.is_some() => {
                Some("that of a checkout is made when --docs sphinx asks for it".to_owned())
            }
            Docs::None => Some("--no-docs was given".to_owned()),
            Docs::Sphinx if !has_documentation => {
                Some(format!("Mac/documentation has no {}.toml; --docs FILE takes prebuilt pages", python.short()))
            }
            Docs::Sphinx | Docs::Archive(_) => None,
        };
        modules.left_out.extend(why.map(|why| LeftOut { name: "documentation".into(), why, sdk: None }));
        modules.left_out.retain(|item| !self.no_sqlite_extensions || item.name != SQLITE_EXTENSIONS);
        modules.left_out.extend(left_out.map(|(_, name, flag)| LeftOut {
            name: name.into(),
            why: format!("{flag} was given"),
            sdk: None,
        }));
    }

    fn refused(&self, release: &Release, host: &Host) -> Vec<String> {
        let mut refused = Vec::new();
        let known = &release.variant.archs;
        let name = |archs: &[Arch]| archs.iter().map(|arch| arch.name()).collect::<Vec<_>>().join(" and ");
        for arch in self.archs.iter().chain(&self.thin).filter(|arch| !known.contains(arch)) {
            refused.push(format!("Python {} is made for {}, not for {arch}", release.python, name(known)));
        }
        let built = if self.archs.is_empty() { known } else { &self.archs };
        if let Some(thin) = self.thin
            && (built.len() < 2 || !built.contains(&thin))
        {
            refused.push(format!("--thin {thin} takes one slice of several; this build has {}", name(built)));
        }
        if let Some(checkout) = &self.checkout
            && checkout.python.short() != release.python.short()
        {
            let (dir, python) = (checkout.dir.display(), checkout.python);
            refused.push(format!("{dir} is Python {python}, but you asked for {}", release.python));
        }
        if let Some(tcltk) = &self.tcltk {
            let wanted: Vec<_> = built.iter().map(|arch| (*arch, release.variant.minimum_of(*arch).into())).collect();
            refused.extend(tcltk.unfit(&Framework::Python.prefix(release.python), &wanted));
        }
        if self.no_tk && self.tcltk.is_some() {
            refused.push("--no-tk leaves out what --tcltk gives".into());
        } else if self.no_tk && self.sdk(host) == Sdk::Apple {
            refused.push(
                "--no-tk leaves out what is made against the open SDK; Python's build would find a Tk in Apple's"
                    .into(),
            );
        }
        if self.free_threaded == Some(true) && release.free_threaded.is_none() {
            refused.push(format!("Python {} has no free-threaded framework here", release.python.short()));
        }
        match host {
            Host::Linux { .. } => {
                if self.pgo {
                    refused.push("--pgo runs the new interpreter while it is built: that needs a Mac".into());
                }
                if self.lto {
                    refused.push("--lto needs Apple's linker, or one that was compared with it: use a Mac".into());
                }
            }
            Host::Mac { .. } if self.launcher.is_some() => {
                refused.push("--launcher works through the stand-in for the compiler, which a Mac doesn't use".into());
            }
            Host::Mac { .. } => {}
        }
        refused
    }

    /// Each choice that is not the default, as a line of a plan.
    pub fn lines(&self) -> Vec<String> {
        let archs: Vec<&str> = self.archs.iter().map(|arch| arch.name()).collect();
        let said = |chosen: bool, text: &str| chosen.then(|| text.to_owned());
        let lines = [
            self.variant.as_ref().map(|name| format!("the variant {name}")),
            said(!archs.is_empty(), &format!("built for {} only", archs.join(" and "))),
            self.thin.map(|arch| format!("staged for {arch} only, of a build with all slices")),
            self.checkout
                .as_ref()
                .map(|own| format!("sources of {}, digest {}", own.dir.display(), own.digest.short())),
            self.sdk.as_ref().map(|sdk| format!("SDK {} of {}", sdk.name, sdk.dir.display())),
            self.tcltk.as_ref().map(|own| format!("Tcl and Tk {} of {}", own.version, own.dir.display())),
            match &self.docs {
                Docs::None | Docs::Sphinx => None,
                Docs::Archive(given) => Some(format!("documentation of {}", given.file.display())),
            },
            said(self.free_threaded == Some(true) && self.checkout.is_some(), "with the free-threaded framework"),
            said(self.pgo, "optimised with a profile"),
            said(self.lto, "optimised while linking"),
            said(self.pyc == Some(Pyc::Hash), "bytecode is shipped, checked by hash"),
            said(self.accept_md5, "sources without a known SHA-256 are taken on their MD5"),
            self.launcher.as_ref().map(|launcher| format!("compilers started with {}", launcher.display())),
        ];
        lines.into_iter().flatten().collect()
    }
}
