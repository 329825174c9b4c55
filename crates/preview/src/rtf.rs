//! Rich Text as HTML, as far as the pages of installers need it: paragraphs, bold, italic, fixed width, characters.

use std::collections::HashSet;

use super::html::escape;

/// Letters that a run of text may have.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Style {
    bold: bool,
    italic: bool,
    fixed: bool,
    /// Inside something that isn't text: tables of fonts and colours, pictures.
    hidden: bool,
}

/// Groups that hold no text (RTF 1.9.1, "Destinations").
const HIDDEN: [&str; 6] = ["fonttbl", "colortbl", "stylesheet", "info", "pict", "themedata"];

/// The text as paragraphs of HTML. What isn't understood is passed over.
pub fn to_html(rtf: &str) -> String {
    let mut page = Page::default();
    let mut style = Style::default();
    let mut groups = Vec::new();
    let mut fixed_fonts = None;
    let mut rest = rtf;
    while let Some(c) = rest.chars().next() {
        rest = rest.get(c.len_utf8()..).unwrap_or_default();
        match c {
            '{' => groups.push(style),
            '}' => style = groups.pop().unwrap_or_default(),
            '\r' | '\n' => {}
            '\\' => {
                let (word, number, after) = control(rest);
                rest = after;
                match (word, number) {
                    (word, _) if HIDDEN.contains(&word) => {
                        // A document has one table of fonts (RTF 1.9.1, "Font Table"); the first one counts.
                        if word == "fonttbl" && fixed_fonts.is_none() {
                            fixed_fonts = Some(fixed(rest));
                        }
                        style.hidden = true;
                    }
                    ("*", _) => style.hidden = true,
                    ("par", _) => page.paragraph(),
                    ("line", _) => page.text("\n", style),
                    ("tab", _) => page.text("\t", style),
                    ("b", number) => style.bold = number != Some(0),
                    ("i", number) => style.italic = number != Some(0),
                    ("f", Some(number)) => {
                        style.fixed = fixed_fonts.as_ref().is_some_and(|fonts| fonts.contains(&number));
                    }
                    ("u", Some(unit)) => {
                        page.unit(unit, style);
                        // The replacement for readers that know no Unicode.
                        rest = rest.strip_prefix('?').unwrap_or(rest);
                    }
                    ("'", Some(byte)) => page.text(&windows(byte).to_string(), style),
                    ("\\" | "{" | "}", _) => page.text(word, style),
                    ("~", _) => page.text("\u{a0}", style),
                    _ => {}
                }
            }
            c => page.text(c.encode_utf8(&mut [0; 4]), style),
        }
    }
    page.paragraph();
    page.html
}

/// A control word or symbol, its number, and what follows.
fn control(text: &str) -> (&str, Option<i32>, &str) {
    if let Some(hex) = text.strip_prefix('\'') {
        let number = hex.get(..2).and_then(|digits| i32::from_str_radix(digits, 16).ok());
        return ("'", number, hex.get(2..).unwrap_or_default());
    }
    let letters = text.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(text.len());
    if letters == 0 {
        let symbol = text.chars().next().map_or(0, char::len_utf8);
        let (symbol, rest) = text.split_at_checked(symbol).unwrap_or((text, ""));
        return (symbol, None, rest);
    }
    let (word, rest) = text.split_at_checked(letters).unwrap_or((text, ""));
    let sign = usize::from(rest.starts_with('-'));
    let digits = rest.get(sign..).unwrap_or_default();
    let digits = sign + digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    let (number, rest) = rest.split_at_checked(digits).unwrap_or((rest, ""));
    (word, number.parse().ok(), rest.strip_prefix(' ').unwrap_or(rest))
}

/// Numbers of the fonts that a table calls `\fmodern`: those of fixed width.
fn fixed(table: &str) -> HashSet<i32> {
    let table = table.split('}').next().unwrap_or_default();
    let fonts = table.split(';').filter(|font| font.contains("\\fmodern"));
    fonts
        .filter_map(|font| {
            let digits = font.split("\\f").nth(1)?;
            let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
            digits.get(..end)?.parse().ok()
        })
        .collect()
}

/// A character of Windows code page 1252, the few that differ from Latin-1 and that texts use.
fn windows(byte: i32) -> char {
    match byte {
        0x85 => '…',
        0x91 => '‘',
        0x92 => '’',
        0x93 => '“',
        0x94 => '”',
        0x96 => '–',
        0x97 => '—',
        byte => u32::try_from(byte).ok().and_then(char::from_u32).unwrap_or(char::REPLACEMENT_CHARACTER),
    }
}

#[derive(Default)]
struct Page {
    html: String,
    runs: String,
    last: Option<Style>,
    high: Option<u16>,
}

impl Page {
    fn text(&mut self, text: &str, style: Style) {
        if style.hidden {
            return;
        }
        if self.last != Some(style) {
            self.close();
            for (on, tag) in [(style.bold, "<b>"), (style.italic, "<i>"), (style.fixed, "<code>")] {
                if on {
                    self.runs.push_str(tag);
                }
            }
            self.last = Some(style);
        }
        self.runs.push_str(&escape(text).replace('\n', "<br>"));
    }

    /// A number of UTF-16, signed.
    fn unit(&mut self, unit: i32, style: Style) {
        let unit = unit as u16;
        let units: Vec<u16> = self.high.take().into_iter().chain([unit]).collect();
        if (0xd800..0xdc00).contains(&unit) {
            self.high = Some(unit);
        } else {
            self.text(&String::from_utf16_lossy(&units), style);
        }
    }

    fn close(&mut self) {
        let style = self.last.take().unwrap_or_default();
        for (on, tag) in [(style.fixed, "</code>"), (style.italic, "</i>"), (style.bold, "</b>")] {
            if on {
                self.runs.push_str(tag);
            }
        }
    }

    fn paragraph(&mut self) {
        self.close();
        if !self.runs.trim().is_empty() {
            self.html.push_str(&format!("<p>{}</p>\n", self.runs.trim()));
        }
        self.runs.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_become_paragraphs() {
        let rtf = r"{\rtf1\ansi{\fonttbl\f0\fswiss Helvetica;\f1\fmodern\fcharset0 Menlo;}{\*\expandedcolortbl;;}
\pard\f0\fs28 \cf1 a \b bold\b0  and \f1\fs24 code\f0 <x> \{y\} it\'92s \u252?\u-10179?\u-9203?\par
{\i x} next\line line\par
}";
        insta::assert_snapshot!(to_html(rtf), @r"
        <p>a <b>bold</b> and <code>code</code>&lt;x&gt; {y} it’s ü🐍</p>
        <p><i>x</i> next<br>line</p>
        ");
    }

    #[test]
    fn only_the_first_table_of_fonts_counts() {
        let twice = r"{\rtf1{\fonttbl\f1\fmodern Menlo;}{\fonttbl\f2\fmodern Menlo;}\f1 a\f2 b}";
        assert_eq!(to_html(twice), "<p><code>a</code>b</p>\n");
        // A reader that looks at each table to its end would look at 200 thousand million bytes here.
        let many = format!("{{\\rtf1 {}text}}", "\\fonttbl".repeat(200_000));
        assert_eq!(to_html(&many), "");
    }

    proptest::proptest! {
        #[test]
        fn any_text_ends_and_is_escaped(text in ".*") {
            let html = to_html(&text);
            proptest::prop_assert!(!html.contains("<script"));
        }

        #[test]
        fn any_controls_end(parts in proptest::collection::vec("[{}]|\\\\(par|b|b0|u-?[0-9]{1,9}|'[0-9a-f]{0,2}|f[0-9]|fonttbl|\\*)| |<", 0..40)) {
            let html = to_html(&parts.concat());
            for tag in ["p", "b", "i", "code"] {
                let (open, close) = (format!("<{tag}>"), format!("</{tag}>"));
                proptest::prop_assert_eq!(html.matches(&open).count(), html.matches(&close).count());
            }
        }
    }
}
