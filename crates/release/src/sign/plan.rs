//! What is signed, in which order: a pure function of the rules and of what there is.

use std::fmt;

use anyhow::{Result, anyhow};
use serde::Serialize;

use super::inventory::{Code, Inventory};
use super::rules::{Flag, Role, Rule, Rules};
use crate::hint::WithHint as _;

/// One signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CodeObject {
    /// A file, or the folder of a bundle, below the root.
    pub path: String,
    /// The file whose code it is: for a bundle its program.
    pub program: String,
    /// What it is.
    pub role: Role,
    /// The name in the signature.
    pub identifier: String,
    /// The signature's flags.
    pub flags: Vec<Flag>,
    /// A file of `installer-assets/`.
    pub entitlements: Option<String>,
}

/// Something that is not signed, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LeftAlone {
    /// Below the root.
    pub path: String,
    /// The reason.
    pub why: &'static str,
}

/// Signatures from the inside out, and what gets none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SigningPlan {
    /// Files first, then bundles, the deepest first: a bundle's seal names what is inside.
    pub objects: Vec<CodeObject>,
    /// Object files, static libraries, bundles whose program is a script.
    pub left_alone: Vec<LeftAlone>,
}

/// Plans the signatures of everything in a root.
///
/// # Errors
/// Everything at once: code that no rule covers or two do, and rules that don't fit what they match.
pub fn plan(rules: &Rules, found: &Inventory) -> Result<SigningPlan> {
    let mut faults = Vec::new();
    let mut plan = SigningPlan { objects: Vec::new(), left_alone: Vec::new() };
    let mut covered = Vec::new();
    for (dir, bundle) in &found.bundles {
        let why = match found.code.get(&bundle.program) {
            Some(Code::Program | Code::Library) => None,
            Some(_) => Some("its program is an object file"),
            None => Some("its program is a script, which no signature can be kept in"),
        };
        if let Some(why) = why {
            plan.left_alone.push(LeftAlone { path: dir.clone(), why });
            continue;
        }
        covered.push(bundle.program.as_str());
        let role = if dir.ends_with(".app") { Role::App } else { Role::Framework };
        match rule_for(rules, dir, &[role]) {
            Ok(rule) => plan.objects.push(object(rule, dir, &bundle.program, bundle.identifier.clone())),
            Err(fault) => faults.push(fault),
        }
    }
    for (path, code) in &found.code {
        let roles: &[Role] = match code {
            Code::Program => &[Role::Executable],
            Code::Library => &[Role::Library],
            Code::Object => {
                plan.left_alone.push(LeftAlone { path: path.clone(), why: "an object file: not signed, only linked" });
                continue;
            }
            Code::Archive => {
                plan.left_alone
                    .push(LeftAlone { path: path.clone(), why: "a static library: not signed, only linked" });
                continue;
            }
            Code::Other(number) => {
                faults.push(format!("{path}: a Mach-O file of kind {number}, which nothing here makes"));
                continue;
            }
        };
        if covered.contains(&path.as_str()) {
            continue;
        }
        match rule_for(rules, path, roles) {
            Ok(rule) => plan.objects.push(object(rule, path, path, rule.identifier(path).unwrap_or_default())),
            Err(fault) => faults.push(fault),
        }
    }
    if !faults.is_empty() {
        return Err(anyhow!("{}", faults.join("\n"))).hint("the rules are in Mac/signing.toml");
    }
    plan.objects.sort_by_key(|object| (object.role.is_bundle(), depth_last(object), object.path.clone()));
    plan.left_alone.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(plan)
}

/// Bundles: the deepest first. Files: all alike.
fn depth_last(object: &CodeObject) -> std::cmp::Reverse<usize> {
    std::cmp::Reverse(if object.role.is_bundle() { object.path.split('/').count() } else { 0 })
}

fn object(rule: &Rule, path: &str, program: &str, identifier: String) -> CodeObject {
    CodeObject {
        path: path.to_owned(),
        program: program.to_owned(),
        role: rule.role,
        identifier,
        flags: rule.flags.iter().copied().collect(),
        entitlements: rule.entitlements.clone(),
    }
}

/// The one rule that speaks of a path.
fn rule_for<'a>(rules: &'a Rules, path: &str, roles: &[Role]) -> Result<&'a Rule, String> {
    let matching: Vec<&Rule> = rules.all().iter().filter(|rule| rule.matches(path)).collect();
    let [rule] = matching[..] else {
        let patterns: Vec<&str> = matching.iter().map(|rule| rule.path.as_str()).collect();
        return Err(match patterns.is_empty() {
            true => format!("{path}: no rule says how it is signed"),
            false => format!("{path}: more than one rule speaks of it: {}", patterns.join(" and ")),
        });
    };
    if !roles.contains(&rule.role) {
        let is: Vec<String> = roles.iter().map(ToString::to_string).collect();
        return Err(format!("{path}: is of role {}, the rule for {} says {}", is.join(" or "), rule.path, rule.role));
    }
    Ok(rule)
}

impl fmt::Display for SigningPlan {
    /// One line a signature, then what is left alone; no line break at the end.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for CodeObject { path, role, identifier, flags, entitlements, .. } in &self.objects {
            let flags: Vec<&str> = flags.iter().map(|flag| flag.name()).collect();
            write!(f, "{role:10} {:8} {identifier:36} {path}", flags.join(","))?;
            if let Some(entitlements) = entitlements {
                write!(f, " [{entitlements}]")?;
            }
            writeln!(f)?;
        }
        for LeftAlone { path, why } in &self.left_alone {
            writeln!(f, "left alone {path}: {why}")?;
        }
        write!(f, "{} signatures, {} left alone", self.objects.len(), self.left_alone.len())
    }
}
