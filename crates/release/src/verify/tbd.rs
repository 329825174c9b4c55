//! Text-based stubs: `.tbd` files say what the libraries of macOS export.
//!
//! An SDK has a `.tbd` file in place of each library. It is YAML, with one document for the library and one for each
//! library inlined into it. Of version 4, which Apple's tools have written since 2019, the parts that matter:
//!
//! ```yaml
//! --- !tapi-tbd
//! tbd-version:     4
//! targets:         [ x86_64-macos, arm64-macos ]
//! install-name:    '/usr/lib/libz.1.dylib'
//! reexported-libraries:
//!   - targets:         [ x86_64-macos, arm64-macos ]
//!     libraries:       [ '/usr/lib/libother.dylib' ]
//! exports:
//!   - targets:         [ x86_64-macos, arm64-macos ]
//!     symbols:         [ _crc32, _deflate ]
//!     objc-classes:    [ NSObject ]
//! ...
//! ```
//!
//! Keys that aren't known here are skipped.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, anyhow, bail};
use serde::Deserialize;

use crate::arch::Arch;

/// A library that a `.tbd` file describes.
#[derive(Debug, Default)]
pub(super) struct Stub {
    install_name: String,
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
            for path in candidates(install_name).map(|path| self.folder.join(path)) {
                if !path.is_file() {
                    continue;
                }
                let text = fs_err::read_to_string(&path)?;
                let stubs = read(&text).with_context(|| format!("failed to read {}", path.display()))?;
                for stub in stubs {
                    self.stubs.entry(stub.install_name.clone()).or_insert(Some(stub));
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

/// Where an SDK may keep the stub of a library: under the same name, or with fewer parts of the version:
/// `usr/lib/libz.1.dylib` is described by `usr/lib/libz.1.tbd` or `usr/lib/libz.tbd`, and a framework by a file at its
/// top or in its version folder.
fn candidates(install_name: &str) -> impl Iterator<Item = String> {
    let path = install_name.trim_start_matches('/');
    let mut paths = Vec::new();
    if let Some(mut stem) = path.strip_suffix(".dylib") {
        paths.push(format!("{stem}.tbd"));
        while let Some((shorter, part)) = stem.rsplit_once('.')
            && !part.contains('/')
        {
            stem = shorter;
            paths.push(format!("{stem}.tbd"));
        }
    } else {
        paths.push(format!("{path}.tbd"));
        if let Some((framework, rest)) = path.split_once(".framework/Versions/")
            && let Some((_, name)) = rest.split_once('/')
        {
            paths.push(format!("{framework}.framework/{name}.tbd"));
        }
    }
    paths.into_iter()
}

/// A document, as far as its keys matter.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Document {
    tbd_version: Option<u32>,
    install_name: Option<String>,
    #[serde(default)]
    exports: Vec<Group>,
    #[serde(default)]
    reexports: Vec<Group>,
    #[serde(default)]
    reexported_libraries: Vec<Group>,
}

/// What is so for some targets.
#[derive(Default, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
struct Group {
    targets: Vec<String>,
    libraries: Vec<String>,
    symbols: Vec<String>,
    weak_symbols: Vec<String>,
    thread_local_symbols: Vec<String>,
    objc_classes: Vec<String>,
    objc_eh_types: Vec<String>,
    objc_ivars: Vec<String>,
}

/// All libraries in the text of a `.tbd` file.
pub(super) fn read(text: &str) -> Result<Vec<Stub>> {
    let documents: Vec<Document> = serde_saphyr::from_multiple(text)
        // A snippet of the file would repeat the place.
        .map_err(|error| anyhow!("{}", error.without_snippet()))?;
    documents.into_iter().map(stub).collect()
}

fn stub(document: Document) -> Result<Stub> {
    if document.tbd_version != Some(4) {
        let version = document.tbd_version.map_or("1, 2, 3 or 5".to_owned(), |version| version.to_string());
        bail!("a tbd of version {version}, expected version 4");
    }
    let install_name = document.install_name.context("a tbd without `install-name`")?;
    let mut stub = Stub { install_name, ..Stub::default() };
    for group in document.exports.iter().chain(&document.reexports) {
        let symbols: BTreeSet<String> = group.symbols();
        stub.exports.extend(group.archs().map(|arch| (arch, symbols.clone())));
    }
    for group in &document.reexported_libraries {
        for library in &group.libraries {
            stub.reexported.extend(group.archs().map(|arch| (arch, library.clone())));
        }
    }
    Ok(stub)
}

impl Group {
    /// The architectures that it is for, on macOS.
    fn archs(&self) -> impl Iterator<Item = Arch> {
        [Arch::X86_64, Arch::Arm64]
            .into_iter()
            .filter(|arch| self.targets.iter().any(|name| *name == format!("{arch}-macos")))
    }

    /// Its symbols as the linker sees them.
    fn symbols(&self) -> BTreeSet<String> {
        let kinds: [(&[String], &[&str]); 6] = [
            (&self.symbols, &[""]),
            (&self.weak_symbols, &[""]),
            (&self.thread_local_symbols, &[""]),
            (&self.objc_classes, &["_OBJC_CLASS_$_", "_OBJC_METACLASS_$_"]),
            (&self.objc_eh_types, &["_OBJC_EHTYPE_$_"]),
            (&self.objc_ivars, &["_OBJC_IVAR_$_"]),
        ];
        let names = kinds.into_iter().flat_map(|(names, prefixes)| {
            names.iter().flat_map(|name| prefixes.iter().map(move |prefix| format!("{prefix}{name}")))
        });
        names.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stubs_are_found_under_shorter_names() {
        let paths = |name| candidates(name).collect::<Vec<_>>();
        assert_eq!(
            paths("/usr/lib/libbz2.1.0.dylib"),
            ["usr/lib/libbz2.1.0.tbd", "usr/lib/libbz2.1.tbd", "usr/lib/libbz2.tbd"]
        );
        assert_eq!(
            paths("/System/Library/Frameworks/Tk.framework/Versions/8.5/Tk"),
            [
                "System/Library/Frameworks/Tk.framework/Versions/8.5/Tk.tbd",
                "System/Library/Frameworks/Tk.framework/Tk.tbd"
            ]
        );
    }

    #[test]
    fn other_versions_are_refused() {
        let text = "--- !tapi-tbd-v3\narchs: [ x86_64 ]\ninstall-name: /usr/lib/libz.1.dylib\n...\n";
        assert_eq!(read(text).unwrap_err().to_string(), "a tbd of version 1, 2, 3 or 5, expected version 4");
        let text = "--- !tapi-tbd\ntbd-version: 6\n...\n";
        assert_eq!(read(text).unwrap_err().to_string(), "a tbd of version 6, expected version 4");
    }
}
