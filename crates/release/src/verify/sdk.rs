//! The libraries of macOS, as an SDK's `.tbd` files describe them: whether one of them has a symbol.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use macho::{Arch, tbd};

/// A library that a `.tbd` file describes.
#[derive(Debug)]
struct Stub {
    exports: Vec<(Arch, BTreeSet<String>)>,
    reexported: Vec<(Arch, String)>,
}

/// The libraries of an SDK, read when they are asked for.
pub(super) struct Sdk {
    folder: PathBuf,
    /// By install name; `None` is a library that the SDK doesn't have.
    stubs: HashMap<String, Option<Stub>>,
}

/// The answer to whether a library exports a symbol.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Answer {
    /// It does.
    Yes,
    /// It doesn't.
    No,
    /// The SDK has no stub of this library.
    NoStub(String),
}

impl Sdk {
    /// An SDK in a folder: `usr/lib` and `System` are right in it.
    pub(super) fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), stubs: HashMap::new() }
    }

    /// Whether a library, or one that it exports again, has a symbol.
    ///
    /// # Errors
    /// When a `.tbd` file is there but can't be understood.
    pub(super) fn exports(&mut self, install_name: &str, arch: Arch, symbol: &str) -> Result<Answer> {
        let mut asked = BTreeSet::new();
        let mut pending = vec![install_name.to_owned()];
        let mut unknown = None;
        while let Some(name) = pending.pop() {
            if !asked.insert(name.clone()) {
                continue;
            }
            let Some(stub) = self.stub(&name)? else {
                unknown.get_or_insert(name);
                continue;
            };
            if stub.exports.iter().any(|(of, symbols)| *of == arch && symbols.contains(symbol)) {
                return Ok(Answer::Yes);
            }
            pending.extend(stub.reexported.iter().filter(|(of, _)| *of == arch).map(|(_, name)| name.clone()));
        }
        // A symbol that nobody has may be in the library that couldn't be asked.
        Ok(unknown.map_or(Answer::No, Answer::NoStub))
    }

    fn stub(&mut self, install_name: &str) -> Result<Option<&Stub>> {
        if !self.stubs.contains_key(install_name) {
            for path in tbd::candidates(install_name).into_iter().map(|path| self.folder.join(path)) {
                if !path.is_file() {
                    continue;
                }
                let text = fs_err::read_to_string(&path)?;
                let stubs = tbd::read(&text).with_context(|| format!("failed to read {}", path.display()))?;
                for stub in stubs {
                    self.stubs.entry(stub.install_name.to_owned()).or_insert_with(|| Some(Stub::new(&stub)));
                }
                if self.stubs.contains_key(install_name) {
                    break;
                }
            }
            self.stubs.entry(install_name.to_owned()).or_insert(None);
        }
        Ok(self.stubs.get(install_name).and_then(Option::as_ref))
    }
}

impl Stub {
    fn new(said: &tbd::Stub<'_>) -> Self {
        let archs = |group: &tbd::Group<'_>| {
            let mut archs = vec![Arch::X86_64, Arch::Arm64];
            archs.retain(|arch| group.is_for(*arch));
            archs
        };
        let mut stub = Self { exports: Vec::new(), reexported: Vec::new() };
        for group in &said.exports {
            let symbols: BTreeSet<String> =
                group.symbols.iter().map(|symbol| (*symbol).to_owned()).chain(group.objc_symbols()).collect();
            stub.exports.extend(archs(group).into_iter().map(|arch| (arch, symbols.clone())));
        }
        for group in &said.reexported {
            for arch in archs(group) {
                stub.reexported.extend(group.libraries.iter().map(|library| (arch, (*library).to_owned())));
            }
        }
        stub
    }
}
