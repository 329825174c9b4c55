//! Which extension modules a source has: what `Modules/Setup.stdlib.in` lists, and `setup.py` of old.

use std::collections::BTreeSet;

/// Lists modules since Python 3.11.
pub const SETUP: &str = "Modules/Setup.stdlib.in";

/// Builds them up to Python 3.11.
pub const OF_OLD: &str = "setup.py";

/// Lines of `Setup.stdlib.in`: a condition that configure fills in, then a name and its files. What stands below `*static*` is
/// linked into the interpreter by those who say so; the installer builds it shared all the same.
pub fn of_setup(text: &str) -> BTreeSet<String> {
    let lines = text.lines().filter_map(|line| line.strip_prefix("@MODULE_")?.split_once("_TRUE@"));
    lines.filter_map(|(_, rest)| rest.split_whitespace().next()).map(ToOwned::to_owned).collect()
}

/// Names that `setup.py` gives to extensions: `Extension('_bz2', …)`.
pub fn of_script(text: &str) -> BTreeSet<String> {
    let parts = text.split("Extension(").skip(1);
    let names = parts.filter_map(|part| {
        let part = part.trim_start();
        let quote = part.chars().next().filter(|c| ['\'', '"'].contains(c))?;
        part.get(1..)?.split(quote).next()
    });
    let is_name = |name: &&str| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    names.filter(is_name).map(ToOwned::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_from_both() {
        let text = "# x\n*@MODULE_BUILDTYPE@*\n@MODULE_ARRAY_TRUE@array arraymodule.c\n*shared*\n@MODULE__SSL_TRUE@_ssl _ssl.c\n\
                    @MODULE_\n@MODULE_X_TRUE@\n";
        assert_eq!(of_setup(text).into_iter().collect::<Vec<_>>(), ["_ssl", "array"]);
        let text = "self.add(Extension('_bz2', ['a.c']))\nExtension(\n  \"zlib\",)\nExtension(name)\nExtension('a b')\nExtension('";
        assert_eq!(of_script(text).into_iter().collect::<Vec<_>>(), ["_bz2", "zlib"]);
    }
}
