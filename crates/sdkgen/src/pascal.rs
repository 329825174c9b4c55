//! The second source: Free Pascal's interfaces to macOS (`univint`, `cocoaint`), which were made from Apple's headers by other
//! people, before the crates. HIToolbox is in no crate: for it they are the first.

use std::path::Path;

use anyhow::Result;
use walkdir::WalkDir;

use crate::arithmetic::Constants;

/// What stands in it is no translation: Free Pascal's own stand-ins for what its units lack.
const INVENTED: &str = "UndefinedTypes.inc";

/// Reads the constants of all units below a folder.
///
/// # Errors
/// When a file can't be read.
pub fn read(folder: &Path) -> Result<Constants> {
    let mut constants = Constants::default();
    for entry in WalkDir::new(folder).sort_by_file_name() {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let is_unit = name.ends_with(".pas") || name.ends_with(".inc");
        if entry.file_type().is_file() && is_unit && name != INVENTED {
            // Comments are in the alphabet of old Macs.
            let text: String = fs_err::read(entry.path())?.into_iter().map(char::from).collect();
            unit(&text, &name, &mut constants);
        }
    }
    Ok(constants)
}

/// Reads `NAME = VALUE;` of a unit.
fn unit(text: &str, file: &str, constants: &mut Constants) {
    let text = without_comments(text);
    for declaration in text.split(';') {
        let Some((head, value)) = declaration.rsplit_once('=') else { continue };
        let before = |c: char| !c.is_ascii_alphanumeric() && c != '_';
        let head = head.trim_end();
        let name = head.get(head.rfind(before).map_or(0, |at| at + 1)..).unwrap_or_default();
        if !name.is_empty() && !value.contains(':') {
            constants.put(name, value.trim(), file);
        }
    }
}

fn without_comments(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(['{', '(', '/']) {
        let (before, comment) = rest.split_at(at);
        plain += before;
        let pairs = [("{", "}"), ("(*", "*)"), ("//", "\n")];
        let Some((_, end)) = pairs.iter().find(|(start, _)| comment.starts_with(start)) else {
            // A parenthesis or a division.
            let (sign, after) = comment.split_at(1);
            plain += sign;
            rest = after;
            continue;
        };
        plain.push(' ');
        rest = comment.split_once(end).map_or("", |(_, after)| after);
    }
    plain + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit() {
        let mut constants = Constants::default();
        let text = "{ File: HITheme.p }\nconst\n\tkOne = 1; (* first = 9; *)\n\tkTwo = kOne + $1; // kThree = 3;\n\
                    type Frame = UInt32;\nvar x: SInt32 = 5;\nconst kEnd = {$ifc A}7{$endc};";
        unit(text, "HITheme.pas", &mut constants);
        let of = |name: &str| constants.get(name);
        assert_eq!((of("kOne"), of("kTwo")), (Some((1, "HITheme.pas")), Some((2, "HITheme.pas"))));
        assert_eq!((of("kThree"), of("first"), of("Frame")), (None, None, None));
        assert_eq!(of("kEnd"), Some((7, "HITheme.pas")));
    }
}
