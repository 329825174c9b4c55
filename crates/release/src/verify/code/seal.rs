//! The seal of a bundle: `_CodeSignature/CodeResources`, a property list with the digest of every file of the bundle that is
//! not its main program. The main program's signature has the digest of that list; here is whether the list still tells the
//! truth, and whether there is one at all.
//!
//! What an entry can be, as Security's `StaticCode.cpp` reads it and Apple's tools write it:
//!
//! | entry | of |
//! |---|---|
//! | `<data>` | a file: its SHA-1 |
//! | `hash`, `hash2` | a file: its SHA-1, its SHA-256 |
//! | `symlink` | a link: where it leads |
//! | `cdhash`, `requirement` | nested code: the digest of one of its code directories, and who may replace it |
//! | `optional` | the file may be missing |
//!
//! `files` and `rules` are for systems before OS X 10.9.5, `files2` and `rules2` for those since. A rule with `omit` leaves files
//! unsealed: only the few that Apple's tools omit may be.

use std::collections::BTreeSet;

use flatpkg::plist::{Dictionary, Value};
use pkgsign::{Hash, SignaturePolicy};

use super::expectations::CodeExpectations;
use super::issue::{Issue, Reason};
use crate::verify::signature::digest;
use crate::verify::tree::{NodeKind, Tree};
use macho::code_signature::CodeSignature;

/// The most bytes that are read of a file, and altogether out of an archive and those in it.
pub(super) const LARGEST_TOGETHER: u64 = 1 << 30;

/// Where the list is in a bundle.
const LIST: &str = "_CodeSignature/CodeResources";

/// Bytes of a `cdhash`.
const CDHASH: usize = 20;

/// What rules may omit: `allowedResourceOmissions` in Security's `bundlediskrep.cpp`. The last is for bundles without `Resources`.
const OMITTED: [&str; 5] = [
    r"^(.*/)?\.DS_Store$",
    r"^Info\.plist$",
    r"^PkgInfo$",
    r"^Resources/.*\.lproj/locversion.plist$",
    r"^.*\.lproj/locversion.plist$",
];

/// Checks all bundles.
pub(super) fn check(tree: &Tree, expect: &CodeExpectations<'_>) -> Vec<Issue> {
    let sealed = tree.entries().filter_map(|(path, _)| path.strip_suffix(LIST)?.strip_suffix('/'));
    // Archives need not list folders, so what is below counts.
    let above =
        |path| str::match_indices(path, '/').filter_map(|(at, _)| path.get(..at)).filter(|path| is_bundle(path));
    let bundles: BTreeSet<&str> = sealed.chain(tree.entries().flat_map(|(path, _)| above(path))).collect();
    bundles.into_iter().flat_map(|path| Bundle { path, tree }.check(expect)).collect()
}

/// Whether a folder is where the seal of an application, a plug-in or a framework belongs.
fn is_bundle(path: &str) -> bool {
    match path.rsplit_once('/') {
        Some((bundle, "Contents")) => bundle.rsplit('/').next().is_some_and(|name| name.contains('.')),
        Some((versions, _)) => versions.ends_with(".framework/Versions"),
        None => false,
    }
}

/// What a seal is for: the folder `Contents` of an app, or a version's folder of a framework.
struct Bundle<'a> {
    path: &'a str,
    tree: &'a Tree,
}

impl Bundle<'_> {
    fn check(&self, expect: &CodeExpectations<'_>) -> Vec<Issue> {
        let issue = |name: &str, what: String| {
            let path = if name.is_empty() { self.path.to_owned() } else { format!("{}/{name}", self.path) };
            Issue::new(Reason::Invalid, &path, None, what)
        };
        let program = self.program();
        let must_be_signed = expect.signer.policy > SignaturePolicy::Unsigned;
        if self.tree.get(&self.inside(LIST)).is_none() {
            // A folder with such a name, and without code, needs no seal; no signature can be kept in a script, such as IDLE's.
            let is_code = |name: String| self.bytes(&name).is_some_and(|bytes| macho::is_macho(&bytes));
            let unsealed = must_be_signed && program.is_some_and(is_code);
            return if unsealed { vec![issue("", format!("it has no seal: {LIST} is missing"))] } else { Vec::new() };
        }
        let Some(list) = self.plist(LIST) else { return vec![issue(LIST, "it can't be read".to_owned())] };
        let mut issues = Vec::new();
        if must_be_signed {
            match program.as_deref().and_then(|name| Some((name, self.bytes(name)?))) {
                Some((name, bytes)) => issues.extend(self.unsigned(&bytes).map(|what| issue(name, what))),
                None => issues.push(issue(LIST, "it is signed by no program".to_owned())),
            }
        }
        let dictionary = |key| list.get(key).and_then(Value::as_dictionary);
        issues.extend(weak(dictionary("files2"), dictionary("rules2")).map(|what| issue(LIST, what)));
        let (none, mut broken) = (Dictionary::new(), BTreeSet::new());
        let sealed = dictionary("files2").unwrap_or(&none);
        for (name, value) in dictionary("files").unwrap_or(&none).iter().chain(sealed) {
            broken.extend(self.broken(name, value).map(|what| (name.as_str(), what)));
        }
        let added = self.files().filter(|name| !self.is_exempt(name, sealed, program.as_deref()));
        broken.extend(added.map(|name| (name, "it was added after signing".to_owned())));
        issues.extend(broken.into_iter().map(|(name, what)| issue(name, what)));
        issues
    }

    /// What the main program's signature has no digest of, though it is there. A wrong digest is found with the program.
    fn unsigned(&self, program: &[u8]) -> Option<String> {
        let info =
            ["Info.plist", "Resources/Info.plist"].iter().any(|name| self.tree.get(&self.inside(name)).is_some());
        let slots = [(1, info, "Info.plist"), (3, true, "the seal")];
        let unsigned = |slot: u32| {
            let slices = macho::slices(program).unwrap_or_default();
            let signatures = slices.iter().filter_map(|slice| CodeSignature::parse(slice.signature?).ok());
            signatures
                .into_iter()
                .any(|code| code.directories.iter().any(|directory| directory.special(slot).is_none()))
        };
        let what = slots.into_iter().filter(|(slot, there, _)| *there && unsigned(*slot)).map(|(_, _, what)| what);
        let what: Vec<_> = what.collect();
        (!what.is_empty()).then(|| format!("its signature has no hash of {}", what.join(" and ")))
    }

    /// What is wrong with a file, a link or nested code that the list has.
    fn broken(&self, name: &str, sealed: &Value) -> Option<String> {
        let options = sealed.as_dictionary();
        let Some(entry) = self.tree.get(&self.inside(name)) else {
            let optional = options.and_then(|options| options.get("optional")?.as_boolean());
            return (optional != Some(true)).then(|| "it is sealed, and missing".to_owned());
        };
        let is = |hash: Hash, sealed: &Value| {
            let file = if entry.kind == NodeKind::File { fs_err::File::open(&entry.source).ok() } else { None };
            let found = file.and_then(|file| hash.digest_all(file).ok());
            let good = sealed.as_data().zip(found).is_some_and(|(sealed, found)| found == sealed);
            (!good).then(|| "it was changed after signing".to_owned())
        };
        let Some(options) = options else { return is(Hash::Sha1, sealed) };
        let known = |key| ["hash", "hash2", "symlink", "cdhash"].contains(&key);
        if !options.keys().any(|key| known(key)) {
            return Some("it is sealed without a hash".to_owned());
        }
        options.iter().find_map(|(key, value)| match key.as_str() {
            "hash" => is(Hash::Sha1, value),
            "hash2" => is(Hash::Sha256, value),
            "symlink" => {
                let same = value.as_string().is_some_and(|target| entry.kind == NodeKind::Link(target.to_owned()));
                (!same).then(|| "it is sealed as another link".to_owned())
            }
            "cdhash" => {
                let same = value.as_data().is_some_and(|cdhash| self.cdhashes(name).iter().any(|own| own == cdhash));
                (!same).then(|| "it is not the code that was sealed".to_owned())
            }
            "optional" | "requirement" => None,
            other => Some(format!("it is sealed by {other:?}, which is not looked at")),
        })
    }

    /// The digests of all code directories of nested code: of a file, or of a bundle's main program.
    fn cdhashes(&self, name: &str) -> Vec<Vec<u8>> {
        let path = self.inside(name);
        let version = self.tree.resolve(&format!("{path}/Versions/Current")).unwrap_or_default();
        let program = [format!("{path}/Contents"), version]
            .iter()
            .find_map(|path| Some(format!("{path}/{}", Bundle { path, tree: self.tree }.program()?)));
        let Some(bytes) = self.read(&program.unwrap_or(path)) else { return Vec::new() };
        let slices = macho::slices(&bytes).unwrap_or_default();
        let signatures = slices.iter().filter_map(|slice| CodeSignature::parse(slice.signature?).ok());
        let mut cdhashes: Vec<_> = signatures
            .flat_map(|signature| signature.directories)
            .map(|directory| digest(directory.hash, directory.bytes))
            .collect();
        cdhashes.iter_mut().for_each(|digest| digest.truncate(CDHASH));
        cdhashes
    }

    /// Everything in the bundle that isn't a folder.
    fn files(&self) -> impl Iterator<Item = &str> {
        let below = self.tree.entries().filter(|(_, entry)| entry.kind != NodeKind::Folder);
        below.filter_map(|(path, _)| path.strip_prefix(self.path)?.strip_prefix('/'))
    }

    /// Whether a file needs no digest: it has one, belongs to nested code that has, is part of the signature, or is among
    /// those that `codesign` omits.
    fn is_exempt(&self, name: &str, sealed: &Dictionary, program: Option<&str>) -> bool {
        let nested = |(path, value): (&String, &Value)| {
            let code = value.as_dictionary().is_some_and(|value| value.contains_key("cdhash"));
            code && name.strip_prefix(path.as_str()).is_some_and(|rest| rest.starts_with('/'))
        };
        // `CodeResources` is the stapled ticket.
        let exempt = [LIST, "CodeResources", "Info.plist", "PkgInfo"];
        exempt.contains(&name)
            || program == Some(name)
            || sealed.contains_key(name)
            || name == ".DS_Store"
            || name.ends_with("/.DS_Store")
            || name.ends_with(".lproj/locversion.plist")
            || sealed.iter().any(nested)
    }

    /// The code whose signature has the digest of the list.
    fn program(&self) -> Option<String> {
        let name = |info: Dictionary| Some(info.get("CFBundleExecutable")?.as_string()?.to_owned());
        match self.plist("Info.plist") {
            Some(info) => Some(format!("MacOS/{}", name(info)?)),
            None => self.plist("Resources/Info.plist").and_then(name).or_else(|| self.named_like_the_framework()),
        }
    }

    /// `Python` of `Python.framework/Versions/3.13`, when no property list says anything.
    fn named_like_the_framework(&self) -> Option<String> {
        let (framework, _) = self.path.split_once(".framework/Versions/")?;
        let name = framework.rsplit('/').next()?;
        self.tree.get(&self.inside(name)).map(|_| name.to_owned())
    }

    fn inside(&self, name: &str) -> String {
        format!("{}/{name}", self.path)
    }

    fn plist(&self, name: &str) -> Option<Dictionary> {
        flatpkg::plist::read(&self.bytes(name)?).ok()?.into_dictionary()
    }

    fn bytes(&self, name: &str) -> Option<Vec<u8>> {
        self.read(&self.inside(name))
    }

    /// The bytes of a regular file, unless it is larger than any code that is looked at. No link is followed: it could lead out
    /// of the tree.
    fn read(&self, path: &str) -> Option<Vec<u8>> {
        let entry = self.tree.get(path).filter(|entry| entry.kind == NodeKind::File)?;
        let size = fs_err::metadata(&entry.source).ok()?.len();
        (size <= LARGEST_TOGETHER).then(|| fs_err::read(&entry.source).ok()).flatten()
    }
}

/// Why a seal doesn't cover everything, whatever is in the bundle.
fn weak(files: Option<&Dictionary>, rules: Option<&Dictionary>) -> Option<String> {
    let (Some(_), Some(rules)) = (files, rules) else {
        return Some("it is only for systems before OS X 10.9.5: files2 or rules2 is missing".to_owned());
    };
    if rules.get("^.*").and_then(Value::as_boolean) != Some(true) {
        return Some("it does not cover everything: the rule ^.* is missing".to_owned());
    }
    let omits = |rule: &Value| match rule {
        Value::Boolean(sealed) => !sealed,
        rule => rule.as_dictionary().and_then(|rule| rule.get("omit")?.as_boolean()) == Some(true),
    };
    let omitted = rules.iter().find(|(name, rule)| omits(rule) && !OMITTED.contains(&name.as_str()));
    omitted.map(|(name, _)| format!("it does not cover everything: the rule {name} omits files"))
}
