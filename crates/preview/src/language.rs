//! Texts and pages in the language of a user.
//!
//! The Installer finds them as every bundle does (Apple's "Bundle Programming Guide", Localized Resources): a file at the
//! top of `Resources` is for everybody; else it is in the folder of the user's language, of the same language elsewhere, or
//! in English; some packages have none of these, and then any language is better than nothing.

use std::collections::HashMap;

use anyhow::{Context as _, Result};
use flatpkg::package::Package;

use super::strings;

/// The largest page or picture that is shown, in bytes.
const LIMIT: u64 = 16 << 20;

/// Names of folders before Mac OS X 10.2 had codes, which are read to this day.
const OLD_NAMES: [(&str, &str); 8] = [
    ("de", "German"),
    ("en", "English"),
    ("es", "Spanish"),
    ("fr", "French"),
    ("it", "Italian"),
    ("ja", "Japanese"),
    ("nl", "Dutch"),
    ("pt", "Portuguese"),
];

/// What a package shows to users of one language.
pub struct Localized<'a> {
    package: &'a Package,
    /// Members below `Resources`, by path.
    members: HashMap<&'a str, usize>,
    /// Folders of languages, the best one first.
    folders: Vec<&'a str>,
    texts: HashMap<String, String>,
}

impl<'a> Localized<'a> {
    /// What `package` shows to users of `language`: `de`, `pt-BR`.
    ///
    /// # Errors
    /// `Localizable.strings` can't be read.
    pub fn new(package: &'a Package, language: &str) -> Result<Self> {
        let files = package.archive().toc().files.iter().enumerate();
        let members: HashMap<&str, usize> =
            files.filter_map(|(at, file)| Some((file.path.strip_prefix("Resources/")?, at))).collect();
        let mut folders: Vec<&str> = members.keys().filter_map(|path| path.split('/').next()).collect();
        folders.retain(|folder| folder.ends_with(".lproj"));
        folders.sort_by_cached_key(|folder| (rank(folder, language), *folder));
        folders.dedup();
        let mut localized = Self { package, members, folders, texts: HashMap::new() };
        if let Some(bytes) = localized.resource("Localizable.strings")? {
            localized.texts = strings::read(&bytes);
        }
        Ok(localized)
    }

    /// The text of a key; what is no key stands for itself.
    pub fn text<'b>(&'b self, key: &'b str) -> &'b str {
        self.texts.get(key.trim()).map_or(key, String::as_str)
    }

    /// A file of `Resources`; of a folder with text and pictures (`.rtfd`) the text.
    ///
    /// # Errors
    /// It is there and can't be read.
    pub fn resource(&self, file: &str) -> Result<Option<Vec<u8>>> {
        let inside = format!("{file}/TXT.rtf");
        let names = [file, inside.as_str()];
        let top = names.iter().find_map(|name| self.file(name));
        let found = top.or_else(|| {
            let places =
                self.folders.iter().flat_map(|folder| names.iter().map(move |name| format!("{folder}/{name}")));
            places.into_iter().find_map(|place| self.file(&place))
        });
        let Some(found) = found else { return Ok(None) };
        let bytes = self.package.archive().read_member(found, LIMIT);
        Ok(Some(bytes.with_context(|| format!("failed to read {}", found.path))?))
    }

    /// A member with bytes.
    fn file(&self, path: &str) -> Option<&'a flatpkg::xar::File> {
        let file = self.package.archive().toc().files.get(*self.members.get(path)?)?;
        file.data.is_some().then_some(file)
    }
}

/// How good the folder of a language is for a user, 0 for the best.
fn rank(folder: &str, language: &str) -> usize {
    let own = folder.trim_end_matches(".lproj").replace('_', "-");
    let code = OLD_NAMES.iter().find(|(_, old)| own == *old).map_or(own.as_str(), |(code, _)| code);
    let base = |name: &str| name.split('-').next().unwrap_or_default().to_ascii_lowercase();
    let wanted = language.replace('_', "-");
    if code.eq_ignore_ascii_case(&wanted) {
        0
    } else if code.eq_ignore_ascii_case(&base(&wanted)) {
        1
    } else if base(code) == base(&wanted) {
        2
    } else if code == "en" {
        3
    } else if base(code) == "en" {
        4
    } else {
        5
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_nearest_language_comes_first() {
        let sorted = |language: &str| {
            let mut folders = ["de.lproj", "en.lproj", "German.lproj", "pt_BR.lproj", "en_GB.lproj", "ja.lproj"];
            folders.sort_by_key(|folder| super::rank(folder, language));
            folders.map(|folder| folder.trim_end_matches(".lproj")).join(" ")
        };
        assert_eq!(sorted("de_CH"), "de German en en_GB pt_BR ja");
        assert_eq!(sorted("pt-BR"), "pt_BR en en_GB de German ja");
        assert_eq!(sorted("pt"), "pt_BR en en_GB de German ja");
        assert_eq!(sorted("en-gb"), "en_GB en de German pt_BR ja");
        assert_eq!(sorted("sv"), "en en_GB de German pt_BR ja");
    }
}
