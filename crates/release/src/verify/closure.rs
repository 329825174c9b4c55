//! Symbol closure: every imported symbol exists where the dynamic linker will look for it.
//!
//! Extension modules are linked with `-undefined dynamic_lookup`: the linker accepts any name, and a missing symbol is
//! noticed when a user imports the module. Symbols of the system are looked up in the SDK's stubs; an SDK describes the
//! newest macOS, so symbols that are newer than our oldest must be imported weakly, or the file won't load there.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use anyhow::Result;

use super::expectations::{Binary, Expectations};
use super::finding::{Check, Counts, Finding, Findings};
use super::sdk::{Answer, Sdk};
use super::tree::Tree;
use crate::framework::Framework;
use macho::Arch;
use macho::OsVersion;
use macho::{Binding, Details, FileType, ImportedSymbol};

/// Looks up every import of every slice.
///
/// # Errors
/// When a stub of the SDK is there but can't be understood.
pub(super) fn check(
    tree: &Tree,
    binaries: &BTreeMap<String, Binary>,
    expect: &Expectations,
    counts: &mut Counts,
    found: &mut Vec<Finding>,
) -> Result<()> {
    let mut exporters = Exporters::new(tree, binaries, expect);
    let introduced = expect.linkage.introduced();
    for binary in binaries.values() {
        exporters.framework = exporters.framework_of(&binary.path);
        let mut findings = Findings::new(&binary.path, found);
        for image in binary.images.iter().filter(|image| image.file_type != FileType::Object) {
            let mut findings = findings.of_slice(image.arch);
            check_weak(image, &introduced, expect.minimum_of(image.arch), &mut findings);
            check_image(image, &mut exporters, counts, &mut findings)?;
        }
    }
    Ok(())
}

fn check_weak(
    image: &Details,
    introduced: &BTreeMap<String, OsVersion>,
    minimum: OsVersion,
    findings: &mut Findings<'_>,
) {
    for import in image.imports.iter().filter(|import| !import.weak) {
        if let Some(since) = introduced.get(&import.symbol).filter(|since| **since > minimum) {
            let got = format!("{} as a must", import.symbol);
            findings.add(Check::WeakSymbols, got, format!("a weak import: it came with macOS {since}"));
        }
    }
}

fn check_image(
    image: &Details,
    exporters: &mut Exporters<'_>,
    counts: &mut Counts,
    findings: &mut Findings<'_>,
) -> Result<()> {
    let mut without_stub = BTreeSet::new();
    for import in &image.imports {
        match exporters.find(image, import)? {
            Found::Yes => counts.imports += 1,
            Found::NoSdk => counts.unchecked_imports += 1,
            Found::NoStub(library) => {
                counts.unchecked_imports += 1;
                without_stub.insert(library);
            }
            Found::No => {
                counts.imports += 1;
                // Missing weak imports are null.
                if !import.weak {
                    let expected = match &import.from {
                        Binding::Dylib(library) => format!("it to be exported by {library}"),
                        _ => "it to be exported by the framework or a linked library".to_owned(),
                    };
                    findings.add(Check::Symbols, format!("{}, which is missing", import.symbol), expected);
                }
            }
        }
    }
    for library in without_stub {
        findings.add(Check::Symbols, format!("symbols of {library}, which has no stub"), "a .tbd file in the SDK");
    }
    Ok(())
}

enum Found {
    Yes,
    No,
    /// It may be in a library of the system.
    NoSdk,
    /// It may be in this library of the system.
    NoStub(String),
}

/// All that exports symbols: our files, and the system's libraries.
struct Exporters<'a> {
    tree: &'a Tree,
    binaries: &'a BTreeMap<String, Binary>,
    ours: HashMap<(&'a str, Arch), BTreeSet<&'a str>>,
    sdk: Option<Sdk>,
    /// The frameworks' version folders and their binaries, relative to the root.
    frameworks: Vec<(String, String)>,
    /// The binary of the framework that loads what is looked at.
    framework: String,
}

impl<'a> Exporters<'a> {
    fn new(tree: &'a Tree, binaries: &'a BTreeMap<String, Binary>, expect: &Expectations) -> Self {
        let mut ours = HashMap::new();
        for binary in binaries.values() {
            for image in &binary.images {
                let exports = image.exports.iter().map(String::as_str).collect();
                ours.insert((binary.path.as_str(), image.arch), exports);
            }
        }
        let binary = |framework: &Framework| {
            let prefix = expect.prefix_in_root(*framework);
            let binary = format!("{prefix}/{}", framework.name());
            (format!("{prefix}/"), binary)
        };
        let frameworks = expect.frameworks.iter().map(binary).collect();
        let sdk = expect.sdk.as_deref().map(Sdk::new);
        Self { tree, binaries, ours, sdk, frameworks, framework: String::new() }
    }

    /// The binary of the framework that a file is in; of the first for what is in none.
    fn framework_of(&self, path: &str) -> String {
        let own = self.frameworks.iter().find(|(prefix, _)| path.starts_with(prefix.as_str()));
        own.or(self.frameworks.first()).map(|(_, binary)| binary.clone()).unwrap_or_default()
    }

    /// Whether an import will be satisfied.
    fn find(&mut self, image: &Details, import: &ImportedSymbol) -> Result<Found> {
        let symbol = import.symbol.as_str();
        let libraries: Vec<String> = match &import.from {
            Binding::Dylib(library) => vec![library.clone()],
            // Whoever loads the file has loaded the framework, and what that is linked with.
            Binding::Flat | Binding::Executable => self.loaded(image),
            Binding::WeakDefinition => {
                if image.exports.iter().any(|export| export == symbol) {
                    return Ok(Found::Yes);
                }
                self.loaded(image)
            }
        };
        let mut doubt = None;
        for library in libraries {
            match self.exports(&library, image.arch, symbol)? {
                Found::Yes => return Ok(Found::Yes),
                Found::No => {}
                unsure => doubt = doubt.or(Some(unsure)),
            }
        }
        Ok(doubt.unwrap_or(Found::No))
    }

    /// The libraries that are certainly loaded together with a file, its own first.
    fn loaded(&self, image: &Details) -> Vec<String> {
        let framework = self.image(&self.framework, image.arch);
        let linked = image.dylibs.iter().chain(framework.into_iter().flat_map(|framework| &framework.dylibs));
        let mut libraries = vec![format!("/{}", self.framework)];
        libraries.extend(linked.map(|dylib| dylib.path.clone()));
        libraries
    }

    fn image(&self, path: &str, arch: Arch) -> Option<&'a Details> {
        self.binaries.get(path)?.images.iter().find(|image| image.arch == arch)
    }

    /// Whether a library, or one that it exports again, has a symbol.
    fn exports(&mut self, library: &str, arch: Arch, symbol: &str) -> Result<Found> {
        let mut asked = BTreeSet::new();
        let mut pending = vec![library.to_owned()];
        let mut doubt = None;
        while let Some(library) = pending.pop() {
            if !asked.insert(library.clone()) {
                continue;
            }
            if let Ok(path) = self.tree.resolve(&library) {
                if self.ours.get(&(path.as_str(), arch)).is_some_and(|symbols| symbols.contains(symbol)) {
                    return Ok(Found::Yes);
                }
                let image = self.image(&path, arch);
                let again = image.into_iter().flat_map(|image| &image.dylibs).filter(|dylib| dylib.reexported);
                pending.extend(again.map(|dylib| dylib.path.clone()));
                continue;
            }
            match self.sdk.as_mut().map(|sdk| sdk.exports(&library, arch, symbol)).transpose()? {
                Some(Answer::Yes) => return Ok(Found::Yes),
                Some(Answer::No) => {}
                Some(Answer::NoStub(library)) => doubt = doubt.or(Some(Found::NoStub(library))),
                None => doubt = doubt.or(Some(Found::NoSdk)),
            }
        }
        Ok(doubt.unwrap_or(Found::No))
    }
}
