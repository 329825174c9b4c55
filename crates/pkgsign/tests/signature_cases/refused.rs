//! Packages that are wrong in one thing each.

use fake_apple::{Certificate, Cms, FakeApple, Identity, IdentityKind, LONG, Parts, Signing, TEAM, subject, ticket};
use flatpkg::xar::Style;
use pkgsign::{Hash, RsaForm, SignaturePolicy};

use super::forge::{Odd, openssl, stripped};
use super::{Case, unsigned};

/// Each wrong in one thing.
pub fn refused<'a>(fake: &'a FakeApple, plain: &'a [u8]) -> Vec<Case<'a>> {
    type Made<'a> = Box<dyn Fn() -> Vec<u8> + Send + Sync + 'a>;
    let sign = move |how: Signing| -> Made<'a> { Box::new(move || fake.sign_package(plain, how)) };
    let authority = move |section: &'static str| -> Made<'a> {
        Box::new(move || Odd::by(fake, fake.issue(&fake.authority(section), "installer")).package(plain))
    };
    let leaf = move |section: &'static str| -> Made<'a> {
        Box::new(move || Odd::by(fake, fake.issue(fake.developer_id(), section)).package(plain))
    };
    let installer = || fake.identity(IdentityKind::Installer).clone();
    let cms = move |make: fn(&Odd<'_>, &[u8]) -> Vec<u8>| -> Made<'a> {
        Box::new(move || {
            let odd = Odd::by(fake, installer());
            odd.with(None, Some(&|digest| make(&odd, digest)), plain)
        })
    };
    let rsa = move |make: fn(&Odd<'_>, &[u8]) -> Vec<u8>| -> Made<'a> {
        Box::new(move || {
            let odd = Odd::by(fake, installer());
            odd.with(Some(&|digest| make(&odd, digest)), None, plain)
        })
    };
    let listing = move |pick: fn(&Identity) -> Vec<Certificate>| -> Made<'a> {
        Box::new(move || Odd::by(fake, installer()).listing(pick(&installer())).package(plain))
    };
    let weak = move |bits: &'static str, digest: &'static str| -> Made<'a> {
        Box::new(move || {
            let name = subject("Developer ID Installer", TEAM);
            let by = fake.developer_id().issue_weak(*fake.openssl(), &name, "installer", LONG, bits, digest);
            Odd::by(fake, by).package(plain)
        })
    };
    let named = move |name: &'static str| -> Made<'a> {
        Box::new(move || {
            let by = fake.developer_id().issue_weak(*fake.openssl(), name, "installer", LONG, "2048", "sha256");
            Odd::by(fake, by).package(plain)
        })
    };
    let whole = Signing::default();
    const OTHER: &[u8] = b"another digest, of 32 bytes, say";
    vec![
        ("unsigned", SignaturePolicy::DeveloperId, Box::new(move || plain.to_vec())),
        ("unsigned", SignaturePolicy::SelfSigned, Box::new(move || plain.to_vec())),
        ("RSA only", SignaturePolicy::DeveloperId, sign(Signing { cms: None, ticket: false, ..whole })),
        ("CMS only", SignaturePolicy::DeveloperId, sign(Signing { rsa: None, ..whole })),
        (
            "no time stamp",
            SignaturePolicy::DeveloperId,
            sign(Signing { cms: Some(Cms::default().unstamped()), ..whole }),
        ),
        ("no ticket", SignaturePolicy::Gatekeeper, sign(Signing { ticket: false, ..whole })),
        (
            "application's certificate",
            SignaturePolicy::DeveloperId,
            sign(Signing { by: IdentityKind::Application, ..whole }),
        ),
        (
            "certificate that has ended",
            SignaturePolicy::DeveloperId,
            sign(Signing { by: IdentityKind::ExpiredInstaller, ..whole }),
        ),
        ("development certificate", SignaturePolicy::DeveloperId, sign(Signing { by: IdentityKind::Plain, ..whole })),
        ("its own root", SignaturePolicy::DeveloperId, sign(Signing { by: IdentityKind::SelfSigned, ..whole })),
        (
            "authority of other certificates",
            SignaturePolicy::DeveloperId,
            sign(Signing { by: IdentityKind::OtherAuthority, ..whole }),
        ),
        ("chain with a gap", SignaturePolicy::DeveloperId, sign(Signing { chain: false, ..whole })),
        (
            "root of the same name",
            SignaturePolicy::DeveloperId,
            Box::new(move || fake.impostor().sign_package(plain, whole)),
        ),
        ("authority for servers", SignaturePolicy::DeveloperId, authority("developer-id-for-servers")),
        ("authority for other names", SignaturePolicy::DeveloperId, authority("developer-id-for-others")),
        ("authority not for our names", SignaturePolicy::DeveloperId, authority("developer-id-not-for-us")),
        ("authority that is none", SignaturePolicy::DeveloperId, authority("developer-id-no-authority")),
        ("authority, not critical", SignaturePolicy::DeveloperId, authority("developer-id-authority-not-critical")),
        (
            "authority's key not for certificates",
            SignaturePolicy::DeveloperId,
            authority("developer-id-key-not-for-certificates"),
        ),
        (
            "authority with an unknown critical extension",
            SignaturePolicy::DeveloperId,
            authority("developer-id-unknown-critical"),
        ),
        (
            "signer as authority",
            SignaturePolicy::DeveloperId,
            Box::new(move || Odd::by(fake, fake.issue(&installer(), "installer")).package(plain)),
        ),
        (
            "authority below one that allows none",
            SignaturePolicy::DeveloperId,
            Box::new(move || {
                let name = "/CN=Fake Developer ID Certification Authority/OU=G4/O=Fake Apple Inc./C=US";
                let below = fake.developer_id().issue_weak(
                    *fake.openssl(),
                    name,
                    "developer-id-unlimited",
                    LONG,
                    "2048",
                    "sha256",
                );
                Odd::by(fake, fake.issue(&below, "installer")).package(plain)
            }),
        ),
        (
            "alternative name below name constraints",
            SignaturePolicy::DeveloperId,
            Box::new(move || {
                let by = fake.issue(&fake.authority("developer-id-for-us"), "installer-alternative-name");
                Odd::by(fake, by).package(plain)
            }),
        ),
        ("no usage", SignaturePolicy::DeveloperId, leaf("installer-without-usage")),
        ("two usages", SignaturePolicy::DeveloperId, leaf("installer-two-usages")),
        ("usage, not critical", SignaturePolicy::DeveloperId, leaf("installer-usage-not-critical")),
        ("key for secrets", SignaturePolicy::DeveloperId, leaf("installer-key-for-secrets")),
        ("key usage that can't be read", SignaturePolicy::DeveloperId, leaf("installer-key-usage-unreadable")),
        ("unknown critical extension", SignaturePolicy::DeveloperId, leaf("installer-unknown-critical")),
        ("no mark", SignaturePolicy::DeveloperId, leaf("installer-without-mark")),
        ("another value of the mark", SignaturePolicy::DeveloperId, leaf("installer-other-mark")),
        ("signer that is an authority", SignaturePolicy::DeveloperId, leaf("installer-authority")),
        ("key of 1024 bits", SignaturePolicy::DeveloperId, weak("1024", "sha256")),
        ("certificate with SHA-1", SignaturePolicy::DeveloperId, weak("2048", "sha1")),
        (
            "another team",
            SignaturePolicy::DeveloperId,
            named(
                "/UID=OTHER12345/CN=Developer ID Installer: Example Foundation (FAKE123456)/OU=OTHER12345/O=Example Foundation/C=US",
            ),
        ),
        (
            "two teams",
            SignaturePolicy::DeveloperId,
            named(
                "/UID=FAKE123456/CN=Developer ID Installer: Example Foundation (FAKE123456)/OU=FAKE123456/OU=OTHER12345/C=US",
            ),
        ),
        (
            "user of another team",
            SignaturePolicy::DeveloperId,
            named("/UID=OTHER12345/CN=Developer ID Installer: Example Foundation (FAKE123456)/OU=FAKE123456/C=US"),
        ),
        (
            "no team",
            SignaturePolicy::DeveloperId,
            named("/CN=Developer ID Installer: Example Foundation (FAKE123456)/C=US"),
        ),
        ("no certificates listed", SignaturePolicy::DeveloperId, listing(|_| Vec::new())),
        (
            "signer not listed first",
            SignaturePolicy::DeveloperId,
            listing(|by| by.issuers.iter().chain([&by.certificate]).cloned().collect()),
        ),
        ("signer listed alone", SignaturePolicy::DeveloperId, listing(|by| vec![by.certificate.clone()])),
        (
            "signer listed twice",
            SignaturePolicy::DeveloperId,
            listing(|by| [&by.certificate].into_iter().chain(by.chain()).cloned().collect()),
        ),
        (
            "another signer listed",
            SignaturePolicy::DeveloperId,
            Box::new(move || {
                let other = fake.issue(fake.developer_id(), "installer");
                Odd::by(fake, installer()).listing(other.chain().cloned()).package(plain)
            }),
        ),
        (
            "RSA of another package",
            SignaturePolicy::DeveloperId,
            rsa(|odd, _| odd.fake.rsa(&odd.by, &[7; 20], RsaForm::Digest)),
        ),
        (
            "RSA by another key",
            SignaturePolicy::DeveloperId,
            rsa(|odd, digest| odd.fake.rsa(odd.fake.identity(IdentityKind::Application), digest, RsaForm::Digest)),
        ),
        (
            "RSA over SHA-384 of the digest",
            SignaturePolicy::DeveloperId,
            rsa(|odd, digest| openssl(odd.fake, &odd.by, &["dgst", "-sha384", "-sign", "signer.key"], digest)),
        ),
        (
            "RSA without its DigestInfo",
            SignaturePolicy::DeveloperId,
            rsa(|odd, digest| openssl(odd.fake, &odd.by, &["pkeyutl", "-sign", "-inkey", "signer.key"], digest)),
        ),
        ("RSA of zeros", SignaturePolicy::DeveloperId, rsa(|_, _| vec![0; 256])),
        ("RSA of nothing", SignaturePolicy::SelfSigned, rsa(|_, _| Vec::new())),
        ("CMS of another package", SignaturePolicy::DeveloperId, cms(|odd, _| odd.good_cms(OTHER))),
        (
            "CMS of another package, without attributes",
            SignaturePolicy::DeveloperId,
            cms(|odd, _| odd.fake.cms(&odd.by, OTHER, Cms::APPLE)),
        ),
        (
            "CMS over the digest of the digest",
            SignaturePolicy::DeveloperId,
            cms(|odd, digest| odd.good_cms(&Hash::Sha256.digest(digest))),
        ),
        (
            "CMS by another signer",
            SignaturePolicy::DeveloperId,
            cms(|odd, digest| {
                odd.fake.cms(&odd.fake.issue(odd.fake.developer_id(), "installer"), digest, Cms::default())
            }),
        ),
        (
            "CMS without its attributes",
            SignaturePolicy::DeveloperId,
            cms(|odd, digest| stripped(&odd.good_cms(digest))),
        ),
        (
            "CMS with its content",
            SignaturePolicy::DeveloperId,
            cms(|odd, digest| {
                let sign = cms_with("-nodetach");
                openssl(odd.fake, &odd.by, &[&sign[..], &["-certfile", "signer-chain.pem"]].concat(), digest)
            }),
        ),
        (
            "CMS without certificates",
            SignaturePolicy::DeveloperId,
            cms(|odd, digest| {
                let sign = cms_with("-nocerts");
                openssl(odd.fake, &odd.by, &sign, digest)
            }),
        ),
        (
            "CMS that names its signer by key",
            SignaturePolicy::DeveloperId,
            cms(|odd, digest| {
                let sign = cms_with("-keyid");
                openssl(odd.fake, &odd.by, &[&sign[..], &["-certfile", "signer-chain.pem"]].concat(), digest)
            }),
        ),
        (
            "CMS by two signers",
            SignaturePolicy::DeveloperId,
            cms(|odd, digest| FakeApple::signed_twice(&odd.fake.cms(&odd.by, digest, Cms::default().unstamped()))),
        ),
        ("CMS of zeros", SignaturePolicy::SelfSigned, cms(|_, _| Vec::new())),
        ("CMS of rubbish", SignaturePolicy::SelfSigned, cms(|_, _| b"nothing that is a signature".to_vec())),
        (
            "time stamp of another signature",
            SignaturePolicy::DeveloperId,
            cms(|odd, digest| {
                let cms = odd.fake.cms(&odd.by, digest, Cms::default().unstamped());
                let authority = odd.fake.identity(IdentityKind::Timestamp);
                FakeApple::stamped(&cms, |_| odd.fake.timestamp_token(authority, Hash::Sha256, &[7; 32]))
            }),
        ),
        (
            "time stamp of rubbish",
            SignaturePolicy::DeveloperId,
            cms(|odd, digest| {
                let cms = odd.fake.cms(&odd.by, digest, Cms::default().unstamped());
                FakeApple::stamped(&cms, |_| vec![0x30, 0])
            }),
        ),
        (
            "time stamp by the root of the same name",
            SignaturePolicy::DeveloperId,
            Box::new(move || {
                let impostor = fake.impostor().identity(IdentityKind::Timestamp).clone();
                Odd::by(fake, installer()).stamped_by(impostor).package(plain)
            }),
        ),
        (
            "ticket of another package",
            SignaturePolicy::Gatekeeper,
            Box::new(move || {
                let (by, odd) = (installer(), Odd::by(fake, installer()));
                let listed: Vec<_> = by.chain().cloned().collect();
                let rsa = |digest: &[u8]| fake.rsa(&by, digest, RsaForm::Digest);
                let cms = |digest: &[u8]| odd.good_cms(digest);
                let other = |_: &[u8]| ticket(&[7; 20]);
                Parts { listed: &listed, rsa: Some(&rsa), cms: Some(&cms), ticket: Some(&other) }.put_into(plain)
            }),
        ),
        (
            "contents of another package",
            SignaturePolicy::DeveloperId,
            Box::new(move || {
                let mut signed = fake.sign_package(plain, Signing { ticket: false, ..whole });
                let other = unsigned("jello\n", Style::Sha1);
                // As many bytes from the end as it takes to reach one that differs.
                let differing = other.iter().rev().zip(signed.iter().rev()).position(|(one, two)| one != two);
                let count = differing.unwrap() + 1;
                let at = signed.len() - count;
                signed[at..].copy_from_slice(&other[other.len() - count..]);
                signed
            }),
        ),
    ]
}

/// The arguments of `openssl cms` that sign, with one more.
fn cms_with(option: &'static str) -> [&'static str; 10] {
    ["cms", "-sign", "-binary", option, "-outform", "DER", "-signer", "signer.pem", "-inkey", "signer.key"]
}
