//! One Mach-O file.

use std::collections::BTreeMap;

use macho::code_signature::{CodeDirectory, CodeSignature, slot};
use macho::{FileType, OsVersion, Outline, Slice};
use pkgsign::{Code, SignaturePolicy, Signed};

use super::entitlements::Entitlements;
use super::expectations::CodeExpectations;
use super::issue::{Issue, Reason};
use super::lint::Lint;
use crate::verify::finding;
use crate::verify::signature as pages;
use crate::verify::tree::Tree;

/// The oldest SDK that the service takes.
const OLDEST_SDK: OsVersion = OsVersion { major: 10, minor: 9, patch: 0 };

const GET_TASK_ALLOW: &str = "com.apple.security.get-task-allow";

/// With it, the service takes a program that lets itself be debugged: a host for plug-ins of others, who debug them.
const NO_LIBRARY_VALIDATION: &str = "com.apple.security.cs.disable-library-validation";

/// Looks at a Mach-O file; the tree is where the files of its bundle are.
pub(super) fn check(path: &str, bytes: &[u8], tree: &Tree, expect: &CodeExpectations<'_>) -> Lint {
    let mut lint = Lint::default();
    let slices = match macho::slices(bytes) {
        Ok(slices) => slices,
        Err(error) => {
            lint.issues.push(Issue::new(Reason::Invalid, path, None, error));
            return lint;
        }
    };
    let mut issue =
        |reason, arch: Option<&str>, detail: String| lint.issues.push(Issue::new(reason, path, arch, detail));
    let (mut object, mut teams) = (false, BTreeMap::new());
    for slice in &slices {
        let arch = slice.outline.as_ref().map(|outline| outline.processor.to_string()).ok();
        match &slice.outline {
            _ if macho::is_archive(slice.bytes) => object = true,
            Ok(outline) if outline.file_type == FileType::Object => object = true,
            Ok(outline) => {
                let mut issue = |reason, detail: String| issue(reason, arch.as_deref(), detail);
                if let Some(team) = check_slice(path, slice, outline, tree, expect, &mut issue) {
                    *teams.entry(team).or_default() += 1;
                }
            }
            Err(error) => issue(Reason::Invalid, None, error.clone()),
        }
    }
    lint.teams = teams;
    if object {
        lint.objects.push(path.to_owned());
    } else {
        lint.binaries = 1;
    }
    lint
}

/// Looks at a slice, whatever processor it is for; gives back the team that signed it.
fn check_slice(
    path: &str,
    slice: &Slice<'_>,
    outline: &Outline,
    tree: &Tree,
    expect: &CodeExpectations<'_>,
    issue: &mut dyn FnMut(Reason, String),
) -> Option<String> {
    let policy = expect.signer.policy;
    if policy.wants_developer_id() && outline.sdk.is_none_or(|sdk| sdk < OLDEST_SDK) {
        issue(Reason::OldSdk, outline.sdk.map_or("it names none".to_owned(), |sdk| format!("the {sdk} SDK")));
    }
    let Some(signature) = slice.signature else {
        if outline.signature.is_some() {
            issue(Reason::Invalid, "the signature is past the end of the file".to_owned());
        } else if policy > SignaturePolicy::Unsigned {
            issue(Reason::NotSigned, String::new());
        }
        return None;
    };
    let mut found = Vec::new();
    pages::check(slice, tree, &mut finding::Findings::new(path, &mut found));
    for finding in found {
        issue(Reason::Invalid, format!("{}, expected {}", finding.got, finding.expected));
    }
    // What can't be taken apart was just reported.
    let signature = CodeSignature::parse(signature).ok()?;
    entitlements(path, &signature, outline, expect, issue);
    let signed = signer(&signature, &outline.processor.to_string(), expect, issue)?;
    let hardened = signature.directories.iter().all(CodeDirectory::is_hardened);
    if policy.wants_developer_id() && outline.file_type == FileType::Executable && !hardened {
        issue(Reason::NoHardenedRuntime, String::new());
    }
    for directory in &signature.directories {
        let team = directory.team.map(|team| String::from_utf8_lossy(team).into_owned());
        if team != signed.team && policy > SignaturePolicy::Unsigned {
            let name = |team: &Option<String>| team.clone().unwrap_or_else(|| "none".to_owned());
            let detail = format!("the code says {}, its certificate {}", name(&team), name(&signed.team));
            issue(Reason::OtherTeam, detail);
        }
    }
    signed.team
}

/// Who signed it, and whether they may.
fn signer(
    signature: &CodeSignature<'_>,
    arch: &str,
    expect: &CodeExpectations<'_>,
    issue: &mut dyn FnMut(Reason, String),
) -> Option<Signed> {
    let policy = expect.signer.policy;
    if policy > SignaturePolicy::Unsigned && signature.cms.is_none_or(<[u8]>::is_empty) {
        let required =
            if policy.wants_developer_id() { "a Developer ID signature" } else { "a signature with a certificate" };
        issue(Reason::NotDeveloperId, format!("ad-hoc signed; {required} is required"));
        return None;
    }
    let directories: Vec<_> = signature
        .directories
        .iter()
        .map(|directory| pkgsign::CodeDirectory { bytes: directory.bytes, hash: pages::algorithm(directory.hash) })
        .collect();
    let code = Code {
        cms: signature.cms,
        directories: &directories,
        identifier: signature.directories.first()?.identifier,
        requirements: signature.blob(slot::REQUIREMENTS),
    };
    let judge = |policy| {
        let expect = pkgsign::SignatureExpectations { policy, team: None, ..expect.signer };
        pkgsign::check_code(&code, &expect, arch)
    };
    let report = judge(policy);
    let reasons = Reason::of(&report.findings, || judge(SignaturePolicy::Unsigned).findings);
    reasons.into_iter().for_each(|(reason, detail)| issue(reason, detail));
    if let (Some(signed), Some(expected)) = (&report.signed, expect.signer.team)
        && signed.team.as_deref() != Some(expected)
    {
        issue(Reason::OtherTeam, format!("{}, expected {expected}", signed.team.as_deref().unwrap_or("none")));
    }
    report.signed
}

fn entitlements(
    path: &str,
    signature: &CodeSignature<'_>,
    outline: &Outline,
    expect: &CodeExpectations<'_>,
    issue: &mut dyn FnMut(Reason, String),
) {
    let (xml, der) = (signature.contents(slot::ENTITLEMENTS), signature.contents(slot::DER_ENTITLEMENTS));
    let asked = match Entitlements::of_signature(xml, der) {
        Ok(asked) => asked,
        Err(error) => return issue(Reason::Invalid, format!("{error:#}")),
    };
    let program = outline.file_type == FileType::Executable;
    if let Some(asked) = &asked
        && expect.signer.policy.wants_developer_id()
    {
        if program && asked.has(GET_TASK_ALLOW) && !asked.has(NO_LIBRARY_VALIDATION) {
            issue(Reason::GetTaskAllow, String::new());
        }
        if !program && !asked.is_empty() {
            issue(Reason::EntitlementsOnLibrary, String::new());
        }
    }
    if program
        && let Some(decided) = expect.entitlements
        && let Some(difference) = decided.difference(path, &asked.unwrap_or_default())
    {
        issue(Reason::OtherEntitlements, difference);
    }
}
