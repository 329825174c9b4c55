//! What Python tells about its own build: the dictionary in `_sysconfigdata*.py`, a Python literal that `pprint` wrote.
//! Users' own extension modules are compiled with these options.

use std::collections::BTreeMap;

use anyhow::Result;

use super::expectations::Expectations;
use super::finding::{Check, Finding, Findings};
use super::modules;
use super::tree::Tree;
use crate::framework::Framework;

/// Every `_sysconfigdata*.py` describes the user's machine.
///
/// # Errors
/// When one can't be read.
pub(super) fn check(tree: &Tree, expect: &Expectations, found: &mut Vec<Finding>) -> Result<()> {
    for framework in &expect.frameworks {
        check_framework(*framework, tree, expect, found)?;
    }
    Ok(())
}

fn check_framework(framework: Framework, tree: &Tree, expect: &Expectations, found: &mut Vec<Finding>) -> Result<()> {
    let prefix = expect.prefix_in_root(framework);
    let folder = format!("{}/", expect.library_in_root(framework));
    let is_sysconfigdata = |path: &str| {
        let name = path.strip_prefix(&folder).and_then(|name| name.strip_suffix(".py"));
        name.is_some_and(|name| name.starts_with("_sysconfigdata") && !name.contains('/'))
    };
    let mut any = false;
    for (path, file) in tree.files().filter(|(path, _)| is_sysconfigdata(path)) {
        any = true;
        let text = String::from_utf8_lossy(&fs_err::read(&file.source)?).into_owned();
        let mut findings = Findings::new(path, found);
        match variables(&text) {
            Some(variables) => check_variables(&variables, framework, expect, &mut findings),
            None => findings.add(Check::Sysconfig, "something else", "`build_time_vars = {…}` with texts and numbers"),
        }
    }
    let is_recipe = |path: &str| {
        // What users' own builds read: the Makefile, scripts that print flags, pkg-config's files.
        let name = path.strip_prefix(&prefix).unwrap_or_default();
        let makefile = name.starts_with("/lib/python") && name.contains("/config-") && name.ends_with("/Makefile");
        makefile || name.starts_with("/bin/") && name.ends_with("-config") || name.ends_with(".pc")
    };
    for (path, file) in tree.files().filter(|(path, _)| is_recipe(path)) {
        let text = String::from_utf8_lossy(&fs_err::read(&file.source)?).into_owned();
        let mut findings = Findings::new(path, found);
        for line in text.lines() {
            check_texts(line.split(['=', ':']).next().unwrap_or_default().trim(), line, expect, &mut findings);
        }
    }
    if !any {
        let path = format!("{folder}_sysconfigdata*.py");
        Findings::new(&path, found).add(Check::Sysconfig, "nothing", "what Python knows about its build");
    }
    Ok(())
}

fn check_variables(
    variables: &BTreeMap<String, String>,
    framework: Framework,
    expect: &Expectations,
    findings: &mut Findings<'_>,
) {
    let expected = [
        ("MACHDEP", "darwin".to_owned()),
        ("MACOSX_DEPLOYMENT_TARGET", expect.minimum.to_string()),
        ("PYTHONFRAMEWORK", framework.name().to_owned()),
        ("VERSION", expect.python.short()),
        ("prefix", framework.prefix(expect.python)),
    ];
    for (name, expected) in expected {
        let got = variables.get(name);
        if got != Some(&expected) {
            let got = got.map_or_else(|| format!("no {name}"), |got| format!("{name} = '{got}'"));
            findings.add(Check::Sysconfig, got, format!("'{expected}'"));
        }
    }
    for (name, value) in variables {
        for option in value.split_whitespace() {
            let forbidden = &expect.linkage.sysconfig.forbidden_options;
            if let Some(beginning) = forbidden.iter().find(|beginning| option.starts_with(beginning.as_str())) {
                findings.add(Check::Sysconfig, format!("{name} with {option}"), format!("no {beginning}"));
            }
        }
        check_texts(name, value, expect, findings);
        check_platform(name, value, expect, findings);
    }
    for name in &expect.linkage.sysconfig.programs {
        let program = variables.get(name).and_then(|value| value.split_whitespace().next()).unwrap_or_default();
        if program.contains('/') {
            findings.add(Check::Sysconfig, format!("{name} = {program}"), "a program that the user's machine looks up");
        }
    }
    let suffix = variables.get("EXT_SUFFIX").and_then(|suffix| suffix.strip_prefix('.'));
    if let Some(suffix) = suffix.filter(|suffix| !modules::is_importable(suffix, framework, expect)) {
        findings.add(Check::Sysconfig, format!("EXT_SUFFIX = .{suffix}"), "one that this Python imports on macOS");
    }
    if let Some(triple) = variables.get("HOST_GNU_TYPE").filter(|triple| !triple.contains("-apple-darwin")) {
        findings.add(Check::Sysconfig, format!("HOST_GNU_TYPE = {triple}"), "a Mac's");
    }
}

/// Nothing that is true only where we build.
fn check_texts(name: &str, value: &str, expect: &Expectations, findings: &mut Findings<'_>) {
    for text in &expect.linkage.sysconfig.forbidden_texts {
        if let Some(word) = value.split_whitespace().find(|word| word.contains(text.as_str())) {
            findings.add(Check::Sysconfig, format!("{name} with {word}"), format!("no {text}"));
        }
    }
}

/// `sysconfig.get_platform()` ends in what the `-arch` options of `CFLAGS` say, so they decide which wheels users get.
fn check_platform(name: &str, value: &str, expect: &Expectations, findings: &mut Findings<'_>) {
    let words: Vec<&str> = value.split_whitespace().collect();
    let mut got: Vec<&str> =
        words.windows(2).filter_map(|pair| (pair.first() == Some(&"-arch")).then(|| pair.last().copied())?).collect();
    got.sort_unstable();
    got.dedup();
    let mut expected: Vec<&str> = expect.archs.iter().map(|arch| arch.name()).collect();
    expected.sort_unstable();
    let required = name == "CFLAGS" && expected.len() > 1;
    if got != expected && (required || got.iter().any(|arch| !expected.contains(arch))) {
        let got = if got.is_empty() { "no -arch".to_owned() } else { format!("-arch {}", got.join(" and ")) };
        findings.add(Check::Sysconfig, format!("{name} with {got}"), expected.join(" and "));
    }
}

/// The variables in `build_time_vars = {'name': 'value', …}`. Long texts are split into several literals in a row.
fn variables(text: &str) -> Option<BTreeMap<String, String>> {
    let (_, text) = text.split_once("build_time_vars")?;
    let (_, text) = text.split_once('{')?;
    let mut rest = text.trim_start();
    let mut variables = BTreeMap::new();
    loop {
        if rest.starts_with('}') {
            return Some(variables);
        }
        let (name, after) = texts(rest)?;
        let after = after.strip_prefix(':')?.trim_start();
        let (value, after) = texts(after).or_else(|| number(after))?;
        variables.insert(name, value);
        rest = after.strip_prefix(',').unwrap_or(after).trim_start();
    }
}

/// One or more string literals, put together, and what follows them.
fn texts(text: &str) -> Option<(String, &str)> {
    let mut joined = String::new();
    let mut rest = text;
    while let Some(quote) = rest.chars().next().filter(|c| matches!(c, '\'' | '"')) {
        let mut chars = rest.char_indices().skip(1);
        let end = loop {
            match chars.next()? {
                (_, '\\') => match chars.next()?.1 {
                    'n' => joined.push('\n'),
                    't' => joined.push('\t'),
                    other => joined.push(other),
                },
                (end, c) if c == quote => break end,
                (_, c) => joined.push(c),
            }
        };
        rest = rest.get(end + 1..)?.trim_start();
    }
    (rest.len() < text.len()).then_some((joined, rest))
}

/// A number, or a name such as `None`.
fn number(text: &str) -> Option<(String, &str)> {
    let end = text.find([',', '}'])?;
    let (number, rest) = text.split_at_checked(end)?;
    let number = number.trim();
    let plain = number.chars().all(|c| c.is_ascii_alphanumeric() || "-._".contains(c));
    (plain && !number.is_empty()).then(|| (number.to_owned(), rest))
}
