//! The seal of a bundle: `_CodeSignature/CodeResources`, a property list with the digest of every file of the bundle that is
//! not code. The main program's signature has the digest of that list; here is whether the list still tells the truth.

use flatpkg::plist::{Dictionary, Value};
use sha2::Digest as _;

use super::{Issue, Reason};
use crate::verify::tree::{Kind, Tree};

/// Where the list is in a bundle.
const LIST: &str = "/_CodeSignature/CodeResources";

/// Checks all bundles.
pub(super) fn check(tree: &Tree) -> Vec<Issue> {
    let lists = tree.entries().filter_map(|(path, _)| path.strip_suffix(LIST));
    lists.flat_map(|bundle| Bundle { path: bundle, tree }.check()).collect()
}

/// What a seal is for: the folder `Contents` of an app, or a version's folder of a framework.
struct Bundle<'a> {
    path: &'a str,
    tree: &'a Tree,
}

impl Bundle<'_> {
    fn check(&self) -> Vec<Issue> {
        let Some(list) = self.plist(&LIST[1..]) else {
            return vec![Issue::new(Reason::Invalid, &format!("{}{LIST}", self.path), None, "it can't be read")];
        };
        // The first list, `files`, is for systems before 10.9.5.
        let Some(sealed) = list.get("files2").and_then(Value::as_dictionary) else { return Vec::new() };
        let broken = sealed.iter().filter_map(|(name, value)| Some((name.as_str(), self.broken(name, value)?)));
        let everything =
            list.get("rules2").and_then(Value::as_dictionary).is_some_and(|rules| rules.contains_key("^.*"));
        let added = self.files().filter(|name| everything && !self.is_exempt(name, sealed));
        let all = broken.chain(added.map(|name| (name, "it was added after signing")));
        all.map(|(name, what)| Issue::new(Reason::Invalid, &format!("{}/{name}", self.path), None, what)).collect()
    }

    /// What is wrong with a file, a link or nested code that the list has.
    fn broken(&self, name: &str, sealed: &Value) -> Option<&'static str> {
        let Some(entry) = self.tree.get(&format!("{}/{name}", self.path)) else {
            let optional = sealed.as_dictionary().and_then(|sealed| sealed.get("optional")?.as_boolean());
            return (optional != Some(true)).then_some("it is sealed, and missing");
        };
        let sealed = sealed.as_dictionary()?;
        if let Some(target) = sealed.get("symlink").and_then(Value::as_string) {
            return (entry.kind != Kind::Link(target.to_owned())).then_some("it is sealed as another link");
        }
        let digest = sealed.get("hash2").and_then(Value::as_data)?;
        let bytes = fs_err::read(&entry.source).ok()?;
        (sha2::Sha256::digest(bytes).as_slice() != digest).then_some("it was changed after signing")
    }

    /// Everything in the bundle that isn't a folder.
    fn files(&self) -> impl Iterator<Item = &str> {
        let below = self.tree.entries().filter(|(_, entry)| entry.kind != Kind::Folder);
        below.filter_map(|(path, _)| path.strip_prefix(self.path)?.strip_prefix('/'))
    }

    /// Whether a file needs no digest: it has one, belongs to nested code that has, or is among those that `codesign` omits.
    fn is_exempt(&self, name: &str, sealed: &Dictionary) -> bool {
        let nested = |(path, value): (&String, &Value)| {
            let code = value.as_dictionary().is_some_and(|value| value.contains_key("cdhash"));
            code && name.strip_prefix(path.as_str()).is_some_and(|rest| rest.starts_with('/'))
        };
        sealed.contains_key(name)
            || sealed.iter().any(nested)
            || name.starts_with("_CodeSignature/")
            || ["Info.plist", "PkgInfo"].contains(&name)
            || name.ends_with(".DS_Store")
            || name.ends_with(".lproj/locversion.plist")
            || self.program().as_deref() == Some(name)
    }

    /// The code whose signature has the digest of the list.
    fn program(&self) -> Option<String> {
        let name = |info: Dictionary| Some(info.get("CFBundleExecutable")?.as_string()?.to_owned());
        match self.plist("Info.plist") {
            Some(info) => Some(format!("MacOS/{}", name(info)?)),
            None => name(self.plist("Resources/Info.plist")?),
        }
    }

    fn plist(&self, name: &str) -> Option<Dictionary> {
        let entry = self.tree.get(&format!("{}/{name}", self.path))?;
        flatpkg::plist::read(&fs_err::read(&entry.source).ok()?).ok()?.into_dictionary()
    }
}
