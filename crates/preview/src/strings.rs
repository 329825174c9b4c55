//! `Localizable.strings`: the texts of one language, by key.
//!
//! The old form of a property list, `"key" = "text";` with comments of C, in UTF-16 or UTF-8 (Apple's "Internationalization
//! and Localization Guide", String Resources), or the same as an XML property list.

use std::collections::HashMap;
use std::iter::Peekable;
use std::str::Chars;

use flatpkg::plist;

/// The texts by their keys. What can't be understood ends the list.
pub fn read(bytes: &[u8]) -> HashMap<String, String> {
    let text = decode(bytes);
    if text.trim_start().starts_with('<') {
        let list = plist::read(text.as_bytes()).ok();
        let entries = list.as_ref().and_then(|list| list.as_dictionary()).into_iter().flatten();
        return entries.filter_map(|(key, text)| Some((key.clone(), text.as_string()?.to_owned()))).collect();
    }
    let mut texts = HashMap::new();
    let mut rest = text.chars().peekable();
    while let Some(key) = word(&mut rest) {
        let value = match next(&mut rest) {
            Some('=') => {
                rest.next();
                word(&mut rest)
            }
            // A key alone stands for itself.
            _ => Some(key.clone()),
        };
        let (Some(value), Some(';')) = (value, next(&mut rest)) else { break };
        rest.next();
        texts.insert(key, value);
    }
    texts
}

/// By its byte order mark; without one it is UTF-16 if every other one of the first bytes is zero, as ASCII has it.
fn decode(bytes: &[u8]) -> String {
    let wide = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
        let (pairs, _) = bytes.as_chunks::<2>();
        let units: Vec<u16> = pairs.iter().map(|pair| unit(*pair)).collect();
        String::from_utf16_lossy(&units)
    };
    match bytes {
        [0xff, 0xfe, rest @ ..] => wide(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => wide(rest, u16::from_be_bytes),
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        [first, 0, ..] if *first != 0 => wide(bytes, u16::from_le_bytes),
        [0, second, ..] if *second != 0 => wide(bytes, u16::from_be_bytes),
        _ => String::from_utf8_lossy(bytes).into_owned(),
    }
}

/// The next character that is neither blank nor in a comment.
fn next(rest: &mut Peekable<Chars<'_>>) -> Option<char> {
    loop {
        match rest.peek()? {
            '/' => {
                rest.next();
                match rest.next()? {
                    '/' => while rest.next().is_some_and(|c| c != '\n') {},
                    '*' => {
                        let mut star = false;
                        while let Some(c) = rest.next().filter(|c| !(star && *c == '/')) {
                            star = c == '*';
                        }
                    }
                    _ => return None,
                }
            }
            c if c.is_whitespace() => drop(rest.next()),
            c => return Some(*c),
        }
    }
}

/// A key or a text, in quotes or without.
fn word(rest: &mut Peekable<Chars<'_>>) -> Option<String> {
    let mut word = String::new();
    if next(rest)? != '"' {
        let plain = |c: &char| c.is_alphanumeric() || "_.-$:".contains(*c);
        while let Some(c) = rest.next_if(plain) {
            word.push(c);
        }
        return Some(word).filter(|word| !word.is_empty());
    }
    rest.next();
    loop {
        match rest.next()? {
            '"' => return Some(word),
            '\\' => match rest.next()? {
                'n' => word.push('\n'),
                't' => word.push('\t'),
                'r' => word.push('\r'),
                'U' | 'u' => {
                    let digits: String = std::iter::from_fn(|| rest.next_if(char::is_ascii_hexdigit)).take(4).collect();
                    let c = u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32);
                    word.push(c.unwrap_or(char::REPLACEMENT_CHARACTER));
                }
                c => word.push(c),
            },
            c => word.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "/* a comment; \"no\" = \"no\"; */\n\"TITLE\" = \"Grüße \\\"an\\\" alle\\n\\U00e9\"; // more\nplain = word;\nalone;\n";

    fn sorted(bytes: &[u8]) -> Vec<(String, String)> {
        let mut texts: Vec<_> = read(bytes).into_iter().collect();
        texts.sort();
        texts
    }

    #[test]
    fn every_encoding_says_the_same() {
        let expected = [("TITLE", "Grüße \"an\" alle\né"), ("alone", "alone"), ("plain", "word")];
        let expected = expected.map(|(key, text)| (key.to_owned(), text.to_owned()));
        let units: Vec<u16> = TEXT.encode_utf16().collect();
        let wide = |mark: &[u8], bytes: fn(u16) -> [u8; 2]| {
            mark.iter().copied().chain(units.iter().flat_map(|unit| bytes(*unit))).collect::<Vec<u8>>()
        };
        for bytes in [
            TEXT.as_bytes().to_vec(),
            [b"\xef\xbb\xbf", TEXT.as_bytes()].concat(),
            wide(b"\xff\xfe", u16::to_le_bytes),
            wide(b"\xfe\xff", u16::to_be_bytes),
            wide(b"", u16::to_le_bytes),
            wide(b"", u16::to_be_bytes),
        ] {
            assert_eq!(sorted(&bytes), expected);
        }
        let xml =
            "<?xml version=\"1.0\"?><plist><dict><key>A</key><string>B</string><key>C</key><true/></dict></plist>";
        assert_eq!(sorted(xml.as_bytes()), [("A".to_owned(), "B".to_owned())]);
    }

    #[test]
    fn what_is_broken_ends_the_list() {
        for text in ["\"a\" = \"b\"; \"c\" = ", "\"a\" = \"b\"; } \"c\" = \"d\";", "\"a\"=\"b\"; /", "\"a\"=\"b\"; /* "]
        {
            assert_eq!(sorted(text.as_bytes()), [("a".to_owned(), "b".to_owned())], "{text}");
        }
        assert_eq!(sorted(b"\xff\xfea"), []);
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_end(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..200)) {
            read(&bytes);
        }
    }
}
