//! The TOML form of a policy.

use globset::GlobBuilder;
use serde::Deserialize;
use toml::Spanned;

use super::names;
use super::rule::{Rule, RuleKind};
use crate::mode::Mode;

/// Why a policy's text can't be used.
#[derive(Debug, Clone, thiserror::Error)]
pub enum PolicyError {
    /// Not TOML, or not of a policy's shape; the message shows the line.
    #[error("the policy is not valid: {0}")]
    Toml(#[from] toml::de::Error),
    /// A glob.
    #[error("line {line}: {source}")]
    Glob {
        /// Line, from 1.
        line: usize,
        /// What is wrong with it.
        source: globset::Error,
    },
    /// A mode.
    #[error("line {line}: {source}")]
    Mode {
        /// Line, from 1.
        line: usize,
        /// What is wrong with it.
        source: crate::mode::BadMode,
    },
    /// An owner or group that macOS doesn't have or we don't know.
    #[error("line {line}: {key} is {got:?}, expected a number or one of {expected}")]
    Name {
        /// Line, from 1.
        line: usize,
        /// `owner` or `group`.
        key: &'static str,
        /// The name.
        got: String,
        /// The names we know.
        expected: String,
    },
    /// A rule that changes nothing.
    #[error("line {line}: the rule for {pattern:?} sets neither owner, group, mode, executable-mode nor executable")]
    Idle {
        /// Line, from 1.
        line: usize,
        /// The rule's glob.
        pattern: String,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    #[serde(default)]
    rule: Vec<RuleText>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RuleText {
    path: Spanned<String>,
    kind: Option<RuleKind>,
    owner: Option<Spanned<toml::Value>>,
    group: Option<Spanned<toml::Value>>,
    mode: Option<Spanned<String>>,
    executable_mode: Option<Spanned<String>>,
    executable: Option<bool>,
}

pub(super) fn rules(text: &str) -> Result<Vec<Rule>, PolicyError> {
    let parsed: Text = toml::from_str(text)?;
    parsed.rule.into_iter().map(|rule| self::rule(text, rule)).collect()
}

fn rule(text: &str, rule: RuleText) -> Result<Rule, PolicyError> {
    let line = line_of(text, &rule.path);
    let pattern = rule.path.into_inner();
    let glob = GlobBuilder::new(&pattern).literal_separator(true).backslash_escape(true).build();
    let matcher = glob.map_err(|source| PolicyError::Glob { line, source })?.compile_matcher();
    let owner = rule.owner.map(|owner| number(text, "owner", names::OWNERS, owner)).transpose()?;
    let group = rule.group.map(|group| number(text, "group", names::GROUPS, group)).transpose()?;
    let mode = |mode: Spanned<String>| {
        let line = line_of(text, &mode);
        mode.get_ref().parse::<Mode>().map_err(|source| PolicyError::Mode { line, source })
    };
    let (kind, executable) = (rule.kind, rule.executable);
    let (mode, executable_mode) = (rule.mode.map(mode).transpose()?, rule.executable_mode.map(mode).transpose()?);
    if owner.or(group).is_none() && mode.or(executable_mode).is_none() && executable.is_none() {
        return Err(PolicyError::Idle { line, pattern });
    }
    Ok(Rule { pattern, line, matcher, kind, owner, group, mode, executable_mode, executable })
}

fn number(
    text: &str,
    key: &'static str,
    names: &[(&str, u32)],
    value: Spanned<toml::Value>,
) -> Result<u32, PolicyError> {
    let known = match value.get_ref() {
        toml::Value::String(name) => names::number(names, name),
        toml::Value::Integer(number) => u32::try_from(*number).ok(),
        _ => None,
    };
    known.ok_or_else(|| PolicyError::Name {
        line: line_of(text, &value),
        key,
        got: value.get_ref().as_str().map_or_else(|| value.get_ref().to_string(), str::to_owned),
        expected: names::list(names),
    })
}

/// The line a value stands in, from 1.
fn line_of<T>(text: &str, value: &Spanned<T>) -> usize {
    let before = text.as_bytes().get(..value.span().start).unwrap_or_default();
    before.iter().filter(|&&byte| byte == b'\n').count() + 1
}
