//! As much of YAML as `.tbd` files use: mappings and sequences by indentation, sequences in brackets that may go on
//! over several lines, plain and quoted scalars, comments, several documents in a file.

use anyhow::{Context as _, Result, bail};

/// A node of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    /// Text; numbers are not interpreted.
    Scalar(String),
    /// A sequence.
    List(Vec<Value>),
    /// A mapping, in order.
    Map(Vec<(String, Value)>),
}

impl Value {
    /// The value of a key, when this is a mapping that has it.
    pub(super) fn get(&self, key: &str) -> Option<&Value> {
        match self {
            Value::Map(pairs) => pairs.iter().find(|(name, _)| name == key).map(|(_, value)| value),
            _ => None,
        }
    }

    /// The text of a scalar.
    pub(super) fn scalar(&self) -> Option<&str> {
        match self {
            Value::Scalar(text) => Some(text),
            _ => None,
        }
    }

    /// The elements of the sequence under a key; none when there is no such key.
    pub(super) fn list(&self, key: &str) -> &[Value] {
        match self.get(key) {
            Some(Value::List(values)) => values,
            _ => &[],
        }
    }

    /// The texts in the sequence under a key.
    pub(super) fn scalars(&self, key: &str) -> impl Iterator<Item = &str> {
        self.list(key).iter().filter_map(Value::scalar)
    }
}

/// How deep mappings and sequences may be nested: `.tbd` files need four levels.
const DEPTH_LIMIT: usize = 16;

/// A line, or several of them when brackets stay open at its end.
#[derive(Debug, Clone)]
struct Line {
    number: usize,
    indent: usize,
    text: String,
}

/// All documents of a file.
///
/// # Errors
/// When a line can't be understood; the error says which.
pub(super) fn documents(text: &str) -> Result<Vec<Value>> {
    let mut documents = Vec::new();
    let mut lines: Vec<Line> = Vec::new();
    let mut open = 0;
    for (index, raw) in text.lines().enumerate() {
        let line = without_comment(raw);
        if open == 0 && (line.starts_with("---") || line.starts_with("...") || line.starts_with('%')) {
            documents.extend(document(std::mem::take(&mut lines))?);
            continue;
        }
        let content = line.trim();
        if content.is_empty() {
            continue;
        }
        match lines.last_mut().filter(|_| open > 0) {
            Some(last) => {
                last.text.push(' ');
                last.text.push_str(content);
            }
            None => {
                let indent = line.len() - line.trim_start().len();
                lines.push(Line { number: index + 1, indent, text: content.to_owned() });
            }
        }
        open = (open + brackets(content)).max(0);
    }
    documents.extend(document(lines)?);
    Ok(documents)
}

/// How many more brackets a text opens than it closes, outside quotes.
fn brackets(text: &str) -> isize {
    let mut open = 0;
    outside_quotes(text, |_, c| match c {
        '[' | '{' => open += 1,
        ']' | '}' => open -= 1,
        _ => {}
    });
    open
}

/// Calls a function for each character that is not inside quotes, with its byte offset.
fn outside_quotes(text: &str, mut visit: impl FnMut(usize, char)) {
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match quote {
            Some(end) if c == end => quote = None,
            Some(_) => {}
            None if matches!(c, '\'' | '"') => quote = Some(c),
            None => visit(at, c),
        }
    }
}

fn without_comment(line: &str) -> &str {
    let mut end = line.len();
    let mut before = ' ';
    outside_quotes(line, |at, c| {
        if c == '#' && before == ' ' {
            end = end.min(at);
        }
        before = c;
    });
    line.get(..end).unwrap_or(line)
}

fn document(lines: Vec<Line>) -> Result<Option<Value>> {
    if lines.is_empty() {
        return Ok(None);
    }
    let mut reader = Reader { lines, at: 0 };
    let value = reader.block(0)?;
    if let Some(line) = reader.lines.get(reader.at) {
        bail!("line {} is indented like nothing before it", line.number);
    }
    Ok(Some(value))
}

struct Reader {
    lines: Vec<Line>,
    at: usize,
}

impl Reader {
    fn line(&self) -> Option<&Line> {
        self.lines.get(self.at)
    }

    /// The mapping or sequence that starts at the current line, with all lines that belong to it.
    fn block(&mut self, depth: usize) -> Result<Value> {
        let line = self.line().context("the text ends too early")?;
        if depth > DEPTH_LIMIT {
            bail!("line {}: nested too deeply", line.number);
        }
        if is_element(&line.text) { self.list(line.indent, depth) } else { self.map(line.indent, depth) }
    }

    fn list(&mut self, indent: usize, depth: usize) -> Result<Value> {
        let mut values = Vec::new();
        while let Some(line) =
            self.lines.get_mut(self.at).filter(|line| line.indent == indent && is_element(&line.text))
        {
            let rest = line.text.get(1..).unwrap_or_default();
            let content = rest.trim_start().to_owned();
            if content.is_empty() {
                self.at += 1;
                values.push(self.nested(indent + 1, depth)?);
            } else if is_element(&content) || entry(&content).is_some() {
                // The rest of the line is the first line of a block of its own, further to the right.
                line.indent += line.text.len() - content.len();
                line.text = content;
                values.push(self.block(depth + 1)?);
            } else {
                values.push(flow(&content, line.number)?);
                self.at += 1;
            }
        }
        Ok(Value::List(values))
    }

    fn map(&mut self, indent: usize, depth: usize) -> Result<Value> {
        let mut pairs = Vec::new();
        while let Some(line) = self.line().filter(|line| line.indent == indent && !is_element(&line.text)) {
            let (key, value) =
                entry(&line.text).with_context(|| format!("line {}: expected `key: value`", line.number))?;
            let key = unquoted(key).to_owned();
            let value = if value.is_empty() {
                self.at += 1;
                // A sequence may stand right below its key, not indented.
                let least = if self.line().is_some_and(|line| is_element(&line.text)) { indent } else { indent + 1 };
                self.nested(least, depth)?
            } else {
                let value = flow(value, line.number)?;
                self.at += 1;
                value
            };
            pairs.push((key, value));
        }
        Ok(Value::Map(pairs))
    }

    /// The block at the current line, when it is indented enough; else nothing.
    fn nested(&mut self, least: usize, depth: usize) -> Result<Value> {
        match self.line() {
            Some(line) if line.indent >= least => self.block(depth + 1),
            _ => Ok(Value::Scalar(String::new())),
        }
    }
}

fn is_element(text: &str) -> bool {
    text == "-" || text.starts_with("- ")
}

/// Key and value of `key: value`.
fn entry(text: &str) -> Option<(&str, &str)> {
    if text.starts_with(['[', '{']) {
        return None;
    }
    let mut colon = None;
    outside_quotes(text, |at, c| {
        let ends_key = matches!(text.as_bytes().get(at + 1), None | Some(b' '));
        if c == ':' && ends_key && colon.is_none() {
            colon = Some(at);
        }
    });
    let (key, value) = text.split_at_checked(colon?)?;
    Some((key.trim(), value.get(1..)?.trim()))
}

/// A scalar, or a sequence of scalars in brackets. Mappings in braces occur only where we don't look: they are kept as
/// text.
fn flow(text: &str, line: usize) -> Result<Value> {
    let Some(inner) = text.strip_prefix('[') else {
        return Ok(Value::Scalar(unquoted(text).to_owned()));
    };
    let inner = inner.strip_suffix(']').with_context(|| format!("line {line}: a `[` without its `]`"))?;
    let mut commas = Vec::new();
    outside_quotes(inner, |at, c| {
        if c == ',' {
            commas.push(at);
        }
    });
    let mut values = Vec::new();
    let mut start = 0;
    for end in commas.into_iter().chain([inner.len()]) {
        let element = inner.get(start..end).unwrap_or_default().trim();
        if !element.is_empty() {
            values.push(Value::Scalar(unquoted(element).to_owned()));
        }
        start = end + 1;
    }
    Ok(Value::List(values))
}

fn unquoted(text: &str) -> &str {
    let inside = |quote| text.strip_prefix(quote)?.strip_suffix(quote);
    inside('\'').or_else(|| inside('"')).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(pairs: &[(&str, Value)]) -> Value {
        Value::Map(pairs.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect())
    }

    fn list(texts: &[&str]) -> Value {
        Value::List(texts.iter().map(|text| Value::Scalar((*text).to_owned())).collect())
    }

    #[test]
    fn the_styles_of_tbd_files() {
        let text = "\
--- !tapi-tbd
# comment
install-name:    '/usr/lib/a # b.dylib'   # comment
groups:
  - targets:     [ x86_64-macos, arm64-macos,
                   'arm64e-macos' ]
    symbols:     [ '_a', \"_b,c\", _d$e ]
  - targets:     [ ]
flat:
- one
-   two
empty:
--- !tapi-tbd
a: 1
...
";
        let groups = Value::List(vec![
            map(&[
                ("targets", list(&["x86_64-macos", "arm64-macos", "arm64e-macos"])),
                ("symbols", list(&["_a", "_b,c", "_d$e"])),
            ]),
            map(&[("targets", list(&[]))]),
        ]);
        let first = map(&[
            ("install-name", Value::Scalar("/usr/lib/a # b.dylib".into())),
            ("groups", groups),
            ("flat", list(&["one", "two"])),
            ("empty", Value::Scalar(String::new())),
        ]);
        assert_eq!(documents(text).unwrap(), [first, map(&[("a", Value::Scalar("1".into()))])]);
    }

    #[test]
    fn errors_name_the_line() {
        let error = |text: &str| documents(text).unwrap_err().to_string();
        assert_eq!(error("a: 1\nnonsense\n"), "line 2: expected `key: value`");
        assert_eq!(error("a: 1\n   b: 2\n"), "line 2 is indented like nothing before it");
        assert_eq!(error("a: [ 1, 2\n"), "line 1: a `[` without its `]`");
        let deep: String = (0..99).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect();
        assert_eq!(error(&deep), "line 18: nested too deeply");
    }
}
