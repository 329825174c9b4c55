//! What a comparison found, as people read it.

use std::fmt;

use flatpkg::shown::shown;

use super::{Comparison, Difference};

/// Each difference in three lines, and how much was tried; what a stranger wrote is shown harmless.
impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tried = format!("{} selections in {} situations", self.selections, self.situations.len());
        if self.is_equal() {
            return write!(f, "equal: {tried}");
        }
        for difference in &self.differences {
            writeln!(f, "{}", one(difference, self))?;
        }
        match self.differences.len() {
            1 => write!(f, "1 difference; tried {tried}"),
            many => write!(f, "{many} differences; tried {tried}"),
        }
    }
}

fn one(difference: &Difference, report: &Comparison) -> String {
    let (old, new) = (value(&difference.old), value(&difference.new));
    let situations: Vec<&str> = difference.situations.iter().map(|situation| situation.name()).collect();
    let mut cases = Vec::new();
    if let Some(group) = difference.group.and_then(|group| report.groups.get(group))
        && difference.selections < group.selections
    {
        let names: Vec<&str> = group.choices.iter().map(String::as_str).take(CHOICES).collect();
        let more = if group.choices.len() > CHOICES { ", …" } else { "" };
        let choices = shown(&names.join(", "));
        cases.push(match group.choices.len() {
            1 => format!("with {choices}"),
            _ => format!("in {} of {} selections of {choices}{more}", difference.selections, group.selections),
        });
    }
    if !situations.is_empty() && situations.len() < report.situations.len() {
        cases.push(situations.join(", "));
    }
    let cases = if cases.is_empty() { String::new() } else { format!(" ({})", cases.join("; ")) };
    let (subject, reason) = (&difference.subject, shown(&difference.reason));
    format!("{subject}: {reason}{cases}\n  old  {old}\n  new  {new}")
}

/// Choices of a group that are named.
const CHOICES: usize = 4;

/// Characters of a value that are shown; `--json` has all.
const LENGTH: usize = 160;

/// A value, cut: scripts and pages are long.
fn value(text: &Option<String>) -> String {
    let Some(text) = text else { return "nothing".to_owned() };
    match text.char_indices().nth(LENGTH) {
        None => shown(text),
        Some((end, _)) => format!("{}… ({} bytes)", shown(text.get(..end).unwrap_or_default()), text.len()),
    }
}
