//! Values of Python's expressions, as far as a reader can know them without running anything.

use std::collections::BTreeMap;

use anyhow::{Result, bail};

use super::lex::Token;

/// How deep brackets may be in each other: the script of 3.15 has four.
const DEEPEST: usize = 40;

/// What a name or an expression is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A string. What could not be known of it is a question mark.
    Text(String),
    /// A list or a tuple.
    List(Vec<Value>),
    /// A dictionary, in order, by the texts of its keys.
    Table(Vec<(String, Value)>),
    /// `True` or `False`.
    Truth(bool),
    /// `None`.
    Nothing,
    /// What only running it would tell: a name, a call, a number.
    Unknown(String),
}

/// What stands between brackets: values, and those that have names.
type Arguments = (Vec<Value>, Vec<(String, Value)>);

/// Names with their values.
pub type Names = BTreeMap<String, Value>;

impl Value {
    /// The text, where it is one.
    pub fn text(&self) -> Option<&str> {
        match self {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// All texts of a list.
    pub fn texts(&self) -> Vec<String> {
        match self {
            Value::List(items) => items.iter().filter_map(Value::text).map(ToOwned::to_owned).collect(),
            Value::Text(text) => text.split_whitespace().map(ToOwned::to_owned).collect(),
            _ => vec![],
        }
    }

    /// What a key of a dictionary has.
    pub fn get(&self, key: &str) -> Option<&Value> {
        match self {
            Value::Table(items) => items.iter().find(|(name, _)| name == key).map(|(_, value)| value),
            _ => None,
        }
    }

    /// As it appears in a string that it is put into.
    fn shown(&self) -> String {
        match self {
            Value::Text(text) => text.clone(),
            Value::Unknown(number) if number.starts_with(|c: char| c.is_ascii_digit()) => number.clone(),
            _ => "?".to_owned(),
        }
    }
}

/// Evaluates an expression.
///
/// # Errors
/// When it isn't one, or nested too deeply.
pub fn evaluate(tokens: &[Token], names: &Names) -> Result<Value> {
    let mut reader = Reader { rest: tokens, names, depth: 0 };
    let value = reader.expression()?;
    match reader.rest {
        [] => Ok(value),
        // An operator: what comes of it isn't known.
        _ => Ok(Value::Unknown("expression".into())),
    }
}

struct Reader<'a> {
    rest: &'a [Token],
    names: &'a Names,
    depth: usize,
}

impl Reader<'_> {
    fn next(&mut self) -> Option<&Token> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(first)
    }

    fn skip(&mut self, sign: char) -> bool {
        let is_it = self.rest.first() == Some(&Token::Sign(sign));
        if is_it {
            self.next();
        }
        is_it
    }

    /// A value, and what is done to it: `"Tcl %s" % (version,)`, `url.format(what="tcl")`, `a[b]`.
    fn expression(&mut self) -> Result<Value> {
        self.depth += 1;
        if self.depth > DEEPEST {
            bail!("brackets are nested too deeply");
        }
        let mut value = self.atom()?;
        loop {
            if self.skip('%') {
                let with = self.atom()?;
                value = percent(&value, &with);
            } else if self.skip('.') {
                let name = self.next().cloned();
                value = match (name, self.skip('(')) {
                    (Some(Token::Word(name)), true) => {
                        let (_, named) = self.arguments(')')?;
                        if name == "format" { braces(&value, &named) } else { Value::Unknown(name) }
                    }
                    (Some(Token::Word(name)), false) => Value::Unknown(name),
                    _ => bail!("a name is missing behind a dot"),
                };
            } else if self.skip('(') {
                let (items, named) = self.arguments(')')?;
                value = match value {
                    Value::Unknown(name) if name == "dict" => Value::Table(named),
                    // It quotes for a shell.
                    Value::Unknown(name) if name == "shellQuote" => items.into_iter().next().unwrap_or(Value::Nothing),
                    other => other,
                };
            } else if self.skip('[') {
                self.arguments(']')?;
                value = Value::Unknown("item".into());
            } else {
                self.depth -= 1;
                return Ok(value);
            }
        }
    }

    fn atom(&mut self) -> Result<Value> {
        // Signs of numbers, and the stars of arguments.
        while self.skip('-') || self.skip('+') || self.skip('*') {}
        match self.next().cloned() {
            Some(Token::Text(text)) => Ok(Value::Text(text + &self.more_text())),
            Some(Token::Formatted(text)) => {
                let text = formatted(&text, self.names);
                Ok(Value::Text(text + &self.more_text()))
            }
            Some(Token::Word(word)) => Ok(match word.as_str() {
                "None" => Value::Nothing,
                "True" => Value::Truth(true),
                "False" => Value::Truth(false),
                name => self.names.get(name).cloned().unwrap_or_else(|| Value::Unknown(name.to_owned())),
            }),
            Some(Token::Sign('[')) => Ok(Value::List(self.arguments(']')?.0)),
            Some(Token::Sign('(')) => {
                let is_tuple = self.rest.first() == Some(&Token::Sign(')')) || self.has_comma();
                let items = self.arguments(')')?.0;
                Ok(match <[Value; 1]>::try_from(items) {
                    Ok([one]) if !is_tuple => one,
                    Ok(one) => Value::List(one.into()),
                    Err(items) => Value::List(items),
                })
            }
            Some(Token::Sign('{')) => self.table(),
            Some(Token::Sign(sign)) => bail!("`{sign}` is not where a value begins"),
            None => bail!("a value is missing"),
        }
    }

    /// Strings side by side are one.
    fn more_text(&mut self) -> String {
        let mut text = String::new();
        while let Some(Token::Text(more) | Token::Formatted(more)) = self.rest.first() {
            let formatted_text = matches!(self.rest.first(), Some(Token::Formatted(_)));
            text += &if formatted_text { formatted(more, self.names) } else { more.clone() };
            self.next();
        }
        text
    }

    /// Whether there is a comma before the bracket that is open now ends.
    fn has_comma(&self) -> bool {
        let mut depth = 0_usize;
        for token in self.rest {
            match token {
                Token::Sign('(' | '[' | '{') => depth += 1,
                Token::Sign(')' | ']' | '}') if depth == 0 => return false,
                Token::Sign(')' | ']' | '}') => depth -= 1,
                Token::Sign(',') if depth == 0 => return true,
                _ => {}
            }
        }
        false
    }

    /// Values, some with names, up to a bracket.
    fn arguments(&mut self, end: char) -> Result<Arguments> {
        let (mut items, mut named) = (Vec::new(), Vec::new());
        while !self.skip(end) {
            match self.rest {
                [Token::Word(name), Token::Sign('='), after, ..] if *after != Token::Sign('=') => {
                    let name = name.clone();
                    self.rest = self.rest.get(2..).unwrap_or_default();
                    let value = self.item(end)?;
                    named.push((name, value));
                }
                _ => items.push(self.item(end)?),
            }
        }
        Ok((items, named))
    }

    /// One of several values, and the comma behind it. What isn't understood up to there is unknown.
    fn item(&mut self, end: char) -> Result<Value> {
        let value = self.expression()?;
        if self.skip(',') || self.rest.first() == Some(&Token::Sign(end)) {
            return Ok(value);
        }
        let mut depth = 0_usize;
        loop {
            match self.rest.first() {
                Some(Token::Sign(',')) if depth == 0 => {
                    self.next();
                    break;
                }
                Some(Token::Sign(sign)) if depth == 0 && *sign == end => break,
                Some(Token::Sign('(' | '[' | '{')) => depth += 1,
                Some(Token::Sign(')' | ']' | '}')) => depth = depth.saturating_sub(1),
                None => bail!("`{end}` is missing"),
                _ => {}
            }
            self.next();
        }
        Ok(Value::Unknown("expression".into()))
    }

    fn table(&mut self) -> Result<Value> {
        let mut items = Vec::new();
        while !self.skip('}') {
            let key = self.expression()?;
            if !self.skip(':') {
                bail!("`:` is missing in a dictionary");
            }
            items.push((key.shown(), self.item('}')?));
        }
        Ok(Value::Table(items))
    }
}

/// `"Tcl %s" % version`, `"…%(DESTDIR)s" % {…}`.
fn percent(template: &Value, with: &Value) -> Value {
    let Value::Text(template) = template else { return Value::Unknown("remainder".into()) };
    let mut items = match with {
        Value::List(items) => items.iter(),
        one => std::slice::from_ref(one).iter(),
    };
    let (mut text, mut rest) = (String::new(), template.as_str());
    while let Some((before, after)) = rest.split_once('%') {
        text += before;
        if let Some(after) = after.strip_prefix('%') {
            text.push('%');
            rest = after;
        } else if let Some((name, after)) = after.strip_prefix('(').and_then(|after| after.split_once(')')) {
            text += &with.get(name).map_or_else(|| "?".to_owned(), Value::shown);
            rest = after.strip_prefix(['s', 'r', 'd']).unwrap_or(after);
        } else {
            text += &items.next().map_or_else(|| "?".to_owned(), Value::shown);
            rest = after.strip_prefix(['s', 'r', 'd']).unwrap_or(after);
        }
    }
    Value::Text(text + rest)
}

/// `"{what}{version}".format(what="tcl", version=version)`.
fn braces(template: &Value, named: &[(String, Value)]) -> Value {
    let Value::Text(template) = template else { return Value::Unknown("format".into()) };
    let value = |name: &str| named.iter().find(|(known, _)| known == name).map(|(_, value)| value.shown());
    Value::Text(fill(template, value))
}

fn formatted(template: &str, names: &Names) -> String {
    fill(template, |name| names.get(name).map(Value::shown))
}

/// Replaces names in braces.
fn fill(template: &str, value: impl Fn(&str) -> Option<String>) -> String {
    let (mut text, mut rest) = (String::new(), template);
    while let Some((before, after)) = rest.split_once('{') {
        text += before;
        let Some((name, after)) = after.split_once('}') else { return text + "?" };
        text += &value(name.trim()).unwrap_or_else(|| "?".to_owned());
        rest = after;
    }
    text + rest
}

#[cfg(test)]
mod tests {
    use super::super::lex::lines;
    use super::*;

    fn value(source: &str) -> Result<Value, String> {
        let names = Names::from([("version".to_owned(), Value::Text("9.0.4".into()))]);
        let lines = lines(source).map_err(|error| error.to_string())?;
        evaluate(&lines[0].tokens, &names).map_err(|error| error.to_string())
    }

    fn text(source: &str) -> String {
        value(source).unwrap().text().map(ToOwned::to_owned).unwrap_or_else(|| format!("{:?}", value(source)))
    }

    #[test]
    fn texts_are_put_together() {
        assert_eq!(text("'-Os ' '-DA '\n"), "-Os -DA ");
        assert_eq!(text("('-Os '\n '-DA ')"), "-Os -DA ");
        assert_eq!(text("'Tcl %s' % (version,)"), "Tcl 9.0.4");
        assert_eq!(text("'Tcl %s' % version"), "Tcl 9.0.4");
        assert_eq!(
            text("'https://x/{what}{v}-src.tar.gz'.format(what='tk', v=version)"),
            "https://x/tk9.0.4-src.tar.gz"
        );
        assert_eq!(text("f'--libdir={version}/lib' f'{getVersion()}'"), "--libdir=9.0.4/lib?");
        assert_eq!(text("'make D=%(D)s 100%%' % {'D': shellQuote('/x')}"), "make D=/x 100%");
        assert_eq!(text("'%s %s' % (os.path.join('a', 'b'), version)"), "? 9.0.4");
    }

    #[test]
    fn dictionaries_and_lists() {
        let found = value("dict(name='XZ', configure=None, args=['a', f(x), 'b' + 'c', ('d', 'e')],)").unwrap();
        assert_eq!(found.get("name").and_then(Value::text), Some("XZ"));
        assert_eq!(found.get("configure"), Some(&Value::Nothing));
        assert_eq!(found.get("args").unwrap().texts(), ["a"]);
        let found = value("{'universal2': '10.9', 'all': ('i386', 'ppc',), }").unwrap();
        assert_eq!(found.get("all").unwrap().texts(), ["i386", "ppc"]);
        assert_eq!(value("('a',)").unwrap().texts(), ["a"]);
        assert_eq!(value("()").unwrap(), Value::List(vec![]));
    }

    #[test]
    fn what_only_running_it_would_tell_is_unknown() {
        for source in ["a + b", "x[1]", "f(1)", "3", "not x", "a.b"] {
            assert!(matches!(value(source), Ok(Value::Unknown(_))), "{source}: {:?}", value(source));
        }
    }

    #[test]
    fn what_is_no_expression_is_an_error_and_never_a_panic() {
        for source in [")", "{1}", "a.", "{'a' 'b'}", "=", "% 3"] {
            assert!(value(source).is_err(), "{source}");
        }
        let deep = "[".repeat(500) + &"]".repeat(500);
        assert_eq!(value(&deep).unwrap_err(), "brackets are nested too deeply");
    }
}
