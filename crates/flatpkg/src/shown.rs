//! A stranger's text, made fit to be shown: the one way from a package to a terminal.
//!
//! A terminal obeys control characters: it changes its title, its colours, the lines that it has shown already. A line break
//! in a name makes one finding look like two, and marks for the direction of writing turn a name around. So all of these are
//! shown as escapes (`\u{1b}`, `\n`), and what is longer than any name is cut.

use std::borrow::Cow;
use std::fmt::{self, Write as _};

/// The longest text that is shown whole, characters: as long as macOS lets a path be (`PATH_MAX`, 1,024 bytes).
const LONGEST: usize = 1024;

/// A name or a value of a stranger's, in one line.
pub fn shown(text: &(impl fmt::Display + ?Sized)) -> String {
    let text = text.to_string();
    match text.char_indices().nth(LONGEST) {
        None => bytes(text.as_bytes()),
        Some((end, _)) => {
            let beginning = text.get(..end).unwrap_or_default();
            format!("{}… ({} bytes)", bytes(beginning.as_bytes()), text.len())
        }
    }
}

/// Bytes as text in one line, however long; those that are no UTF-8 are escaped (`\xff`).
#[must_use]
pub fn bytes(bytes: &[u8]) -> String {
    bytes.utf8_chunks().fold(String::new(), |mut text, chunk| {
        chunk.valid().chars().for_each(|character| push(&mut text, character));
        // Writing to a String can't fail.
        let _ = write!(text, "{}", chunk.invalid().escape_ascii());
        text
    })
}

/// Lines of text that others had a part in. Line breaks and tabs stay.
#[must_use]
pub fn lines(text: &str) -> Cow<'_, str> {
    let stays = |character| matches!(character, '\n' | '\t') || !is_obeyed(character);
    if text.chars().all(stays) {
        return text.into();
    }
    let escaped = text.chars().fold(String::new(), |mut text, character| {
        if stays(character) {
            text.push(character)
        } else {
            push(&mut text, character)
        }
        text
    });
    escaped.into()
}

/// JSON with the same value, whose strings have such characters as escapes only (RFC 8259 §7).
#[must_use]
pub fn json(text: &str) -> String {
    text.chars().fold(String::new(), |mut text, character| {
        if character != '\n' && is_obeyed(character) {
            let _ = character.encode_utf16(&mut [0; 2]).iter().try_for_each(|unit| write!(text, "\\u{unit:04x}"));
        } else {
            text.push(character);
        }
        text
    })
}

fn push(text: &mut String, character: char) {
    if is_obeyed(character) { text.extend(character.escape_default()) } else { text.push(character) }
}

/// What a terminal, or whatever lays out text for it, obeys or hides instead of showing it: controls (C0, DEL, C1), line and
/// paragraph separators, and format characters: those for the direction of writing, of no width, of annotations and tags.
fn is_obeyed(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_name_is_one_line_and_no_command() {
        let name = "n\u{1b}]0;title\u{7}\u{9b}31m\u{202e}gpj\r\nerror: all good\u{7f}\u{2066}";
        assert_eq!(shown(name), r"n\u{1b}]0;title\u{7}\u{9b}31m\u{202e}gpj\r\nerror: all good\u{7f}\u{2066}");
        assert_eq!(bytes(b"\xff\x1b\xc2\x9b"), r"\xff\u{1b}\u{9b}");
    }

    #[test]
    fn languages_stay_readable() {
        for name in ["Fran\u{e7}ais", "e\u{301}", "\u{65e5}\u{672c}\u{8a9e}", "\u{5e9}\u{5dc}\u{5d5}\u{5dd}", "a b"] {
            assert_eq!((shown(name), lines(name).as_ref()), (name.to_owned(), name));
        }
    }

    #[test]
    fn a_long_name_is_cut() {
        let name = "\u{e9}".repeat(LONGEST);
        assert_eq!(shown(&name), name);
        assert_eq!(shown(&format!("{name}x")), format!("{name}… (2049 bytes)"));
    }

    proptest! {
        #[test]
        fn nothing_is_left_to_obey(text in "\\PC*|.*|[\\x00-\\u{ff}\\u{2000}-\\u{2070}\\u{e0000}-\\u{e0100}]*") {
            prop_assert!(!shown(&text).chars().any(is_obeyed));
            prop_assert!(!lines(&text).chars().any(|c| is_obeyed(c) && c != '\n' && c != '\t'));
            prop_assert_eq!(lines(&text).matches('\n').count(), text.matches('\n').count());
            let value = serde_json::Value::String(text);
            let json = json(&serde_json::to_string_pretty(&value).unwrap());
            prop_assert!(!json.chars().any(is_obeyed));
            prop_assert_eq!(serde_json::from_str::<serde_json::Value>(&json).unwrap(), value);
        }
    }
}
