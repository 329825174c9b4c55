//! What the manual pages allow: `Mac/apple-tools.toml`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::Result;
use serde::Deserialize;

use crate::recipe::read_toml;

/// All tools.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tools {
    tool: Vec<Rule>,
}

/// A tool, or a verb of one.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    name: String,
    #[serde(default)]
    verb: Vec<String>,
    page: String,
    operands: [usize; 2],
    flags: BTreeMap<String, Value>,
}

/// What belongs to a flag.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Value {
    /// So many of the next words.
    Words(usize),
    /// What stands behind `=`; it may be left out when this ends with a question mark.
    Joined(String),
}

impl Tools {
    /// Reads them from the folder `Mac`.
    pub fn read(mac: &Path) -> Result<Self> {
        read_toml(&mac.join("apple-tools.toml"))
    }

    /// The names of all tools.
    pub fn names(&self) -> BTreeSet<&str> {
        self.tool.iter().map(|rule| rule.name.as_str()).collect()
    }

    /// The manual page that allows a command line.
    ///
    /// # Errors
    /// What it doesn't allow.
    pub fn source(&self, words: &[String]) -> Result<&str, String> {
        let (program, words) = words.split_first().ok_or("an empty line")?;
        let name = program.rsplit('/').next().unwrap_or(program);
        let fits = |rule: &&Rule| rule.name == name && words.starts_with(&rule.verb);
        let found = self.tool.iter().filter(fits).max_by_key(|rule| rule.verb.len());
        let rule = found.ok_or_else(|| format!("no manual page of {name} is known"))?;
        rule.allows(words.get(rule.verb.len()..).unwrap_or_default())?;
        Ok(&rule.page)
    }
}

impl Rule {
    fn allows(&self, words: &[String]) -> Result<(), String> {
        let mut operands = 0;
        let mut words = words.iter();
        while let Some(word) = words.next() {
            // From the first operand on, `arch` hands everything on.
            if !word.starts_with('-') || (self.name == "arch" && operands > 0) {
                operands += 1;
                continue;
            }
            let (flag, joined) =
                word.split_once('=').map_or((word.as_str(), None), |(flag, value)| (flag, Some(value)));
            match (self.flags.get(flag).ok_or_else(|| format!("{} has no {flag}", self.page))?, joined) {
                (Value::Words(_), Some(_)) => return Err(format!("{flag} takes no value")),
                (Value::Words(0), None) | (Value::Joined(_), Some(_)) => {}
                (Value::Words(count), None) => {
                    let missing = count - words.by_ref().take(*count).count();
                    if missing > 0 {
                        return Err(format!("{flag} wants {missing} more word"));
                    }
                }
                (Value::Joined(how), None) if how.ends_with('?') => {}
                (Value::Joined(_), None) => return Err(format!("{flag} wants its value behind `=`")),
            }
        }
        let [least, most] = self.operands;
        if (least..=most).contains(&operands) {
            return Ok(());
        }
        let wanted = if most == 0 { "no".to_owned() } else { least.to_string() };
        Err(format!("{} wants {wanted} operands, and got {operands}", self.page))
    }
}
