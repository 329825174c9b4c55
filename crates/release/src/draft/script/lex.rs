//! Python's text as logical lines of tokens: as much of the language as `build-installer.py` is written in.
//!
//! <https://docs.python.org/3/reference/lexical_analysis.html>: a line goes on inside brackets and behind a backslash; strings have
//! prefixes, one or three quotes, and escapes.

use anyhow::{Result, bail};

/// A logical line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its first line in the file, counted from one.
    pub number: usize,
    /// Columns that it begins with.
    pub indent: usize,
    /// What is in it.
    pub tokens: Vec<Token>,
}

/// A token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Token {
    /// A name, a keyword or a number.
    Word(String),
    /// A string, its escapes resolved.
    Text(String),
    /// A formatted string: what stands in braces is still there.
    Formatted(String),
    /// A character with a meaning of its own.
    Sign(char),
}

impl Token {
    /// Whether it is this word.
    pub fn is_word(&self, word: &str) -> bool {
        matches!(self, Token::Word(it) if it == word)
    }
}

/// Reads a text.
///
/// # Errors
/// When a string or a bracket has no end; the line is named.
pub fn lines(text: &str) -> Result<Vec<Line>> {
    let mut lexer = Lexer { rest: text, number: 1 };
    let mut lines = Vec::new();
    while !lexer.rest.is_empty() {
        let indent = lexer.indent();
        let number = lexer.number;
        let tokens = lexer.line()?;
        if !tokens.is_empty() {
            lines.push(Line { number, indent, tokens });
        }
    }
    Ok(lines)
}

struct Lexer<'a> {
    rest: &'a str,
    number: usize,
}

impl<'a> Lexer<'a> {
    fn peek(&self) -> Option<char> {
        self.rest.chars().next()
    }

    fn take(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.rest = self.rest.get(c.len_utf8()..).unwrap_or_default();
        self.number += usize::from(c == '\n');
        Some(c)
    }

    fn take_while(&mut self, fits: impl Fn(char) -> bool) -> &'a str {
        let end = self.rest.find(|c| !fits(c)).unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at(end);
        self.number += taken.matches('\n').count();
        self.rest = rest;
        taken
    }

    fn indent(&mut self) -> usize {
        let space = self.take_while(|c| c == ' ' || c == '\t');
        space.chars().fold(0, |column, c| if c == '\t' { (column / 8 + 1) * 8 } else { column + 1 })
    }

    fn line(&mut self) -> Result<Vec<Token>> {
        let (mut tokens, mut open) = (Vec::new(), Vec::new());
        while let Some(c) = self.peek() {
            match c {
                '\n' if open.is_empty() => {
                    self.take();
                    return Ok(tokens);
                }
                '#' => _ = self.take_while(|c| c != '\n'),
                '\\' => {
                    self.take();
                    self.take_while(|c| c == '\r');
                    self.take();
                }
                c if c.is_whitespace() => _ = self.take(),
                '\'' | '"' => tokens.push(self.string("")?),
                c if c.is_alphanumeric() || c == '_' => {
                    let word = self.take_while(|c| c.is_alphanumeric() || c == '_');
                    let is_prefix = word.len() <= 2 && word.chars().all(|c| "rRbBfFuU".contains(c));
                    match self.peek() {
                        Some('\'' | '"') if is_prefix => tokens.push(self.string(word)?),
                        // `10.9` is a number, `a.b` are two names.
                        Some('.') if word.starts_with(|c: char| c.is_ascii_digit()) => {
                            let more = self.take_while(|c| c == '.' || c.is_alphanumeric());
                            tokens.push(Token::Word(format!("{word}{more}")));
                        }
                        _ => tokens.push(Token::Word(word.to_owned())),
                    }
                }
                c => {
                    match c {
                        '(' | '[' | '{' => open.push(self.number),
                        ')' | ']' | '}' => _ = open.pop(),
                        _ => {}
                    }
                    self.take();
                    tokens.push(Token::Sign(c));
                }
            }
        }
        match open.first() {
            Some(number) => bail!("line {number}: a bracket has no end"),
            None => Ok(tokens),
        }
    }

    fn string(&mut self, prefix: &str) -> Result<Token> {
        let (began, quote) = (self.number, self.peek().unwrap_or('"'));
        let long = quote.to_string().repeat(3);
        let end = if self.rest.starts_with(&long) { long } else { quote.to_string() };
        self.rest = self.rest.get(end.len()..).unwrap_or_default();
        let raw = prefix.contains(['r', 'R']);
        let mut text = String::new();
        loop {
            if let Some(rest) = self.rest.strip_prefix(end.as_str()) {
                self.rest = rest;
                let formatted = prefix.contains(['f', 'F']);
                return Ok(if formatted { Token::Formatted(text) } else { Token::Text(text) });
            }
            match self.take() {
                None => bail!("line {began}: a string has no end"),
                Some('\n') if end.len() == 1 => bail!("line {began}: a string has no end"),
                Some('\\') if raw => {
                    text.push('\\');
                    text.extend(self.take());
                }
                Some('\\') => match self.take() {
                    Some('\n') => {}
                    Some('n') => text.push('\n'),
                    Some('t') => text.push('\t'),
                    Some(c @ ('\\' | '\'' | '"')) => text.push(c),
                    Some(c) => text.extend(['\\', c]),
                    None => {}
                },
                Some(c) => text.push(c),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(text: &str) -> Token {
        Token::Word(text.into())
    }

    fn text(text: &str) -> Token {
        Token::Text(text.into())
    }

    #[test]
    fn a_line_goes_on_in_brackets_and_behind_a_backslash() {
        let found = lines("a = [ # one\n  'x',\n\n  \"y\"]\n\tb = 1 + \\\n 2\n\n# nothing\n").unwrap();
        let sign = Token::Sign;
        let one = vec![word("a"), sign('='), sign('['), text("x"), sign(','), text("y"), sign(']')];
        let two = vec![word("b"), sign('='), word("1"), sign('+'), word("2")];
        assert_eq!(found, [Line { number: 1, indent: 0, tokens: one }, Line { number: 5, indent: 8, tokens: two }]);
    }

    #[test]
    fn strings_of_all_kinds() {
        let found = lines(
            r#"'a\'b' "c\n" r'\d' u"ü" f'{x}y' '''d
'e''' '\q' '' 10.9 a.b"#,
        );
        let expected = vec![
            text("a'b"),
            text("c\n"),
            text(r"\d"),
            text("ü"),
            Token::Formatted("{x}y".into()),
            text("d\n'e"),
            text(r"\q"),
            text(""),
            word("10.9"),
            word("a"),
            Token::Sign('.'),
            word("b"),
        ];
        assert_eq!(found.unwrap()[0].tokens, expected);
    }

    #[test]
    fn what_has_no_end_is_named_with_its_line() {
        for (source, line) in [("a\nb = 'c\n'", 2), ("'''\n\n", 1), ("a\n\nx = (1,\n[2]", 3), ("'\\", 1)] {
            let error = lines(source).unwrap_err().to_string();
            assert!(error.starts_with(&format!("line {line}: ")), "{source}: {error}");
        }
    }
}
