//! Signatures of packages and of code, made by `openssl` and by Apple's tools, read and judged by ours.

#![allow(clippy::disallowed_methods, reason = "tests run other people's programs and read their files")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::print_stdout, missing_docs, reason = "a test may fail")]

use std::io::Read as _;
use std::path::Path;

use fake_apple::{Cms, FakeApple, IdentityKind, Signing, TEAM};
use flatpkg::component::{self, Component};
use flatpkg::package::Package;
use flatpkg::tree::Entry;
use flatpkg::verify::{self, verify};
use flatpkg::xar::{self, Archive, Signable};
use oracle::sample;
use pkgsign::{
    Anchor, Code, CodeDirectory, CodeReport, Hash, RsaForm, SignatureExpectations, SignaturePolicy, SignatureReport,
    Time, check, check_code,
};
use proptest::prelude::*;
use rayon::prelude::*;

/// After the time stamps of these tests, and before their certificates end.
const NOW: Time = Time::from_unix(2_000_000_000);

fn anchor(fake: &FakeApple) -> Anchor {
    Anchor::from_bytes(fake.root().pem.as_bytes()).unwrap()
}

fn judge(bytes: &[u8], policy: SignaturePolicy, anchors: &[Anchor]) -> SignatureReport {
    let archive = Archive::from_bytes(bytes).unwrap();
    check(&archive, &SignatureExpectations { policy, anchors, team: None, now: NOW })
}

fn judge_fake(fake: &FakeApple, bytes: &[u8], policy: SignaturePolicy) -> SignatureReport {
    judge(bytes, policy, &[anchor(fake)])
}

/// The findings as text, without what differs from run to run.
fn text(report: &SignatureReport) -> String {
    let text: String = report.findings.iter().map(|finding| format!("{finding}\n")).collect();
    let stamp = report.facts.signed.as_ref().and_then(|signed| signed.timestamp.as_ref());
    stamp.map_or(text.clone(), |stamp| text.replace(&stamp.time.to_string(), "[the time stamp]"))
}

/// A component with one file.
fn small() -> Vec<u8> {
    let tree = sample::tree([("hello", Entry::file(*b"hello\n", sample::mode(0o644)))]);
    let component = Component { payload: Some(&tree), ..Component::new("org.example.hello", "1") };
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("small.pkg");
    component::write(&component, &out, xar::Options::new(sample::TIMESTAMP), &|_| ()).unwrap();
    std::fs::read(out).unwrap()
}

/// The bytes of a signature.
fn read(archive: &Archive, signature: &xar::Signature) -> Vec<u8> {
    let mut bytes = Vec::new();
    archive.section(signature.offset, signature.size).read_to_end(&mut bytes).unwrap();
    bytes
}

#[test]
fn a_good_signature_is_clean_under_every_policy() {
    let Some(fake) = FakeApple::get() else { return };
    let bytes = fake.sign_package(&sample::bytes(), Signing::default());
    for policy in [
        SignaturePolicy::Gatekeeper,
        SignaturePolicy::DeveloperId,
        SignaturePolicy::SelfSigned,
        SignaturePolicy::Unsigned,
    ] {
        let report = judge_fake(fake, &bytes, policy);
        assert_eq!(text(&report), "", "{policy}");
        let signed = report.facts.signed.unwrap();
        assert_eq!((signed.team.as_deref(), report.facts.rsa), (Some(TEAM), Some(RsaForm::Digest)));
        let names = |chain: &[pkgsign::Link]| chain.iter().map(|link| link.name.clone()).collect::<Vec<_>>();
        let installer = "Developer ID Installer: Example Foundation (FAKE123456)";
        assert_eq!(
            names(&signed.chain),
            [installer, "Fake Developer ID Certification Authority", "Fake Apple Root CA"]
        );
        let stamp = signed.timestamp.unwrap();
        let authorities = ["Timestamp Signer FAKE1", "Fake Timestamp Certification Authority", "Fake Apple Root CA"];
        assert_eq!(names(&stamp.chain), authorities);
        assert!(report.facts.stapled);
    }
    let package = Package::from_bytes(bytes).unwrap();
    assert_eq!(verify(&package, verify::Options { strict: true }).to_string(), "");
}

#[test]
fn both_forms_of_the_rsa_signature_are_known() {
    let Some(fake) = FakeApple::get() else { return };
    let bytes = fake.sign_package(&small(), Signing { rsa: Some(RsaForm::Sha256OfDigest), ..Signing::default() });
    let report = judge_fake(fake, &bytes, SignaturePolicy::Gatekeeper);
    assert_eq!((text(&report).as_str(), report.facts.rsa), ("", Some(RsaForm::Sha256OfDigest)));
}

/// What is wrong with a package signed like that.
fn wrong(how: Signing, policy: SignaturePolicy) -> Option<String> {
    let fake = FakeApple::get()?;
    let report = judge_fake(fake, &fake.sign_package(&small(), how), policy);
    Some(text(&report))
}

#[test]
fn an_application_s_certificate_signs_no_package() {
    let how = Signing { by: IdentityKind::Application, ..Signing::default() };
    let Some(text) = wrong(how, SignaturePolicy::DeveloperId) else { return };
    insta::assert_snapshot!(text, @r#"
    error: x-signature: the certificate "Developer ID Application: Example Foundation (FAKE123456)" is a Developer ID Application certificate, expected a Developer ID Installer certificate
    error: x-signature: the extended key usage of "Developer ID Application: Example Foundation (FAKE123456)" must be 1.2.840.113635.100.4.13, nothing else, and critical
    "#);
}

#[test]
fn a_certificate_must_be_valid_when_it_signs() {
    let how = Signing { by: IdentityKind::ExpiredInstaller, ..Signing::default() };
    let Some(text) = wrong(how, SignaturePolicy::DeveloperId) else { return };
    insta::assert_snapshot!(text, @r#"error: x-signature: the certificate "Developer ID Installer: Example Foundation (FAKE123456)" is valid from 2015-01-01T00:00:00Z to 2020-01-01T00:00:00Z, expected valid at [the time stamp]"#);
    let text = wrong(Signing { cms: Some(Cms::default().unstamped()), ..how }, SignaturePolicy::SelfSigned).unwrap();
    insta::assert_snapshot!(text, @r#"error: x-signature: the certificate "Developer ID Installer: Example Foundation (FAKE123456)" is valid from 2015-01-01T00:00:00Z to 2020-01-01T00:00:00Z, expected valid at 2033-05-18T03:33:20Z"#);
}

#[test]
fn the_chain_must_be_whole() {
    let how = Signing { chain: false, ..Signing::default() };
    let Some(text) = wrong(how, SignaturePolicy::DeveloperId) else { return };
    insta::assert_snapshot!(text, @r#"error: x-signature: the certificate that vouches for "Developer ID Installer: Example Foundation (FAKE123456)" is missing: C=US,O=Fake Apple Inc.,OU=G2,CN=Fake Developer ID Certification Authority"#);
}

#[test]
fn a_time_stamp_and_a_ticket_are_demanded() {
    let how = Signing { cms: Some(Cms::default().unstamped()), ticket: false, ..Signing::default() };
    let Some(text) = wrong(how, SignaturePolicy::Gatekeeper) else { return };
    insta::assert_snapshot!(text, @"
    error: ticket: the stapled ticket is missing: notarize the package, then staple it
    error: x-signature: the time stamp is missing: sign with --timestamp-url
    ");
    assert_eq!(wrong(how, SignaturePolicy::SelfSigned).unwrap(), "");
}

#[test]
fn the_authority_must_be_one_of_developer_ids() {
    let Some(text) =
        wrong(Signing { by: IdentityKind::OtherAuthority, ..Signing::default() }, SignaturePolicy::DeveloperId)
    else {
        return;
    };
    insta::assert_snapshot!(text, @r#"error: x-signature: the authority "Fake Worldwide Developer Relations Certification Authority" is not an authority for Developer ID certificates"#);
    let text = wrong(Signing { by: IdentityKind::Plain, ..Signing::default() }, SignaturePolicy::DeveloperId).unwrap();
    insta::assert_snapshot!(text, @r#"
    error: x-signature: the certificate "Apple Development: Example Foundation (FAKE123456)" is not a Developer ID Installer certificate
    error: x-signature: the extended key usage of "Apple Development: Example Foundation (FAKE123456)" must be 1.2.840.113635.100.4.13, nothing else, and critical
    "#);
}

#[test]
fn a_certificate_that_is_its_own_root_is_self_signed() {
    let Some(fake) = FakeApple::get() else { return };
    let how = Signing { by: IdentityKind::SelfSigned, ..Signing::default() };
    assert_eq!(wrong(how, SignaturePolicy::SelfSigned).unwrap(), "");
    let fingerprint = anchor(fake).fingerprint();
    let own =
        Anchor::from_bytes(fake.identity(IdentityKind::SelfSigned).certificate.pem.as_bytes()).unwrap().fingerprint();
    let text = wrong(how, SignaturePolicy::DeveloperId).unwrap().replace(&fingerprint, "[root]").replace(&own, "[own]");
    insta::assert_snapshot!(text, @r#"error: x-signature: the root is "Developer ID Installer: Example Foundation (FAKE123456)" [own], expected Fake Apple Root CA [root]"#);
}

#[test]
fn the_team_must_be_the_expected_one() {
    let Some(fake) = FakeApple::get() else { return };
    let archive = Archive::from_bytes(fake.sign_package(&small(), Signing::default())).unwrap();
    let anchors = [anchor(fake)];
    let expect = SignatureExpectations {
        policy: SignaturePolicy::Gatekeeper,
        anchors: &anchors,
        team: Some("OTHER12345"),
        now: NOW,
    };
    insta::assert_snapshot!(text(&check(&archive, &expect)), @"error: x-signature: the team is FAKE123456, expected OTHER12345");
    let right = SignatureExpectations { team: Some(TEAM), ..expect };
    assert_eq!(text(&check(&archive, &right)), "");
}

#[test]
fn apple_s_root_did_not_sign_this() {
    let Some(fake) = FakeApple::get() else { return };
    let bytes = fake.sign_package(&small(), Signing::default());
    let text = text(&judge(&bytes, SignaturePolicy::Gatekeeper, &[Anchor::apple().unwrap()]));
    insta::assert_snapshot!(text.replace(&anchor(fake).fingerprint(), "[fake root]"), @r#"
    error: x-signature: the root is "Fake Apple Root CA" [fake root], expected Apple Root CA b0b1730ecbc7ff4505142c49f1295e6eda6bcaed7e2c68c5be91b5a11001f024
    error: x-signature: time stamp: the root is "Fake Apple Root CA" [fake root], expected Apple Root CA b0b1730ecbc7ff4505142c49f1295e6eda6bcaed7e2c68c5be91b5a11001f024
    "#);
}

#[test]
fn an_unsigned_package_is_judged_by_the_policy() {
    let judge = |policy| text(&judge(&small(), policy, &[]));
    assert_eq!(judge(SignaturePolicy::Unsigned), "");
    insta::assert_snapshot!(judge(SignaturePolicy::SelfSigned), @"error: signature: the package is not signed");
    insta::assert_snapshot!(judge(SignaturePolicy::Gatekeeper), @"
    error: signature: the package is not signed
    error: ticket: the stapled ticket is missing: notarize the package, then staple it
    ");
}

#[test]
fn a_ticket_must_be_for_this_package_and_there_once() {
    let Some(fake) = FakeApple::get() else { return };
    let sign = |ticket| fake.sign_package(&small(), Signing { ticket, ..Signing::default() });
    let stapled = |mut bytes: Vec<u8>, digest: &[u8]| {
        let ticket = fake_apple::ticket(digest);
        bytes.extend([b"t8lr", &[1, 0, 1, 0][..], &[0; 8], &ticket, b"t8lr", &[1, 0, 2, 0, 24], &[0; 7]].concat());
        bytes
    };
    let other = stapled(sign(false), &[7; 20]);
    insta::assert_snapshot!(text(&judge_fake(fake, &other, SignaturePolicy::Gatekeeper)), @"error: ticket: the stapled ticket is for another package: staple again after signing");
    let unsigned = stapled(small(), &[7; 20]);
    insta::assert_snapshot!(text(&judge_fake(fake, &unsigned, SignaturePolicy::Unsigned)), @"
    error: ticket: the stapled ticket is for another package: staple again after signing
    error: ticket: the stapled ticket is of no use: the package has no CMS signature that can be read
    ");
    let twice = sign(true);
    let digest = Archive::from_bytes(twice.clone()).unwrap().toc_digest().unwrap().to_vec();
    let report = verify(&Package::from_bytes(stapled(twice, &digest)).unwrap(), verify::Options { strict: true });
    assert!(report.to_string().contains("56 bytes that nothing refers to, then a ticket"), "{report}");
}

#[test]
fn what_is_changed_after_signing_is_found() {
    let Some(fake) = FakeApple::get() else { return };
    let signed = fake.sign_package(&small(), Signing::default());
    // Packed again: the old signatures over a new table of contents.
    let archive = Archive::from_bytes(signed).unwrap();
    let [rsa, cms] = archive.signatures() else { panic!("two signatures") };
    let other = Archive::from_bytes(sample::bytes()).unwrap();
    let packed = Signable::new(&other, &rsa.certificates, rsa.size, cms.size).unwrap();
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("packed.pkg");
    packed.write(&read(&archive, rsa), &read(&archive, cms), None, &out).unwrap();
    insta::assert_snapshot!(text(&judge_fake(fake, &std::fs::read(out).unwrap(), SignaturePolicy::DeveloperId)), @"
    error: signature: the signature does not match the table of contents
    error: x-signature: the signature is over something else
    ");
}

/// The same signatures in the same package are the same bytes: a signature can be kept apart.
#[test]
fn signatures_can_be_taken_off_and_put_back() {
    let Some(fake) = FakeApple::get() else { return };
    let signed = fake.sign_package(&small(), Signing { ticket: false, ..Signing::default() });
    let archive = Archive::from_bytes(signed.clone()).unwrap();
    let [rsa, cms] = archive.signatures() else { panic!("two signatures") };
    let unsigned = Archive::from_bytes(small()).unwrap();
    let again = Signable::new(&unsigned, &cms.certificates, rsa.size, cms.size).unwrap();
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("again.pkg");
    again.write(&read(&archive, rsa), &read(&archive, cms), None, &out).unwrap();
    assert!(std::fs::read(out).unwrap() == signed);
}

/// One bit in every byte, another one in each: header, table of contents, signatures with their padding, members, ticket.
#[test]
fn no_flipped_bit_survives() {
    let Some(fake) = FakeApple::get() else { return };
    let bytes = fake.sign_package(&small(), Signing::default());
    let anchors = [anchor(fake)];
    let expect =
        SignatureExpectations { policy: SignaturePolicy::Gatekeeper, anchors: &anchors, team: Some(TEAM), now: NOW };
    let reported = |bytes: Vec<u8>| {
        let Ok(package) = Package::from_bytes(bytes) else { return true };
        !check(package.archive(), &expect).is_clean() || !verify(&package, verify::Options { strict: true }).is_clean()
    };
    assert!(!reported(bytes.clone()));
    let survivors: Vec<usize> = (0..bytes.len())
        .into_par_iter()
        .filter(|at| {
            let mut changed = bytes.clone();
            changed[*at] ^= 1 << (at % 8);
            !reported(changed)
        })
        .collect();
    assert_eq!(survivors, [0; 0], "of {} bytes", bytes.len());
}

/// A program that reads the same signature.
#[test]
fn openssl_agrees() {
    let Some(fake) = FakeApple::get() else { return };
    let archive = Archive::from_bytes(fake.sign_package(&small(), Signing::default())).unwrap();
    let dir = tempfile::tempdir().unwrap();
    let signature = archive.signatures().iter().find(|signature| signature.extended).unwrap();
    std::fs::write(dir.path().join("cms"), read(&archive, signature)).unwrap();
    std::fs::write(dir.path().join("digest"), archive.toc_digest().unwrap()).unwrap();
    let arguments = ["cms", "-verify", "-inform", "DER", "-in", "cms", "-content", "digest", "-binary", "-noverify"];
    let output = fake.openssl().try_run(dir.path(), &arguments, b"");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Another program that reads the same signature. It knows its own form of the RSA signature only.
#[test]
fn rcodesign_agrees() {
    let (Some(fake), Some(rcodesign)) = (FakeApple::get(), rcodesign()) else { return };
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("signed.pkg");
    std::fs::write(
        &out,
        fake.sign_package(&small(), Signing { rsa: Some(RsaForm::Sha256OfDigest), ..Signing::default() }),
    )
    .unwrap();
    let mut command = std::process::Command::new(rcodesign);
    let output = command.args(["-C", "/dev/null", "print-signature-info"]).arg(out).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    for check in ["checksum", "rsa_signature", "cms_signature"] {
        assert!(said.contains(&format!("{check}_verifies: true")), "{check}: {said}");
    }
}

/// `rcodesign`, of the search path or where CI installs it.
fn rcodesign() -> Option<std::path::PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let cache = std::env::var_os("XDG_CACHE_HOME").map(std::path::PathBuf::from);
    let cache = cache.or_else(|| Some(Path::new(&std::env::var_os("HOME")?).join(".cache")));
    let tools = cache.and_then(|cache| std::fs::read_dir(cache.join("cpython-macos-release/tools")).ok());
    let installed = tools.into_iter().flatten().map_while(Result::ok).map(|tool| tool.path().join("bin"));
    let found = std::env::split_paths(&path).chain(installed).map(|folder| folder.join("rcodesign"));
    let found = found.into_iter().find(|program| program.is_file());
    if found.is_none() {
        oracle::missing("rcodesign is not installed");
    }
    found
}

/// A file inside the source of a crate that we depend on.
fn shipped(name: &str, path: &str) -> Option<Vec<u8>> {
    let home = std::env::var_os("CARGO_HOME").map(Into::into);
    let home = home.or_else(|| Some(Path::new(&std::env::var_os("HOME")?).join(".cargo")))?;
    let registries = std::fs::read_dir(home.join("registry/src")).ok()?.map_while(Result::ok);
    let crates = registries.flat_map(|registry| std::fs::read_dir(registry.path()).into_iter().flatten());
    let mut crates: Vec<_> = crates.map_while(Result::ok).map(|entry| entry.path()).collect();
    crates.sort();
    let ours =
        crates.into_iter().filter(|path| path.file_name().is_some_and(|file| file.to_string_lossy().starts_with(name)));
    let found = ours.rev().find_map(|folder| std::fs::read(folder.join(path)).ok());
    if found.is_none() {
        oracle::missing(format_args!("no {path} in the source of {name}"));
    }
    found
}

/// The signature of Firefox, of March 2021, by Apple's own tools, with a time stamp of Apple's.
fn firefox(policy: SignaturePolicy, change: impl Fn(&mut Vec<u8>)) -> Option<CodeReport> {
    let mut cms = shipped("cryptographic-message-syntax-", "src/testdata/firefox.ber")?;
    let directory = shipped("cryptographic-message-syntax-", "src/testdata/firefox-code-directory")?;
    change(&mut cms);
    let anchors = [Anchor::apple().unwrap()];
    let expect = SignatureExpectations { policy, anchors: &anchors, team: Some("43AQ936H96"), now: NOW };
    let directories = [CodeDirectory { bytes: &directory, hash: Hash::Sha256 }];
    let code =
        Code { cms: Some(&cms), directories: &directories, identifier: b"org.mozilla.firefox", requirements: None };
    Some(check_code(&code, &expect, "firefox"))
}

#[test]
fn code_that_apple_s_tools_signed() {
    let Some(report) = firefox(SignaturePolicy::DeveloperId, |_| ()) else { return };
    let findings: String = report.findings.iter().map(|finding| format!("{finding}\n")).collect();
    insta::assert_snapshot!(findings, @"note: firefox: time stamp: the authority's signature is made with SHA-1, expected made with SHA-256 or better");
    insta::assert_snapshot!(serde_json::to_string_pretty(&report.signed).unwrap(), @r#"
    {
      "chain": [
        {
          "name": "Developer ID Application: Mozilla Corporation (43AQ936H96)",
          "sha256": "96f18e09d65445985c7df5df74ef152a0bc42e8934175a626180d9700c343e7b",
          "not_before": "2017-05-08T19:08:58Z",
          "not_after": "2022-05-09T19:08:58Z"
        },
        {
          "name": "Developer ID Certification Authority",
          "sha256": "7afc9d01a62f03a2de9637936d4afe68090d2de18d03f29c88cfb0b1ba63587f",
          "not_before": "2012-02-01T22:12:15Z",
          "not_after": "2027-02-01T22:12:15Z"
        },
        {
          "name": "Apple Root CA",
          "sha256": "b0b1730ecbc7ff4505142c49f1295e6eda6bcaed7e2c68c5be91b5a11001f024",
          "not_before": "2006-04-25T21:40:36Z",
          "not_after": "2035-02-09T21:40:36Z"
        }
      ],
      "role": "application",
      "team": "43AQ936H96",
      "hash": "sha256",
      "claimed": "2021-03-18T12:11:38Z",
      "timestamp": {
        "time": "2021-03-18T12:11:37Z",
        "chain": [
          {
            "name": "Timestamp Signer NWK2",
            "sha256": "b16a46751a00e7b5e167502b6bab7276021055bd79137b179171701f06d36d3b",
            "not_before": "2021-03-03T19:15:32Z",
            "not_after": "2021-04-14T19:15:31Z"
          },
          {
            "name": "Apple Timestamp Certification Authority",
            "sha256": "66285e2e374d00a8ba3d8d3d04393a48bd16554b284bc88dabec85b479adcd6b",
            "not_before": "2012-04-05T12:02:44Z",
            "not_after": "2027-04-05T12:02:44Z"
          },
          {
            "name": "Apple Root CA",
            "sha256": "b0b1730ecbc7ff4505142c49f1295e6eda6bcaed7e2c68c5be91b5a11001f024",
            "not_before": "2006-04-25T21:40:36Z",
            "not_after": "2035-02-09T21:40:36Z"
          }
        ]
      }
    }
    "#);
}

#[test]
fn no_flipped_bit_survives_in_apple_s_signature() {
    let Some(cms) = shipped("cryptographic-message-syntax-", "src/testdata/firefox.ber") else { return };
    let survivors: Vec<usize> = (0..cms.len())
        .into_par_iter()
        .filter(|at| {
            let report = firefox(SignaturePolicy::DeveloperId, |cms| cms[*at] ^= 1 << (at % 8)).unwrap();
            report.findings.iter().all(|finding| finding.severity == verify::Severity::Note)
        })
        .collect();
    assert_eq!(survivors, [0; 0], "of {} bytes", cms.len());
}

/// The table of contents of a package that Apple's tools signed in December 2025. There is no heap, so no signature, but there
/// are the certificates.
#[test]
fn the_certificates_of_a_package_that_apple_s_tools_signed() {
    let Some(xml) = oracle::fixture_bytes("zoom-toc.xml") else { return };
    let toc = flatpkg::xar::Toc::parse(&xml).unwrap();
    let [rsa, cms] = toc.signatures.as_slice() else { panic!("two signatures") };
    assert_eq!(rsa.certificates, cms.certificates);
    let [_, _, root] = rsa.certificates.as_slice() else { panic!("three certificates") };
    assert_eq!(root.fingerprint(), Anchor::apple().unwrap().fingerprint());
}

#[test]
fn a_package_that_nobody_signed() {
    let Some(bytes) = oracle::fixture_bytes("relic-dummy.pkg") else { return };
    let report = judge(&bytes, SignaturePolicy::DeveloperId, &[Anchor::apple().unwrap()]);
    assert_eq!(report.facts.to_string(), "none; no notarization ticket");
    insta::assert_snapshot!(text(&report), @"error: signature: the package is not signed");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn nothing_panics(cms: Vec<u8>, directory: Vec<u8>) {
        let anchors = [Anchor::apple().unwrap()];
        let expect = SignatureExpectations { policy: SignaturePolicy::Gatekeeper, anchors: &anchors, team: None, now: NOW };
        let directories = [CodeDirectory { bytes: &directory, hash: Hash::Sha1 }];
        let code = Code { cms: Some(&cms), directories: &directories, identifier: &directory, requirements: Some(&directory) };
        let _ = check_code(&code, &expect, "code");
        let _ = Anchor::from_bytes(&cms);
    }

    #[test]
    fn nothing_panics_on_what_is_nearly_a_signature(changes: Vec<(prop::sample::Index, u8)>, cut: prop::sample::Index) {
        let report = firefox(SignaturePolicy::SelfSigned, |cms| {
            for (at, byte) in &changes {
                let at = at.index(cms.len());
                cms[at] = *byte;
            }
            let cut = cut.index(cms.len());
            cms.truncate(cut.max(8000));
        });
        prop_assert!(report.is_none_or(|report| !report.findings.is_empty()));
    }
}
