//! Numbers as Pascal and Python write them in lists of constants.

use std::collections::{HashMap, HashSet};

/// Constants whose values are texts, until somebody asks for one.
#[derive(Debug, Default)]
pub struct Constants {
    /// By name in small letters, as Pascal compares them: what each place says, and its file.
    texts: HashMap<String, Vec<(String, String)>>,
    /// Names as they are written.
    spelled: HashSet<String>,
}

/// How deep names may lead to names.
const DEEPEST: u32 = 24;

impl Constants {
    /// One more.
    pub fn put(&mut self, name: &str, text: &str, file: &str) {
        self.spelled.insert(name.to_owned());
        self.texts.entry(name.to_ascii_lowercase()).or_default().push((text.to_owned(), file.to_owned()));
    }

    /// Whether some place writes the name like this, as C has to.
    pub fn is_spelled(&self, name: &str) -> bool {
        self.spelled.contains(name)
    }

    /// A value, and the file that has it.
    pub fn get(&self, name: &str) -> Option<(i128, &str)> {
        self.value(name, 0)
    }

    fn value(&self, name: &str, depth: u32) -> Option<(i128, &str)> {
        if depth > DEEPEST {
            return None;
        }
        let places = self.texts.get(&name.to_ascii_lowercase())?;
        places.iter().find_map(|(text, file)| {
            let tokens = tokens(text)?;
            let mut parser = Parser { tokens: &tokens, constants: self, depth };
            let value = parser.sum()?;
            parser.tokens.is_empty().then_some((value, file.as_str()))
        })
    }
}

#[derive(Debug, Clone, PartialEq)]
enum Token {
    Number(i128),
    Name(String),
    Sign(char),
}

/// The tokens of a text; `None` when it has others.
fn tokens(text: &str) -> Option<Vec<Token>> {
    let mut list = Vec::new();
    let mut rest = text.trim();
    while let Some(first) = rest.chars().next() {
        let word = |rest: &str| rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
        let (token, used) = if first == '$' || rest.starts_with("0x") {
            let start = if first == '$' { 1 } else { 2 };
            let digits = rest.get(start..)?;
            let end = digits.find(|c: char| !c.is_ascii_hexdigit()).unwrap_or(digits.len());
            (Token::Number(i128::from_str_radix(digits.get(..end)?, 16).ok()?), start + end)
        } else if first.is_ascii_digit() {
            let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
            let number = Token::Number(rest.get(..end)?.parse().ok()?);
            // Python 2 ends long numbers with a letter.
            (number, end + usize::from(rest.get(end..)?.starts_with('L')))
        } else if first == '\'' {
            let code = rest.get(1..5)?;
            let quoted = rest.get(5..6)? == "'" && code.is_ascii();
            let value = code.bytes().fold(0, |value, byte| value << 8 | i128::from(byte));
            (Token::Number(quoted.then_some(value)?), 6)
        } else if first.is_ascii_alphabetic() || first == '_' {
            let end = word(rest);
            (Token::Name(rest.get(..end)?.to_owned()), end)
        } else if rest.starts_with("<<") {
            (Token::Name("shl".into()), 2)
        } else if rest.starts_with(">>") {
            (Token::Name("shr".into()), 2)
        } else {
            "()+-*|&~".contains(first).then_some((Token::Sign(first), 1))?
        };
        list.push(token);
        rest = rest.get(used..)?.trim_start();
    }
    Some(list)
}

struct Parser<'a> {
    tokens: &'a [Token],
    constants: &'a Constants,
    depth: u32,
}

impl Parser<'_> {
    fn sum(&mut self) -> Option<i128> {
        let mut value = self.product()?;
        loop {
            value = match self.tokens {
                [Token::Sign('+'), ..] => value + self.after()?,
                [Token::Sign('-'), ..] => value - self.after()?,
                [Token::Sign('|'), ..] => value | self.after()?,
                [Token::Name(name), ..] if name.eq_ignore_ascii_case("or") => value | self.after()?,
                _ => return Some(value),
            };
        }
    }

    fn after(&mut self) -> Option<i128> {
        self.skip()?;
        self.product()
    }

    fn product(&mut self) -> Option<i128> {
        let mut value = self.one()?;
        loop {
            let operator = match self.tokens.first() {
                None => return Some(value),
                Some(Token::Sign('*')) => '*',
                Some(Token::Sign('&')) => '&',
                Some(Token::Name(name)) if name.eq_ignore_ascii_case("and") => '&',
                Some(Token::Name(name)) if name.eq_ignore_ascii_case("shl") => '<',
                Some(Token::Name(name)) if name.eq_ignore_ascii_case("shr") => '>',
                _ => return Some(value),
            };
            self.skip()?;
            let other = self.one()?;
            let by = || u32::try_from(other).ok().filter(|by| *by < 64);
            value = match operator {
                '*' => value.checked_mul(other)?,
                '&' => value & other,
                '<' => value << by()?,
                _ => value >> by()?,
            };
        }
    }

    fn one(&mut self) -> Option<i128> {
        let (first, rest) = self.tokens.split_first()?;
        self.tokens = rest;
        match first {
            Token::Number(number) => Some(*number),
            Token::Sign('-') => Some(-self.one()?),
            Token::Sign('~') => Some(!self.one()?),
            Token::Sign('(') => {
                let value = self.sum()?;
                (self.tokens.first() == Some(&Token::Sign(')'))).then_some(())?;
                self.skip()?;
                Some(value)
            }
            Token::Name(name) if name.eq_ignore_ascii_case("not") => Some(!self.one()?),
            // A type, or `FOUR_CHAR_CODE`, around a value.
            Token::Name(_) if rest.first() == Some(&Token::Sign('(')) => self.one(),
            Token::Name(name) => Some(self.constants.value(name, self.depth + 1)?.0),
            Token::Sign(_) => None,
        }
    }

    fn skip(&mut self) -> Option<()> {
        self.tokens = self.tokens.split_first()?.1;
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_pascal_and_of_python() {
        let mut constants = Constants::default();
        let texts = [
            ("kHIThemeFrameTextFieldSquare", "0", 0),
            ("mask", "1 shl 4", 16),
            ("sum", "mask or $20 + 1", 49),
            ("negative", "-30560", -30560),
            ("code", "FourCharCode('abcd')", 0x6162_6364),
            ("cast", "UInt32( not 0 ) and $FF", 255),
            ("python", "(1L << 3) | 0x10", 24),
            ("plain", "FOUR_CHAR_CODE('docu')", 0x646f_6375),
        ];
        for (name, text, _) in texts {
            constants.put(name, text, "file");
        }
        for (name, text, value) in texts {
            assert_eq!(constants.get(name), Some((value, "file")), "{text}");
        }
        assert_eq!(constants.get("MASK"), Some((16, "file")), "Pascal knows no capitals");
        assert!(constants.is_spelled("mask") && !constants.is_spelled("MASK"));
        constants.put("circle", "circle + 1", "file");
        constants.put("no_number", "'a long text'", "file");
        constants.put("half", "(1", "file");
        for name in ["circle", "no_number", "half", "nowhere"] {
            assert_eq!(constants.get(name), None, "{name}");
        }
        // What one place says in a way that isn't understood, another may say better.
        constants.put("half", "7", "other");
        assert_eq!(constants.get("half"), Some((7, "other")));
    }
}
