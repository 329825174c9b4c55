//! The third source: what Python's own bridges know. PyObjC's tables were made from Apple's headers by its author's program, and
//! Python 2.7's `plat-mac` from the Universal Interfaces of classic Mac OS, which HIToolbox comes from.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Result;
use walkdir::WalkDir;

use crate::arithmetic::Constants;
use crate::values::Number;

/// What was read.
#[derive(Debug, Default)]
pub struct Python {
    /// PyObjC's constants, by name.
    pub bridge: BTreeMap<String, Number>,
    /// Those of `plat-mac`.
    pub classic: Constants,
}

/// Reads all below a folder: wheels of PyObjC, unpacked, and `plat-mac/Carbon`.
///
/// # Errors
/// When a file can't be read.
pub fn read(folder: &Path) -> Result<Python> {
    let mut python = Python::default();
    for entry in WalkDir::new(folder).sort_by_file_name() {
        let entry = entry?;
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        if name == "_metadata.py" {
            table(&fs_err::read_to_string(path)?, &mut python.bridge);
        } else if name.ends_with(".py") && path.parent().is_some_and(|folder| folder.ends_with("plat-mac/Carbon")) {
            let text: String = fs_err::read(path)?.into_iter().map(char::from).collect();
            for (constant, value) in text.lines().filter_map(|line| line.split_once('=')) {
                python.classic.put(constant.trim(), value.split('#').next().unwrap_or_default().trim(), &name);
            }
        }
    }
    Ok(python)
}

/// `$NAME@VALUE$…`, and `"NAME": VALUE` in tables of those that don't fit there.
fn table(text: &str, known: &mut BTreeMap<String, Number>) {
    for (name, value) in text.split('$').filter_map(|part| part.split_once('@')) {
        put(name, value, known);
    }
    for line in text.lines() {
        let mut rest = line;
        while let Some((_, tail)) = rest.split_once('"') {
            let Some((name, tail)) = tail.split_once('"') else { break };
            if let Some(value) = tail.strip_prefix(": ") {
                let end = value.find([',', '}', ')']).unwrap_or(value.len());
                put(name, value.get(..end).unwrap_or_default(), known);
            }
            rest = tail;
        }
    }
}

fn put(name: &str, value: &str, known: &mut BTreeMap<String, Number>) {
    let value = value.trim();
    let code = || {
        let code = value.strip_prefix("b\"").or_else(|| value.strip_prefix("b'"))?;
        let code = code.get(..4).filter(|_| code.len() == 5)?;
        Some(Number::Whole(code.bytes().fold(0, |value, byte| value << 8 | i128::from(byte))))
    };
    let number = value.parse().map(Number::Whole).ok().or_else(|| value.parse().map(Number::Real).ok());
    if let Some(number) = number.or_else(code) {
        known.entry(name.to_owned()).or_insert(number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_of_the_bridge() {
        let mut known = BTreeMap::new();
        let text = "enums = \"\"\"$NSWindowStyleMaskTitled@1$NSFontWeight@-0.8$kBad@x$\"\"\"\n\
                    misc.update({\"kOther\": 7, \"kCode\": b\"docu\", \"kName\": \"text\"})\n";
        table(text, &mut known);
        assert_eq!(known["NSWindowStyleMaskTitled"], Number::Whole(1));
        assert_eq!(known["NSFontWeight"], Number::Real(-0.8));
        assert_eq!((known["kOther"], known["kCode"]), (Number::Whole(7), Number::Whole(0x646f_6375)));
        assert!(!known.contains_key("kBad") && !known.contains_key("kName"), "{known:?}");
    }
}
