//! One Mach-O file.

use std::collections::BTreeMap;

use flatpkg::signature::{self, Hash, Policy, Signed};

use super::{Entitlements, Expectations, Issue, Lint, Reason};
use crate::arch::Arch;
use crate::verify::finding;
use crate::verify::macho::{self, CodeSignature, Image, Kind, Slice, Unreadable};
use crate::verify::os_version::OsVersion;
use crate::verify::signature as pages;
use crate::verify::tree::Tree;

/// The oldest SDK that the service takes.
const OLDEST_SDK: OsVersion = OsVersion { major: 10, minor: 9, patch: 0 };

const GET_TASK_ALLOW: &str = "com.apple.security.get-task-allow";

/// Looks at a Mach-O file; the tree is where the files of its bundle are.
pub(super) fn check(path: &str, bytes: &[u8], tree: &Tree, expect: &Expectations<'_>) -> Lint {
    let mut lint = Lint::default();
    let slices = match macho::slices(bytes) {
        Ok(slices) => slices,
        Err(error) => {
            lint.issues.push(Issue::new(Reason::Invalid, path, None, error));
            return lint;
        }
    };
    let mut issue = |reason, arch, detail: String| lint.issues.push(Issue::new(reason, path, arch, detail));
    let (mut object, mut teams) = (false, BTreeMap::new());
    for slice in &slices {
        match &slice.image {
            Ok(image) if image.kind == Kind::Object => object = true,
            Ok(image) => {
                let mut issue = |reason, detail: String| issue(reason, Some(image.arch), detail);
                if let Some(team) = check_slice(path, slice, image, tree, expect, &mut issue) {
                    *teams.entry(team).or_default() += 1;
                }
            }
            Err(Unreadable::Archive(_)) => object = true,
            Err(Unreadable::Foreign(name)) => issue(Reason::Foreign, None, name.clone()),
            Err(Unreadable::Malformed(error)) => issue(Reason::Invalid, None, error.clone()),
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

/// Looks at a slice; gives back the team that signed it.
fn check_slice(
    path: &str,
    slice: &Slice<'_>,
    image: &Image,
    tree: &Tree,
    expect: &Expectations<'_>,
    issue: &mut dyn FnMut(Reason, String),
) -> Option<String> {
    let policy = expect.signer.policy;
    if policy.wants_developer_id() && image.sdk.is_none_or(|sdk| sdk < OLDEST_SDK) {
        issue(Reason::OldSdk, image.sdk.map_or("it names none".to_owned(), |sdk| format!("the {sdk} SDK")));
    }
    let Some(signature) = slice.signature else {
        if image.signature.is_some() {
            issue(Reason::Invalid, "the signature is past the end of the file".to_owned());
        } else if policy > Policy::Unsigned {
            issue(Reason::NotSigned, String::new());
        }
        return None;
    };
    let mut found = Vec::new();
    let mut findings = finding::Findings::new(path, &mut found);
    pages::check(image, slice.bytes, Some(signature), tree, &mut findings.of_slice(image.arch));
    for finding in found {
        issue(Reason::Invalid, format!("{}, expected {}", finding.got, finding.expected));
    }
    // What can't be taken apart was just reported.
    let signature = macho::code_signature(signature).ok()?;
    entitlements(path, &signature, image, expect, issue);
    let signed = signer(&signature, image.arch, expect, issue)?;
    let hardened = signature.directories.iter().all(macho::CodeDirectory::is_hardened);
    if policy.wants_developer_id() && image.kind == Kind::Executable && !hardened {
        issue(Reason::NoHardenedRuntime, String::new());
    }
    for directory in &signature.directories {
        if directory.team != signed.team && policy > Policy::Unsigned {
            let name = |team: &Option<String>| team.clone().unwrap_or_else(|| "none".to_owned());
            let detail = format!("the code says {}, its certificate {}", name(&directory.team), name(&signed.team));
            issue(Reason::OtherTeam, detail);
        }
    }
    signed.team
}

/// Who signed it, and whether they may.
fn signer(
    signature: &CodeSignature<'_>,
    arch: Arch,
    expect: &Expectations<'_>,
    issue: &mut dyn FnMut(Reason, String),
) -> Option<Signed> {
    let directories = signature.directories.iter().map(|directory| {
        // 1 is SHA-1, 4 is SHA-384, 2 and 3 are SHA-256 (`CS_HASHTYPE_…`).
        let hash = match directory.hash_type {
            1 => Hash::Sha1,
            4 => Hash::Sha384,
            _ => Hash::Sha256,
        };
        signature::CodeDirectory { bytes: directory.bytes, hash }
    });
    let directories: Vec<_> = directories.collect();
    let judge = |policy| {
        let expect = signature::Expectations { policy, team: None, ..expect.signer };
        signature::check_code(signature.cms, &directories, &expect, arch.name())
    };
    let report = judge(expect.signer.policy);
    let reasons = Reason::of(&report.findings, || judge(Policy::Unsigned).findings);
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
    image: &Image,
    expect: &Expectations<'_>,
    issue: &mut dyn FnMut(Reason, String),
) {
    let asked = match signature.entitlements.map(Entitlements::parse).transpose() {
        Ok(asked) => asked,
        Err(error) => return issue(Reason::Invalid, format!("its entitlements can't be read: {error}")),
    };
    let program = image.kind == Kind::Executable;
    if let Some(asked) = &asked
        && expect.signer.policy.wants_developer_id()
    {
        if program && asked.has(GET_TASK_ALLOW) {
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
