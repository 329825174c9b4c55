//! The forms that signatures of packages were seen in, each made here: all of them are good, and none is with a bit changed.

#![allow(clippy::disallowed_methods, reason = "tests run other people's programs and read their files")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::print_stdout, missing_docs, reason = "a test may fail")]

use fake_apple::{Cms, FakeApple, IdentityKind, Parts, Signing, TEAM};
use flatpkg::component::{self, Component};
use flatpkg::package::Package;
use flatpkg::tree::Entry;
use flatpkg::verify::{self, verify};
use flatpkg::xar::{self, Style};
use oracle::sample;
use pkgsign::{
    Anchor, CmsForm, Distrust, Hash, RsaForm, SignatureExpectations, SignaturePolicy, SignatureReport, Standing, Time,
    Vouched, check,
};
use rayon::prelude::*;

/// After the time stamps of these tests, and before their certificates end.
const NOW: Time = Time::from_unix(2_000_000_000);

/// A component with one file.
fn small(checksum: Style) -> Vec<u8> {
    let tree = sample::tree([("hello", Entry::file(*b"hello\n", sample::mode(0o644)))]);
    let component = Component { payload: Some(&tree), ..Component::new("org.example.hello", "1") };
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("small.pkg");
    component::write(&component, &out, xar::Options { checksum, ..xar::Options::new(sample::TIMESTAMP) }, &|_| ())
        .unwrap();
    std::fs::read(out).unwrap()
}

/// A package in one of the forms.
struct Form {
    name: String,
    how: Signing,
    bytes: Vec<u8>,
}

/// Every combination: CMS with and without attributes, with SHA-1 and SHA-256, stamped over SHA-1 and SHA-256, or no CMS; RSA
/// over the digest, or over SHA-1 or SHA-256 of it, or no RSA.
fn forms(fake: &FakeApple) -> Vec<Form> {
    let unsigned = small(Style::Sha1);
    let mut signatures = vec![None];
    for form in [CmsForm::Attributes, CmsForm::Content] {
        for hash in [Hash::Sha1, Hash::Sha256] {
            signatures
                .extend([Hash::Sha1, Hash::Sha256].map(|imprint| Some(Cms { form, hash, timestamp: Some(imprint) })));
        }
    }
    let rsa = RsaForm::ALL.map(Some).into_iter().chain([None]);
    let all = rsa.flat_map(|rsa| signatures.iter().map(move |cms| (rsa, *cms)));
    let all: Vec<_> = all.filter(|(rsa, cms)| rsa.is_some() || cms.is_some()).collect();
    let make = |(rsa, cms): (Option<RsaForm>, Option<Cms>)| {
        let how = Signing { rsa, cms, ticket: false, ..Signing::default() };
        Form { name: format!("{rsa:?} {cms:?}"), how, bytes: fake.sign_package(&unsigned, how) }
    };
    // The keys are made once, before many ask for them.
    fake.sign_package(&unsigned, Signing::default());
    all.into_par_iter().map(make).collect()
}

/// Everything that is said of a package, and its facts: signature and contents.
fn judge(bytes: Vec<u8>, policy: SignaturePolicy, anchors: &[Anchor]) -> Option<(SignatureReport, String)> {
    let package = Package::from_bytes(bytes).ok()?;
    let report = check(package.archive(), &SignatureExpectations { policy, anchors, team: Some(TEAM), now: NOW });
    let contents = verify(&package, verify::Options { strict: true });
    let findings = report.findings.iter().chain(&contents.findings);
    let text = findings.map(|finding| format!("{finding}\n")).collect();
    Some((report, text))
}

fn is_good((_, text): &(SignatureReport, String)) -> bool {
    text.lines().all(|line| line.starts_with("note: "))
}

/// What a form is asked for: packages with one signature can't be notarized, but they are good.
fn policy(how: &Signing) -> SignaturePolicy {
    if how.rsa.is_some() && how.cms.is_some() { SignaturePolicy::DeveloperId } else { SignaturePolicy::SelfSigned }
}

#[test]
fn every_form_is_good_and_says_which_it_is() {
    let Some(fake) = FakeApple::get() else { return };
    let anchors = [Anchor::from_bytes(fake.root().pem.as_bytes()).unwrap()];
    let forms = forms(fake);
    assert_eq!(forms.len(), 4 * 9 - 1);
    for form in &forms {
        let judged = judge(form.bytes.clone(), policy(&form.how), &anchors).unwrap();
        let (report, text) = &judged;
        assert!(is_good(&judged), "{}: {text}", form.name);
        let facts = &report.facts;
        assert_eq!((facts.rsa, facts.cms), (form.how.rsa, form.how.cms.map(|cms| cms.form)), "{}", form.name);
        let signed = facts.signed.as_ref().unwrap();
        assert_eq!((signed.team.as_deref(), signed.chain.len()), (Some(TEAM), 3), "{}", form.name);
        assert_eq!(signed.timestamp.is_some(), form.how.cms.is_some(), "{}", form.name);
        let imprint = form.how.cms.and_then(|cms| cms.timestamp);
        assert_eq!(
            text.contains("the digest of the signature is SHA-1"),
            imprint == Some(Hash::Sha1),
            "{}: {text}",
            form.name
        );
        let vouched =
            if policy(&form.how) == SignaturePolicy::DeveloperId { Vouched::Trusted } else { Vouched::Unchecked };
        assert_eq!(facts.vouched, Some(vouched), "{}", form.name);
    }
}

/// One bit in every 16th byte of every form, starting at another one in each: among the forms that share a part, every byte of
/// it is changed. (`signature.rs` has every byte of one form.)
#[test]
fn no_flipped_bit_survives_in_any_form() {
    const STEP: usize = 16;
    let Some(fake) = FakeApple::get() else { return };
    let anchors = [Anchor::from_bytes(fake.root().pem.as_bytes()).unwrap()];
    let (forms, anchors) = (forms(fake), &anchors);
    let survivors: Vec<_> = forms
        .par_iter()
        .enumerate()
        .flat_map(|(number, form)| {
            let padding = |at: usize| form.bytes.get(at.saturating_sub(2)..at + 3).is_some_and(|near| near == [0; 5]);
            let looked_at: Vec<usize> =
                (number % STEP..form.bytes.len()).step_by(STEP).filter(|at| !padding(*at) || at % 31 == 0).collect();
            looked_at.into_par_iter().filter_map(move |at| {
                let bit = 1_u8 << ((at / STEP + number) % 8);
                let mut changed = form.bytes.clone();
                changed[at] ^= bit;
                let judged = judge(changed, policy(&form.how), anchors)?;
                is_good(&judged).then(|| format!("{}: byte {at} ^ {bit:#x}", form.name))
            })
        })
        .collect();
    assert_eq!(survivors, [""; 0]);
}

/// Every bit of every byte: header, table of contents, heap, signatures, certificates and time stamps.
#[test]
#[ignore = "long: about 930,000 packages are judged, each with its certificates"]
fn no_flipped_bit_survives_anywhere() {
    let Some(fake) = FakeApple::get() else { return };
    let anchors = [Anchor::from_bytes(fake.root().pem.as_bytes()).unwrap()];
    let mut survivors = Vec::new();
    for form in seen_forms(fake) {
        assert!(is_good(&judge(form.bytes.clone(), policy(&form.how), &anchors).unwrap()), "{}", form.name);
        let bits = 8 * form.bytes.len();
        let lived: Vec<usize> = (0..bits)
            .into_par_iter()
            .filter(|bit| {
                let mut changed = form.bytes.clone();
                changed[bit / 8] ^= 1 << (bit % 8);
                still_good(changed, policy(&form.how), &anchors)
            })
            .collect();
        println!("{}: {bits} bits flipped, {} survive", form.name, lived.len());
        survivors.extend(lived.into_iter().map(|bit| format!("{}: byte {} bit {}", form.name, bit / 8, bit % 8)));
    }
    assert_eq!(survivors, [""; 0]);
}

/// The forms that packages of others were seen in: CMS with and without attributes, RSA over the digest and over the digest of
/// it, time stamps over SHA-1 and SHA-256.
fn seen_forms(fake: &FakeApple) -> Vec<Form> {
    let unsigned = small(Style::Sha1);
    let mut forms = Vec::new();
    for form in [CmsForm::Attributes, CmsForm::Content] {
        for rsa in [RsaForm::Digest, RsaForm::Sha1OfDigest] {
            for imprint in [Hash::Sha1, Hash::Sha256] {
                let cms = Cms { form, timestamp: Some(imprint), ..Cms::default() };
                let how = Signing { rsa: Some(rsa), cms: Some(cms), ticket: false, ..Signing::default() };
                let name = format!("CMS {form:?}, RSA {rsa:?}, time stamp {imprint:?}");
                forms.push(Form { name, how, bytes: fake.sign_package(&unsigned, how) });
            }
        }
    }
    forms
}

/// As [`judge`], but the contents are only looked at where the signature is good.
fn still_good(bytes: Vec<u8>, policy: SignaturePolicy, anchors: &[Anchor]) -> bool {
    let Ok(package) = Package::from_bytes(bytes) else { return false };
    let good = |findings: &[verify::Finding]| findings.iter().all(|finding| finding.severity == verify::Severity::Note);
    let expect = SignatureExpectations { policy, anchors, team: Some(TEAM), now: NOW };
    good(&check(package.archive(), &expect).findings)
        && good(&verify(&package, verify::Options { strict: true }).findings)
}

/// What `productsign` has made since 2021: the name of the algorithm is a form of its own, and neither may stand for the other.
#[test]
fn an_algorithm_that_names_sha_1_is_good_where_apple_writes_it() {
    const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00, 0x04, 0x82];
    let Some(fake) = FakeApple::get() else { return };
    let anchors = [Anchor::from_bytes(fake.root().pem.as_bytes()).unwrap()];
    let identity = fake.identity(IdentityKind::Installer);
    let listed: Vec<_> = identity.chain().cloned().collect();
    let signed = |cms: &dyn Fn(&[u8]) -> Vec<u8>| {
        let rsa = |digest: &[u8]| fake.rsa(identity, digest, RsaForm::Digest);
        let parts = Parts { listed: &listed, rsa: Some(&rsa), cms: Some(cms), ticket: None };
        judge(parts.put_into(&small(Style::Sha1)), SignaturePolicy::DeveloperId, &anchors).unwrap()
    };
    let judged = signed(&|digest| fake.cms_since_2021(identity, digest));
    assert!(is_good(&judged), "{}", judged.1);
    assert_eq!(judged.0.facts.cms, Some(CmsForm::Attributes));

    let swapped = |cms: Vec<u8>, from: u8, to: u8| {
        let found =
            |window: &[u8]| window.iter().zip(RSA).enumerate().all(|(at, (a, b))| a == if at == 8 { &from } else { b });
        let at = cms.windows(RSA.len()).position(found).unwrap();
        let mut changed = cms;
        changed[at + 8] = to;
        changed
    };
    let old = Cms { hash: Hash::Sha1, ..Cms::default() };
    let wrong = [
        signed(&|digest| swapped(fake.cms_since_2021(identity, digest), 5, 1)),
        signed(&|digest| swapped(fake.cms(identity, digest, old), 1, 5)),
        signed(&|digest| swapped(fake.cms(identity, digest, Cms::APPLE), 1, 5)),
    ];
    for judged in &wrong {
        assert!(judged.1.contains("the signature algorithm"), "{}", judged.1);
    }
}

/// The summary says which form a signature has, and never whose it is without saying whether anybody vouches for that.
#[test]
fn the_summary_is_plain() {
    let Some(fake) = FakeApple::get() else { return };
    let anchors = [Anchor::from_bytes(fake.root().pem.as_bytes()).unwrap()];
    let unsigned = small(Style::Sha1);
    let summary = |how: Signing, policy| {
        let (report, _) = judge(fake.sign_package(&unsigned, how), policy, &anchors).unwrap();
        let stamp = report.facts.signed.as_ref().and_then(|signed| signed.timestamp.as_ref());
        let text = report.facts.to_string();
        stamp.map_or(text.clone(), |stamp| text.replace(&stamp.time.to_string(), "[time]"))
    };
    let rsa_only = Signing { cms: None, ticket: false, ..Signing::default() };
    let lines = [
        summary(Signing::default(), SignaturePolicy::Gatekeeper),
        summary(Signing::productsign(), SignaturePolicy::DeveloperId),
        summary(Signing { rsa: Some(RsaForm::Sha1OfDigest), ..Signing::productsign() }, SignaturePolicy::DeveloperId),
        summary(Signing::rcodesign(), SignaturePolicy::Gatekeeper),
        summary(Signing::default(), SignaturePolicy::SelfSigned),
        summary(rsa_only, SignaturePolicy::Unsigned),
        summary(rsa_only, SignaturePolicy::DeveloperId),
    ];
    insta::assert_snapshot!(lines.join("\n"), @"
    RSA and CMS; time stamp [time]; notarization ticket stapled
    RSA and CMS; CMS without attributes; time stamp [time]; no notarization ticket
    RSA and CMS; RSA over SHA-1 of the digest (Apple's form of 2020); CMS without attributes; time stamp [time]; no notarization ticket
    RSA and CMS; RSA in rcodesign's double-hash form; time stamp [time]; no notarization ticket
    RSA and CMS; time stamp [time]; notarization ticket stapled
    RSA only; no time stamp; no notarization ticket
    RSA only; no time stamp; no notarization ticket
    ");
    let (report, _) = judge(unsigned.clone(), SignaturePolicy::Unsigned, &anchors).unwrap();
    insta::assert_snapshot!(report.facts, @"none; no notarization ticket");
}

#[test]
fn nobody_is_believed_without_a_trusted_root() {
    let Some(fake) = FakeApple::get() else { return };
    let ours = [Anchor::from_bytes(fake.root().pem.as_bytes()).unwrap()];
    let apple = [Anchor::apple().unwrap()];
    let standing = |bytes: Vec<u8>, anchors: &[Anchor], now| match Standing::of(
        Package::from_bytes(bytes).unwrap().archive(),
        anchors,
        now,
    ) {
        Standing::Unsigned => "unsigned".to_owned(),
        Standing::Trusted { signer, root } => format!("trusted: {signer}, {root}"),
        Standing::Untrusted { signer, why } => format!("{}: {why}", signer.unwrap_or_default()),
    };
    let unsigned = small(Style::Sha1);
    let sign = |how| fake.sign_package(&unsigned, how);
    let later = Time::from_unix(4_000_000_000);
    let unstamped = Signing { cms: Some(Cms::default().unstamped()), ..Signing::default() };
    let lines = [
        standing(unsigned.clone(), &apple, NOW),
        standing(sign(Signing::default()), &ours, NOW),
        standing(sign(Signing::default()), &apple, NOW),
        standing(sign(unstamped), &ours, NOW),
        standing(sign(Signing { cms: None, ticket: false, ..Signing::default() }), &ours, NOW),
    ];
    insta::assert_snapshot!(lines.join("\n"), @r#"
    unsigned
    trusted: Developer ID Installer: Example Foundation (FAKE123456), Fake Apple Root CA
    Developer ID Installer: Example Foundation (FAKE123456): its root "Fake Apple Root CA" is not a trusted one
    Developer ID Installer: Example Foundation (FAKE123456): there is no time stamp
    Developer ID Installer: Example Foundation (FAKE123456): the signature is missing: no ticket can be stapled without it
    "#);
    let expired = standing(sign(unstamped), &ours, later);
    assert!(
        expired.contains("its certificate expired on 20") && expired.ends_with("there is no time stamp"),
        "{expired}"
    );
    // A name that pretends to be our words stays inside quotes.
    assert_eq!(Distrust::Root("A\", trusted".into()).to_string(), "its root \"A', trusted\" is not a trusted one");
}

/// The same forms in packages that another program made.
#[test]
fn forms_that_others_made() {
    let Some(root) = oracle::fixture_bytes("field/sig-root.pem") else { return };
    let anchors = [Anchor::from_bytes(&root).unwrap()];
    for (name, rsa, cms) in [
        ("sig-control", RsaForm::Digest, CmsForm::Attributes),
        ("sig-cms-without-attributes", RsaForm::Digest, CmsForm::Content),
        ("sig-rsa-over-digest-of-digest-sha1", RsaForm::Sha1OfDigest, CmsForm::Attributes),
    ] {
        let Some(bytes) = oracle::fixture_bytes(&format!("field/{name}.pkg")) else { return };
        let package = Package::from_bytes(bytes).unwrap();
        let expect = SignatureExpectations {
            policy: SignaturePolicy::SelfSigned,
            anchors: &anchors,
            team: Some("AAAAAAAAAA"),
            now: NOW,
        };
        let report = check(package.archive(), &expect);
        assert!(report.is_clean(), "{name}: {:?}", report.findings);
        assert_eq!((report.facts.rsa, report.facts.cms), (Some(rsa), Some(cms)), "{name}");
        let signed = report.facts.signed.unwrap();
        assert_eq!(signed.chain.last().unwrap().sha256, anchors[0].fingerprint(), "{name}");
    }
}
