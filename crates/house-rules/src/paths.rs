//! The paths that a file's tokens have, and what its `use` declarations call them.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// The parts of a path: `crate`, `super`, names.
pub type Path = Vec<String>;

/// What a module of a file says. Modules in braces are parts of the file.
#[derive(Debug, Default)]
pub struct Module {
    /// Paths in its code, also those that it imports for itself.
    pub paths: Vec<Path>,
    /// The names that it imports or passes on, and what they stand for.
    pub aliases: Vec<(String, Path)>,
    /// Modules in braces.
    pub inner: Vec<(String, Module)>,
    /// Modules that are there for tests only.
    pub tests: Vec<String>,
}

impl Module {
    pub fn of(tokens: TokenStream) -> Self {
        let mut module = Self::default();
        module.read(&tokens.into_iter().collect::<Vec<_>>());
        module
    }

    fn read(&mut self, tokens: &[TokenTree]) {
        let mut at = 0;
        let mut passed_on = false;
        while let Some(token) = tokens.get(at) {
            let rest = tokens.get(at + 1..).unwrap_or_default();
            at += 1;
            match token {
                TokenTree::Punct(punct) if punct.as_char() == '#' => match rest.first() {
                    Some(TokenTree::Group(attribute)) if is_for_tests(attribute.stream()) => {
                        at += 1 + self.skip_test(rest.get(1..).unwrap_or_default());
                    }
                    _ => {}
                },
                TokenTree::Ident(word) if word == "pub" => {
                    passed_on = true;
                    // `pub(super)`: whom it is for is not what it needs.
                    at += usize::from(is_group(rest.first(), Delimiter::Parenthesis));
                    continue;
                }
                TokenTree::Ident(word) if word == "use" => {
                    let len = rest.iter().position(|token| is_punct(Some(token), ';')).unwrap_or(rest.len());
                    self.import(rest.get(..len).unwrap_or_default(), &[], passed_on);
                    at += len;
                }
                TokenTree::Ident(word) if word == "mod" && is_group(rest.get(1), Delimiter::Brace) => {
                    if let (Some(TokenTree::Ident(name)), Some(TokenTree::Group(body))) = (rest.first(), rest.get(1)) {
                        self.inner.push((name.to_string(), Self::of(body.stream())));
                        at += 2;
                    }
                }
                TokenTree::Ident(_) => at += self.path(tokens.get(at - 1..).unwrap_or_default()) - 1,
                TokenTree::Group(group) => self.read(&group.stream().into_iter().collect::<Vec<_>>()),
                _ => {}
            }
            passed_on = false;
        }
    }

    /// Takes a path and says how many tokens it has. A single name is none.
    fn path(&mut self, tokens: &[TokenTree]) -> usize {
        let (path, len) = split(tokens);
        if path.len() > 1 {
            self.paths.push(path);
        }
        len.max(1)
    }

    /// Takes the tree of a `use` declaration.
    fn import(&mut self, tokens: &[TokenTree], before: &[String], passed_on: bool) {
        for tree in tokens.split(|token| is_punct(Some(token), ',')) {
            let (path, len) = split(tree);
            let path = [before, &path].concat();
            let rest = tree.get(len..).unwrap_or_default();
            if let [.., TokenTree::Group(group)] = rest {
                self.import(&group.stream().into_iter().collect::<Vec<_>>(), &path, passed_on);
                continue;
            }
            let everything = rest.iter().any(|token| is_punct(Some(token), '*'));
            let path = if path.last().is_some_and(|last| last == "self") {
                path.split_last().map_or(Vec::new(), |(_, path)| path.to_vec())
            } else {
                path
            };
            let name = match rest {
                [TokenTree::Ident(word), TokenTree::Ident(name), ..] if word == "as" => Some(name.to_string()),
                _ => path.last().cloned(),
            };
            // Whose names they are is not known, so all of them count as needed.
            if everything || !passed_on {
                self.paths.push(path.clone());
            }
            if let (false, Some(name)) = (everything, name) {
                self.aliases.push((name, path));
            }
        }
    }

    /// Skips what `#[cfg(test)]` stands before, and says how many tokens that is.
    fn skip_test(&mut self, tokens: &[TokenTree]) -> usize {
        let ends = |token: &TokenTree| is_punct(Some(token), ';') || is_group(Some(token), Delimiter::Brace);
        let len = tokens.iter().position(ends).map_or(tokens.len(), |last| last + 1);
        let item = tokens.get(..len).unwrap_or_default();
        let words = item.iter().map(ToString::to_string).collect::<Vec<_>>();
        if let Some([_, name]) = words.windows(2).find(|pair| matches!(pair, [word, _] if word == "mod")) {
            self.tests.push(name.clone());
        }
        len
    }
}

/// The path that tokens begin with, and how many of them it is. `::<` ends it, and so does `::{`.
fn split(tokens: &[TokenTree]) -> (Path, usize) {
    let mut path = Path::new();
    let mut at = 0;
    // `::std` leads to a crate.
    if is_double_colon(tokens) {
        path.push(String::new());
        at = 2;
    }
    while let Some(TokenTree::Ident(word)) = tokens.get(at) {
        path.push(word.to_string().trim_start_matches("r#").to_owned());
        at += 1;
        let rest = tokens.get(at..).unwrap_or_default();
        if !is_double_colon(rest) {
            break;
        }
        at += 2;
    }
    (path, at)
}

fn is_double_colon(tokens: &[TokenTree]) -> bool {
    is_punct(tokens.first(), ':') && is_punct(tokens.get(1), ':')
}

fn is_punct(token: Option<&TokenTree>, sign: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == sign)
}

fn is_group(token: Option<&TokenTree>, delimiter: Delimiter) -> bool {
    matches!(token, Some(TokenTree::Group(group)) if group.delimiter() == delimiter)
}

/// Whether an attribute is `cfg(test)` or `cfg(all(test, …))`.
fn is_for_tests(attribute: TokenStream) -> bool {
    let words = attribute.to_string();
    let mut words = words.split(|sign: char| !sign.is_alphanumeric() && sign != '_').filter(|word| !word.is_empty());
    words.next() == Some("cfg") && {
        let words: Vec<&str> = words.collect();
        words.contains(&"test") && !words.contains(&"not") && !words.contains(&"any")
    }
}
