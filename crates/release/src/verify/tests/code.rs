//! Who signed code, and how: each reason of the notary service to reject it.

use std::collections::BTreeMap;
use std::io::{Cursor, Write as _};

use fake_apple::{FakeApple, IdentityKind, TEAM};
use flatpkg::component::{self, Component};
use flatpkg::mode::Mode;
use flatpkg::package::Package;
use flatpkg::tree::{Entry, Tree, TreePath};
use insta::assert_snapshot;
use pkgsign::{Anchor, SignaturePolicy, Time};
use sha2::{Digest as _, Sha256};

use super::author::{Author, BUNDLE, By, DYLIB, EXECUTE, fat};
use crate::verify::code::{CodeExpectations, Decided, Entitlements, Lint, notary_log, of_package, of_root};
use macho::Arch;

pub(super) const HARDENED: u32 = 0x1_0000;

/// After the time stamps of these tests, and before their certificates end.
pub(super) const THEN: Time = Time::from_unix(2_000_000_000);

pub(super) fn entitlements(key: &str) -> String {
    format!("<?xml version=\"1.0\"?><plist version=\"1.0\"><dict><key>{key}</key><true/></dict></plist>")
}

/// A slice signed as it should be.
pub(super) fn good(fake: &'static FakeApple, arch: Arch, file_type: u32) -> Author {
    let by = By { fake, kind: IdentityKind::Application, timestamp: true, team: TEAM };
    let flags = if file_type == EXECUTE { HARDENED } else { 0 };
    Author { by: Some(by), flags, signed: true, ..Author::new(arch, file_type) }
}

pub(super) fn lint(
    files: &[(&str, Vec<u8>)],
    policy: SignaturePolicy,
    entitlements: Option<Decided<'_>>,
) -> Option<Lint> {
    let dir = tempfile::tempdir().unwrap();
    for (path, bytes) in files {
        let path = dir.path().join(path);
        fs_err::create_dir_all(path.parent().unwrap()).unwrap();
        fs_err::write(path, bytes).unwrap();
    }
    let anchors = [Anchor::from_bytes(FakeApple::get()?.root().pem.as_bytes()).unwrap()];
    let signer = pkgsign::SignatureExpectations { policy, anchors: &anchors, team: None, now: THEN };
    Some(of_root(dir.path(), &CodeExpectations { signer, entitlements }).unwrap())
}

#[test]
fn code_signed_as_it_should_be() {
    let Some(fake) = FakeApple::get() else { return };
    let slices = [Arch::X86_64, Arch::Arm64].map(|arch| (arch, good(fake, arch, EXECUTE).thin()));
    let mut object = Author { signed: false, ..Author::new(Arch::Arm64, DYLIB) }.thin();
    object[12] = 1;
    let files = [
        ("bin/python3", fat(&slices)),
        ("lib/libssl.dylib", good(fake, Arch::Arm64, DYLIB).thin()),
        ("lib/_ssl.so", good(fake, Arch::X86_64, BUNDLE).thin()),
        ("config/python.o", object),
        ("config/libpython.a", b"!<arch>\n".to_vec()),
        ("lib/os.py", b"import sys\n".to_vec()),
    ];
    let lint = lint(&files, SignaturePolicy::DeveloperId, None).unwrap();
    assert_snapshot!(lint, @"nothing to reject in 3 Mach-O files, slices by team FAKE123456: 4; object files and static libraries, which nobody signs: 2");
    assert_eq!(lint.objects, ["config/libpython.a", "config/python.o"]);
}

/// Everything that can be wrong with who signed, and how.
#[test]
fn each_reason_to_reject_code() {
    let Some(fake) = FakeApple::get() else { return };
    let program = good(fake, Arch::Arm64, EXECUTE);
    let library = good(fake, Arch::Arm64, DYLIB);
    let by = |kind| Some(By { kind, ..program.by.unwrap() });
    let mut changed = library.thin();
    changed[300] ^= 1;
    let mut cut = library.thin();
    cut.truncate(cut.len() - 10_000);
    let files = [
        ("unsigned.so", Author { signed: false, by: None, ..good(fake, Arch::X86_64, BUNDLE) }.thin()),
        ("ad-hoc.dylib", Author { by: None, ..library.clone() }.thin()),
        ("installer.dylib", Author { by: by(IdentityKind::Installer), ..library.clone() }.thin()),
        ("plain.dylib", Author { by: by(IdentityKind::Plain), ..library.clone() }.thin()),
        ("expired.dylib", Author { by: by(IdentityKind::ExpiredApplication), ..library.clone() }.thin()),
        ("no-time.dylib", Author { by: library.by.map(|by| By { timestamp: false, ..by }), ..library.clone() }.thin()),
        ("soft", Author { flags: 0, ..program.clone() }.thin()),
        ("old.dylib", Author { sdk: Some((10, 8)), ..library.clone() }.thin()),
        (
            "debug",
            Author { entitlements: Some(entitlements("com.apple.security.get-task-allow")), ..program.clone() }.thin(),
        ),
        (
            "asking.dylib",
            Author { entitlements: Some(entitlements("com.apple.security.cs.allow-jit")), ..library.clone() }.thin(),
        ),
        ("claims.dylib", Author { by: library.by.map(|by| By { team: "SOMEBODY12", ..by }), ..library.clone() }.thin()),
        ("changed.dylib", changed),
        ("cut.dylib", cut),
    ];
    let said = lint(&files, SignaturePolicy::DeveloperId, None).unwrap().to_string();
    // The one time that is of today.
    let stamp = said.split_once("expected valid at ").and_then(|(_, rest)| rest.split(')').next()).unwrap();
    assert_snapshot!(said.replace(stamp, "[the time stamp]"), @r#"
    error: ad-hoc.dylib (arm64): The binary is not signed with a valid Developer ID certificate. (ad-hoc signed; a Developer ID signature is required) Fix: sign it with a Developer ID Application certificate and its whole chain
    error: asking.dylib (arm64): The library requests entitlements, which only executables can have. Fix: sign it without entitlements
    error: changed.dylib (arm64): The signature of the binary is invalid. (a wrong hash for 1 of 2 pages, the first is number 0, expected the hash of each page: sign it again) Fix: sign it again, after the last change: nothing may be stripped, merged or renamed later
    error: claims.dylib (arm64): The binary is signed by another team. (the code says SOMEBODY12, its certificate FAKE123456) Fix: sign everything with one identity
    error: cut.dylib (arm64): The signature of the binary is invalid. (the signature is past the end of the file) Fix: sign it again, after the last change: nothing may be stripped, merged or renamed later
    error: debug (arm64): The executable requests the com.apple.security.get-task-allow entitlement. Fix: sign it without that entitlement: it is for debugging
    error: expired.dylib (arm64): The binary is not signed with a valid Developer ID certificate. (the certificate "Developer ID Application: Example Foundation (FAKE123456)" is valid from 2015-01-01T00:00:00Z to 2020-01-01T00:00:00Z, expected valid at [the time stamp]) Fix: sign it with a Developer ID Application certificate and its whole chain
    error: installer.dylib (arm64): The binary is not signed with a valid Developer ID certificate. (the certificate "Developer ID Installer: Example Foundation (FAKE123456)" is a Developer ID Installer certificate, expected a Developer ID Application certificate) Fix: sign it with a Developer ID Application certificate and its whole chain
    error: installer.dylib (arm64): The binary is not signed with a valid Developer ID certificate. (the extended key usage of "Developer ID Installer: Example Foundation (FAKE123456)" must be 1.3.6.1.5.5.7.3.3, nothing else, and critical) Fix: sign it with a Developer ID Application certificate and its whole chain
    error: no-time.dylib (arm64): The signature does not include a secure timestamp. (the time stamp is missing: sign with --timestamp-url) Fix: sign it with a time stamp: --timestamp-url
    error: old.dylib (arm64): The binary uses an SDK older than the 10.9 SDK. (the 10.8 SDK) Fix: build it with the 10.9 SDK or later
    error: plain.dylib (arm64): The binary is not signed with a valid Developer ID certificate. (the certificate "Apple Development: Example Foundation (FAKE123456)" is not a Developer ID Application certificate) Fix: sign it with a Developer ID Application certificate and its whole chain
    error: soft (arm64): The executable does not have the hardened runtime enabled. Fix: sign it with the flag `runtime`
    error: unsigned.so (x86_64): The binary is not signed. Fix: sign it, and everything around it again: cargo xtask sign
    14 issues in 13 Mach-O files, slices by team FAKE123456: 10
    "#);
}

#[test]
fn code_of_two_teams() {
    let Some(fake) = FakeApple::get() else { return };
    let ours = good(fake, Arch::Arm64, DYLIB);
    let other = By { kind: IdentityKind::OtherTeam, team: "OTHER12345", ..ours.by.unwrap() };
    let files = [("a.dylib", ours.thin()), ("b.dylib", Author { by: Some(other), ..ours.clone() }.thin())];
    assert_snapshot!(lint(&files, SignaturePolicy::DeveloperId, None).unwrap(), @"
    error: The binary is signed by another team. (FAKE123456: 1, OTHER12345: 1) Fix: sign everything with one identity
    1 issue in 2 Mach-O files, slices by team FAKE123456: 1, slices by team OTHER12345: 1
    ");
}

#[test]
fn programs_ask_for_what_was_decided() {
    let Some(fake) = FakeApple::get() else { return };
    let expected = Entitlements::parse(entitlements("com.apple.security.cs.allow-jit").as_bytes()).unwrap();
    let program = good(fake, Arch::Arm64, EXECUTE);
    let asks = |key| Author { entitlements: Some(entitlements(key)), ..program.clone() }.thin();
    let files = [
        ("right", asks("com.apple.security.cs.allow-jit")),
        ("other", asks("com.apple.security.cs.disable-library-validation")),
        ("nothing", program.thin()),
        ("lib.dylib", good(fake, Arch::Arm64, DYLIB).thin()),
    ];
    assert_snapshot!(lint(&files, SignaturePolicy::DeveloperId, Some(Decided::Everywhere(&expected))).unwrap(), @"
    error: nothing (arm64): The executable requests other entitlements than expected. (without com.apple.security.cs.allow-jit) Fix: sign it with the entitlements that were decided on
    error: other (arm64): The executable requests other entitlements than expected. (without com.apple.security.cs.allow-jit, with com.apple.security.cs.disable-library-validation) Fix: sign it with the entitlements that were decided on
    2 issues in 4 Mach-O files, slices by team FAKE123456: 4
    ");
    let programs = BTreeMap::from([("right".to_owned(), expected)]);
    let lint = lint(&files, SignaturePolicy::DeveloperId, Some(Decided::ByPath(&programs))).unwrap();
    let wrong: Vec<_> = lint.issues.iter().map(|issue| issue.path.as_str()).collect();
    assert_eq!(wrong, ["other"]);
}

#[test]
fn less_is_demanded_of_code_that_nobody_signed() {
    let Some(fake) = FakeApple::get() else { return };
    let mut changed = Author::new(Arch::Arm64, DYLIB).thin();
    changed[300] ^= 1;
    let files = [
        ("unsigned.so", Author::new(Arch::X86_64, BUNDLE).thin()),
        ("ad-hoc.dylib", Author::new(Arch::Arm64, DYLIB).thin()),
        ("changed.dylib", changed),
    ];
    assert_snapshot!(lint(&files, SignaturePolicy::Unsigned, None).unwrap(), @"
    error: changed.dylib (arm64): The signature of the binary is invalid. (a wrong hash for 1 of 2 pages, the first is number 0, expected the hash of each page: sign it again) Fix: sign it again, after the last change: nothing may be stripped, merged or renamed later
    1 issue in 3 Mach-O files
    ");
    let own = By { fake, kind: IdentityKind::SelfSigned, timestamp: false, team: TEAM };
    let signed = Author { by: Some(own), ..good(fake, Arch::Arm64, DYLIB) }.thin();
    assert_snapshot!(lint(&[("own.dylib", signed)], SignaturePolicy::SelfSigned, None).unwrap(), @"nothing to reject in 1 Mach-O files, slices by team FAKE123456: 1");
}

/// Files of a zip archive.
pub(super) fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

#[test]
fn code_in_wheels_and_in_archives_in_archives() {
    let Some(fake) = FakeApple::get() else { return };
    let unsigned = Author { signed: false, by: None, ..good(fake, Arch::X86_64, BUNDLE) }.thin();
    let wheel = zip(&[("pkg/_speedups.so", &unsigned), ("pkg/__init__.py", b"")]);
    let files = [
        ("lib/bundled/pkg.whl", wheel.clone()),
        ("lib/all.zip", zip(&[("inner.whl", &wheel)])),
        ("lib/broken.zip", b"PK\x03\x04 and no more".to_vec()),
        ("lib/bomb.zip", (0..6).fold(zip(&[("end", b"")]), |inner, _| zip(&[("inner.zip", &inner)]))),
    ];
    assert_snapshot!(lint(&files, SignaturePolicy::DeveloperId, None).unwrap(), @"
    error: lib/all.zip/inner.whl/pkg/_speedups.so (x86_64): The binary is not signed. Fix: sign it, and everything around it again: cargo xtask sign
    warning: lib/bomb.zip/inner.zip/inner.zip/inner.zip/inner.zip: The archive could not be opened. (archives in archives in archives) Fix: see whether it is broken, or what it is for
    warning: lib/broken.zip: The archive could not be opened. (invalid Zip archive: Could not find EOCD) Fix: see whether it is broken, or what it is for
    error: lib/bundled/pkg.whl/pkg/_speedups.so (x86_64): The binary is not signed. Fix: sign it, and everything around it again: cargo xtask sign
    4 issues in 2 Mach-O files
    ");
}

#[test]
fn code_in_a_package_and_apple_s_log() {
    let Some(fake) = FakeApple::get() else { return };
    let unsigned = Author { signed: false, by: None, ..good(fake, Arch::X86_64, BUNDLE) }.thin();
    let mode = Mode::new(0o755).unwrap();
    let mut tree = Tree::new(Entry::directory(mode));
    let mut insert = |path: &str, entry| tree.insert(TreePath::new(path).unwrap(), entry).unwrap();
    insert("Versions", Entry::directory(mode));
    insert("Versions/Current", Entry::directory(mode));
    insert("Versions/_ssl.so", Entry::file(unsigned, mode));
    insert("Versions/libssl.dylib", Entry::file(good(fake, Arch::Arm64, DYLIB).thin(), mode));
    let component = Component { payload: Some(&tree), ..Component::new("org.example", "1") };
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("example.pkg");
    component::write(&component, &out, flatpkg::xar::Options::new(0), &|_| ()).unwrap();
    let anchors = [Anchor::from_bytes(fake.root().pem.as_bytes()).unwrap()];
    let signer = pkgsign::SignatureExpectations {
        policy: SignaturePolicy::DeveloperId,
        anchors: &anchors,
        team: None,
        now: THEN,
    };
    let expect = CodeExpectations { signer, entitlements: None };
    let lint = of_package(&Package::open(&out).unwrap(), &expect).unwrap();
    assert_snapshot!(lint, @"
    error: Contents/Payload/Versions/Current: The bundle format is ambiguous (could be app or framework). (a folder, expected a link to the version) Fix: pack the framework with its relative links
    error: Contents/Payload/Versions/_ssl.so (x86_64): The binary is not signed. Fix: sign it, and everything around it again: cargo xtask sign
    2 issues in 2 Mach-O files, slices by team FAKE123456: 1
    ");
    let log = notary_log("example.pkg", "0000", &lint.issues);
    assert_snapshot!(serde_json::to_string_pretty(&log).unwrap(), @r#"
    {
      "archiveFilename": "example.pkg",
      "issues": [
        {
          "architecture": null,
          "code": null,
          "detail": "a folder, expected a link to the version",
          "docUrl": null,
          "fix": "pack the framework with its relative links",
          "message": "The bundle format is ambiguous (could be app or framework).",
          "path": "example.pkg/Contents/Payload/Versions/Current",
          "severity": "error"
        },
        {
          "architecture": "x86_64",
          "code": null,
          "detail": "",
          "docUrl": "https://developer.apple.com/documentation/security/notarizing_macos_software_before_distribution/resolving_common_notarization_issues",
          "fix": "sign it, and everything around it again: cargo xtask sign",
          "message": "The binary is not signed.",
          "path": "example.pkg/Contents/Payload/Versions/_ssl.so",
          "severity": "error"
        }
      ],
      "jobId": null,
      "logFormatVersion": 1,
      "sha256": "0000",
      "status": "Invalid",
      "statusCode": 4000,
      "statusSummary": "Archive contains critical validation errors",
      "ticketContents": null,
      "uploadDate": null
    }
    "#);
}

/// An app with a resource, sealed.
fn app(resource: &str, more: &[(&str, &str)]) -> Option<Lint> {
    let fake = FakeApple::get()?;
    let digest = |text: &str| base64::Engine::encode(&base64::engine::general_purpose::STANDARD, Sha256::digest(text));
    let seal = format!(
        "<plist version=\"1.0\"><dict><key>files2</key><dict>\
         <key>Resources/icon</key><dict><key>hash2</key><data>{}</data></dict>\
         <key>Resources/maybe</key><dict><key>hash2</key><data>{}</data><key>optional</key><true/></dict>\
         <key>Resources/gone</key><dict><key>hash2</key><data>{}</data></dict>\
         </dict><key>rules2</key><dict><key>^.*</key><true/></dict></dict></plist>",
        digest("an icon"),
        digest("never there"),
        digest("gone"),
    );
    let info = "<plist version=\"1.0\"><dict><key>CFBundleExecutable</key><string>App</string></dict></plist>";
    let special = vec![(1, info.as_bytes().to_vec()), (3, seal.as_bytes().to_vec())];
    let program = Author { special, ..good(fake, Arch::Arm64, EXECUTE) }.thin();
    let mut files = vec![
        ("A.app/Contents/Info.plist", info.as_bytes().to_vec()),
        ("A.app/Contents/PkgInfo", b"APPL????".to_vec()),
        ("A.app/Contents/MacOS/App", program),
        ("A.app/Contents/Resources/icon", resource.as_bytes().to_vec()),
        ("A.app/Contents/_CodeSignature/CodeResources", seal.into_bytes()),
    ];
    files.extend(more.iter().map(|(path, text)| (*path, text.as_bytes().to_vec())));
    lint(&files, SignaturePolicy::DeveloperId, None)
}

#[test]
fn resources_that_changed_after_signing() {
    let gone = ("A.app/Contents/Resources/gone", "gone");
    let Some(sound) = app("an icon", &[gone]) else { return };
    assert_snapshot!(sound, @"nothing to reject in 1 Mach-O files, slices by team FAKE123456: 1");
    let cache = ("A.app/Contents/Resources/__pycache__/a.pyc", "compiled");
    assert_snapshot!(app("another icon", &[cache]).unwrap(), @"
    error: A.app/Contents/Resources/__pycache__/a.pyc: The signature of the binary is invalid. (it was added after signing) Fix: sign it again, after the last change: nothing may be stripped, merged or renamed later
    error: A.app/Contents/Resources/gone: The signature of the binary is invalid. (it is sealed, and missing) Fix: sign it again, after the last change: nothing may be stripped, merged or renamed later
    error: A.app/Contents/Resources/icon: The signature of the binary is invalid. (it was changed after signing) Fix: sign it again, after the last change: nothing may be stripped, merged or renamed later
    3 issues in 1 Mach-O files, slices by team FAKE123456: 1
    ");
}

/// A bundle as Xcode signs it for the machine it was built on.
#[test]
fn code_that_apple_s_tools_signed() {
    let Some(fixture) = oracle::fixture("relic-dummy.pkg") else { return };
    let anchors = [Anchor::apple().unwrap()];
    let judge = |policy| {
        let signer = pkgsign::SignatureExpectations { policy, anchors: &anchors, team: None, now: THEN };
        of_package(&Package::open(&fixture).unwrap(), &CodeExpectations { signer, entitlements: None }).unwrap()
    };
    assert_snapshot!(judge(SignaturePolicy::Unsigned), @"nothing to reject in 1 Mach-O files");
    assert_snapshot!(judge(SignaturePolicy::DeveloperId), @"
    error: com.sas.dummy.pkg Contents/Payload/dummy.app/Contents/MacOS/dummy (arm64): The binary is not signed with a valid Developer ID certificate. (ad-hoc signed; a Developer ID signature is required) Fix: sign it with a Developer ID Application certificate and its whole chain
    error: com.sas.dummy.pkg Contents/Payload/dummy.app/Contents/MacOS/dummy (x86_64): The binary is not signed with a valid Developer ID certificate. (ad-hoc signed; a Developer ID signature is required) Fix: sign it with a Developer ID Application certificate and its whole chain
    2 issues in 1 Mach-O files
    ");
}
