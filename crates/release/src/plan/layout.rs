//! Texts that many steps share.

use std::collections::BTreeMap;

use macho::Arch;

/// What a compiler must be told for a build of Python with one architecture, since its own may be another: `-arch arm64 `.
/// Nothing for a universal build, which is told by `--with-universal-archs`.
pub fn one_arch(archs: &[Arch]) -> String {
    match archs {
        [arch] => format!("-arch {arch} "),
        _ => String::new(),
    }
}

/// Variables from pairs.
pub fn vars<const N: usize>(pairs: [(&str, &str); N]) -> BTreeMap<String, String> {
    pairs.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}
