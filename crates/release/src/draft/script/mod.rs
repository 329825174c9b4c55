//! What `Mac/BuildScript/build-installer.py` of a source says: the libraries that python.org's installer is made with, the
//! options that Python is configured with, the oldest macOS.
//!
//! It is a program, and it is read as a text: nothing of it runs. Assignments, dictionaries and the branches that this tool's
//! installers take are understood; all else is passed over, and said where it may matter.

mod lex;
mod value;

use anyhow::{Context as _, Result, bail};

use lex::{Line, Token, lines};
use value::{Names, Value, evaluate};

/// The largest script that is read, bytes: that of 3.15 has 64 kB.
const LARGEST: usize = 1 << 20;

/// The function that returns a list of libraries.
const LIBRARIES: &str = "library_recipes";

/// Conditions of its branches, as its tokens stand in a line, and what they are for today's installers: Python 3, for the macOS of
/// this decade, on such a Mac.
const CONDITIONS: [(&str, bool); 6] = [
    ("PYTHON_3", true),
    ("not PYTHON_3", false),
    ("internalTk ( )", true),
    ("useOldTk ( )", false),
    ("not useOldTk ( )", true),
    ("compilerCanOptimize ( )", true),
];

/// What a script says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Script {
    /// Libraries, in its order.
    pub libraries: Vec<Asked>,
    /// Options of Python's configure script.
    pub options: Vec<String>,
    /// The oldest macOS that it takes without being told, by kinds of universal binaries. Releases are told.
    pub targets: Vec<(String, String)>,
    /// What wasn't understood, and where.
    pub notes: Vec<String>,
}

/// A library that the script asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    /// `OpenSSL`.
    pub name: String,
    /// `3.5.8`.
    pub version: String,
    /// Where its source is.
    pub url: String,
    /// SHA-256, or MD5 of old.
    pub checksum: String,
    /// What its configure script is told.
    pub configure: Vec<String>,
    /// Further compiler flags.
    pub cflags: Vec<String>,
    /// Changes of its source.
    pub patches: Vec<String>,
}

impl Script {
    /// Reads a script.
    ///
    /// # Errors
    /// When it is no text of Python's, or has no list of libraries; the line is named.
    pub fn read(text: &str) -> Result<Self> {
        if text.len() > LARGEST {
            bail!("it has {} bytes; at most {LARGEST} are read", text.len());
        }
        let lines = lines(text)?;
        let mut script = Self::default();
        let mut names = Names::new();
        for line in lines.iter().filter(|line| line.indent == 0) {
            assign(line, &mut names);
        }
        if let Some(Value::Table(items)) = names.get("default_target_map") {
            let targets = items.iter().filter_map(|(kind, value)| Some((kind.clone(), value.text()?.to_owned())));
            script.targets = targets.collect();
        }
        let body = body(&lines, LIBRARIES).with_context(|| format!("it has no function {LIBRARIES}"))?;
        script.block(body, &mut names);
        if script.libraries.is_empty() {
            bail!("its function {LIBRARIES} lists no library");
        }
        script.options = lines.iter().find_map(options).unwrap_or_default();
        if script.options.is_empty() {
            script.notes.push("it has no line that configures Python as a framework".into());
        }
        Ok(script)
    }

    /// Lines of one block and of those inside it.
    fn block(&mut self, mut lines: &[Line], names: &mut Names) {
        // Whether a branch of the `if` above has been taken.
        let mut taken = false;
        while let Some((line, rest)) = lines.split_first() {
            let inside = rest.iter().take_while(|inner| inner.indent > line.indent).count();
            let (inner, after) = rest.split_at(inside);
            lines = after;
            let keyword = line.tokens.first().cloned().unwrap_or(Token::Sign(' '));
            if keyword.is_word("if") || keyword.is_word("elif") || keyword.is_word("else") {
                let is_else = keyword.is_word("else");
                taken &= !keyword.is_word("if");
                if !taken && (is_else || self.holds(line)) {
                    taken = true;
                    self.block(inner, names);
                }
            } else if !assign(line, names) {
                self.extend(line, names);
            }
        }
    }

    fn holds(&mut self, line: &Line) -> bool {
        let words: Vec<String> = line.tokens.iter().map(shown).collect();
        let condition = words.get(1..words.len().saturating_sub(1)).unwrap_or_default().join(" ");
        match CONDITIONS.iter().find(|(known, _)| *known == condition) {
            Some((_, holds)) => *holds,
            // Old macOS needs more of its own.
            None if condition.contains('<') => false,
            None => {
                self.notes
                    .push(format!("line {}: whether `{condition}` isn't known; it is taken to be so", line.number));
                true
            }
        }
    }

    /// `result.extend([dict(…), …])`
    fn extend(&mut self, line: &Line, names: &Names) {
        let is_return = line.tokens.first().is_some_and(|token| token.is_word("return"));
        let [Token::Word(_), Token::Sign('.'), Token::Word(how), Token::Sign('('), argument @ .., Token::Sign(')')] =
            &line.tokens[..]
        else {
            // A documentation string, or the end.
            let is_text = matches!(line.tokens[..], [Token::Text(_)]);
            if !is_text && !is_return {
                self.notes.push(format!("line {} isn't understood, and was passed over", line.number));
            }
            return;
        };
        let value = evaluate(argument, names);
        let items = match (how.as_str(), value) {
            ("extend", Ok(Value::List(items))) => items,
            ("append", Ok(item)) => vec![item],
            (_, Err(error)) => return self.notes.push(format!("line {}: {error}", line.number)),
            _ => return self.notes.push(format!("line {} isn't understood, and was passed over", line.number)),
        };
        for item in &items {
            match Asked::of(item) {
                Some(asked) => self.libraries.push(asked),
                None => self.notes.push(format!("line {}: a library without a name and a version", line.number)),
            }
        }
    }
}

impl Asked {
    fn of(item: &Value) -> Option<Self> {
        let (name, version) = item.get("name")?.text()?.rsplit_once(' ')?;
        let text = |key: &str| item.get(key).and_then(Value::text).unwrap_or_default().to_owned();
        let list = |key: &str| item.get(key).map(Value::texts).unwrap_or_default();
        Some(Self {
            name: name.to_owned(),
            version: version.to_owned(),
            url: text("url"),
            checksum: text("checksum"),
            configure: list("configure_pre"),
            cflags: list("extra_cflags"),
            patches: list("patches"),
        })
    }
}

/// `name = value`; whether the line is one.
fn assign(line: &Line, names: &mut Names) -> bool {
    let [Token::Word(name), Token::Sign('='), value @ ..] = &line.tokens[..] else { return false };
    if value.first() == Some(&Token::Sign('=')) {
        return false;
    }
    let value = evaluate(value, names).unwrap_or_else(|_| Value::Unknown(name.clone()));
    names.insert(name.clone(), value);
    true
}

/// The lines below `def NAME():`.
fn body<'a>(lines: &'a [Line], name: &str) -> Option<&'a [Line]> {
    let is_it =
        |line: &Line| matches!(&line.tokens[..], [def, function, ..] if def.is_word("def") && function.is_word(name));
    let at = lines.iter().position(is_it)?;
    let indent = lines.get(at)?.indent;
    let rest = lines.get(at + 1..)?;
    rest.get(..rest.iter().take_while(|line| line.indent > indent).count())
}

/// The options in the line that configures Python.
fn options(line: &Line) -> Option<Vec<String>> {
    if !line.tokens.first()?.is_word("runCommand") {
        return None;
    }
    let texts = line.tokens.iter().filter_map(|token| match token {
        Token::Text(text) | Token::Formatted(text) => Some(text.as_str()),
        _ => None,
    });
    let all = texts.collect::<Vec<_>>().join(" ");
    let options = all.split_whitespace().filter(|word| word.starts_with("--")).map(ToOwned::to_owned);
    all.contains("--enable-framework").then(|| options.collect())
}

fn shown(token: &Token) -> String {
    match token {
        Token::Word(word) => word.clone(),
        Token::Text(text) | Token::Formatted(text) => format!("'{text}'"),
        Token::Sign(sign) => sign.to_string(),
    }
}

#[cfg(test)]
mod tests;
