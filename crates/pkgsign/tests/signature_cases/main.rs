//! Signed packages, each right or wrong in one thing: which are accepted, which refused, and why. No forged one is accepted.

#![allow(clippy::disallowed_methods, reason = "tests run other people's programs and read their files")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs, reason = "a test may fail")]

mod forge;
mod refused;

use fake_apple::{Cms, FakeApple, IdentityKind, Signing, TEAM};
use flatpkg::component::{self, Component};
use flatpkg::package::Package;
use flatpkg::tree::Entry;
use flatpkg::verify::{self, Severity, verify};
use flatpkg::xar::{self, Style};
use oracle::sample;
use pkgsign::{Anchor, RsaForm, SignatureExpectations, SignaturePolicy, Time, check};
use rayon::prelude::*;

use forge::Odd;
use refused::refused;

const NOW: Time = Time::from_unix(2_000_000_000);

/// A component with one file, which says `text`.
fn unsigned(text: &str, checksum: Style) -> Vec<u8> {
    let tree = sample::tree([("hello", Entry::file(text.as_bytes().to_vec(), sample::mode(0o644)))]);
    let component = Component { payload: Some(&tree), ..Component::new("org.example.hello", "1") };
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("small.pkg");
    let options = xar::Options { checksum, ..xar::Options::new(sample::TIMESTAMP) };
    component::write(&component, &out, options, &|_| ()).unwrap();
    std::fs::read(out).unwrap()
}

type Case<'a> = (&'static str, SignaturePolicy, Box<dyn Fn() -> Vec<u8> + Send + Sync + 'a>);

fn accepted<'a>(fake: &'a FakeApple, plain: &'a [u8]) -> Vec<Case<'a>> {
    let sign = move |how: Signing| -> Box<dyn Fn() -> Vec<u8> + Send + Sync> {
        Box::new(move || fake.sign_package(plain, how))
    };
    let by = move |authority: &'static str, leaf: &'static str| -> Box<dyn Fn() -> Vec<u8> + Send + Sync> {
        Box::new(move || Odd::by(fake, fake.issue(&fake.authority(authority), leaf)).package(plain))
    };
    let whole = Signing::default();
    let styled = move |style| -> Box<dyn Fn() -> Vec<u8> + Send + Sync> {
        Box::new(move || fake.sign_package(&unsigned("hello\n", style), whole))
    };
    vec![
        ("whole", SignaturePolicy::Gatekeeper, sign(whole)),
        ("productsign in 2024", SignaturePolicy::DeveloperId, sign(Signing::productsign())),
        (
            "productsign in 2020",
            SignaturePolicy::DeveloperId,
            sign(Signing { rsa: Some(RsaForm::Sha1OfDigest), ..Signing::productsign() }),
        ),
        ("rcodesign", SignaturePolicy::DeveloperId, sign(Signing::rcodesign())),
        ("table of contents with SHA-256", SignaturePolicy::Gatekeeper, styled(Style::Sha256)),
        ("table of contents with SHA-512", SignaturePolicy::Gatekeeper, styled(Style::Sha512)),
        ("RSA only", SignaturePolicy::SelfSigned, sign(Signing { cms: None, ticket: false, ..whole })),
        ("CMS only", SignaturePolicy::SelfSigned, sign(Signing { rsa: None, ..whole })),
        (
            "no time stamp",
            SignaturePolicy::SelfSigned,
            sign(Signing { cms: Some(Cms::default().unstamped()), ..whole }),
        ),
        ("its own root", SignaturePolicy::SelfSigned, sign(Signing { by: IdentityKind::SelfSigned, ..whole })),
        ("unsigned", SignaturePolicy::Unsigned, Box::new(move || plain.to_vec())),
        ("authority without limit", SignaturePolicy::Gatekeeper, by("developer-id-unlimited", "installer")),
        ("authority for packages", SignaturePolicy::Gatekeeper, by("developer-id-for-packages", "installer")),
        ("authority for our names", SignaturePolicy::Gatekeeper, by("developer-id-for-us", "installer")),
        (
            "unknown extension, not critical",
            SignaturePolicy::Gatekeeper,
            by("developer-id-unlimited", "installer-unknown"),
        ),
    ]
}

/// What is wrong with a package, sorted, without what differs from run to run.
fn judge(bytes: Vec<u8>, policy: SignaturePolicy, anchors: &[Anchor]) -> Vec<String> {
    let package = match Package::from_bytes(bytes) {
        Ok(package) => package,
        Err(error) => return vec![format!("error: {error}")],
    };
    let team = policy.wants_developer_id().then_some(TEAM);
    let report = check(package.archive(), &SignatureExpectations { policy, anchors, team, now: NOW });
    let contents = verify(&package, verify::Options { strict: false });
    let findings = report.findings.iter().chain(&contents.findings);
    let errors = findings.filter(|finding| finding.severity == Severity::Error);
    errors.map(|finding| steady(&format!("{}: {}", finding.place, finding.sentence()))).collect()
}

/// The sentence without digests and the time of today: keys are made anew in each run.
fn steady(sentence: &str) -> String {
    const AT: &str = "expected valid at ";
    let word = |word: &str| {
        let is_digest = word.len() >= 40 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
        if is_digest { "[digest]".to_owned() } else { word.to_owned() }
    };
    let words = |part: &str| part.split(' ').map(word).collect::<Vec<_>>().join(" ");
    let parts: Vec<String> = sentence.split(',').map(words).collect();
    let text = parts.join(",");
    text.split_once(AT).map_or_else(|| text.clone(), |(before, _)| format!("{before}{AT}[time]"))
}

#[test]
fn good_packages_are_accepted_and_wrong_ones_refused_with_the_reason() {
    let Some(fake) = FakeApple::get() else { return };
    let anchors = [Anchor::from_bytes(fake.root().pem.as_bytes()).unwrap()];
    let plain = unsigned("hello\n", Style::Sha1);
    let (good, bad) = (accepted(fake, &plain), refused(fake, &plain));
    assert!(good.len() + bad.len() >= 60, "{} and {}", good.len(), bad.len());
    let table = |cases: &[Case<'_>]| -> Vec<(String, Vec<String>)> {
        let judged = cases
            .par_iter()
            .map(|(name, policy, make)| (format!("{name} ({policy})"), judge(make(), *policy, &anchors)));
        judged.collect()
    };
    let good = table(&good);
    assert_eq!(good.iter().filter(|(_, errors)| !errors.is_empty()).collect::<Vec<_>>(), Vec::<&_>::new());
    let bad = table(&bad);
    let forged: Vec<_> = bad.iter().filter(|(_, errors)| errors.is_empty()).map(|(name, _)| name).collect();
    assert_eq!(forged, Vec::<&String>::new(), "these were accepted");
    let reasons: Vec<String> =
        bad.iter().map(|(name, errors)| format!("{name}\n    {}\n", errors.join("\n    "))).collect();
    insta::assert_snapshot!("reasons", reasons.concat());
}
