//! Colours on a terminal: of the words that messages begin with, and of verdicts. Whether there are any is for `--color`, `NO_COLOR`
//! and the terminal to say, in this order; what is piped has none.

use anstyle::{AnsiColor, Style};

/// When there are colours.
pub use anstream::ColorChoice as When;

/// How messages begin.
const BEGINNINGS: &[(&str, AnsiColor)] =
    &[("error:", AnsiColor::Red), ("warning:", AnsiColor::Yellow), ("hint:", AnsiColor::Cyan)];

/// How good news is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// As it should be, and somebody trusted vouches for it.
    Good,
    /// Nothing is wrong, but nobody vouches for it.
    Doubtful,
    /// Something is wrong.
    Bad,
}

/// Says for the whole program when there are colours.
pub fn choose(when: When) {
    when.write_global();
}

/// A message with its first word, and that of each further line, in its colour.
pub fn message(text: &str) -> String {
    let lines: Vec<String> = text.split('\n').map(line).collect();
    lines.join("\n")
}

fn line(line: &str) -> String {
    let indent = line.len() - line.trim_start().len();
    let (blanks, words) = line.split_at(indent);
    let beginning = BEGINNINGS.iter().find_map(|(word, colour)| Some((word, words.strip_prefix(word)?, colour)));
    let Some((word, rest, colour)) = beginning else { return line.to_owned() };
    let style = colour.on_default().bold();
    format!("{blanks}{style}{word}{style:#}{rest}")
}

/// A verdict in the colour of its tone.
pub fn toned(tone: Tone, line: &str) -> String {
    let colour = match tone {
        Tone::Good => AnsiColor::Green,
        Tone::Doubtful => AnsiColor::Yellow,
        Tone::Bad => AnsiColor::Red,
    };
    let style: Style = colour.on_default();
    format!("{style}{line}{style:#}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_words_of_messages_have_their_colours() {
        let text = message("error: a\n  caused by: error: b\n  hint: c");
        insta::assert_snapshot!(text.escape_debug(), @r"\u{1b}[1m\u{1b}[31merror:\u{1b}[0m a\n  caused by: error: b\n  \u{1b}[1m\u{1b}[36mhint:\u{1b}[0m c");
        assert_eq!(message("3.13.5: error: none"), "3.13.5: error: none");
    }

    #[test]
    fn a_verdict_ends_its_colour() {
        assert_eq!(toned(Tone::Bad, "x").escape_debug().to_string(), r"\u{1b}[31mx\u{1b}[0m");
    }
}
