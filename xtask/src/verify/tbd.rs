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
//! The reader understands mappings, sequences in either style and plain or quoted scalars, which is all that these
//! files use. Keys that it doesn't know are skipped.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use super::yaml::{self, Value};
use crate::arch::Arch;

/// A library that a `.tbd` file describes.
#[derive(Debug, Default)]
struct Stub {
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

/// All libraries in the text of a `.tbd` file.
fn read(text: &str) -> Result<Vec<Stub>> {
    yaml::documents(text)?.iter().map(stub).collect()
}

fn stub(document: &Value) -> Result<Stub> {
    let version = document.get("tbd-version").and_then(Value::scalar);
    anyhow::ensure!(version == Some("4"), "a tbd of version {}, expected version 4", version.unwrap_or("1, 2, 3 or 5"));
    let install_name = document.get("install-name").and_then(Value::scalar).context("a tbd without `install-name`")?;
    let mut stub = Stub { install_name: install_name.to_owned(), ..Stub::default() };
    for group in ["exports", "reexports"].iter().flat_map(|key| document.list(key)) {
        let symbols: BTreeSet<String> = symbols(group).collect();
        stub.exports.extend(archs(group).map(|arch| (arch, symbols.clone())));
    }
    for group in document.list("reexported-libraries") {
        for library in group.scalars("libraries") {
            stub.reexported.extend(archs(group).map(|arch| (arch, library.to_owned())));
        }
    }
    Ok(stub)
}

/// The architectures that a group of symbols is for, on macOS.
fn archs(group: &Value) -> impl Iterator<Item = Arch> {
    [Arch::X86_64, Arch::Arm64].into_iter().filter(|arch| {
        let target = format!("{arch}-macos");
        group.scalars("targets").any(|name| name == target)
    })
}

/// The names of a group's symbols as the linker sees them.
fn symbols(group: &Value) -> impl Iterator<Item = String> {
    const KINDS: [(&str, &[&str]); 6] = [
        ("symbols", &[""]),
        ("weak-symbols", &[""]),
        ("thread-local-symbols", &[""]),
        ("objc-classes", &["_OBJC_CLASS_$_", "_OBJC_METACLASS_$_"]),
        ("objc-eh-types", &["_OBJC_EHTYPE_$_"]),
        ("objc-ivars", &["_OBJC_IVAR_$_"]),
    ];
    KINDS.into_iter().flat_map(move |(key, prefixes)| {
        group.scalars(key).flat_map(move |name| prefixes.iter().map(move |prefix| format!("{prefix}{name}")))
    })
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
